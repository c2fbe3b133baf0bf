"""A chain: a leaf with its private key, its intermediates and its root."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, get_args

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

__all__ = ["KEY_TYPES", "Chain", "KeyType", "PrivateKey", "PublicKey", "der", "new_key", "pem"]

KeyType = Literal["p256", "p384", "rsa2048"]
"""The three keys that the camera's documentation offers."""

KEY_TYPES: tuple[KeyType, ...] = get_args(KeyType)

PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
PublicKey = ec.EllipticCurvePublicKey | rsa.RSAPublicKey


def new_key(key_type: KeyType) -> PrivateKey:
    """Return a new private key. `rsa2048` takes a hundred times as long as the other two."""
    if key_type == "rsa2048":
        return rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return ec.generate_private_key(ec.SECP256R1() if key_type == "p256" else ec.SECP384R1())


def der(certificate: x509.Certificate) -> bytes:
    """Return a certificate as DER."""
    return certificate.public_bytes(Encoding.DER)


def pem(certificates: Sequence[x509.Certificate]) -> bytes:
    """Return certificates as PEM, in the given order."""
    return b"".join(certificate.public_bytes(Encoding.PEM) for certificate in certificates)


@dataclass(frozen=True)
class Chain:
    """A leaf, its intermediates and its root, with the leaf's private key.

    `intermediates` starts with the leaf's issuer. The key stays out of `repr`, so that no
    log or traceback shows it. It is None if the leaf was issued for a CSR.
    """

    leaf: x509.Certificate
    intermediates: tuple[x509.Certificate, ...]
    root: x509.Certificate
    key: PrivateKey | None = field(default=None, repr=False)

    @property
    def full(self) -> tuple[x509.Certificate, ...]:
        """Leaf and intermediates: what RFC 8446 section 4.4.2 asks a server to send."""
        return (self.leaf, *self.intermediates)

    @property
    def partial(self) -> "Chain":
        """The chain with the leaf's issuer as its only intermediate."""
        return replace(self, intermediates=self.intermediates[:1])

    def key_bytes(self, encoding: Encoding = Encoding.DER, *, traditional: bool = False) -> bytes:
        """Return the private key, unencrypted, as PKCS#8 or in its traditional form.

        Raises:
            ValueError: The chain was issued for a CSR; the creator of the CSR has the key.

        """
        if self.key is None:
            raise ValueError("this chain was issued for a CSR: its key is not here")
        form = PrivateFormat.TraditionalOpenSSL if traditional else PrivateFormat.PKCS8
        return self.key.private_bytes(encoding, form, NoEncryption())
