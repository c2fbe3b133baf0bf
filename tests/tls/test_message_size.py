"""The sizes of Certificate messages of Let's Encrypt's chains since May 2026."""

from collections.abc import Callable
from typing import Literal

import pytest
from cryptography import x509

from leafonly.tls.message_size import CERTIFICATE_MESSAGE_LIMIT, certificate_message_size
from tests.helpers.modelled_ca import ecdsa_issuers, modelled_leaf, rsa_issuers

HOST = "cam.example.com"
ISSUERS: dict[Literal["p256", "rsa2048"], Callable[[], list[x509.Certificate]]] = {
    "rsa2048": rsa_issuers,
    "p256": ecdsa_issuers,
}


@pytest.mark.parametrize(
    ("kind", "above", "real"),
    [
        pytest.param("rsa2048", 2, 4059, id="RSA-2048, default"),
        pytest.param("rsa2048", 1, 2528, id="RSA-2048 to Root YR"),
        pytest.param("p256", 3, 3399, id="P-256, default"),
        pytest.param("p256", 2, 2256, id="P-256 to X2"),
        pytest.param("p256", 1, 1571, id="P-256 to Root YE"),
    ],
)
def test_modelled_chains_are_as_long_as_the_real_ones(kind, above: int, real: int) -> None:
    """Computed of the real CA certificates and a leaf of their profile; within 2 %."""
    chain = [modelled_leaf(HOST, kind), *ISSUERS[kind]()[:above]]
    assert certificate_message_size(chain) == pytest.approx(real, rel=0.02)


def test_a_long_name_breaks_the_default_rsa_chain_alone() -> None:
    """The name is in the leaf twice, as subject and as SAN."""
    sizes = {
        kind: [
            certificate_message_size([modelled_leaf("c" * count, kind), *issuers()])
            for count in (len(HOST), 60)
        ]
        for kind, issuers in ISSUERS.items()
    }
    short, long = sizes["rsa2048"]
    assert short <= CERTIFICATE_MESSAGE_LIMIT < long
    assert max(sizes["p256"]) <= CERTIFICATE_MESSAGE_LIMIT
