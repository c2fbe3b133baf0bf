"""Whether a server has the private key of the leaf that it presents, by its flight alone.

With an (EC)DHE key exchange the server signs its parameters in the ServerKeyExchange message
(RFC 5246 section 7.4.3, RFC 4346 section 7.4.3, RFC 8422 section 5.4).
"""

import hashlib

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, padding, rsa

from leafonly.tls.client_hello import CLIENT_RANDOM
from leafonly.tls.flight import Flight

__all__ = ["proves_key"]

_HASHES: dict[int, hashes.HashAlgorithm] = {
    2: hashes.SHA1(),  # noqa: S303 - what the server chose is judged, not trusted
    3: hashes.SHA224(),
    4: hashes.SHA256(),
    5: hashes.SHA384(),
    6: hashes.SHA512(),
}
_PSS: dict[int, hashes.HashAlgorithm] = {
    **{0x0804: hashes.SHA256(), 0x0805: hashes.SHA384(), 0x0806: hashes.SHA512()},
    **{0x0809: hashes.SHA256(), 0x080A: hashes.SHA384(), 0x080B: hashes.SHA512()},
}
_TLS12 = 0x0303


def proves_key(flight: Flight, hello: bytes, leaf: x509.Certificate) -> bool | None:
    """Return whether the flight's signature was made with the leaf's key.

    Args:
        flight: What the server sent.
        hello: The ClientHello that it answers.
        leaf: The first certificate of the flight.

    Returns:
        None if the flight has no signature (RSA key exchange), or one that cannot be verified
        here.

    """
    if not flight.signature:
        return None
    signed = hello[CLIENT_RANDOM] + flight.server_random + flight.signed_parameters
    try:
        key = leaf.public_key()
        if isinstance(key, rsa.RSAPublicKey):
            return _rsa(key, flight, signed)
        if isinstance(key, ed25519.Ed25519PublicKey | ed448.Ed448PublicKey):
            key.verify(flight.signature, signed)
        elif isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(flight.signature, signed, ec.ECDSA(_hash(flight)))
        elif isinstance(key, dsa.DSAPublicKey):
            key.verify(flight.signature, signed, _hash(flight))
        else:
            return None
    except InvalidSignature:
        return False
    except (UnsupportedAlgorithm, ValueError, KeyError):
        return None
    return True


def _rsa(key: rsa.RSAPublicKey, flight: Flight, signed: bytes) -> bool:
    if (flight.version or 0) < _TLS12:
        # RFC 4346 section 4.7: MD5 and SHA-1 one after the other, without a DigestInfo.
        digests = hashlib.md5(signed, usedforsecurity=False).digest()
        digests += hashlib.sha1(signed, usedforsecurity=False).digest()
        return key.recover_data_from_signature(flight.signature, padding.PKCS1v15(), None) == (
            digests
        )
    pss = _PSS.get(flight.signature_algorithm or 0)
    if pss is not None:
        salt = padding.PSS(padding.MGF1(pss), pss.digest_size)
        key.verify(flight.signature, signed, salt, pss)
    else:
        key.verify(flight.signature, signed, padding.PKCS1v15(), _hash(flight))
    return True


def _hash(flight: Flight) -> hashes.HashAlgorithm:
    """Return the digest that was chosen; before TLS 1.2 it is SHA-1 for all but RSA."""
    if (flight.version or 0) < _TLS12:
        return _HASHES[2]
    return _HASHES[(flight.signature_algorithm or 0) >> 8]
