"""What a list of presented certificates is, by their names and signatures alone."""

import datetime as dt
from collections.abc import Sequence

from cryptography import x509

from leafonly.certificates.inspection import aia_urls, covers, is_issued_by
from leafonly.certificates.trusted import MissingIssuer, Trusted

__all__ = ["PresentedChain"]

_MOST_SIGNATURES = 500  # verified for one host; a hostile one sends any number of namesakes


class PresentedChain:
    """The certificates that a host presents, beside what clients trust.

    Attributes:
        presented: All of them.
        leaf: The first one.
        path: From the leaf to its issuer and on, by the shortest way to a trusted root, or as
            far as what was presented leads.
        anchor: The trusted root that issued the path's last certificate, or that it is; None
            if there is none.
        missing: What the path lacks to a root.
        leads_to_root: With what is missing, the path ends at a trusted root.

    """

    def __init__(self, presented: Sequence[x509.Certificate], trusted: Trusted) -> None:
        self.presented, self._trusted = presented, trusted
        self._signatures = _MOST_SIGNATURES
        self.leaf = presented[0]
        self._below = self._climb()
        self.path, self.anchor = self._best_path()
        self.leads_to_root = self.anchor is not None
        self.missing = [] if self.anchor or self.is_self_signed else self._missing()

    @property
    def is_self_signed(self) -> bool:
        """The leaf is its own issuer."""
        return self._is_root(self.leaf)

    @property
    def has_root(self) -> bool:
        """A root is among the certificates above the leaf."""
        return any(self._is_root(each) for each in self.presented[1:])

    @property
    def is_in_order(self) -> bool:
        """Each certificate of the path is followed by its issuer (RFC 5246 section 7.4.2)."""
        return list(self.presented[: len(self.path)]) == self.path

    @property
    def has_unrelated(self) -> bool:
        """Something that is no root is presented that the leaf's issuers do not lead to."""
        beside = [each for each in self.presented if each not in self._below]
        return any(not self._is_root(each) for each in beside)

    def covers(self, host: str) -> bool:
        """Tell whether the leaf is for this host."""
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
        """A certificate is presented that is called as the path's missing issuer."""
        issuer = self.path[-1].issuer
        return any(each.subject == issuer for each in self.presented if each not in self._below)

    @property
    def has_trusted_namesake(self) -> bool:
        """A certificate is trusted that is called as the path's last issuer."""
        return bool(self._trusted.named(self.path[-1].issuer))

    def _anchor_above(self) -> list[x509.Certificate]:
        return [] if self.anchor is None or self.anchor in self.path else [self.anchor]

    def _is_root(self, certificate: x509.Certificate) -> bool:
        # The name first: most are no roots, and a signature costs more.
        return certificate.issuer == certificate.subject and is_issued_by(certificate, certificate)

    def _climb(self) -> dict[x509.Certificate, x509.Certificate | None]:
        """Return what the leaf leads to, nearest first, each with the one below it."""
        below: dict[x509.Certificate, x509.Certificate | None] = {self.leaf: None}
        waiting = [self.leaf]
        while waiting:
            last = waiting.pop(0)
            for each in self.presented:
                if each in below or each.subject != last.issuer or self._signatures <= 0:
                    continue
                self._signatures -= 1
                if is_issued_by(last, each):
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
        """Return the issuers that the path lacks; none if its end is an unknown root.

        Whether an issuer that nothing is known of is a root of somebody's own or a certificate
        that was not sent cannot be seen. A leaf alone lacks its issuer. Above, the certificate
        of a CA that has further ones above it says where they are (caIssuers): Let's Encrypt's
        YE1, whose issuer is a root to few clients and cross-signed for the others.
        """
        known = [
            each for each in self._below if not self._is_root(each) and self._trusted.knows(each)
        ]
        if known:
            missing, root = self._trusted.missing_above(known[-1])
            self.leads_to_root = root is not None
            return missing
        top = self.path[-1]
        if self._is_root(top) or (len(self.path) > 1 and not aia_urls(top)):
            return []
        return list(dict.fromkeys((*self._trusted.missing_above(top)[0], *self._gaps_beside())))

    def _gaps_beside(self) -> list[MissingIssuer]:
        """Return what others lack that may belong above the gap."""
        beside = [
            each
            for each in self.presented
            if each not in self._below and not self._is_root(each) and aia_urls(each)
        ]
        found: list[MissingIssuer] = []
        for each in beside:
            has_issuer = any(each.issuer == other.subject for other in self.presented)
            if not has_issuer and self._trusted.root_of(each) is None:
                found += self._trusted.missing_above(each)[0]
        return found
