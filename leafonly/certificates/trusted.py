"""The trust store of a client, and the intermediates that its file holds beside the roots."""

import contextlib
import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from leafonly.certificates.inspection import aia_urls, is_issued_by, is_self_signed
from leafonly.certificates.paths import SignatureBudget, issuers_of
from leafonly.certificates.published_chain import published_above
from leafonly.certificates.regular_file import read_regular_file
from leafonly.certificates.system_roots import mozilla_list, system_list

__all__ = ["MissingIssuer", "Trusted"]

_MOST_MISSING = 8  # issuers, each above the one before
_MOST_NAMESAKES = 20  # tried as the issuer of one certificate


@dataclass(frozen=True)
class MissingIssuer:
    """A certificate that was not presented.

    Attributes:
        subject: Its name.
        url: The caIssuers URL in the certificate below it (RFC 5280 section 4.2.2.1); None if
            there is none.
        published: The CA's published chain has it. No presented certificate names it.

    """

    subject: str
    url: str | None
    published: bool = False


class Trusted:
    """The roots that a client trusts, and the other certificates in its file.

    Args:
        certificates: Roots and others; None for this system's trust store.

    """

    def __init__(self, certificates: Sequence[x509.Certificate] | None = None) -> None:
        self._certificates = (
            system_list() or mozilla_list()
            if certificates is None
            else [each.public_bytes(Encoding.DER) for each in certificates]
        )

    @classmethod
    def of_file(cls, path: Path) -> Self:
        """Return the certificates in a PEM file.

        Raises:
            ValueError: The file holds no certificate.
            OSError: The file cannot be read, or is not a regular file.

        """
        data = read_regular_file(path)
        try:
            return cls(x509.load_pem_x509_certificates(data))
        except ValueError:
            raise ValueError(f"{path} holds no PEM certificate: name a file with one") from None

    def named(self, name: x509.Name) -> list[x509.Certificate]:
        """Return the certificates with this subject, at most 20."""
        found = (each for each in self._parsed(name.public_bytes()) if each.subject == name)
        return list(itertools.islice(found, _MOST_NAMESAKES))

    def _parsed(self, part: bytes) -> Iterator[x509.Certificate]:
        """Yield the certificates that have these bytes in them. Only these are parsed.

        A system's store holds 150 roots. Parsing old roots warns, because they break current
        rules. An intermediate has the bytes of its issuer's name, too. A root of the system's
        that cannot be parsed is left out, because it is no fault of the host.
        """
        for each in self._certificates:
            if part in each:
                with contextlib.suppress(ValueError):
                    yield x509.load_der_x509_certificate(each)

    def root_of(self, certificate: x509.Certificate) -> x509.Certificate | None:
        """Return the trusted root that issued a certificate, or the certificate if it is one."""
        for candidate in self.named(certificate.issuer):
            # An intermediate in the file may help one client, but no path ends at it.
            if is_self_signed(candidate) and is_issued_by(certificate, candidate):
                return candidate
        return None

    def roots_above(self, presented: Iterable[x509.Certificate]) -> list[x509.Certificate]:
        """Return the trusted roots at which a path through these certificates may end."""
        names = {name for each in presented for name in (each.issuer, each.subject)}
        candidates = [each for name in names for each in self.named(name)]
        return [each for each in candidates if is_self_signed(each)]

    def missing_above(
        self, certificate: x509.Certificate
    ) -> tuple[list[MissingIssuer], x509.Certificate | None]:
        """Return the missing issuers above a certificate, and the root at the end of the path.

        The path goes on through the issuers in the file. The root is None if the path ends
        without one; the last missing issuer is then not in the file either, and those above it
        follow if its CA publishes them.
        """
        missing: list[MissingIssuer] = []
        below: x509.Certificate | None = certificate
        seen = {certificate}
        while below is not None and len(missing) < _MOST_MISSING:
            root = self.root_of(below)
            if root is not None:
                return missing, root
            name = below.issuer
            missing.append(MissingIssuer(name.rfc4514_string(), _url(below)))
            budget = SignatureBudget(_MOST_NAMESAKES)
            candidates = list(issuers_of(below, self, budget, excluding=seen))
            # Prefer one that a root issued, because its path is the shortest.
            below = next((each for each in candidates if self.root_of(each)), None) or next(
                iter(candidates), None
            )
            seen.update(candidates)
            if below is None:
                missing += self._published_above(name)
        return missing, None

    def _published_above(self, name: x509.Name) -> list[MissingIssuer]:
        return [
            MissingIssuer(above.rfc4514_string(), url, published=True)
            for above, url in published_above(name, self.has_root_named)
        ]

    def has_root_named(self, name: x509.Name) -> bool:
        """Return whether a trusted root has this name, in whatever encoding, with whatever key."""
        common = name.get_attributes_for_oid(NameOID.COMMON_NAME)
        text = str(common[0].value).encode() if common else name.public_bytes()
        found = (each for each in self._parsed(text) if each.subject == name)
        return any(map(is_self_signed, itertools.islice(found, _MOST_NAMESAKES)))

    def knows(self, certificate: x509.Certificate) -> bool:
        """Return whether the file has the issuer of a certificate, a root or not."""
        return any(is_issued_by(certificate, each) for each in self.named(certificate.issuer))


def _url(certificate: x509.Certificate) -> str | None:
    return next((url for url in aia_urls(certificate) if url.startswith("http")), None)
