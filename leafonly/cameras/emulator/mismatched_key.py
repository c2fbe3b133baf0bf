"""Present a certificate with a key that does not belong to it, as boards do.

mbedTLS does not compare the two, neither at load nor in the handshake. The client finds that the
signature in the ServerKeyExchange is wrong. OpenSSL refuses such a pair. So OpenSSL gets a
certificate that fits the key, and the certificate to present is put into the plain-text flight.
The two transcripts differ from there on, but the client ends the handshake before it matters.
"""

import datetime as dt
from collections.abc import Sequence

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.x509.oid import NameOID

from leafonly.certificates.chain import PrivateKey
from leafonly.tls.records import HANDSHAKE, RecordReader

__all__ = ["belong_together", "put_certificates", "stand_in"]

_CERTIFICATE = 11
_VERSION = b"\x03\x03"  # TLS 1.2, RFC 5246 section 6.2.1


def belong_together(certificate: x509.Certificate, key: PrivateKey) -> bool:
    """Return whether a certificate has the public key of this private key."""
    return certificate.public_key() == key.public_key()


def stand_in(key: PrivateKey) -> x509.Certificate:
    """Return a certificate that fits a key. It is replaced before it is sent."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "stand-in")])
    now = dt.datetime.now(dt.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now)
        .not_valid_after(now + dt.timedelta(days=1))
        .sign(key, hashes.SHA256())
    )


def put_certificates(flight: bytes, certificates: Sequence[bytes]) -> bytes:
    """Return a server's flight of TLS 1.2 records with another Certificate message in it.

    OpenSSL sends that message in a record of its own. The other records stay as they are.
    """
    result = b""
    for kind, body in RecordReader().feed(flight):
        if kind == HANDSHAKE and body[:1] == bytes((_CERTIFICATE,)):
            body = _certificate_message(certificates)
        result += bytes((kind,)) + _VERSION + len(body).to_bytes(2, "big") + body
    return result


def _certificate_message(certificates: Sequence[bytes]) -> bytes:
    """Return a Certificate message (RFC 5246 section 7.4.2)."""
    entries = b"".join(len(each).to_bytes(3, "big") + each for each in certificates)
    body = len(entries).to_bytes(3, "big") + entries
    return bytes((_CERTIFICATE,)) + len(body).to_bytes(3, "big") + body
