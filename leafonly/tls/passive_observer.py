"""What the encrypted records of a TLS connection show to an observer without the keys."""

from leafonly.tls.flight import FlightError, parse_flight, server_hello_extensions
from leafonly.tls.records import (
    ALERT,
    APPLICATION_DATA,
    CHANGE_CIPHER_SPEC,
    HANDSHAKE,
    RecordReader,
)

__all__ = ["PassiveObserver"]

_FATAL = 2  # an alert's level, RFC 5246 section 7.2
_SUPPORTED_VERSIONS = 43  # RFC 8446 section 4.2.1: a ServerHello has it in TLS 1.3 alone

# Lengths of encrypted records in TLS 1.3 (RFC 8446 section 5.2): the content, its type, and a
# tag of 16 bytes. An alert makes 19, an empty Certificate 25; a Finished 53 or 69 by its hash.
_ALERT_LENGTH = 2 + 1 + 16
_SHORTEST_FINISHED = 4 + 32 + 1 + 16
_LONGEST_BUT_FINISHED = 4 + 1 + 3 + 1 + 16

_MOST_FLIGHT = 1 << 17  # bytes kept; OpenSSL's clients take a Certificate message of 100 KiB


class PassiveObserver:
    """Reports only what follows from the types, order and lengths of the records.

    Attributes:
        handshake_completed: TLS 1.2: both sides sent their Finished. TLS 1.3: the client sent
            its Finished, which is the second one.
        request_seen: The client sent application data.
        server_refused: The server ended the connection with an alert in place of its answer,
            before the client sent an alert or closed. It may demand a client certificate.

    """

    def __init__(self) -> None:
        self.handshake_completed = False
        self.request_seen = False
        self.server_refused = False
        self._client_left = self._server_answered = False
        self._client, self._server = RecordReader(), RecordReader()
        self._flight = bytearray()
        self._encrypting: set[RecordReader] = set()
        self._finished: set[RecordReader] = set()
        self._is_tls13: bool | None = None

    @property
    def certificates(self) -> tuple[bytes, ...] | None:
        """The presented certificates as DER.

        None if no Certificate message was seen: TLS 1.3 encrypts it, or the server broke off.
        """
        try:
            flight = parse_flight(bytes(self._flight))
        except FlightError:
            return None
        return tuple(flight.certificates) if "Certificate" in flight.messages else None

    def read_server(self, data: bytes) -> None:
        """Read what the server sent."""
        self._flight += data[: _MOST_FLIGHT - len(self._flight)]
        for kind, body in self._server.feed(data):
            if self._is_tls13 is None and kind == HANDSHAKE:
                self._is_tls13 = _is_tls13(body)
            self._note(self._server, kind)
            if not (self._client_left or self._server_answered):
                self.server_refused |= self._is_refusal(kind, body)
            self._server_answered |= self.handshake_completed and kind == APPLICATION_DATA

    def read_client(self, data: bytes) -> None:
        """Read what the client sent."""
        for kind, body in self._client.feed(data):
            self._client_left |= self._is_alert(kind, len(body))
            if self._is_tls13:
                self._note_tls13(kind, len(body))
            else:
                self._note(self._client, kind)
                self.request_seen |= kind == APPLICATION_DATA

    def client_closed(self) -> None:
        """Note that the client closed. OpenSSL's servers answer that with an alert, too."""
        self._client_left = True

    def _is_alert(self, kind: int, length: int) -> bool:
        return kind == ALERT or (
            self._is_tls13 is True and kind == APPLICATION_DATA and length == _ALERT_LENGTH
        )

    def _is_refusal(self, kind: int, body: bytes) -> bool:
        if kind == ALERT and len(body) == 2:  # plain text: a warning does not end the connection
            return body[0] == _FATAL
        return self.handshake_completed and self._is_alert(kind, len(body))

    def _note(self, side: RecordReader, kind: int) -> None:
        if self._is_tls13:
            return
        if kind == CHANGE_CIPHER_SPEC:
            self._encrypting.add(side)
        elif kind == HANDSHAKE and side in self._encrypting:
            self._finished.add(side)
            self.handshake_completed = len(self._finished) == 2

    def _note_tls13(self, kind: int, length: int) -> None:
        if kind != APPLICATION_DATA:
            return
        if not self.handshake_completed:
            self.handshake_completed = length >= _SHORTEST_FINISHED
        else:
            self.request_seen |= length > _LONGEST_BUT_FINISHED


def _is_tls13(hello: bytes) -> bool:
    try:
        return _SUPPORTED_VERSIONS in server_hello_extensions(hello)
    except FlightError:
        return False
