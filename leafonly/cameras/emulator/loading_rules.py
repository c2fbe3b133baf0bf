"""What a DER-only board loads and refuses, with the board's own messages.

Tested against a recording of MicroPython 1.28 with its own mbedTLS (`tests/data/camera-profile/`).
"""

import functools
from collections.abc import Sequence

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    load_der_private_key,
    load_pem_private_key,
)
from cryptography.x509.oid import SignatureAlgorithmOID

from leafonly.cameras import Load, LoadRefused
from leafonly.certificates.chain import PrivateKey
from leafonly.certificates.der_elements import elements

__all__ = ["is_rsa", "load"]

_SEQUENCE = 0x30


def load(loads: Sequence[Load]) -> tuple[list[x509.Certificate], PrivateKey]:
    """Return what a DER-only board loads, or raise what it raises.

    As MicroPython's `ssl_context_load_key` and mbedTLS do: the key is read first and must
    end where it ends; of the certificate bytes only the first certificate is read; each
    further call replaces the key and appends its certificate. Whether key and certificate
    belong together is not checked.

    Returns:
        The certificates in the order presented, and the key of the last call.

    Raises:
        LoadRefused: With the text of the exception that a board raises.

    """
    certificates: list[x509.Certificate] = []
    key: PrivateKey | None = None
    for call in loads:
        key = _load_key(call.key)
        certificates.append(_load_certificate(call.certificate))
    if key is None:
        raise LoadRefused("nothing was loaded")
    return certificates, key


def is_rsa(key: bytes) -> bool:
    """Return whether a private key, as DER or PEM, is an RSA key. What is no key is none."""
    read = load_pem_private_key if key.startswith(b"-----") else load_der_private_key
    try:
        return isinstance(read(key, None, unsafe_skip_rsa_key_validation=True), rsa.RSAPrivateKey)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return False


# Reading an RSA key proves its primes (cryptography 50: 25 ms), and all cells share one.
@functools.lru_cache(maxsize=4)
def _load_key(data: bytes) -> PrivateKey:
    try:
        key = load_der_private_key(data, None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey):
        raise LoadRefused("ValueError('invalid key',)")
    return key


def _load_certificate(data: bytes) -> x509.Certificate:
    try:
        certificate = x509.load_der_x509_certificate(_first_der_element(data))
        unusable = certificate.signature_algorithm_oid in (
            SignatureAlgorithmOID.RSASSA_PSS,
            SignatureAlgorithmOID.ED25519,
            SignatureAlgorithmOID.ED448,
        )
        public_key = certificate.public_key()
    except (ValueError, UnsupportedAlgorithm):
        unusable = True
    if unusable or not isinstance(public_key, ec.EllipticCurvePublicKey | rsa.RSAPublicKey):
        raise LoadRefused("ValueError('invalid cert',)")
    return certificate


def _first_der_element(data: bytes) -> bytes:
    """Return the first DER element; mbedTLS's x509_crt.c cuts there, by the SEQUENCE's length."""
    first = next(elements(data), None)
    if first is None or first[0] != _SEQUENCE:
        raise ValueError("not a SEQUENCE")
    return data[: first[2]]
