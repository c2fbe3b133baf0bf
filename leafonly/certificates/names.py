"""How certificates are called in texts for people."""

from cryptography import x509
from cryptography.x509.oid import NameOID

from leafonly.certificates.printable import printable

__all__ = ["called", "name_of", "shown"]


def called(certificate: x509.Certificate) -> str:
    """Return the name by which people know a certificate."""
    return name_of(certificate.subject)


def name_of(name: x509.Name) -> str:
    """Return a name's common name, or all of it where there is none; printable and short."""
    common = name.get_attributes_for_oid(NameOID.COMMON_NAME)
    word = str(common[0].value) if common else name.rfc4514_string()
    return shown(word) or "(no name)"


def shown(text: str) -> str:
    """Return a stranger's text, printable and short."""
    return printable(text, 200)
