"""A certificate presented with a key that is not its own, as boards do without noticing.

mbedTLS compares neither at load nor in the handshake; the client finds the signature of the
ServerKeyExchange wrong. OpenSSL refuses such a pair, so it is given a certificate that fits
the key, and the one to be presented takes its place in the plain-text flight. The transcript
differs from then on, but the client has ended the handshake by then.
"""

import datetime as dt
from collections.abc import Sequence

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.x509.oid import NameOID

from leafonly.certificates.chain import PrivateKey

__all__ = ["belong_together", "put_certificates", "stand_in"]

_HANDSHAKE, _CERTIFICATE = 22, 11
_VERSION = b"\x03\x03"  # TLS 1.2, RFC 5246 section 6.2.1


def belong_together(certificate: x509.Certificate, key: PrivateKey) -> bool:
    """Tell whether a certificate is for a key."""
    return certificate.public_key() == key.public_key()


def stand_in(key: PrivateKey) -> x509.Certificate:
    """Make a certificate that fits a key, to be replaced before anybody sees it."""
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
    """Replace the Certificate message in a server's flight of TLS 1.2 records.

    OpenSSL writes that message into a record of its own; other records pass as they are.
    """
    result, at = b"", 0
    while at < len(flight):
        end = at + 5 + int.from_bytes(flight[at + 3 : at + 5], "big")
        record = flight[at:end]
        if record[0] == _HANDSHAKE and record[5:6] == bytes((_CERTIFICATE,)):
            record = _certificate_record(certificates)
        result += record
        at = end
    return result


def _certificate_record(certificates: Sequence[bytes]) -> bytes:
    """Write a Certificate message (RFC 5246 section 7.4.2) in a record."""
    entries = b"".join(len(each).to_bytes(3, "big") + each for each in certificates)
    body = len(entries).to_bytes(3, "big") + entries
    message = bytes((_CERTIFICATE,)) + len(body).to_bytes(3, "big") + body
    return bytes((_HANDSHAKE,)) + _VERSION + len(message).to_bytes(2, "big") + message
