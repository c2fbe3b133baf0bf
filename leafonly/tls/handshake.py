"""Do a handshake with OpenSSL without verification, within a limit of time and of bytes.

OpenSSL gets the server's bytes in pieces. On a socket of its own it would read for as long as a
server sends HelloRequests, which it skips in a loop (tls_get_message_header in OpenSSL's
ssl/statem/statem_lib.c): measured on OpenSSL 3.5, 26 s instead of 20.
"""

import contextlib
import socket
from dataclasses import dataclass

from OpenSSL import SSL
from OpenSSL.crypto import FILETYPE_ASN1, dump_certificate

from leafonly.tls.deadline import Deadline

__all__ = ["Handshake", "shake_hands"]

# Every cipher suite and signature algorithm; secure renegotiation (RFC 5746) is not demanded.
_CIPHERS_OF_ALL_TIMES = b"ALL:COMPLEMENTOFALL:!aNULL:@SECLEVEL=0"
_TLS13_SUITES = (  # all five of RFC 8446 appendix B.4
    b"TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256:"
    b"TLS_AES_128_CCM_SHA256:TLS_AES_128_CCM_8_SHA256"
)
_CIPHERS_OF_TODAY = b"DEFAULT:@SECLEVEL=2"
_CERTIFICATE_REQUEST = b"SSLv3/TLS read server certificate request"  # ssl/ssl_stat.c
_PIECE = 1 << 14
_MOST_BYTES = 1 << 20  # of a handshake; OpenSSL takes 100 KiB of certificates


@dataclass(frozen=True)
class Handshake:
    """What OpenSSL received in a handshake.

    Attributes:
        certificates: DER, in the order sent; all that came before the handshake failed.
        version: The TLS version, as on the wire.
        asks_for_certificate: The server asks for a client certificate.
        problem: Why the handshake does not complete; None if it does.

    """

    certificates: tuple[bytes, ...]
    version: int
    asks_for_certificate: bool
    problem: str | None


def shake_hands(
    connection: socket.socket, name: bytes | None, deadline: Deadline, *, of_today: bool
) -> Handshake:
    """Do a handshake, and return what was received even if it does not complete.

    Args:
        connection: A new connection to the server.
        name: The name for SNI; None for none.
        deadline: For the whole handshake.
        of_today: Offer what OpenSSL offers by default, not what it offered at any time.

    Raises:
        OSError: The deadline passed, or the connection broke.

    """
    asked: list[bool] = []
    ciphers = _CIPHERS_OF_TODAY if of_today else _CIPHERS_OF_ALL_TIMES
    tls = SSL.Connection(_context(ciphers, asked), None)
    if name:
        tls.set_tlsext_host_name(name)
    tls.set_connect_state()
    problem = _complete(tls, connection, deadline)
    chain = tls.get_peer_cert_chain() or []
    return Handshake(
        tuple(dump_certificate(FILETYPE_ASN1, each) for each in chain),
        tls.get_protocol_version(),
        bool(asked),
        problem,
    )


def _context(ciphers: bytes, asked: list[bool]) -> SSL.Context:
    """Return a client context without verification that notes a request for a certificate."""

    def note(tls: SSL.Connection, where: int, _: int) -> None:
        if where == SSL.SSL_CB_CONNECT_LOOP and tls.get_state_string() == _CERTIFICATE_REQUEST:
            asked.append(True)

    context = SSL.Context(SSL.TLS_CLIENT_METHOD)
    context.set_cipher_list(ciphers)
    if ciphers == _CIPHERS_OF_ALL_TIMES:
        context.set_tls13_ciphersuites(_TLS13_SUITES)
    context.set_min_proto_version(SSL.TLS1_VERSION)
    context.set_options(SSL.OP_LEGACY_SERVER_CONNECT)
    context.set_info_callback(note)
    return context


def _complete(tls: SSL.Connection, connection: socket.socket, deadline: Deadline) -> str | None:
    """Return why the handshake does not complete; None if it does."""
    received = 0
    while True:
        try:
            tls.do_handshake()
        except SSL.WantReadError:
            pass
        except SSL.ZeroReturnError:
            return "the server closes the connection"
        except SSL.Error as error:
            reasons = [each[-1] for each in error.args[0]] if error.args else []
            return "; ".join(reasons) or type(error).__name__
        else:
            return None
        try:
            data = _exchange(tls, connection, deadline)
        except ConnectionError as error:
            return f"the connection breaks: {error.strerror}"
        if not data:
            return "the connection breaks: Unexpected EOF"
        received += len(data)
        if received > _MOST_BYTES:
            return "the server's handshake does not end within 1 MB"
        tls.bio_write(data)


def _exchange(tls: SSL.Connection, connection: socket.socket, deadline: Deadline) -> bytes:
    """Send what OpenSSL has to say, and return the server's next bytes."""
    with contextlib.suppress(SSL.WantReadError):  # there is no more to send
        while True:
            data = tls.bio_read(_PIECE)
            connection.settimeout(deadline.remaining())
            connection.sendall(data)
    connection.settimeout(deadline.remaining())
    return connection.recv(_PIECE)
