"""The form of the bundle for a firmware that the user named, and why other forms do not work."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from leafonly.certificates.chain import der
from leafonly.certificates.printable import printable
from leafonly.tls.message_size import certificate_message_size

__all__ = ["CHAIN_PEM", "KEY_PEM", "MICROPYTHON", "OTHERS_PEM", "Form"]

_LONGEST_NAME = 200  # characters, in a comment
CHAIN_PEM, KEY_PEM, OTHERS_PEM = "server.pem", "server.key.pem", "intermediates.pem"

MICROPYTHON = (
    "import tls",
    "",
    "def read(name):",
    '    with open(name, "rb") as file:',
    "        return file.read()",
    "",
    "context = tls.SSLContext(tls.PROTOCOL_TLS_SERVER)",
)
"""The first lines of every program that loads files by `load_cert_chain`."""


@dataclass(frozen=True)
class Form:
    """The encodings that a firmware loads, and the size that it can send.

    Attributes:
        firmware: The firmware's name, for sentences.
        is_pem: It loads PEM, so that one file has the chain.
        is_der: It loads DER.
        takes_names: `load_cert_chain` takes the names of files instead of their contents.
        message_limit: Bytes of a Certificate message that it can send.

    """

    firmware: str
    is_pem: bool
    is_der: bool
    takes_names: bool
    message_limit: int

    def fits(self, chain: Sequence[x509.Certificate]) -> bool:
        """Return whether the camera can send this chain."""
        return certificate_message_size(chain) <= self.message_limit

    def pem_files(self, chain: Sequence[x509.Certificate], key: bytes) -> Mapping[str, bytes]:
        """Return the files: the presented certificates, the key, and the other certificates."""
        in_pem = [each.public_bytes(Encoding.PEM) for each in chain]
        if self.fits(chain):
            return {CHAIN_PEM: b"".join(in_pem), KEY_PEM: key}
        return {CHAIN_PEM: in_pem[0], KEY_PEM: key, OTHERS_PEM: b"".join(in_pem[1:])}

    def pem_lines(self) -> list[str]:
        """Return the code that loads these files."""
        names = f'"{CHAIN_PEM}", "{KEY_PEM}"'
        if self.takes_names:
            return [
                "import ssl",
                "",
                "context = ssl.create_default_context()",
                f"context.load_cert_chain({names})",
            ]
        return [
            *MICROPYTHON,
            f'context.load_cert_chain(read("{CHAIN_PEM}"), read("{KEY_PEM}"))',
        ]

    def reasons(self, chain: Sequence[x509.Certificate], key: bytes) -> Iterator[str]:
        """Yield why this form was written, and why others do not work, with sizes in bytes.

        Args:
            chain: The leaf and its intermediates.
            key: The private key as DER. Only its length is used.

        """
        size = certificate_message_size(chain)
        yield f"For {self.firmware}."
        if not self.fits(chain):
            leaf = certificate_message_size(chain[:1])
            yield (
                f"The full chain's Certificate message has {size} bytes and {self.message_limit} "
                f"fit, so only the leaf is presented ({leaf} bytes)."
            )
            yield from self._shorter(chain)
        elif self.is_pem and self.is_der:
            yield f"DER files work too, one call each: {size} of {self.message_limit} bytes."
        if not self.is_pem:
            text = sum(len(each.public_bytes(Encoding.PEM)) for each in chain)
            yield (
                f"A PEM file ({text} bytes) does not work, because this firmware reads DER only."
            )
        if not self.is_der:
            yield (
                f"DER files do not work: this firmware reads one byte beyond the key's {len(key)} "
                "bytes, and refuses the key."
            )
        if len(chain) > 1:
            yield self._together(chain)

    def _shorter(self, chain: Sequence[x509.Certificate]) -> Iterator[str]:
        """Yield the longest part of a chain that fits, if it has more than the leaf."""
        for kept in range(len(chain) - 1, 1, -1):
            if self.fits(chain[:kept]):
                trusted = printable(chain[kept].subject.rfc4514_string(), _LONGEST_NAME)
                yield (
                    f"With {kept - 1} of {len(chain) - 1} intermediates it has "
                    f"{certificate_message_size(chain[:kept])} bytes and fits. Clients must then "
                    f"trust {trusted}."
                )
                return

    def _together(self, chain: Sequence[x509.Certificate]) -> str:
        """Return why several certificates in DER do not work: in one file, or in one call each."""
        sizes = [len(der(each)) for each in chain]
        if self.is_der:
            return (
                "One DER file of all certificates does not work: the firmware reads only its "
                f"first {sizes[0]} of {sum(sizes)} bytes, the leaf."
            )
        return (
            "A call for each certificate does not work: each call replaces the one before, so the "
            f"camera would present only the last certificate, {sizes[-1]} of {sum(sizes)} bytes."
        )
