"""Read what a TLS server presents, of whatever version, without judging it.

First a ClientHello for TLS 1.0 to 1.2 that offers everything: the answer is plain text, and no
library has to like it. What that leaves open, OpenSSL finds out by a handshake with
verification off and security level 0: TLS 1.3 encrypts the certificates, and an RSA key
exchange shows only at its end whether the server has its key.
"""

import select
import socket
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from cryptography import x509

from leafonly.tls.address import Target
from leafonly.tls.client_hello import COMMON_SUITES, open_client_hello, sni_name
from leafonly.tls.deadline import Deadline, connect
from leafonly.tls.flight import Flight, FlightError, NotTLSError, exchange
from leafonly.tls.key_proof import proves_key

if TYPE_CHECKING:
    from OpenSSL import SSL

__all__ = ["TLS10", "TLS12", "Presented", "read_host"]

TLS10, TLS12 = 0x0301, 0x0303
"""Versions as numbers on the wire (RFC 5246 section 7.4.1.2)."""

_SECONDS = 20.0  # for one host; a microcontroller takes seconds to sign with RSA
_FIRST_SHARE = 0.5  # of that for the plain-text flight: some servers are silent to old versions
# Every suite the library has, every signature; RFC 5746 is not asked for.
_CIPHERS_OF_ALL_TIMES = b"ALL:COMPLEMENTOFALL:!aNULL:@SECLEVEL=0"
_TLS13_SUITES = (  # all five of RFC 8446 appendix B.4
    b"TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256:"
    b"TLS_AES_128_CCM_SHA256:TLS_AES_128_CCM_8_SHA256"
)
_CIPHERS_OF_TODAY = b"DEFAULT:@SECLEVEL=2"
_ANOTHER_KEY = (
    "no client can connect: the server does not have the leaf's key, its signature is another key's"
)
_CERTIFICATE_REQUEST = b"SSLv3/TLS read server certificate request"  # ssl/ssl_stat.c


_WEAK_HASHES = (1, 2)  # md5 and sha1 of RFC 5246 section 7.4.1.4.1


@dataclass(frozen=True)
class Presented:
    """What a server presents.

    Attributes:
        certificates: DER, in the order sent.
        version: The TLS version it chose, as on the wire; it may speak newer ones, too, if
            this is TLS 1.2.
        asks_for_certificate: It asks the client for a certificate.
        problem: Why no client can finish a handshake with it; None if nothing is known.

    """

    certificates: tuple[bytes, ...]
    version: int = TLS12
    asks_for_certificate: bool = False
    problem: str | None = None


def read_host(
    target: Target, server_name: str | None = None, *, seconds: float = _SECONDS
) -> Presented:
    """Read what a host presents.

    Args:
        target: Where to look.
        server_name: For SNI; None for the target's own.
        seconds: For all of it.

    Raises:
        FlightError: It cannot be reached, does not speak TLS, or presents nothing.

    """
    deadline = Deadline(seconds)
    reading = _Reading(target, server_name or target.host, deadline)
    try:
        return reading.read()
    except (OSError, ValueError, FlightError) as error:
        raise FlightError(f"{target}: {error or type(error).__name__}") from error


class _Reading:
    """One host while it is read."""

    def __init__(self, target: Target, name: str, deadline: Deadline) -> None:
        self._target, self._name, self._deadline = target, name, deadline
        self._hello = open_client_hello(name)

    def read(self) -> Presented:
        with connect(self._target.host, self._target.port, self._deadline) as connection:
            flight, because = self._flight(connection)
        if flight.certificates:
            return self._proven(flight)
        today = self._handshake(_CIPHERS_OF_TODAY)
        if not today.problem:
            return today
        ever = self._handshake(_CIPHERS_OF_ALL_TIMES)
        if not ever.certificates:
            raise FlightError(f"presents no certificate: {because}; {ever.problem}")
        return _with_problem(ever, today.problem)

    def _flight(self, connection: socket.socket) -> tuple[Flight, str]:
        """Return what came in plain text, and why there is no certificate in it."""
        try:
            flight = exchange(connection, self._hello, self._deadline.part(_FIRST_SHARE))
        except NotTLSError:
            raise
        except (OSError, FlightError) as error:
            return Flight(), str(error) or type(error).__name__
        return flight, f"alert {flight.alert}" if flight.alert is not None else "no answer"

    def _proven(self, flight: Flight) -> Presented:
        """Add whether the server has the leaf's key."""
        presented = Presented(
            tuple(flight.certificates), flight.version or 0, flight.asks_for_certificate
        )
        try:
            leaf = x509.load_der_x509_certificate(flight.certificates[0])
            proof = proves_key(flight, self._hello, leaf)
        except (ValueError, x509.InvalidVersion):
            return presented  # who reads the certificates will find that, too
        if proof is False:
            return replace(presented, problem=_ANOTHER_KEY)
        is_common = flight.cipher_suite in COMMON_SUITES and not _is_weakly_signed(flight)
        if presented.version < TLS12 or (proof and is_common):
            return presented
        return self._proven_by_handshake(presented)

    def _proven_by_handshake(self, presented: Presented) -> Presented:
        """Add whether a client of today comes to the end of a handshake."""
        try:
            handshake = self._handshake(_CIPHERS_OF_TODAY)
        except OSError:
            return presented  # it takes one connection at a time, say: nothing is known
        return _with_problem(presented, handshake.problem)

    def _handshake(self, ciphers: bytes) -> Presented:
        """Let OpenSSL shake hands, and return what it got, whether it came to an end or not."""
        from OpenSSL import SSL
        from OpenSSL.crypto import FILETYPE_ASN1, dump_certificate

        asked: list[bool] = []
        context = _context(ciphers, asked)
        with connect(self._target.host, self._target.port, self._deadline) as connection:
            tls = SSL.Connection(context, connection)
            name = sni_name(self._name)
            if name:
                tls.set_tlsext_host_name(name)
            tls.set_connect_state()
            problem = _shake_hands(tls, connection, self._deadline)
            chain = tls.get_peer_cert_chain() or []
            version = tls.get_protocol_version()
        return Presented(
            tuple(dump_certificate(FILETYPE_ASN1, each) for each in chain),
            version,
            bool(asked),
            problem,
        )


def _is_weakly_signed(flight: Flight) -> bool:
    """Whether the server signed its parameters with SHA-1 or MD5, which OpenSSL 3.5 refuses."""
    return (flight.signature_algorithm or 0) >> 8 in _WEAK_HASHES


def _with_problem(presented: Presented, problem: str | None) -> Presented:
    """Add why a client of today fails; one without a certificate may just be refused for that."""
    if problem is None or presented.asks_for_certificate:
        return replace(presented, problem=None)
    said = f"clients with OpenSSL's default settings cannot connect: {problem}"
    return replace(presented, problem=said)


def _context(ciphers: bytes, asked: list[bool]) -> "SSL.Context":
    """Make a client that verifies nothing, and notes when it is asked for a certificate."""
    from OpenSSL import SSL

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


def _shake_hands(
    tls: "SSL.Connection", connection: socket.socket, deadline: Deadline
) -> str | None:
    """Return why no handshake comes to its end; None if one does."""
    from OpenSSL import SSL

    while True:
        try:
            tls.do_handshake()
        except SSL.WantReadError:
            select.select([connection], [], [], deadline.remaining())
            deadline.remaining()
        except SSL.ZeroReturnError:
            return "it closes the connection"
        except SSL.SysCallError as error:
            return f"the connection breaks: {error.args[-1]}"
        except SSL.Error as error:
            reasons = [each[-1] for each in error.args[0]] if error.args else []
            return "; ".join(reasons) or type(error).__name__
        else:
            return None
