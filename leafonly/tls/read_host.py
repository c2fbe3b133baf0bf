"""Read the chain that a TLS server of any version presents, without judging it.

The first ClientHello is for TLS 1.0 to 1.2 and offers everything, because the answer is plain
text and no library can reject it. If that is not enough, OpenSSL does a handshake with
verification off and security level 0: TLS 1.3 encrypts the certificates, and an RSA key exchange
shows only at its end whether the server has its key.
"""

import socket
from dataclasses import dataclass, replace

from cryptography import x509

from leafonly.tls.address import Target
from leafonly.tls.client_hello import COMMON_SUITES, open_client_hello, sni_name
from leafonly.tls.deadline import Deadline, connect
from leafonly.tls.flight import Flight, FlightError, NotTLSError, exchange
from leafonly.tls.key_proof import proves_key

__all__ = ["ANOTHER_KEY", "TLS10", "TLS12", "Presented", "read_host", "version_name"]

TLS10, TLS12 = 0x0301, 0x0303
"""Versions as numbers on the wire (RFC 5246 section 7.4.1.2)."""

_SECONDS = 20.0  # for one host; a microcontroller takes seconds to sign with RSA
_FIRST_SHARE = 0.5  # of that for the plain-text flight: some servers are silent to old versions
ANOTHER_KEY = (
    "no client can connect: the server's signature was made with another key than the leaf's"
)
_WEAK_HASHES = (1, 2)  # md5 and sha1 of RFC 5246 section 7.4.1.4.1


@dataclass(frozen=True)
class Presented:
    """What a server presents.

    Attributes:
        certificates: DER, in the order sent.
        version: The TLS version that the server chose, as on the wire. If it is TLS 1.2, the
            server may speak TLS 1.3 too.
        asks_for_certificate: The server asks for a client certificate.
        problem: Why clients cannot complete a handshake; None if no reason is known.

    """

    certificates: tuple[bytes, ...]
    version: int = TLS12
    asks_for_certificate: bool = False
    problem: str | None = None


def read_host(
    target: Target, server_name: str | None = None, *, seconds: float = _SECONDS
) -> Presented:
    """Return what a host presents.

    Args:
        target: The host.
        server_name: The name for SNI; None for the target's own.
        seconds: The time limit for everything.

    Raises:
        FlightError: The host cannot be reached, does not speak TLS, or presents nothing.

    """
    deadline = Deadline(seconds)
    try:
        return _Reading(target, server_name or target.host, deadline).read()
    except (OSError, ValueError, FlightError) as error:
        raise FlightError(f"{target}: {error or type(error).__name__}") from error


def version_name(version: int) -> str | None:
    """Return the name of a version on the wire; None if it is not a version of TLS."""
    return f"TLS 1.{version - TLS10}" if TLS10 <= version <= TLS10 + 3 else None


class _Reading:
    """The reading of one host."""

    def __init__(self, target: Target, name: str, deadline: Deadline) -> None:
        self._target, self._name, self._deadline = target, name, deadline
        self._hello = open_client_hello(name)

    def read(self) -> Presented:
        with connect(self._target.host, self._target.port, self._deadline) as connection:
            flight, because = self._flight(connection)
        if flight.certificates:
            return self._proven(flight)
        today = self._handshake(of_today=True)
        if not today.problem:
            return today
        ever = self._handshake(of_today=False)
        if not ever.certificates:
            raise FlightError(f"presents no certificate: {because}; {ever.problem}")
        return _with_problem(ever, today.problem)

    def _flight(self, connection: socket.socket) -> tuple[Flight, str]:
        """Return the plain-text flight, and the reason if it has no certificate."""
        try:
            flight = exchange(connection, self._hello, self._deadline.part(_FIRST_SHARE))
        except NotTLSError:
            raise
        except (OSError, FlightError) as error:
            return Flight(), str(error) or type(error).__name__
        return flight, f"alert {flight.alert}" if flight.alert is not None else "no answer"

    def _proven(self, flight: Flight) -> Presented:
        """Add whether the server has the private key of the leaf."""
        presented = Presented(
            tuple(flight.certificates), flight.version or 0, flight.asks_for_certificate
        )
        try:
            leaf = x509.load_der_x509_certificate(flight.certificates[0])
            proof = proves_key(flight, self._hello, leaf)
        except (ValueError, x509.InvalidVersion):
            return presented  # it is parsed again later, and the error is reported then
        if proof is False:
            return replace(presented, problem=ANOTHER_KEY)
        is_common = flight.cipher_suite in COMMON_SUITES and not _is_weakly_signed(flight)
        if presented.version < TLS12 or (proof and is_common and flight.is_regular):
            return presented
        return self._proven_by_handshake(presented, flight)

    def _proven_by_handshake(self, presented: Presented, flight: Flight) -> Presented:
        """Add whether a current client can complete a handshake."""
        try:
            handshake = self._handshake(of_today=True)
        except OSError as error:
            # A host may take one connection at a time, for example. A flight that clients do
            # not understand is another matter.
            problem = None if flight.is_regular else f"no client can connect: {error}"
            return replace(presented, problem=problem)
        return _with_problem(presented, handshake.problem)

    def _handshake(self, *, of_today: bool) -> Presented:
        """Do a handshake with OpenSSL; return what was received even if it does not complete."""
        # OpenSSL takes 0.1 s to import, and most cameras show all in plain text.
        from leafonly.tls.handshake import shake_hands

        with connect(self._target.host, self._target.port, self._deadline) as connection:
            done = shake_hands(connection, sni_name(self._name), self._deadline, of_today=of_today)
        return Presented(done.certificates, done.version, done.asks_for_certificate, done.problem)


def _is_weakly_signed(flight: Flight) -> bool:
    """Return whether the server signed with SHA-1 or MD5, which OpenSSL 3.5 refuses."""
    return (flight.signature_algorithm or 0) >> 8 in _WEAK_HASHES


def _with_problem(presented: Presented, problem: str | None) -> Presented:
    """Add why today's clients fail, unless the server may only want a client certificate."""
    if problem is None or presented.asks_for_certificate:
        return replace(presented, problem=None)
    said = f"clients with OpenSSL's default settings cannot connect: {problem}"
    return replace(presented, problem=said)
