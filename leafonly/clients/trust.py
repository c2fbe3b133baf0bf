"""The ways in which clients are told what to trust.

Each takes the cell's directory, the trust anchors, and further certificates that the client
may hold without trusting them by themselves. It writes the client's store into the
directory and returns its name relative to it, which entries call `{trust}`.
"""

from collections.abc import Callable, Sequence
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12

from leafonly.pki import pem

__all__ = ["Trust", "java_truststore", "pem_file"]

Certificates = Sequence[x509.Certificate]

Trust = Callable[[Path, Certificates, Certificates], str]

TRUSTSTORE_PASSWORD = "changeit"  # noqa: S105
"""Java's customary one (keytool's documentation); there is nothing secret in the store."""


def pem_file(directory: Path, anchors: Certificates, others: Certificates) -> str:
    """Write one PEM bundle: OpenSSL and its kin take no hint of which one is the anchor."""
    (directory / "trust.pem").write_bytes(pem([*anchors, *others]))
    return "trust.pem"


def java_truststore(directory: Path, anchors: Certificates, others: Certificates) -> str:
    """Write a PKCS#12 truststore, which Java reads since 9 (JEP 229).

    It is encrypted because keytool and JSSE check its integrity by the password.
    """
    entries = [
        pkcs12.PKCS12Certificate(certificate, f"certificate {number}".encode())
        for number, certificate in enumerate([*anchors, *others])
    ]
    encryption = BestAvailableEncryption(TRUSTSTORE_PASSWORD.encode())
    data = pkcs12.serialize_java_truststore(entries, encryption)
    (directory / "trust.p12").write_bytes(data)
    return "trust.p12"
