"""Checks of the key: it fits the leaf, the camera can load it, and its file is private."""

import os
from collections.abc import Iterator

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes
from cryptography.x509.oid import PublicKeyAlgorithmOID

from leafonly.audit.context import Evidence
from leafonly.audit.files.credentials import spki
from leafonly.audit.finding import Finding, NotCheckedError, blocker, info, warning

__all__ = ["CHECKS", "judge_public_key"]

_NEW_KEY = "make a P-256 key and a signing request for it, and have the CA issue a new certificate"


def key_matches_certificate(evidence: Evidence) -> Iterator[Finding]:
    """The private key fits the certificate. A camera loads any other key without an error."""
    leaf, key = evidence.leaf, evidence.key
    if spki(key.public_key()) != spki(leaf.public_key()):
        yield blocker(
            "the private key does not fit the certificate: the camera loads both, and every client "
            "fails with a bad signature",
            "use the key of the signing request, or have the CA issue a new certificate",
        )


def camera_can_use_key(evidence: Evidence) -> Iterator[Finding]:
    """A camera can load the key and clients can use it: P-256, P-384 or RSA-2048.

    What the camera refuses to load was measured on its firmware
    (`leafonly/cameras/emulator/loading_rules.py`).
    """
    leaf = evidence.leaf
    yield from judge_public_key(leaf.public_key(), leaf.public_key_algorithm_oid)


def judge_public_key(public_key: PublicKeyTypes, kind: x509.ObjectIdentifier) -> Iterator[Finding]:
    """Yield findings about a public key: a camera must load it, and clients must accept it."""
    if kind == PublicKeyAlgorithmOID.RSASSA_PSS:
        yield blocker(
            "the key is for RSA-PSS only, which the camera's firmware does not support", _NEW_KEY
        )
    elif isinstance(public_key, ec.EllipticCurvePublicKey):
        yield from _judge_curve(public_key.curve)
    elif isinstance(public_key, rsa.RSAPublicKey):
        yield from _judge_rsa(public_key.key_size)
    else:
        name = type(public_key).__name__.removesuffix("PublicKey").lstrip("_")
        yield blocker(f"the key is {name}, which the camera refuses to load", _NEW_KEY)


def _judge_curve(curve: ec.EllipticCurve) -> Iterator[Finding]:
    name = {"secp256r1": "P-256", "secp384r1": "P-384", "secp521r1": "P-521"}.get(curve.name)
    if name is None:
        # RFC 8422 section 5.1.1 has these three; so has Baseline Requirements 6.1.5.
        yield blocker(
            f"the key is on the curve {curve.name}: TLS allows P-256, P-384 and P-521", _NEW_KEY
        )
    elif name == "P-521":
        # Seen to refuse it: Chromium 156, rustls 0.23, Conscrypt 2.9, s2n and Erlang 25.
        yield warning(
            "the key is P-521: Chromium and rustls reject it, and it is slow on a camera", _NEW_KEY
        )
    else:
        yield info(f"the key is {name}, which cameras and clients can use")


def _judge_rsa(bits: int) -> Iterator[Finding]:
    if bits < 2048:
        # Apple: support.apple.com/103769. Seen to refuse 1024: OpenSSL 3.0 as Debian sets it,
        # and so Python and Node.js, rustls 0.23, mbedTLS 2.28; Chromium and Firefox took it from
        # a private CA. Public CAs must not issue for it (Baseline Requirements 6.1.5).
        yield blocker(
            f"the key is RSA with {bits} bits: OpenSSL, rustls, mbedTLS and Apple's systems "
            "reject it as too weak",
            _NEW_KEY,
        )
    elif bits > 2048:
        yield warning(
            f"the key is RSA with {bits} bits: each handshake may take a camera many seconds",
            _NEW_KEY,
        )
    else:
        yield info("the key is RSA-2048, which cameras and clients can use; P-256 is faster")


def key_file_is_private(evidence: Evidence) -> Iterator[Finding]:
    """Only its owner may read the file that holds the key."""
    if not evidence.credentials.keys:
        raise NotCheckedError("no private key was given: --key FILE")
    if os.name != "posix":
        raise NotCheckedError("this system has no permission bits")
    for file in evidence.credentials.files:
        if file.contents.keys and file.mode is not None:
            if file.mode & 0o007:
                yield warning(
                    f"{file.name} holds the private key, and every user here may read it "
                    f"(mode {file.mode:04o})",
                    f"chmod 600 {file.name}; if other users had access, replace the key",
                )
            elif file.mode & 0o070:
                yield info(f"{file.name} holds the private key, and its group may read it")


def key_may_sign(evidence: Evidence) -> Iterator[Finding]:
    """The key may sign handshakes: keyUsage, if present, has digitalSignature.

    RFC 5246 section 7.4.2 and RFC 8422 section 2.2 demand it for ECDHE; without it, none of
    23 clients connected.
    """
    try:
        usage = evidence.leaf.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return
    if not usage.digital_signature:
        yield blocker(
            "the certificate's key usage lacks digitalSignature, which every ECDHE handshake needs",
            "have the CA issue a certificate for TLS servers",
        )


CHECKS = (key_matches_certificate, camera_can_use_key, key_file_is_private, key_may_sign)
