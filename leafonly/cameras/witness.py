"""What can be told of a TLS connection by who sees its records pass, and holds no key."""

from leafonly.cameras.records import (
    APPLICATION_DATA,
    CHANGE_CIPHER_SPEC,
    HANDSHAKE,
    RecordReader,
)
from leafonly.flight import FlightError, server_hello_extensions

__all__ = ["Witness"]

_SUPPORTED_VERSIONS = 43  # RFC 8446 section 4.2.1: a ServerHello has it in TLS 1.3 alone

# Lengths of encrypted records in TLS 1.3 (RFC 8446 section 5.2): the content, its type, and a
# tag of 16 bytes. An alert makes 19, an empty Certificate 25; a Finished 53 or 69 by its hash.
_SHORTEST_FINISHED = 4 + 32 + 1 + 16
_LONGEST_BUT_FINISHED = 4 + 1 + 3 + 1 + 16


class Witness:
    """Counts as seen what the types, order and lengths of records leave no doubt of.

    Attributes:
        handshake_completed: In TLS 1.2, both sides sent their Finished; in TLS 1.3, where the
            server's comes first, the client did.
        request_seen: The client sent application data.

    """

    def __init__(self) -> None:
        self.handshake_completed = False
        self.request_seen = False
        self._client, self._server = RecordReader(), RecordReader()
        self._encrypting: set[RecordReader] = set()
        self._finished: set[RecordReader] = set()
        self._is_tls13: bool | None = None

    def hear_server(self, data: bytes) -> None:
        """Take what the server sent."""
        for kind, body in self._server.feed(data):
            if self._is_tls13 is None and kind == HANDSHAKE:
                self._is_tls13 = _is_tls13(body)
            self._note(self._server, kind)

    def hear_client(self, data: bytes) -> None:
        """Take what the client sent."""
        for kind, body in self._client.feed(data):
            if self._is_tls13:
                self._note_tls13(kind, len(body))
            else:
                self._note(self._client, kind)
                self.request_seen |= kind == APPLICATION_DATA

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
