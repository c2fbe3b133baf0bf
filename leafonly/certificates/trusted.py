"""The certificates that look's clients trust, and what else their file holds."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from leafonly.certificates.inspection import aia_urls, is_issued_by
from leafonly.certificates.regular_file import read_regular_file
from leafonly.certificates.system_roots import mozilla_list, system_list

__all__ = ["MissingIssuer", "Trusted"]

_MOST_MISSING = 8  # above one another
_MOST_NAMESAKES = 20  # tried as a certificate's issuer; a hostile server sends any number


@dataclass(frozen=True)
class MissingIssuer:
    """A certificate that was not presented.

    Attributes:
        subject: Its name.
        url: Where the certificate below it says that it is (caIssuers, RFC 5280 section
            4.2.2.1); None if it does not.

    """

    subject: str
    url: str | None


class Trusted:
    """The roots a client would know, and what else its file holds.

    Args:
        certificates: Roots and others; None for this system's own store.

    """

    def __init__(self, certificates: Sequence[x509.Certificate] | None = None) -> None:
        self._certificates = (
            system_list() or mozilla_list()
            if certificates is None
            else [each.public_bytes(Encoding.DER) for each in certificates]
        )

    @classmethod
    def of_file(cls, path: Path) -> Self:
        """Read them from a file of PEM certificates.

        Raises:
            ValueError: The file holds none.
            OSError: It cannot be read, or is no regular file.

        """
        data = read_regular_file(path)
        try:
            return cls(x509.load_pem_x509_certificates(data))
        except ValueError:
            raise ValueError(f"{path}: no PEM certificate can be read from it") from None

    def named(self, name: x509.Name) -> list[x509.Certificate]:
        """Return the certificates that may be of this name; only these are parsed.

        A system's store holds 150, and some break today's rules, so that parsing them warns.
        """
        encoded = name.public_bytes()
        matching = [each for each in self._certificates if encoded in each]
        return [x509.load_der_x509_certificate(each) for each in matching[:_MOST_NAMESAKES]]

    def root_of(self, certificate: x509.Certificate) -> x509.Certificate | None:
        """Return the trusted root that issued a certificate, or that it is."""
        for candidate in self.named(certificate.issuer):
            # An intermediate here may help one client, but it is no end of a chain.
            if is_issued_by(candidate, candidate) and is_issued_by(certificate, candidate):
                return candidate
        return None

    def roots_above(self, presented: Iterable[x509.Certificate]) -> list[x509.Certificate]:
        """Return the roots at which a path through these certificates may end."""
        names = {name for each in presented for name in (each.issuer, each.subject)}
        candidates = [each for name in names for each in self.named(name)]
        return [each for each in candidates if is_issued_by(each, each)]

    def missing_above(
        self, certificate: x509.Certificate
    ) -> tuple[list[MissingIssuer], x509.Certificate | None]:
        """Return what a path lacks from this certificate up, and the root where it ends.

        The issuers in the file are followed; the root is None if they do not lead to one.
        The last one missing is then the first whose certificate is not known either.
        """
        missing: list[MissingIssuer] = []
        below: x509.Certificate | None = certificate
        seen = {certificate}
        while below is not None and len(missing) < _MOST_MISSING:
            root = self.root_of(below)
            if root is not None:
                return missing, root
            missing.append(MissingIssuer(below.issuer.rfc4514_string(), _url(below)))
            candidates = [
                each
                for each in self.named(below.issuer)
                if each not in seen and is_issued_by(below, each)
            ]
            # Of several, one that a root issued: the others go nowhere or further.
            below = next((each for each in candidates if self.root_of(each)), None) or next(
                iter(candidates), None
            )
            seen.update(candidates)
        return missing, None

    def knows(self, certificate: x509.Certificate) -> bool:
        """Whether the issuer is among the file's certificates, a root or not."""
        return any(is_issued_by(certificate, each) for each in self.named(certificate.issuer))


def _url(certificate: x509.Certificate) -> str | None:
    try:
        return next((url for url in aia_urls(certificate) if url.startswith("http")), None)
    except ValueError:
        return None  # what cannot be read, names nothing
