"""Names of certificates for messages, and as they may come back in those of a client."""

import re
from collections.abc import Iterable

from cryptography import x509
from cryptography.x509.oid import NameOID

from leafonly.certificates.printable import printable

__all__ = ["called", "name_of", "shown", "written_in"]

_PUNCTUATION = re.compile(r"[^\w ()'-]+")


def called(certificate: x509.Certificate) -> str:
    """Return a certificate's subject as `name_of` writes it."""
    return name_of(certificate.subject)


def name_of(name: x509.Name) -> str:
    """Return the common name, or the whole name if it has none; printable and short."""
    common = name.get_attributes_for_oid(NameOID.COMMON_NAME)
    word = str(common[0].value) if common else name.rfc4514_string()
    return shown(word) or "(no name)"


def shown(text: str) -> str:
    """Return text from outside, printable and short."""
    return printable(text, 200)


def written_in(certificates: Iterable[x509.Certificate]) -> frozenset[str]:
    """Return what is written in the subjects and issuers of certificates, whole and in pieces.

    The pieces are what stands between punctuation, which each program escapes in its own way.
    A certificate whose names cannot be read adds nothing.
    """
    values: set[str] = set()
    for each in certificates:
        try:
            values.update(str(part.value) for name in (each.subject, each.issuer) for part in name)
        except ValueError:
            continue
    pieces = {piece.strip() for value in values for piece in _PUNCTUATION.split(value)}
    return frozenset((values | pieces) - {""})
