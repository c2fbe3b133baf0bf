"""What a board loads and refuses, with the board's own messages.

Tested against recordings of MicroPython 1.28 and 1.29 with their own mbedTLS
(`tests/data/camera-profile/`). `profiles.py` says in what the firmwares differ.
"""

import functools
import re
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
from leafonly.cameras.emulator.profiles import DEFAULT, Profile
from leafonly.certificates.chain import PrivateKey
from leafonly.certificates.der_elements import elements

__all__ = ["is_rsa", "load"]

_SEQUENCE = 0x30
# mbedTLS's x509_crt.c and pkparse.c search for these lines, whatever stands around them; but
# with strstr, which ends at the first zero byte. Compared with MicroPython 1.29 itself.
_PEM_CERTIFICATE = re.compile(
    rb"-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----", re.DOTALL
)
_PEM_KEY = re.compile(
    rb"-----BEGIN (RSA |EC |)PRIVATE KEY-----.*?-----END \1PRIVATE KEY-----", re.DOTALL
)
_INVALID_CERTIFICATE = "ValueError('invalid cert',)"


def load(
    loads: Sequence[Load], profile: Profile = DEFAULT
) -> tuple[list[x509.Certificate], PrivateKey]:
    """Return what a board loads, or raise what it raises.

    As MicroPython's `ssl_context_load_key` and mbedTLS do: the key is read first and must
    end where it ends; of certificate bytes in DER only the first certificate is read, of PEM
    all; each further call replaces the key and, by the profile, appends its certificates or
    replaces them. Whether key and certificate belong together is not checked.

    Args:
        loads: The calls, in order.
        profile: The firmware.

    Returns:
        The certificates in the order presented, and the key of the last call.

    Raises:
        LoadRefused: With the text of the exception that a board raises.

    """
    certificates: list[x509.Certificate] = []
    key: PrivateKey | None = None
    for call in loads:
        key = _load_key(call.key, profile)
        loaded = _load_certificates(call.certificate, profile)
        certificates = certificates + loaded if profile.second_call == "appends" else loaded
    if key is None:
        raise LoadRefused("nothing was loaded")
    return certificates, key


def is_rsa(key: bytes) -> bool:
    """Return whether these bytes are an RSA private key, as DER or PEM."""
    read = load_pem_private_key if key.startswith(b"-----") else load_der_private_key
    try:
        return isinstance(read(key, None, unsafe_skip_rsa_key_validation=True), rsa.RSAPrivateKey)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return False


# Reading an RSA key proves its primes (cryptography 50: 25 ms), and all cells share one.
@functools.lru_cache(maxsize=4)
def _load_key(data: bytes, profile: Profile) -> PrivateKey:
    in_pem = _PEM_KEY.search(_text(data)) if profile.reads_pem else None
    try:
        if in_pem is not None:
            key: object = load_pem_private_key(in_pem[0] + b"\n", None)
        else:
            key = load_der_private_key(data, None) if profile.reads_der else None
    except (ValueError, TypeError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey):
        raise LoadRefused(profile.invalid_key)
    return key


def _load_certificates(data: bytes, profile: Profile) -> list[x509.Certificate]:
    """Return all certificates of a PEM file, or the first of DER; one bad one refuses all."""
    try:
        text = _text(data)
        if profile.reads_pem and b"-----BEGIN CERTIFICATE-----" in text:
            found = [
                x509.load_pem_x509_certificate(each) for each in _PEM_CERTIFICATE.findall(text)
            ]
        else:
            found = [x509.load_der_x509_certificate(_first_der_element(data))]
        usable = bool(found) and all(_is_usable(each, profile) for each in found)
    except (ValueError, UnsupportedAlgorithm):
        usable = False
    if not usable:
        raise LoadRefused(_INVALID_CERTIFICATE)
    return found


def _text(data: bytes) -> bytes:
    return data.partition(b"\0")[0]


def _is_usable(certificate: x509.Certificate, profile: Profile) -> bool:
    """Return whether mbedTLS knows its algorithms; raise ValueError if it cannot be read."""
    refused = {SignatureAlgorithmOID.ED25519, SignatureAlgorithmOID.ED448}
    if not profile.reads_pss:
        refused.add(SignatureAlgorithmOID.RSASSA_PSS)
    key = certificate.public_key()
    return certificate.signature_algorithm_oid not in refused and isinstance(
        key, ec.EllipticCurvePublicKey | rsa.RSAPublicKey
    )


def _first_der_element(data: bytes) -> bytes:
    """Return the first DER element; mbedTLS's x509_crt.c cuts there, by the SEQUENCE's length."""
    first = next(elements(data), None)
    if first is None or first[0] != _SEQUENCE:
        raise ValueError("not a SEQUENCE")
    return data[: first[2]]
