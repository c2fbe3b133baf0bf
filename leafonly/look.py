"""Look at what a deployed camera presents, and say whether its chain is complete.

Nothing is judged by a TLS library: the certificates are read off the wire, and each step from
one to its issuer is a signature that verifies. A chain is complete when that path, by what was
presented alone, ends at a root that is trusted; an intermediate in the trust file does not
hide that it was not sent.
"""

import datetime as dt
import re
import select
import socket
import ssl
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Self

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from leafonly.certificate import covers, is_issued_by
from leafonly.flight import FlightError, read_flight
from leafonly.target import Target

if TYPE_CHECKING:
    from OpenSSL import SSL

__all__ = ["DEPLOYED", "Look", "Trusted", "classify", "look", "look_at_all", "presented"]

DEPLOYED = "deployed_chain"
"""The check's name in the report's `findings`."""

_MISSING = (
    "load the intermediate too, if this firmware can (suites/presentation finds out on a board), "
    "or put a gateway in front of the camera"
)
_TIMEOUT = 10.0  # seconds for the connection and for each read
_AT_ONCE = 64  # hosts; each costs a thread that mostly waits
_PROTOCOL_VERSION = 70  # RFC 8446 section 6: the host speaks TLS 1.3 alone


@dataclass(frozen=True)
class Look:
    """What one host presents.

    Attributes:
        target: The host as asked for, `HOST:PORT`.
        complete: The presented certificates lead to a trusted root, in order, and the leaf is
            for this host and in its time.
        verdict: The one line for people.
        kinds: Any of `leaf_only`, `full_chain`, `wrong_order`, `self_signed`,
            `root_included`, `unrelated`, `unknown_root`, `another_name`, `expired`,
            `unreachable`.
        subjects: Of the presented certificates, in the order sent.
        missing: The name of the issuer that was not sent.

    """

    target: str
    complete: bool
    verdict: str
    kinds: tuple[str, ...] = ()
    subjects: tuple[str, ...] = ()
    missing: str | None = None

    def as_presentation(self) -> dict[str, object]:
        """Give the fields of the report's `presentation`."""
        reached = "unreachable" not in self.kinds
        return {
            "method": f"as deployed ({self.target})",
            "loaded": reached,
            "presented": len(self.subjects) if reached else None,
            "subjects": list(self.subjects),
            "error": None if reached else self.verdict,
        }

    def as_finding(self) -> dict[str, object]:
        """Give the fields of the report's `findings`."""
        # Some clients come by the missing one in other ways; the matrix says which.
        severity = "info" if self.complete else "warning" if self.missing else "blocker"
        return {
            "check": DEPLOYED,
            "severity": severity,
            "message": f"{self.target}: {self.verdict}",
            "remedy": _MISSING if self.missing else None,
        }


class Trusted:
    """The roots a client would know, and what else its file holds.

    Args:
        certificates: Roots and others; None for this system's own store.

    """

    def __init__(self, certificates: Sequence[x509.Certificate] | None = None) -> None:
        self._certificates = (
            _system_certificates()
            if certificates is None
            else [each.public_bytes(Encoding.DER) for each in certificates]
        )

    @classmethod
    def of_file(cls, path: Path) -> Self:
        """Read them from a file of PEM certificates.

        Raises:
            ValueError: The file holds none.
            OSError: It cannot be read.

        """
        return cls(x509.load_pem_x509_certificates(path.read_bytes()))

    def issuer_of(self, certificate: x509.Certificate) -> x509.Certificate | None:
        """Find the trusted root that issued a certificate, or that it is."""
        for candidate in self._called(certificate.issuer):
            # An intermediate here may help one client, but it is no end of a chain.
            if is_issued_by(candidate, candidate) and is_issued_by(certificate, candidate):
                return candidate
        return None

    def knows(self, certificate: x509.Certificate) -> bool:
        """Whether the issuer is among the file's certificates, a root or not."""
        return any(
            is_issued_by(certificate, candidate) for candidate in self._called(certificate.issuer)
        )

    def _called(self, name: x509.Name) -> list[x509.Certificate]:
        """Give the certificates that may be of this name; only these are parsed.

        A system's store holds 150, and some break today's rules, so that parsing them warns.
        """
        encoded = name.public_bytes()
        return [x509.load_der_x509_certificate(c) for c in self._certificates if encoded in c]


def look_at_all(hosts: Sequence[Target], trusted: Trusted) -> Iterable[Look]:
    """Look at many hosts at once; what is found comes in the order asked."""
    with ThreadPoolExecutor(max_workers=min(_AT_ONCE, max(1, len(hosts)))) as pool:
        yield from pool.map(lambda target: look(target, trusted), hosts)


def look(target: Target, trusted: Trusted) -> Look:
    """Look at one host; one that cannot be reached is a finding, not an exception."""
    try:
        certificates = [x509.load_der_x509_certificate(der) for der in presented(target)]
        return classify(target, certificates, trusted)
    except FlightError as error:
        return Look(str(target), False, f"unreachable: {error}", ("unreachable",))
    except ValueError as error:
        return Look(str(target), False, f"unreadable certificate: {error}", ("unreachable",))


def classify(target: Target, presented: Sequence[x509.Certificate], trusted: Trusted) -> Look:
    """Say what a list of presented certificates is."""
    leaf, path, anchor = presented[0], _climb(presented, trusted), None
    anchor = trusted.issuer_of(path[-1])
    self_signed = is_issued_by(leaf, leaf)
    top_is_root = is_issued_by(path[-1], path[-1])
    issuer = path[-1].issuer.rfc4514_string()
    missing = None
    if anchor is None and not top_is_root and (len(path) == 1 or trusted.knows(path[-1])):
        missing = issuer
    in_order = [presented.index(each) for each in path] == list(range(len(path)))
    roots = [each for each in presented[1:] if is_issued_by(each, each)]
    found = {
        "self_signed": self_signed,
        "leaf_only": len(presented) == 1 and not self_signed,
        "full_chain": missing is None and in_order and not self_signed,
        "wrong_order": not in_order,
        "root_included": bool(roots),
        "unrelated": len(presented) > len({*path, *roots}),
        "unknown_root": anchor is None and missing is None and not self_signed,
        "another_name": not covers(leaf, target.host),
        "expired": not all(_is_in_time(each) for each in path),
    }
    faults = {
        "self_signed": "self-signed: no authority vouches for it" if anchor is None else "",
        "wrong_order": "wrong order: each certificate must be followed by its issuer",
        "unknown_root": f"unknown root: {issuer} is not trusted here; name it with --trust",
        "another_name": f"another name: the leaf is not for {target.host}",
        "expired": "expired or not yet valid",
    }
    said = [f"incomplete: the issuer {missing} is missing"] if missing else []
    said += [words for kind, words in faults.items() if found[kind] and words]
    return Look(
        target=str(target),
        complete=not said,
        verdict="; ".join(said) or f"complete: {len(presented)} presented, {_known(anchor)}",
        kinds=tuple(kind for kind, is_so in found.items() if is_so),
        subjects=tuple(each.subject.rfc4514_string() for each in presented),
        missing=missing,
    )


def _known(anchor: x509.Certificate | None) -> str:
    return f"trusted by {anchor.subject.rfc4514_string()}" if anchor else "not trusted"


def _climb(presented: Sequence[x509.Certificate], trusted: Trusted) -> list[x509.Certificate]:
    """Go from the leaf to its issuer and on, as far as what was presented leads."""
    path = [presented[0]]
    while trusted.issuer_of(path[-1]) is None:
        issuers = [each for each in presented if each not in path and is_issued_by(path[-1], each)]
        if not issuers:
            break
        path.append(issuers[0])
    return path


def _is_in_time(certificate: x509.Certificate) -> bool:
    now = dt.datetime.now(dt.UTC)
    return certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc


def presented(target: Target, server_name: str | None = None) -> list[bytes]:
    """Read what a host presents, as DER in the order sent.

    Args:
        target: Where to look.
        server_name: For SNI; None for the target's own.

    Raises:
        FlightError: It cannot be reached, or presents nothing.

    """
    name = server_name or target.host
    flight = read_flight(target.host, target.port, name, timeout=_TIMEOUT)
    if flight.alert == _PROTOCOL_VERSION:
        return _presented_in_tls13(target, name)
    if not flight.certificates:
        alert = f" but alert {flight.alert}" if flight.alert is not None else ""
        raise FlightError(f"{target} presents nothing{alert}")
    return flight.certificates


def _presented_in_tls13(target: Target, server_name: str) -> list[bytes]:
    """Ask OpenSSL, because TLS 1.3 encrypts the certificates; nothing is sent to the host."""
    from OpenSSL import SSL
    from OpenSSL.crypto import FILETYPE_ASN1, dump_certificate

    try:
        with socket.create_connection((target.host, target.port), _TIMEOUT) as connection:
            tls = SSL.Connection(SSL.Context(SSL.TLS_CLIENT_METHOD), connection)
            tls.set_tlsext_host_name(server_name.encode("idna"))
            tls.set_connect_state()
            _shake_hands(tls, connection)
            chain = tls.get_peer_cert_chain() or []
    except (OSError, SSL.Error) as error:
        raise FlightError(f"{target}: {error or type(error).__name__}") from error
    return [dump_certificate(FILETYPE_ASN1, certificate) for certificate in chain]


def _shake_hands(tls: "SSL.Connection", connection: socket.socket) -> None:
    from OpenSSL import SSL

    while True:
        try:
            return tls.do_handshake()
        except SSL.WantReadError:
            if not select.select([connection], [], [], _TIMEOUT)[0]:
                raise TimeoutError("timed out") from None


def _system_certificates() -> list[bytes]:
    found = ssl.create_default_context().get_ca_certs(binary_form=True)
    if found:
        return found
    # This Python's OpenSSL has no file of its own; certifi comes with httpx.
    import certifi

    pem = Path(certifi.where()).read_text(encoding="ascii")
    blocks = re.findall("-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----", pem, re.DOTALL)
    return [ssl.PEM_cert_to_DER_cert(block) for block in blocks]
