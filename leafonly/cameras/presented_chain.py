"""The shape of a presented chain, by the names and signatures of its certificates."""

import datetime as dt
from collections.abc import Callable, Sequence

from cryptography import x509

from leafonly.certificates.inspection import aia_urls, covers, is_self_signed
from leafonly.certificates.paths import Issuers, SignatureBudget, issuers_of
from leafonly.certificates.trusted import MissingIssuer, Trusted

__all__ = ["PresentedChain"]

# Verified for one host. A hostile key of 16384 bits takes 15 ms each (measured, OpenSSL 3.5).
_MOST_SIGNATURES = 200


class PresentedChain:
    """The certificates that a host presents, compared with what clients trust.

    Args:
        presented: The certificates, in the order sent.
        trusted: What clients trust.
        check_time: Called before each signature; raises TimeoutError when there is no time left.

    Attributes:
        presented: All presented certificates.
        leaf: The first one.
        path: The shortest path from the leaf to a trusted root, without the root; if there is
            none, the path through the presented certificates.
        anchor: The trusted root that issued the path's last certificate, or that certificate if
            it is the root; None if there is no trusted root.
        missing: The issuers that were not presented.
        is_self_signed: The leaf is its own issuer.
        leads_to_root: With the missing issuers, the path ends at a trusted root.

    """

    def __init__(
        self,
        presented: Sequence[x509.Certificate],
        trusted: Trusted,
        check_time: Callable[[], object] = lambda: None,
    ) -> None:
        self.presented, self._trusted = presented, trusted
        self._budget = SignatureBudget(_MOST_SIGNATURES, check_time)
        self._self_signed: dict[x509.Certificate, bool] = {}
        self.leaf = presented[0]
        self.is_self_signed = self._is_self_signed(self.leaf)
        self._below = self._climb()
        self.path, self.anchor = self._best_path()
        self.leads_to_root = self.anchor is not None
        self.missing = [] if self.anchor or self.is_self_signed else self._missing()

    @property
    def gave_up(self) -> bool:
        """Not all signatures were verified, because the budget for one host was spent."""
        return self._budget.is_exceeded

    @property
    def has_root(self) -> bool:
        """A root is among the certificates above the leaf."""
        return any(self._is_self_signed(each) for each in self.presented[1:])

    @property
    def is_in_order(self) -> bool:
        """Each certificate of the path is followed by its issuer (RFC 5246 section 7.4.2)."""
        return list(self.presented[: len(self.path)]) == self.path

    @property
    def has_unrelated(self) -> bool:
        """A certificate is presented that is neither above the leaf nor a root."""
        beside = [each for each in self.presented if each not in self._below]
        return any(not self._is_self_signed(each) for each in beside)

    def covers(self, host: str) -> bool:
        """Return whether the leaf covers this host."""
        return covers(self.leaf, host)

    def untimely(self, at: dt.datetime) -> list[x509.Certificate]:
        """Return the certificates of the path that are expired or not yet valid."""
        return [
            each
            for each in (*self.path, *self._anchor_above())
            if not each.not_valid_before_utc <= at <= each.not_valid_after_utc
        ]

    @property
    def has_namesake_of_issuer(self) -> bool:
        """A presented certificate has the missing issuer's name, but another key."""
        issuer = self.path[-1].issuer
        return any(each.subject == issuer for each in self.presented if each not in self._below)

    @property
    def has_trusted_namesake(self) -> bool:
        """A trusted certificate has the name of the path's last issuer, but another key."""
        return bool(self._trusted.named(self.path[-1].issuer))

    @property
    def _is_below_a_namesake(self) -> bool:
        """The path ends at an issuer that has a trusted root's name, but another key.

        It is not a missing intermediate: presenting that root would not help.
        """
        return len(self.path) > 1 and self._trusted.has_root_named(self.path[-1].issuer)

    def _is_self_signed(self, certificate: x509.Certificate) -> bool:
        if certificate.issuer != certificate.subject:
            return False  # this costs no signature
        if certificate not in self._self_signed:
            self._self_signed[certificate] = self._budget.spend() and is_self_signed(certificate)
        return self._self_signed[certificate]

    def _anchor_above(self) -> list[x509.Certificate]:
        return [] if self.anchor is None or self.anchor in self.path else [self.anchor]

    def _climb(self) -> dict[x509.Certificate, x509.Certificate | None]:
        """Return the certificates above the leaf, nearest first, each with the one below it."""
        pool = Issuers(self.presented)
        below: dict[x509.Certificate, x509.Certificate | None] = {self.leaf: None}
        waiting = [self.leaf]
        while waiting:
            last = waiting.pop(0)
            for each in issuers_of(last, pool, self._budget, excluding=below):
                below[each] = last
                waiting.append(each)
        return below

    def _best_path(self) -> tuple[list[x509.Certificate], x509.Certificate | None]:
        for last in self._below:
            anchor = self._trusted.root_of(last)
            if anchor is not None:
                return self._path_to(last), anchor
        return self._path_to(list(self._below)[-1]), None

    def _path_to(self, last: x509.Certificate) -> list[x509.Certificate]:
        path: list[x509.Certificate] = []
        at: x509.Certificate | None = last
        while at is not None:
            path.append(at)
            at = self._below[at]
        return path[::-1]

    def _missing(self) -> list[MissingIssuer]:
        """Return the issuers that were not presented; none if the path ends at an unknown root.

        An unknown issuer may be a private root or a certificate that was not sent. A leaf
        alone lacks its issuer. An intermediate lacks its issuer if it has a caIssuers URL. For
        example, the issuer of Let's Encrypt's YE1 is a root for few clients, and cross-signed
        for the others.
        """
        known = [
            each
            for each in self._below
            if not self._is_self_signed(each) and self._trusted.knows(each)
        ]
        if known:
            missing, root = self._trusted.missing_above(known[-1])
            self.leads_to_root = root is not None
            return missing
        top = self.path[-1]
        if self._is_self_signed(top) or (len(self.path) > 1 and not aia_urls(top)):
            return []
        if self._is_below_a_namesake:
            return []
        presented = {each.subject.rfc4514_string() for each in self.presented}
        found = (*self._trusted.missing_above(top)[0], *self._gaps_beside())
        named = {each.subject for each in found if not each.published} | presented
        return [
            each for each in dict.fromkeys(found) if not each.published or each.subject not in named
        ]

    def _gaps_beside(self) -> list[MissingIssuer]:
        """Return the missing issuers of presented certificates that may belong above the gap."""
        beside = [
            each
            for each in self.presented
            if each not in self._below and not self._is_self_signed(each) and aia_urls(each)
        ]
        found: list[MissingIssuer] = []
        for each in beside:
            has_issuer = any(each.issuer == other.subject for other in self.presented)
            if not has_issuer and self._trusted.root_of(each) is None:
                found += self._trusted.missing_above(each)[0]
        return found
