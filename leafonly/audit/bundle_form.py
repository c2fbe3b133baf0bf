"""The form of the bundle that fits a firmware which the user named, and why others do not."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from leafonly.certificates.chain import der
from leafonly.tls.message_size import certificate_message_size

__all__ = ["CHAIN_PEM", "KEY_PEM", "MICROPYTHON", "OTHERS_PEM", "Form"]

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
"""How every program begins that loads files into a TLS context by `load_cert_chain`."""


@dataclass(frozen=True)
class Form:
    """What a firmware loads, as far as the bundle needs it.

    Attributes:
        firmware: Its name, for sentences.
        is_pem: It loads PEM, so that one file has the chain.
        is_der: It loads DER too.
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
        """Return the files: the certificates to be presented, the key, and the other ones."""
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

    def reasons(self, chain: Sequence[x509.Certificate]) -> Iterator[str]:
        """Yield why this form was written, and in bytes why another does not fit."""
        size, leaf = certificate_message_size(chain), certificate_message_size(chain[:1])
        yield f"For {self.firmware}."
        if not self.fits(chain):
            yield (
                f"The full chain's Certificate message has {size} bytes and {self.message_limit} "
                f"fit, so only the leaf is presented ({leaf} bytes)."
            )
        elif self.is_pem and self.is_der:
            yield f"DER files work too, by one call each: {size} of {self.message_limit} bytes."
        if not self.is_der:
            yield "DER files do not work: the key is read with the byte behind it, and refused."
            last = len(der(chain[-1]))
            yield (
                "A call for each certificate does not work: the last one counts, so the camera "
                f"would present {last} bytes of the last certificate alone."
            )
        if not self.is_pem:
            together = sum(len(der(each)) for each in chain)
            yield "A PEM file does not work: this firmware reads DER only."
            yield (
                "One DER file of all certificates does not work: of its "
                f"{together} bytes the first {len(der(chain[0]))} are read, the leaf."
            )
