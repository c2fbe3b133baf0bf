"""The size of a Certificate message, and the size that a camera can send."""

from collections.abc import Sequence

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

__all__ = ["CERTIFICATE_MESSAGE_LIMIT", "certificate_message_size"]

CERTIFICATE_MESSAGE_LIMIT = 4096
"""Bytes of a Certificate message that fit the board: MBEDTLS_SSL_OUT_CONTENT_LEN in
MicroPython's extmod/mbedtls/mbedtls_config_common.h."""


def certificate_message_size(certificates: Sequence[x509.Certificate]) -> int:
    """Return the bytes of a Certificate message, header included (RFC 5246 section 7.4.2)."""
    return 4 + 3 + sum(3 + len(each.public_bytes(Encoding.DER)) for each in certificates)
