"""Read the plain-text flight of a TLS 1.0 to 1.2 server without judging it.

The certificates are returned exactly as they were sent, in their order, even if a handshake
would fail.
"""

import re
import socket
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from leafonly.tls.client_hello import DHE_SUITES, client_hello
from leafonly.tls.deadline import Deadline, connect
from leafonly.tls.records import ALERT, HANDSHAKE, RECORD_TYPES, RecordReader

if TYPE_CHECKING:
    import ssl

__all__ = [
    "Flight",
    "FlightError",
    "NotTLSError",
    "exchange",
    "parse_flight",
    "read_flight",
    "server_hello_extensions",
]

_WARNING, _CLOSE_NOTIFY = 1, 0
_SERVER_HELLO, _CERTIFICATE, _SERVER_KEY_EXCHANGE, _SERVER_HELLO_DONE = 2, 11, 12, 14
_MESSAGES = {
    _SERVER_HELLO: "ServerHello",
    4: "NewSessionTicket",
    _CERTIFICATE: "Certificate",
    _SERVER_KEY_EXCHANGE: "ServerKeyExchange",
    13: "CertificateRequest",
    _SERVER_HELLO_DONE: "ServerHelloDone",
    22: "CertificateStatus",
}
_REGULAR = re.compile(  # what clients demand, RFC 5246 section 7.3 and RFC 6066 section 8
    "ServerHello Certificate( CertificateStatus)?( ServerKeyExchange)?( CertificateRequest)? "
    "ServerHelloDone"
)
_NAMED_CURVE, _TLS12 = 3, 0x0303
_MOST_BYTES = 1 << 20  # OpenSSL's clients take a tenth of that; a hostile server never stops
_ENDLESS, _PIECE = "the server's flight does not end within 1 MB", 1 << 16


class FlightError(Exception):
    """The server sent no readable flight. The message is one line for users."""


class NotTLSError(FlightError):
    """The server answers in another protocol."""


@dataclass
class Flight:
    """What a server sent in answer to a ClientHello, up to ServerHelloDone or an alert.

    Numbers are as on the wire (RFC 5246 appendix A, RFC 8422 section 5). `certificates`
    are DER, in the order sent. `extensions` are (type, body as hex). `alert` is the alert that
    ended the flight: a fatal one, or close_notify. `warnings` are all other alerts.
    """

    messages: list[str] = field(default_factory=list)
    records: list[int] = field(default_factory=list)
    version: int | None = None
    cipher_suite: int | None = None
    session_id_length: int | None = None
    extensions: list[tuple[int, str]] = field(default_factory=list)
    certificates: list[bytes] = field(default_factory=list)
    named_curve: int | None = None
    signature_algorithm: int | None = None
    alert: int | None = None
    warnings: list[int] = field(default_factory=list)
    # New in each handshake: two flights of one server are equal but for these.
    server_random: bytes = field(default=b"", compare=False)
    signed_parameters: bytes = field(default=b"", compare=False)
    signature: bytes = field(default=b"", compare=False)

    @property
    def asks_for_certificate(self) -> bool:
        """The server asks the client for a client certificate."""
        return "CertificateRequest" in self.messages

    @property
    def is_regular(self) -> bool:
        """The flight has its messages in the order that clients demand, and an end."""
        return _REGULAR.fullmatch(" ".join(self.messages)) is not None


def read_flight(
    address: str,
    port: int,
    server_name: str,
    *,
    timeout: float = 5.0,
    context: "ssl.SSLContext | None" = None,
) -> Flight:
    """Return the flight that a server sends in answer to OpenSSL's ClientHello.

    Args:
        address: The host to connect to.
        port: Its TCP port.
        server_name: The DNS name for SNI.
        timeout: Seconds for the whole exchange.
        context: As for `client_hello`.

    Raises:
        FlightError: Nothing listens there, the exchange timed out, or the answer is not TLS.

    """
    deadline = Deadline(timeout)
    try:
        with connect(address, port, deadline) as connection:
            return exchange(connection, client_hello(server_name, context), deadline)
    except (OSError, FlightError) as error:
        raise FlightError(f"{address}:{port}: {error or type(error).__name__}") from error


def exchange(connection: socket.socket, hello: bytes, deadline: Deadline) -> Flight:
    """Return the flight that a server sends in answer to these bytes.

    A flight that ends early is returned as far as it came, because a server that closes the
    connection without an answer presents no certificate.

    Raises:
        FlightError: The answer is not TLS, or does not end.
        OSError: The exchange timed out, or the connection broke before an answer.

    """
    reader = _FlightReader()
    try:
        connection.settimeout(deadline.remaining())
        connection.sendall(hello)
        while not reader.is_complete:
            connection.settimeout(deadline.remaining())
            data = connection.recv(_PIECE)
            if not data:
                break
            reader.feed(data)
    except OSError as error:
        if not reader.received or isinstance(error, TimeoutError):
            raise
    return reader.flight


def parse_flight(data: bytes) -> Flight:
    """Return the flight in these bytes.

    Raises:
        FlightError: The bytes are not TLS records, or a message contradicts its length.

    """
    reader = _FlightReader()
    reader.feed(data)
    return reader.flight


def server_hello_extensions(handshake: bytes) -> set[int]:
    """Return the numbers of the extensions in a ServerHello, from a handshake record's body.

    Raises:
        FlightError: The message contradicts its length.

    """
    flight = Flight()
    kind, message = next(_handshake_messages(bytearray(handshake)), (None, b""))
    if kind == _SERVER_HELLO:
        _read_message(flight, kind, _Reader(message))
    return {number for number, _ in flight.extensions}


class _Reader:
    """Reads numbers and length-prefixed vectors from a message (RFC 5246 section 4)."""

    def __init__(self, data: bytes) -> None:
        self._data, self._at = data, 0

    def __bool__(self) -> bool:
        return self._at < len(self._data)

    def take(self, count: int) -> bytes:
        taken = self._data[self._at : self._at + count]
        if len(taken) < count:
            raise FlightError("a handshake message is shorter than it says")
        self._at += count
        return taken

    def number(self, width: int) -> int:
        return int.from_bytes(self.take(width), "big")

    def vector(self, width: int) -> bytes:
        return self.take(self.number(width))


class _FlightReader:
    """Reads a flight piece by piece: records, then the handshake messages in them.

    A message may span records, and a record may hold several (RFC 5246 section 6.2.1).
    """

    def __init__(self) -> None:
        self.flight = Flight()
        self.is_complete = False
        self.received = 0
        self._records, self._handshake = RecordReader(), bytearray()

    def feed(self, data: bytes) -> None:
        self.received += len(data)
        for kind, body in self._records.feed(data):
            if not self.is_complete:
                self._take_record(kind, body)
        if self.is_complete:
            return
        begun = self._records.begun
        if begun is not None and begun not in RECORD_TYPES:
            raise NotTLSError("the server does not speak TLS")
        if self._records.lost:
            raise FlightError("the server sends a record that is longer than TLS allows")
        if self.received > _MOST_BYTES:
            raise FlightError(_ENDLESS)

    def _take_record(self, kind: int, body: bytes) -> None:
        if kind not in RECORD_TYPES:
            raise NotTLSError("the server does not speak TLS")
        self.flight.records.append(kind)
        if kind == HANDSHAKE:
            self._handshake += body
            self._take_messages()
        elif kind == ALERT and len(body) == 2:
            level, description = body
            if level == _WARNING and description != _CLOSE_NOTIFY:
                self.flight.warnings.append(description)
            else:
                self.flight.alert = description
                self.is_complete = True
        else:
            self.is_complete = True

    def _take_messages(self) -> None:
        for kind, message in _handshake_messages(self._handshake):
            self.flight.messages.append(_MESSAGES.get(kind, str(kind)))
            _read_message(self.flight, kind, _Reader(message))
            self.is_complete = kind == _SERVER_HELLO_DONE
            if self.is_complete:
                return


def _handshake_messages(data: bytearray) -> Iterator[tuple[int, bytes]]:
    """Take the complete messages off the front of these bytes, as type and body."""
    while len(data) >= 4:
        kind, end = data[0], 4 + int.from_bytes(data[1:4], "big")
        if end > _MOST_BYTES:
            raise FlightError(_ENDLESS)
        if len(data) < end:
            return
        message = bytes(data[4:end])
        del data[:end]
        yield kind, message


def _read_message(flight: Flight, kind: int, message: _Reader) -> None:
    if kind == _SERVER_HELLO:
        flight.version = message.number(2)
        flight.server_random = message.take(32)
        flight.session_id_length = len(message.vector(1))
        flight.cipher_suite = message.number(2)
        message.take(1)
        extensions = _Reader(message.vector(2) if message else b"")
        while extensions:
            number = extensions.number(2)
            flight.extensions.append((number, extensions.vector(2).hex()))
    elif kind == _CERTIFICATE:
        certificates = _Reader(message.vector(3))
        while certificates:
            flight.certificates.append(certificates.vector(3))
    elif kind == _SERVER_KEY_EXCHANGE:
        _read_key_exchange(flight, message)


def _read_key_exchange(flight: Flight, message: _Reader) -> None:
    """Read the (EC)DHE parameters and their signature; ignore other key exchanges."""
    if flight.cipher_suite in DHE_SUITES:
        parameters = b"".join(_with_length(message.vector(2)) for _ in ("p", "g", "Ys"))
    elif message.number(1) == _NAMED_CURVE:
        flight.named_curve = message.number(2)
        curve, point = flight.named_curve.to_bytes(2, "big"), message.vector(1)
        parameters = bytes([_NAMED_CURVE]) + curve + bytes([len(point)]) + point
    else:
        return
    if (flight.version or 0) >= _TLS12:
        flight.signature_algorithm = message.number(2)
    flight.signature, flight.signed_parameters = message.vector(2), parameters


def _with_length(data: bytes) -> bytes:
    return len(data).to_bytes(2, "big") + data
