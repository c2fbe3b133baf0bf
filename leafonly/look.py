"""Look at what a deployed camera presents, and say whether its chain is complete.

Nothing is judged by a TLS library: the certificates are read off the wire, and each step from
one to its issuer is a signature that verifies. A chain is complete when that path, by what was
presented alone, ends at a root that is trusted; an intermediate in the trust file does not
hide that it was not sent.
"""

import datetime as dt
import re
import ssl
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from leafonly.certificate import covers, is_issued_by
from leafonly.flight import FlightError, read_flight

__all__ = ["Look", "Target", "Trusted", "classify", "look", "look_at_all", "targets"]

_TIMEOUT = 10.0  # seconds for the connection and for each read
_AT_ONCE = 64  # hosts; each costs a thread that mostly waits
_PROTOCOL_VERSION = 70  # RFC 8446 section 6: the host speaks TLS 1.3 alone


@dataclass(frozen=True)
class Target:
    """Where to look."""

    host: str
    port: int

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"


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


class Trusted:
    """The roots a client would know, and what else its file holds.

    Args:
        file: PEM certificates; None for this system's own store.

    Raises:
        ValueError: The file holds no certificate.
        OSError: It cannot be read.

    """

    def __init__(self, file: Path | None = None) -> None:
        if file is None:
            self._certificates = _system_certificates()
        else:
            given = x509.load_pem_x509_certificates(file.read_bytes())
            self._certificates = [each.public_bytes(Encoding.DER) for each in given]

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


def targets(text: str, *, default_port: int = 443) -> list[Target]:
    """Read `HOST`, `HOST:PORT`, `[IPv6]:PORT`, or `@FILE` with one of these on each line.

    Raises:
        ValueError: Something is not of that form.
        OSError: The file cannot be read.

    """
    if not text.startswith("@"):
        return [_target(text, default_port)]
    lines = Path(text[1:]).read_text(encoding="utf-8").splitlines()
    hosts = [line.partition("#")[0].strip() for line in lines]
    return [_target(host, default_port) for host in hosts if host]


def look_at_all(hosts: Sequence[Target], trusted: Trusted) -> Iterable[Look]:
    """Look at many hosts at once; what is found comes in the order asked."""
    with ThreadPoolExecutor(max_workers=min(_AT_ONCE, max(1, len(hosts)))) as pool:
        yield from pool.map(lambda target: look(target, trusted), hosts)


def look(target: Target, trusted: Trusted) -> Look:
    """Look at one host; one that cannot be reached is a finding, not an exception."""
    try:
        presented = [x509.load_der_x509_certificate(der) for der in _presented(target)]
        return classify(target, presented, trusted)
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


def _presented(target: Target) -> list[bytes]:
    flight = read_flight(target.host, target.port, target.host, timeout=_TIMEOUT)
    if flight.alert == _PROTOCOL_VERSION:
        return _presented_in_tls13(target)
    if not flight.certificates:
        alert = f" but alert {flight.alert}" if flight.alert is not None else ""
        raise FlightError(f"{target} presents nothing{alert}")
    return flight.certificates


def _presented_in_tls13(target: Target) -> list[bytes]:
    """Ask OpenSSL, because TLS 1.3 encrypts the certificates; nothing is sent to the host."""
    import socket

    from OpenSSL import SSL
    from OpenSSL.crypto import FILETYPE_ASN1, dump_certificate

    try:
        with socket.create_connection((target.host, target.port), _TIMEOUT) as connection:
            connection.settimeout(None)
            tls = SSL.Connection(SSL.Context(SSL.TLS_CLIENT_METHOD), connection)
            tls.set_tlsext_host_name(target.host.encode("idna"))
            tls.set_connect_state()
            tls.do_handshake()
            chain = tls.get_peer_cert_chain() or []
    except (OSError, SSL.Error) as error:
        raise FlightError(f"{target}: {error or type(error).__name__}") from error
    return [dump_certificate(FILETYPE_ASN1, certificate) for certificate in chain]


def _target(text: str, default_port: int) -> Target:
    host, colon, port = text.rpartition(":")
    bare_ipv6 = text.count(":") > 1 and not text.startswith("[")
    if not colon or text.endswith("]") or bare_ipv6:
        host, port = text, str(default_port)
    host = host.removeprefix("[").removesuffix("]")
    if not host or not port.isdigit() or not 0 < int(port) < 65536 or set(host) & set("/@ "):
        raise ValueError(f"{text} is not HOST, HOST:PORT or @FILE")
    return Target(host, int(port))


def _system_certificates() -> list[bytes]:
    found = ssl.create_default_context().get_ca_certs(binary_form=True)
    if found:
        return found
    # This Python's OpenSSL has no file of its own; certifi comes with httpx.
    import certifi

    pem = Path(certifi.where()).read_text(encoding="ascii")
    blocks = re.findall("-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----", pem, re.DOTALL)
    return [ssl.PEM_cert_to_DER_cert(block) for block in blocks]
