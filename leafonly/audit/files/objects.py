"""The objects in a file: certificates, PKCS#7, PKCS#12, keys and signing requests.

Each function appends what it parses to a `Contents`, and what it cannot parse to its problems.
"""

from collections.abc import Callable

from cryptography import x509
from cryptography.exceptions import InternalError, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import pkcs7, pkcs12

from leafonly.audit.files.contents import Contents, Password
from leafonly.audit.files.kdf_cost import is_too_costly
from leafonly.audit.files.pem import MOST_OBJECTS

__all__ = ["take_certificate", "take_csr", "take_key", "take_pkcs7", "take_pkcs12"]

_MOST_KEY_BYTES = 8192  # an RSA key of 8192 bits is 4.7 kB; checking a larger one takes long
_TOO_COSTLY = "trying its password would take unreasonably long"

_DAMAGE = (
    ValueError,
    TypeError,
    UnsupportedAlgorithm,
    InternalError,
    x509.InvalidVersion,
    x509.DuplicateExtension,
    x509.UnsupportedGeneralNameType,
)
"""What cryptography raises for bytes that it cannot parse."""


def take_certificate(der: bytes, contents: Contents) -> bool:
    """Return whether this is a certificate, readable or not."""
    try:
        certificate = x509.load_der_x509_certificate(der)
    except _DAMAGE:
        return False
    try:
        _force(certificate)
    except UnsupportedAlgorithm:
        oid = certificate.public_key_algorithm_oid.dotted_string
        contents.problems.append(f"its certificate has a public key of an unknown kind ({oid})")
    except _DAMAGE:
        contents.problems.append("its certificate is damaged inside")
    else:
        contents.certificates.append(certificate)
    return True


def _force(certificate: x509.Certificate) -> None:
    """Parse now what cryptography parses, and may fail on, only when it is first used."""
    _ = (certificate.version, certificate.subject, certificate.issuer, certificate.public_key())
    _ = (certificate.not_valid_before_utc, certificate.not_valid_after_utc)
    certificate.subject.rfc4514_string()
    certificate.issuer.rfc4514_string()
    _ = (certificate.extensions, certificate.signature_algorithm_oid)


def take_csr(der: bytes, contents: Contents) -> bool:
    """Return whether this is a signing request that can be read."""
    try:
        csr = x509.load_der_x509_csr(der)
        _ = (csr.subject, csr.public_key(), csr.extensions)
    except _DAMAGE:
        return False
    contents.csrs.append(csr)
    return True


def take_pkcs7(der: bytes, contents: Contents) -> bool:
    """Return whether this is PKCS#7 signedData, readable or not."""
    if bytes.fromhex("06092a864886f70d010702") not in der[:20]:  # signedData, RFC 2315
        return False
    contents.form = "pkcs7"
    try:
        certificates = pkcs7.load_der_pkcs7_certificates(der)
    except _DAMAGE:
        contents.problems.append("it is a damaged PKCS#7 file")
        return True
    _take_all(certificates, contents)
    return True


def _take_all(certificates: list[x509.Certificate], contents: Contents) -> None:
    for certificate in certificates[:MOST_OBJECTS]:
        try:
            _force(certificate)
        except _DAMAGE:
            contents.problems.append("a certificate in it is damaged inside")
        else:
            contents.certificates.append(certificate)


def take_pkcs12(der: bytes, contents: Contents, password: Password) -> None:
    """Decrypt a PKCS#12 file, without a password, with an empty one, then with the given one."""
    contents.form = "pkcs12"
    if is_too_costly(der):
        contents.problems.append(_TOO_COSTLY)
        return
    # No password and an empty password are different (RFC 7292 appendix B.1).
    for attempt in (lambda: None, lambda: b"", password):
        given = attempt()
        if attempt is password:
            contents.oddities.add("encrypted")
            if given is None:
                contents.problems.append("it is encrypted, and no password was given")
                return
        try:
            opened = pkcs12.load_pkcs12(der, given)
        except _DAMAGE:
            continue
        found = [opened.cert, *opened.additional_certs]
        _take_all([each.certificate for each in found if each is not None], contents)
        if opened.key is not None:
            contents.keys.append(opened.key)
        return
    contents.problems.append("it is damaged, or the password is wrong")


def take_key(
    data: bytes,
    der: bytes | None,
    load: Callable[[bytes, bytes | None], PrivateKeyTypes],
    contents: Contents,
    password: Password,
) -> None:
    """Load a private key, decrypted if it is encrypted.

    Args:
        data: The key as `load` takes it.
        der: The same as DER; None for the old PEM encryption, which has one round of MD5.
        load: The function of cryptography that loads this encoding.
        contents: Gets the key, or the problem.
        password: Called if the key is encrypted.

    """
    if len(data) > _MOST_KEY_BYTES:
        contents.problems.append("it is not a certificate, and too large for a key")
        return
    try:
        contents.keys.append(_loaded(load, data, None))
    except TypeError:  # raised by cryptography if the key is encrypted
        contents.oddities.add("encrypted")
        if der is not None and is_too_costly(der):
            contents.problems.append(_TOO_COSTLY)
            return
        given = password()
        if given is None:
            contents.problems.append("its key is encrypted, and no password was given")
            return
        try:
            contents.keys.append(_loaded(load, data, given))
        except _DAMAGE:
            contents.problems.append("the password does not open its key")
    except UnsupportedAlgorithm:
        contents.problems.append("its key is of an unknown kind")
    except _DAMAGE:
        contents.problems.append("it is damaged, or neither a certificate nor a key")


def _loaded(
    load: Callable[[bytes, bytes | None], PrivateKeyTypes], data: bytes, password: bytes | None
) -> PrivateKeyTypes:
    """Load a key; whatever its bytes make cryptography raise is an Exception.

    Its Rust code panics on a DEK-Info of AES with 8 bytes of IV (measured on cryptography 49):
    PanicException is a BaseException.
    """
    try:
        return load(data, password)
    except (Exception, KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:
        raise ValueError(str(error)) from error
