"""Shorter chains, and leaves with another key, for a chain that the camera cannot present.

The emulated camera serves each of them, with the firmware's buffer and loading rules. The leaf's
private key is not needed, because only the presented bytes matter here.
"""

import functools
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from leafonly.cameras import Load
from leafonly.cameras.emulator.camera import Emulator
from leafonly.cameras.emulator.profiles import DEFAULT, Profile
from leafonly.certificates.chain import KeyType, PrivateKey, der, new_key, pem
from leafonly.tls.flight import FlightError, read_flight
from leafonly.tls.message_size import certificate_message_size

__all__ = ["Shape", "excess", "shapes", "with_ec_key"]

_MOST_RSA = 512  # bytes of an RSA-4096 signature
_EXTENSION = 30  # bytes of an extension with such an identifier, besides its value


@dataclass(frozen=True)
class Shape:
    """A chain that was served to see whether the camera presents all of it.

    Attributes:
        key_type: The leaf's key if the leaf was replaced; None for the given leaf.
        left_out: The intermediates that were left out, the topmost first.
        size: Bytes of the Certificate message.
        presented: The camera presented every certificate of the chain.

    """

    key_type: KeyType | None
    left_out: Sequence[x509.Certificate]
    size: int
    presented: bool


def excess(certificates: Sequence[x509.Certificate], profile: Profile = DEFAULT) -> int:
    """Return by how many bytes the Certificate message is too long; 0 or less if it fits."""
    return certificate_message_size(certificates) - profile.message_limit


def shapes(
    leaf: x509.Certificate,
    intermediates: Sequence[x509.Certificate],
    profile: Profile = DEFAULT,
) -> Iterator[Shape]:
    """Yield each shape of a chain, after the emulated camera has served it.

    The first shapes leave out intermediates from the top, one more each time, because clients
    may have them; the last of these is the leaf with its issuer. If the leaf has an RSA key, the
    whole chain and the shorter ones follow with a P-256 leaf of the same contents.

    Args:
        leaf: The leaf.
        intermediates: The certificates between leaf and root, the leaf's issuer first.
        profile: The firmware that serves it.

    """
    for kept in range(len(intermediates) - 1, 0, -1):
        yield _served(None, leaf, intermediates[:kept], intermediates[kept:], profile)
    if isinstance(leaf.public_key(), rsa.RSAPublicKey):
        smaller = with_ec_key(leaf, len(leaf.signature))
        for kept in range(len(intermediates), 0, -1):
            yield _served("p256", smaller, intermediates[:kept], intermediates[kept:], profile)


def _served(
    key_type: KeyType | None,
    leaf: x509.Certificate,
    kept: Sequence[x509.Certificate],
    above: Sequence[x509.Certificate],
    profile: Profile,
) -> Shape:
    chain = [leaf, *kept]
    size = certificate_message_size(chain)
    return Shape(key_type, tuple(reversed(above)), size, _presented(chain, profile))


def _presented(chain: Sequence[x509.Certificate], profile: Profile) -> bool:
    key = _any_key(is_rsa=isinstance(chain[0].public_key(), rsa.RSAPublicKey))
    with Emulator(profile).serve(_loads(chain, key, profile)) as endpoint:
        try:
            flight = read_flight(endpoint.address, endpoint.port, "localhost")
        except FlightError:
            return False
    return list(flight.certificates) == [der(each) for each in chain]


def _loads(chain: Sequence[x509.Certificate], key: PrivateKey, profile: Profile) -> list[Load]:
    """Return the calls that load a chain: one PEM file if the firmware reads PEM, else DER."""
    encoding = Encoding.PEM if profile.reads_pem else Encoding.DER
    private = key.private_bytes(encoding, PrivateFormat.PKCS8, NoEncryption())
    certificates = [pem(chain)] if profile.reads_pem else [der(each) for each in chain]
    return [Load(each, private) for each in certificates]


@functools.cache
def _any_key(*, is_rsa: bool) -> PrivateKey:
    """Return a key of the leaf's kind, so that the flight has the leaf's cipher suite."""
    return new_key("rsa2048" if is_rsa else "p256")


def with_ec_key(leaf: x509.Certificate, signature: int) -> x509.Certificate:
    """Return a leaf of the same contents with a P-256 key, as long as its CA would issue it.

    Only the length matters, so the leaf is signed with a throwaway key of the issuer's length. An
    RSA signature is as long as the key, an ECDSA signature about twice as long as the curve.

    Args:
        leaf: The leaf with another key.
        signature: The length of the CA's signatures in bytes. An extension stands for the bytes
            beyond an RSA-4096 signature (ML-DSA, say), because longer RSA keys take minutes.

    """
    builder = (
        x509.CertificateBuilder()
        .subject_name(leaf.subject)
        .issuer_name(leaf.issuer)
        .public_key(new_key("p256").public_key())
        .serial_number(leaf.serial_number)
        .not_valid_before(leaf.not_valid_before_utc)
        .not_valid_after(leaf.not_valid_after_utc)
    )
    for extension in leaf.extensions:
        builder = builder.add_extension(extension.value, extension.critical)
    beyond = signature - _MOST_RSA
    if beyond > 0:
        # An arc of its own (X.667), because a leaf may have any extension already.
        filling = x509.ObjectIdentifier(f"2.25.{uuid.uuid4().int}")
        data = bytes(max(0, beyond - _EXTENSION))
        builder = builder.add_extension(x509.UnrecognizedExtension(filling, data), critical=False)
    return builder.sign(_key_as_long_as(min(signature, _MOST_RSA)), hashes.SHA256())


def _key_as_long_as(signature: int) -> PrivateKey:
    if signature >= 256:  # RSA, from 2048 bits on
        return rsa.generate_private_key(public_exponent=65537, key_size=signature * 8)
    return ec.generate_private_key(ec.SECP256R1() if signature < 80 else ec.SECP384R1())
