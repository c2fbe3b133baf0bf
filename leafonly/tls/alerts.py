"""The names of alerts, and a reader of a client's plain-text records."""

from leafonly.tls.records import ALERT, HANDSHAKE, RecordReader

__all__ = ["ALERTS", "ClientTap"]

# SSL_alert_desc_string_long would name them too, but pyOpenSSL does not bind it.
ALERTS: dict[int, str] = {
    0: "close_notify",
    10: "unexpected_message",
    20: "bad_record_mac",
    40: "handshake_failure",
    42: "bad_certificate",
    43: "unsupported_certificate",
    44: "certificate_revoked",
    45: "certificate_expired",
    46: "certificate_unknown",
    47: "illegal_parameter",
    48: "unknown_ca",
    49: "access_denied",
    50: "decode_error",
    51: "decrypt_error",
    70: "protocol_version",
    71: "insufficient_security",
    80: "internal_error",
    90: "user_canceled",
    112: "unrecognized_name",
}
"""RFC 8446 section 6."""

_MOST_BYTES = 1 << 17  # of a ClientHello that are kept
_SERVER_NAME, _HOST_NAME = 0, 0  # RFC 6066 section 3


class ClientTap:
    """Reads what a client sends as long as it is plain text: its hello, and an early alert.

    In TLS 1.2 a client rejects a certificate before its encryption begins, so its alert can be
    read. In TLS 1.3 the alert is encrypted, and `alert` stays None.
    """

    def __init__(self) -> None:
        self.client_hello = False
        self.server_name: str | None = None
        self.alert: str | None = None
        self.encrypted = False
        self._records = RecordReader()
        self._hello = bytearray()

    def feed(self, data: bytes) -> None:
        """Read more bytes. Nothing is read any more once the stream is `encrypted`."""
        if self.encrypted:
            return
        for kind, body in self._records.feed(data):
            self._read(kind, body)
            if self.encrypted:
                return
        self.client_hello = self.client_hello or self._records.begun == HANDSHAKE
        self.encrypted = self._records.lost

    def _read(self, kind: int, body: bytes) -> None:
        if kind == HANDSHAKE:
            self.client_hello = True
            if self.server_name is None and len(self._hello) < _MOST_BYTES:
                self._hello += body
                self.server_name = _server_name(bytes(self._hello))
        elif kind == ALERT and len(body) == 2:
            self.alert = self.alert or ALERTS.get(body[1], str(body[1]))
        else:
            self.encrypted = True


def _server_name(hello: bytes) -> str | None:
    """Return the SNI in a ClientHello (RFC 8446 section 4.1.2); None if it is incomplete."""
    at = 4 + 2 + 32
    for width in (1, 2, 1):  # session id, cipher suites, compression methods
        at += width + int.from_bytes(hello[at : at + width], "big")
    at += 2
    while at + 4 <= len(hello):
        kind = int.from_bytes(hello[at : at + 2], "big")
        length = int.from_bytes(hello[at + 2 : at + 4], "big")
        body = hello[at + 4 : at + 4 + length]
        if kind == _SERVER_NAME and len(body) == length > 5 and body[2] == _HOST_NAME:
            return body[5:].decode("ascii", "backslashreplace")
        at += 4 + length
    return None
