"""Names of certificates for messages."""

from cryptography import x509
from cryptography.x509.oid import NameOID

from leafonly.certificates.printable import printable

__all__ = ["called", "name_of", "shown"]


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
