"""Build certification paths from a leaf upwards, and the lists of roots where they may end.

Only names and signatures count here (RFC 5280 section 6.1), because an audit must also see the
paths that a verifier rejects, to say what is wrong with them.
"""

import contextlib
import functools
import warnings
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from typing import Protocol

from cryptography import x509

from leafonly.certificates.inspection import is_issued_by, is_self_signed
from leafonly.certificates.system_roots import mozilla_list, system_list

__all__ = [
    "Issuers",
    "Pool",
    "SignatureBudget",
    "issuers_of",
    "longest_path",
    "mozilla_roots",
    "root_paths",
    "roots_in",
    "system_roots",
]

_MOST_CERTIFICATES = 8  # in one path; the longest on the web has 5
_MOST_SIGNATURES = 300  # for one leaf
_MOST_PATHS = 16


class Pool(Protocol):
    """Certificates among which issuers are looked up by name."""

    def named(self, name: x509.Name) -> Sequence[x509.Certificate]:
        """Return the certificates that may have this subject."""


class SignatureBudget:
    """How many signatures may still be verified for one leaf.

    A hostile file or server may hold any number of certificates of one name.

    Args:
        count: The signatures.
        check_time: Called before each; raises TimeoutError when there is no time left.

    """

    def __init__(self, count: int, check_time: Callable[[], object] = lambda: None) -> None:
        self._left, self._check_time = count, check_time

    @property
    def is_exceeded(self) -> bool:
        """A signature was not verified, because none was left."""
        return self._left < 0

    def spend(self) -> bool:
        """Take one signature off the budget; return False if none is left."""
        self._check_time()
        self._left -= 1
        return self._left >= 0


def issuers_of(
    certificate: x509.Certificate,
    pool: Pool,
    budget: SignatureBudget,
    *,
    excluding: Collection[x509.Certificate] = (),
) -> Iterator[x509.Certificate]:
    """Yield the certificates of a pool that issued this one, by name and signature."""
    for issuer in pool.named(certificate.issuer):
        if issuer not in excluding and budget.spend() and is_issued_by(certificate, issuer):
            yield issuer


class Issuers:
    """Certificates indexed by subject; a `Pool`."""

    def __init__(self, certificates: Iterable[x509.Certificate]) -> None:
        self._by_name: dict[bytes, list[x509.Certificate]] = defaultdict(list)
        for certificate in certificates:
            self._by_name[certificate.subject.public_bytes()].append(certificate)

    def __bool__(self) -> bool:
        return bool(self._by_name)

    def named(self, name: x509.Name) -> Sequence[x509.Certificate]:
        """Return the certificates with this subject."""
        return self._by_name.get(name.public_bytes(), ())

    def has_named(self, name: x509.Name) -> bool:
        """Return whether a certificate has this subject, in whatever encoding."""
        return any(found[0].subject == name for found in self._by_name.values())


def roots_in(certificates: Sequence[x509.Certificate]) -> Issuers:
    """Return the roots in a file that a user trusts; all its certificates if none is a root.

    An intermediate beside the roots must not hide that the camera's files lack it.
    """
    return Issuers([each for each in certificates if is_self_signed(each)] or certificates)


def root_paths(
    leaf: x509.Certificate, intermediates: Sequence[x509.Certificate], roots: Issuers
) -> list[tuple[x509.Certificate, ...]]:
    """Return the paths from a leaf to a root, both included, the shortest first.

    Args:
        leaf: Where each path begins.
        intermediates: The certificates that may be in between.
        roots: The certificates at which a path may end.

    """
    found: list[tuple[x509.Certificate, ...]] = []
    budget = SignatureBudget(_MOST_SIGNATURES)
    for path in _paths_up(leaf, intermediates, budget):
        above = issuers_of(path[-1], roots, budget, excluding=path)
        found += [(*path, root) for root in above]
        if len(found) >= _MOST_PATHS:
            break
    return found[:_MOST_PATHS]


def longest_path(
    leaf: x509.Certificate, intermediates: Sequence[x509.Certificate]
) -> tuple[x509.Certificate, ...]:
    """Return the longest path through the intermediates, beginning with the leaf."""
    return max(_paths_up(leaf, intermediates, SignatureBudget(_MOST_SIGNATURES)), key=len)


def _paths_up(
    leaf: x509.Certificate, intermediates: Sequence[x509.Certificate], budget: SignatureBudget
) -> Iterator[tuple[x509.Certificate, ...]]:
    """Yield every path that begins at the leaf, the shortest first."""
    between = Issuers(intermediates)
    waiting: list[tuple[x509.Certificate, ...]] = [(leaf,)]
    while waiting:
        path = waiting.pop(0)
        yield path
        if len(path) < _MOST_CERTIFICATES:
            above = issuers_of(path[-1], between, budget, excluding=path)
            waiting += [(*path, issuer) for issuer in above]


@functools.cache
def mozilla_roots() -> Issuers:
    """Return the roots of Mozilla's list, as certifi delivers it."""
    return Issuers(_parsed(mozilla_list()))


@functools.cache
def system_roots() -> Issuers:
    """Return the roots in this system's trust store; empty if no store is found."""
    return Issuers(_parsed(system_list()))


def _parsed(encoded: Iterable[bytes]) -> Iterator[x509.Certificate]:
    """Parse roots; leave out those that cannot be parsed, and silence warnings about old ones."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for each in encoded:
            with contextlib.suppress(ValueError):
                yield x509.load_der_x509_certificate(each)
