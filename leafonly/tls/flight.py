"""Read a TLS 1.0 to 1.2 server's plain-text flight: what is presented, whoever would accept it.

Nothing judges the answer, so the certificates come out exactly as they were sent, in their
order, also where a handshake would fail.
"""

import socket
import ssl
from dataclasses import dataclass, field

from leafonly.tls.client_hello import DHE_SUITES, client_hello
from leafonly.tls.deadline import Deadline, connect

__all__ = [
    "Flight",
    "FlightError",
    "NotTLSError",
    "exchange",
    "parse_flight",
    "read_flight",
    "server_hello_extensions",
]

_ALERT, _HANDSHAKE = 21, 22
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
_NAMED_CURVE, _TLS12 = 3, 0x0303
_MOST_BYTES = 10_000_000  # far above any honest flight; a hostile server may never end one
_PIECE = 1 << 16


class FlightError(Exception):
    """The peer sent no readable flight. The message is one line for people."""


class NotTLSError(FlightError):
    """The peer answers in another protocol."""


@dataclass
class Flight:
    """What a server sent in answer to a ClientHello, up to ServerHelloDone or its alert.

    Numbers are the wire's own (RFC 5246 appendix A, RFC 8422 section 5). `certificates`
    are DER, in the order sent. `extensions` are (type, body as hex). `alert` is a fatal one,
    or the one that closes the connection; the numbers of others, which change nothing, are
    `warnings`.
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
        """The server asks the client for a certificate of its own."""
        return "CertificateRequest" in self.messages


def read_flight(
    address: str,
    port: int,
    server_name: str,
    *,
    timeout: float = 5.0,
    context: ssl.SSLContext | None = None,
) -> Flight:
    """Connect, send a ClientHello as OpenSSL does, and read the flight that comes back.

    Args:
        address: Where to connect to.
        port: The TCP port there.
        server_name: The DNS name for SNI.
        timeout: Seconds for all of it.
        context: As for `client_hello`.

    Raises:
        FlightError: Nothing listens there, the time is over, or the answer is not TLS.

    """
    deadline = Deadline(timeout)
    try:
        with connect(address, port, deadline) as connection:
            return exchange(connection, client_hello(server_name, context), deadline)
    except (OSError, FlightError) as error:
        raise FlightError(f"{address}:{port}: {error or type(error).__name__}") from error


def exchange(connection: socket.socket, hello: bytes, deadline: Deadline) -> Flight:
    """Send these bytes, and read the flight that comes back.

    A flight cut short between two messages is returned as far as it goes: a server that
    closes instead of answering presents nothing, which is worth knowing.

    Raises:
        FlightError: The answer is not TLS, or does not end.
        OSError: The time is over, or the connection broke before an answer.

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
    """Parse the bytes of a flight: records, handshake messages, certificates.

    Raises:
        FlightError: The bytes are not TLS records, or a message contradicts its length.

    """
    reader = _FlightReader()
    reader.feed(data)
    return reader.flight


def server_hello_extensions(handshake: bytes) -> set[int]:
    """Give the numbers of a ServerHello's extensions, off the body of a handshake record.

    Raises:
        FlightError: The message contradicts its length.

    """
    flight = Flight()
    for kind, message in _handshake_messages(handshake)[:1]:
        if kind == _SERVER_HELLO:
            _read_message(flight, kind, _Reader(message))
    return {number for number, _ in flight.extensions}


class _Reader:
    """Takes numbers and length-prefixed vectors off a message (RFC 5246 section 4)."""

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
    """Takes a flight piece by piece, each byte once: records, then the messages in them.

    Messages may be split among records, or share one (RFC 5246 section 6.2.1).
    """

    def __init__(self) -> None:
        self.flight = Flight()
        self.is_complete = False
        self.received = 0
        self._records, self._handshake = bytearray(), bytearray()

    def feed(self, data: bytes) -> None:
        self.received += len(data)
        self._records += data
        while self._records and not self.is_complete:
            if self._records[0] not in range(20, 25):
                raise NotTLSError("the server does not speak TLS")
            end = 5 + int.from_bytes(self._records[3:5], "big")
            if len(self._records) < 5 or len(self._records) < end:
                break
            self._take_record(self._records[0], bytes(self._records[5:end]))
            del self._records[:end]
        if self.received > _MOST_BYTES:
            raise FlightError("the server's flight does not end")

    def _take_record(self, kind: int, body: bytes) -> None:
        self.flight.records.append(kind)
        if kind == _HANDSHAKE:
            self._handshake += body
            self._take_messages()
        elif kind == _ALERT and len(body) == 2:
            level, description = body
            if level == _WARNING and description != _CLOSE_NOTIFY:
                self.flight.warnings.append(description)
            else:
                self.flight.alert = description
                self.is_complete = True
        else:
            self.is_complete = True

    def _take_messages(self) -> None:
        while len(self._handshake) >= 4 and not self.is_complete:
            kind, end = self._handshake[0], 4 + int.from_bytes(self._handshake[1:4], "big")
            if end > _MOST_BYTES:
                raise FlightError("the server's flight does not end")
            if len(self._handshake) < end:
                break
            self.flight.messages.append(_MESSAGES.get(kind, str(kind)))
            _read_message(self.flight, kind, _Reader(bytes(self._handshake[4:end])))
            del self._handshake[:end]
            self.is_complete = kind == _SERVER_HELLO_DONE


def _handshake_messages(data: bytes) -> list[tuple[int, bytes]]:
    messages, at = [], 0
    while len(data) >= at + 4:
        length = int.from_bytes(data[at + 1 : at + 4], "big")
        if len(data) < at + 4 + length:
            break
        messages.append((data[at], data[at + 4 : at + 4 + length]))
        at += 4 + length
    return messages


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
    """Read the parameters and their signature; of other kinds of exchange, nothing."""
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
