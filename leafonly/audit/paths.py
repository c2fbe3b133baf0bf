"""Which certificates stand above a leaf: every path to a root, and the roots' lists.

By names and signatures alone (RFC 5280 section 6.1), because an audit wants to see paths
that a verifier would refuse, and to say what is wrong with them.
"""

import functools
import ssl
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import certifi
from cryptography import x509

from leafonly.audit.contents import read_contents
from leafonly.certificate import is_issued_by

__all__ = ["Issuers", "longest_path", "mozilla_roots", "root_paths", "system_roots"]

_MOST_CERTIFICATES = 8  # in one path; the web's longest has 5
_MOST_SIGNATURES = 300  # checked for one leaf; hostile files may hold any number of namesakes
_MOST_PATHS = 16

# Where systems keep their list in one file (crypto/x509/root_linux.go and root_bsd.go of Go).
_SYSTEM_BUNDLES = tuple(
    map(
        Path,
        (
            "/etc/ssl/certs/ca-certificates.crt",
            "/etc/pki/tls/certs/ca-bundle.crt",
            "/etc/ssl/ca-bundle.pem",
            "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
            "/etc/ssl/cert.pem",
        ),
    )
)


class Issuers:
    """Certificates to look issuers up in, by the name they would be known by."""

    def __init__(self, certificates: Iterable[x509.Certificate]) -> None:
        self._by_name: dict[bytes, list[x509.Certificate]] = defaultdict(list)
        for certificate in certificates:
            self._by_name[certificate.subject.public_bytes()].append(certificate)

    def __bool__(self) -> bool:
        return bool(self._by_name)

    def named(self, name: x509.Name) -> Sequence[x509.Certificate]:
        """Give the certificates whose subject this is."""
        return self._by_name.get(name.public_bytes(), ())


def root_paths(
    leaf: x509.Certificate, intermediates: Sequence[x509.Certificate], roots: Issuers
) -> list[tuple[x509.Certificate, ...]]:
    """Find the paths from a leaf to a root, both included, the shortest first.

    Args:
        leaf: Where they begin.
        intermediates: What they may lead through.
        roots: Where they may end.

    """
    found: list[tuple[x509.Certificate, ...]] = []
    left = [_MOST_SIGNATURES]
    for path in _ways_up(leaf, intermediates, left):
        found += [(*path, root) for root in _issuers(path, roots, left)]
        if len(found) >= _MOST_PATHS:
            break
    return found[:_MOST_PATHS]


def longest_path(
    leaf: x509.Certificate, intermediates: Sequence[x509.Certificate]
) -> tuple[x509.Certificate, ...]:
    """Return the leaf and as many of the intermediates as stand above it, in order."""
    return max(_ways_up(leaf, intermediates, [_MOST_SIGNATURES]), key=len)


def _ways_up(
    leaf: x509.Certificate, intermediates: Sequence[x509.Certificate], left: list[int]
) -> Iterator[tuple[x509.Certificate, ...]]:
    """Give every path that begins at the leaf, the shortest first."""
    between = Issuers(intermediates)
    waiting: list[tuple[x509.Certificate, ...]] = [(leaf,)]
    while waiting:
        path = waiting.pop(0)
        yield path
        if len(path) < _MOST_CERTIFICATES:
            waiting += [(*path, issuer) for issuer in _issuers(path, between, left)]


def _issuers(
    path: Sequence[x509.Certificate], pool: Issuers, left: list[int]
) -> Iterator[x509.Certificate]:
    """Give who issued a path's last certificate, as long as signatures may be verified."""
    for issuer in pool.named(path[-1].issuer):
        if issuer in path or left[0] <= 0:
            continue
        left[0] -= 1
        if is_issued_by(path[-1], issuer):
            yield issuer


@functools.cache
def mozilla_roots() -> Issuers:
    """Read Mozilla's list of roots, as certifi delivers it."""
    return Issuers(_read(Path(certifi.where())))


@functools.cache
def system_roots() -> Issuers:
    """Read the roots that this system's own programs trust; empty where they are not found.

    Environment variables that point elsewhere are not followed: what a shell has set is
    not what the system's other programs trust.
    """
    if sys.platform == "win32":  # pragma: no cover
        certificates = (
            certificate
            for data, encoding, trust in ssl.enum_certificates("ROOT")
            if encoding == "x509_asn" and trust
            for certificate in read_contents(data, _no_password).certificates
        )
        return Issuers(certificates)
    for bundle in _SYSTEM_BUNDLES:
        if bundle.is_file():
            return Issuers(_read(bundle))
    return Issuers(())


def _read(bundle: Path) -> list[x509.Certificate]:
    return read_contents(bundle.read_bytes(), _no_password).certificates


def _no_password() -> None:
    return None
