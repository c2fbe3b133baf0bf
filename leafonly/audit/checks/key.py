"""Checks of the key: it is the right one, the camera can use it, and it is kept secret."""

import os
from collections.abc import Iterator

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import PublicKeyAlgorithmOID

from leafonly.audit.context import Evidence
from leafonly.audit.files.credentials import spki
from leafonly.audit.finding import Finding, NotCheckedError, blocker, info, warning

__all__ = ["CHECKS"]

_NEW_KEY = "make a P-256 key and a request with it, and have the CA issue for that"


def key_matches_certificate(evidence: Evidence) -> Iterator[Finding]:
    """The private key is the certificate's. A camera loads any other without a complaint."""
    leaf, key = evidence.leaf, evidence.key
    if spki(key.public_key()) != spki(leaf.public_key()):
        yield blocker(
            "the private key is not the certificate's: the camera would load both, and every "
            "client would fail with a bad signature",
            "find the key that the signing request was made with, or have the CA issue anew",
        )


def camera_can_use_key(evidence: Evidence) -> Iterator[Finding]:
    """The key is of a kind that a camera can load and clients can use: P-256, P-384, RSA-2048.

    What the camera refuses was measured on its firmware
    (`leafonly/cameras/emulator/loading_rules.py`).
    """
    leaf = evidence.leaf
    public_key = leaf.public_key()
    if leaf.public_key_algorithm_oid == PublicKeyAlgorithmOID.RSASSA_PSS:
        yield blocker("the key is for RSA-PSS only, which the camera's firmware lacks", _NEW_KEY)
    elif isinstance(public_key, ec.EllipticCurvePublicKey):
        yield from _judge_curve(public_key.curve)
    elif isinstance(public_key, rsa.RSAPublicKey):
        yield from _judge_rsa(public_key.key_size)
    else:
        kind = type(public_key).__name__.removesuffix("PublicKey").lstrip("_")
        yield blocker(f"the key is {kind}, which the camera refuses to load", _NEW_KEY)


def _judge_curve(curve: ec.EllipticCurve) -> Iterator[Finding]:
    name = {"secp256r1": "P-256", "secp384r1": "P-384", "secp521r1": "P-521"}.get(curve.name)
    if name is None:
        # RFC 8422 section 5.1.1 has these three; so has Baseline Requirements 6.1.5.
        yield blocker(
            f"the key is on {curve.name}: TLS has signatures with P-256, P-384 and P-521", _NEW_KEY
        )
    elif name == "P-521":
        # Seen to refuse it: Chromium 156, rustls 0.23, Conscrypt 2.9, s2n and Erlang 25.
        yield warning(
            "the key is P-521, slow on a camera, and Chromium and rustls refuse it", _NEW_KEY
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
            "refuse it as too weak",
            _NEW_KEY,
        )
    elif bits > 2048:
        yield warning(
            f"the key is RSA with {bits} bits: each handshake may take a camera many seconds",
            _NEW_KEY,
        )
    else:
        yield info("the key is RSA-2048, which cameras and clients can use, slower than P-256")


def key_file_is_private(evidence: Evidence) -> Iterator[Finding]:
    """Nobody but its owner may read the file that holds the key."""
    if not evidence.credentials.keys:
        raise NotCheckedError("no private key was given: --key FILE")
    if os.name != "posix":
        raise NotCheckedError("this system has no permission bits to look at")
    for file in evidence.credentials.files:
        if file.contents.keys and file.mode is not None:
            if file.mode & 0o007:
                yield warning(
                    f"{file.name} holds the private key, and every user here may read it "
                    f"(mode {file.mode:04o})",
                    f"chmod 600 {file.name}, and think of who has read it",
                )
            elif file.mode & 0o070:
                yield info(f"{file.name} holds the private key, and its group may read it")


def key_may_sign(evidence: Evidence) -> Iterator[Finding]:
    """The certificate lets its key sign handshakes: keyUsage digitalSignature, if present.

    RFC 5246 section 7.4.2 and RFC 8422 section 2.2 demand it for key exchange by ECDHE; no
    client of 23 connected without.
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
