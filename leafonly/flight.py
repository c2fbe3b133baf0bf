"""Read a TLS 1.2 server's plain-text flight: what is presented, whoever would accept it.

A TLS library only makes the ClientHello. Nothing judges the answer, so the certificates
come out exactly as they were sent, in their order, also where a handshake would fail.
"""

import socket
import ssl
from dataclasses import dataclass, field

__all__ = [
    "Flight",
    "FlightError",
    "client_hello",
    "parse_flight",
    "read_flight",
    "server_hello_extensions",
]

_ALERT, _HANDSHAKE = 21, 22
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
_MOST_BYTES = 1 << 18  # far above any honest flight; a hostile server may never end one


class FlightError(Exception):
    """The peer sent no readable TLS 1.2 flight. The message is one line for people."""


@dataclass
class Flight:
    """What a server sent in answer to a ClientHello, up to ServerHelloDone or its alert.

    Numbers are the wire's own (RFC 5246 appendix A, RFC 8422 section 5). `certificates`
    are DER, in the order sent. `extensions` are (type, body as hex).
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


def client_hello(server_name: str, context: ssl.SSLContext | None = None) -> bytes:
    """Make a ClientHello for TLS 1.2 at most, with SNI.

    Args:
        server_name: The DNS name to ask for.
        context: Another client's settings, to see what a server answers to those.

    """
    if context is None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.maximum_version = ssl.TLSVersion.TLSv1_2
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    connection = context.wrap_bio(incoming, outgoing, server_hostname=server_name)
    try:
        connection.do_handshake()
    except ssl.SSLWantReadError:
        return outgoing.read()
    raise FlightError("no ClientHello could be made")  # pragma: no cover


def read_flight(
    address: str,
    port: int,
    server_name: str,
    *,
    timeout: float = 5.0,
    context: ssl.SSLContext | None = None,
) -> Flight:
    """Connect, send a ClientHello, and read the flight that comes back.

    Args:
        address: Where to connect to.
        port: The TCP port there.
        server_name: The DNS name for SNI.
        timeout: Seconds for the connection and for each read.
        context: As for `client_hello`.

    Raises:
        FlightError: Nobody listens there, the time is over, or the answer is not TLS 1.2.

    """
    hello = client_hello(server_name, context)
    received = bytearray()
    try:
        with socket.create_connection((address, port), timeout) as connection:
            connection.sendall(hello)
            while not _is_complete(received):
                data = connection.recv(16384)
                if not data:
                    break
                received += data
                if len(received) > _MOST_BYTES:
                    raise FlightError("the server's flight does not end")
    except OSError as error:
        if not received:
            raise FlightError(f"{address}:{port}: {error or type(error).__name__}") from error
    return parse_flight(bytes(received))


def parse_flight(data: bytes) -> Flight:
    """Parse the bytes of a flight: records, handshake messages, certificates.

    A flight cut short between two messages is returned as far as it goes: a server that
    closes instead of answering presents nothing, which is worth knowing.

    Raises:
        FlightError: The bytes are not TLS records, or a message contradicts its length.

    """
    flight, handshake = Flight(), bytearray()
    for record_type, body in _records(data):
        flight.records.append(record_type)
        if record_type == _ALERT and len(body) == 2:
            flight.alert = body[1]
            break
        if record_type != _HANDSHAKE:
            break
        handshake += body
    for kind, message in _handshake_messages(bytes(handshake)):
        flight.messages.append(_MESSAGES.get(kind, str(kind)))
        _read_message(flight, kind, _Reader(message))
    return flight


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


def _records(data: bytes) -> list[tuple[int, bytes]]:
    records, at = [], 0
    while at < len(data):
        if data[at] not in range(20, 25):
            raise FlightError("the server does not speak TLS")
        if len(data) < at + 5:
            break
        length = int.from_bytes(data[at + 3 : at + 5], "big")
        body = data[at + 5 : at + 5 + length]
        if len(body) < length:
            break
        records.append((data[at], body))
        at += 5 + length
    return records


def _handshake_messages(data: bytes) -> list[tuple[int, bytes]]:
    messages, at = [], 0
    while len(data) >= at + 4:
        length = int.from_bytes(data[at + 1 : at + 4], "big")
        if len(data) < at + 4 + length:
            break
        messages.append((data[at], data[at + 4 : at + 4 + length]))
        at += 4 + length
    return messages


def _is_complete(data: bytearray) -> bool:
    handshake = bytearray()
    for record_type, body in _records(bytes(data)):
        if record_type != _HANDSHAKE:
            return True
        handshake += body
    return any(kind == _SERVER_HELLO_DONE for kind, _ in _handshake_messages(bytes(handshake)))


def _read_message(flight: Flight, kind: int, message: _Reader) -> None:
    if kind == _SERVER_HELLO:
        flight.version = message.number(2)
        message.take(32)
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
    elif kind == _SERVER_KEY_EXCHANGE and message.number(1) == 3:  # named_curve, RFC 8422
        flight.named_curve = message.number(2)
        message.vector(1)
        flight.signature_algorithm = message.number(2)
