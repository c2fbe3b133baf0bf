"""What one file holds, whatever its name and its encoding."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes

__all__ = ["Contents", "Oddity", "Password"]

Password = Callable[[], bytes | None]
"""Called only if something is encrypted. Returns None if no password can be asked for."""

Form = Literal["pem", "der", "pkcs7", "pkcs12", "empty", "unknown"]

Oddity = Literal["bom", "utf16", "crlf", "text", "no_armour", "encrypted"]
"""What is unusual about a file that leafonly can read nonetheless."""


@dataclass
class Contents:
    """What one file holds.

    Attributes:
        form: How the file is encoded.
        certificates: In the order of the file.
        keys: Private keys, decrypted if they were encrypted. Never in `repr`.
        csrs: Certificate signing requests.
        oddities: What is unusual about the file.
        problems: What could not be read. Never quotes the file.

    """

    form: Form = "unknown"
    certificates: list[x509.Certificate] = field(default_factory=list)
    keys: list[PrivateKeyTypes] = field(default_factory=list, repr=False)
    csrs: list[x509.CertificateSigningRequest] = field(default_factory=list)
    oddities: set[Oddity] = field(default_factory=set)
    problems: list[str] = field(default_factory=list)

    @property
    def holds_anything(self) -> bool:
        """Whether the file holds a certificate, a key or a signing request."""
        return bool(self.certificates or self.keys or self.csrs)
