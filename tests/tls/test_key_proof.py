"""A server's signature shows whether it has the key of the leaf that it presents."""

import socket
from pathlib import Path

import pytest
from cryptography import x509

from leafonly.tls.client_hello import open_client_hello
from leafonly.tls.deadline import Deadline
from leafonly.tls.flight import exchange
from leafonly.tls.key_proof import proves_key
from tests.helpers.making import HOST, make, of_key
from tests.helpers.servers import SERVERS

SIGNED = [
    *("tls10_ecdsa", "tls11_ecdsa", "tls12_ecdsa", "signature_sha1_ecdsa", "curve_x448"),
    *("tls10_rsa", "tls11_rsa", "tls12_rsa", "signature_sha1_rsa", "tls10_dhe", "dhe_gcm"),
    *("signature_pss", "signature_pss_sha512", "ed25519_tls12"),
]


@pytest.mark.needs("openssl")
@pytest.mark.parametrize("name", SIGNED)
def test_the_key_of_the_leaf_is_told_from_another(name: str, tmp_path: Path) -> None:
    hello = open_client_hello(HOST)
    with (
        SERVERS[name](tmp_path) as served,
        socket.create_connection(("127.0.0.1", served.port), 10) as connection,
    ):
        flight = exchange(connection, hello, Deadline(10))
    leaf = x509.load_der_x509_certificate(flight.certificates[0])
    assert proves_key(flight, hello, leaf) is True
    assert proves_key(flight, hello, make(of_key(leaf))) is False
