"""What is in one file, whatever its name: certificates, keys, signing requests, or nothing.

PEM, DER, PKCS#7 and PKCS#12 are told apart by looking. Whatever the bytes are, what comes
back is a `Contents`, after an amount of work that their length bounds, and without a byte of
the file in any message: the file may be a private key.
"""

import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from cryptography import x509
from cryptography.exceptions import InternalError, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import (
    load_der_private_key,
    load_pem_private_key,
    pkcs7,
    pkcs12,
)

from leafonly.audit.armour import MOST_OBJECTS, Block, blocks, from_base64
from leafonly.audit.bounds import elements, is_too_costly

__all__ = ["Contents", "Oddity", "Password", "read_contents"]

Password = Callable[[], bytes | None]
"""Asked only when something is encrypted; None where there is nobody to ask."""

Form = Literal["pem", "der", "pkcs7", "pkcs12", "empty", "unknown"]

Oddity = Literal["bom", "utf16", "crlf", "text", "no_armour", "encrypted"]
"""What is unusual about a file that can be read nonetheless."""

_MOST_KEY_BYTES = 8192  # an RSA key of 8192 bits is 4.7 kB; checking a larger one takes long

_IGNORED = ("EC PARAMETERS", "DH PARAMETERS", "X9.42 DH PARAMETERS", "X509 CRL")
"""What OpenSSL's commands write beside a key; it harms nobody."""

_DAMAGE = (
    ValueError,
    TypeError,
    UnsupportedAlgorithm,
    InternalError,
    x509.InvalidVersion,
    x509.DuplicateExtension,
    x509.UnsupportedGeneralNameType,
)
"""What cryptography raises for bytes that it cannot make sense of."""


@dataclass
class Contents:
    """What one file holds.

    Attributes:
        form: How it is encoded.
        certificates: In the order of the file.
        keys: Private keys, opened if they were encrypted. Never in `repr`.
        csrs: Certificate signing requests.
        oddities: What is unusual about it.
        problems: What could not be read, in words that quote nothing.

    """

    form: Form = "unknown"
    certificates: list[x509.Certificate] = field(default_factory=list)
    keys: list[PrivateKeyTypes] = field(default_factory=list, repr=False)
    csrs: list[x509.CertificateSigningRequest] = field(default_factory=list)
    oddities: set[Oddity] = field(default_factory=set)
    problems: list[str] = field(default_factory=list)

    @property
    def holds_anything(self) -> bool:
        """Whether something of use was found."""
        return bool(self.certificates or self.keys or self.csrs)


def read_contents(data: bytes, password: Password) -> Contents:
    """Find out what a file's bytes are.

    Args:
        data: The whole file.
        password: Gives the password when something turns out to be encrypted.

    """
    contents = Contents()
    data = _without_marks(data, contents)
    with warnings.catch_warnings():
        # cryptography warns of serial numbers and names that RFC 5280 forbids; CAs make them.
        warnings.simplefilter("ignore")
        if not data.strip():
            contents.form = "empty"
        elif _is_der(data):
            _read_der(data, contents, password)
        elif b"-----BEGIN " in data:
            _read_pem(data, contents, password)
        else:
            _read_unknown(data, contents, password)
    contents.problems = list(dict.fromkeys(contents.problems))
    return contents


def _without_marks(data: bytes, contents: Contents) -> bytes:
    """Undo what editors on Windows put into text files."""
    if data.startswith(b"\xef\xbb\xbf"):
        contents.oddities.add("bom")
        return data[3:]
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        contents.oddities.add("utf16")
        return data.decode("utf-16", "replace").encode("ascii", "replace")
    return data


def _is_der(data: bytes) -> bool:
    first = next(elements(data), None)
    if first is None or first[0] != 0x30:
        return False
    # A text before PEM may begin with a zero, which is the tag of a SEQUENCE.
    return first[2] == len(data) or b"-----BEGIN " not in data


def _read_der(data: bytes, contents: Contents, password: Password) -> None:
    contents.form, start = "der", 0
    for number, (_, _, end) in enumerate(elements(data)):
        if number == MOST_OBJECTS:
            contents.problems.append(f"it holds more than {MOST_OBJECTS} objects")
            return
        _read_der_object(data[start:end], contents, password)
        start = end
    if data[start:].strip():
        contents.problems.append("bytes follow after the end of what it holds")


def _read_der_object(der: bytes, contents: Contents, password: Password) -> None:
    """Take one DER object for what it is, the commonest first."""
    if _take_certificate(der, contents) or _take_pkcs7(der, contents):
        return
    try:
        contents.csrs.append(_usable_csr(x509.load_der_x509_csr(der)))
    except _DAMAGE:
        pass
    else:
        return
    if _is_parameters(der):
        return
    if der[1:].find(bytes.fromhex("020103")) in range(1, 5):  # PFX version 3, RFC 7292
        _take_pkcs12(der, contents, password)
    else:
        _take_key(der, der, load_der_private_key, contents, password)


def _is_parameters(der: bytes) -> bool:
    """Tell whether this is Diffie-Hellman's: a prime, a generator, and a length (PKCS #3)."""
    tags = [tag for tag, _, _ in elements(next(elements(der))[1])]
    return tags in ([2, 2], [2, 2, 2])


def _take_certificate(der: bytes, contents: Contents) -> bool:
    try:
        certificate = x509.load_der_x509_certificate(der)
    except _DAMAGE:
        return False
    try:
        _force(certificate)
    except UnsupportedAlgorithm:
        oid = certificate.public_key_algorithm_oid.dotted_string
        contents.problems.append(f"the public key in its certificate is of an unknown kind ({oid})")
    except _DAMAGE:
        contents.problems.append("its certificate is damaged inside")
    else:
        contents.certificates.append(certificate)
    return True


def _force(certificate: x509.Certificate) -> None:
    """Parse what cryptography would only parse, and stumble over, when asked for it."""
    _ = (certificate.version, certificate.subject, certificate.issuer, certificate.public_key())
    _ = (certificate.not_valid_before_utc, certificate.not_valid_after_utc)
    certificate.subject.rfc4514_string()
    certificate.issuer.rfc4514_string()
    _ = (certificate.extensions, certificate.signature_algorithm_oid)


def _usable_csr(csr: x509.CertificateSigningRequest) -> x509.CertificateSigningRequest:
    _ = (csr.subject, csr.public_key(), csr.extensions)
    return csr


def _take_pkcs7(der: bytes, contents: Contents) -> bool:
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


def _take_pkcs12(der: bytes, contents: Contents, password: Password) -> None:
    contents.form = "pkcs12"
    if is_too_costly(der):
        contents.problems.append("its password would take unreasonably long to try")
        return
    # No password at all and an empty one are two things (RFC 7292 appendix B.1).
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


def _take_key(
    data: bytes,
    der: bytes | None,
    load: Callable[[bytes, bytes | None], PrivateKeyTypes],
    contents: Contents,
    password: Password,
) -> None:
    if len(data) > _MOST_KEY_BYTES:
        contents.problems.append("it is no certificate, and too large for a key")
        return
    try:
        contents.keys.append(load(data, None))
    except TypeError:  # cryptography's way of saying that it is encrypted
        contents.oddities.add("encrypted")
        if der is not None and is_too_costly(der):
            contents.problems.append("its password would take unreasonably long to try")
            return
        given = password()
        if given is None:
            contents.problems.append("its key is encrypted, and no password was given")
            return
        try:
            contents.keys.append(load(data, given))
        except _DAMAGE:
            contents.problems.append("the password does not open its key")
    except UnsupportedAlgorithm:
        contents.problems.append("its key is of an unknown kind")
    except _DAMAGE:
        contents.problems.append("it is damaged, or neither a certificate nor a key")


def _read_pem(data: bytes, contents: Contents, password: Password) -> None:
    contents.form = "pem"
    if b"\r" in data:
        contents.oddities.add("crlf")
    rest = bytearray()
    for block in blocks(data, contents.problems, rest):
        _read_block(block, contents, password)
    if rest.strip():
        contents.oddities.add("text")


def _read_block(block: Block, contents: Contents, password: Password) -> None:
    if block.label.endswith("PRIVATE KEY"):
        # Without a result, it is encrypted in PEM's own old way, by one round of MD5.
        der = from_base64(block.body)
        _take_key(block.text + b"\n", der, load_pem_private_key, contents, password)
        return
    if block.label in _IGNORED:
        return
    der = from_base64(block.body)
    if der is None or not _is_der(der):
        contents.problems.append(f"a {block.label} in it is damaged: its base64 is not whole")
        return
    # OpenSSL's TRUSTED CERTIFICATE carries its trust settings behind the certificate.
    der = der[: next(elements(der))[2]]
    if block.label in ("CERTIFICATE", "X509 CERTIFICATE", "TRUSTED CERTIFICATE"):
        # Some CAs put a whole PKCS#7 between these lines (notes of OpenSSL's pkcs7 command).
        if not (_take_certificate(der, contents) or _take_pkcs7(der, contents)):
            contents.problems.append("a CERTIFICATE in it is damaged inside")
    elif block.label in ("CERTIFICATE REQUEST", "NEW CERTIFICATE REQUEST"):
        try:
            contents.csrs.append(_usable_csr(x509.load_der_x509_csr(der)))
        except _DAMAGE:
            contents.problems.append("a CERTIFICATE REQUEST in it is damaged inside")
    elif block.label == "PKCS7":
        if not _take_pkcs7(der, contents):
            contents.problems.append("a PKCS7 in it is damaged inside")
    else:
        contents.problems.append(f"it holds a {block.label}, which is of no use here")


def _read_unknown(data: bytes, contents: Contents, password: Password) -> None:
    der = from_base64(data)
    if der and _is_der(der):
        contents.oddities.add("no_armour")
        _read_der(der, contents, password)
    elif b"BEGIN CERTIFICATE" in data or b"PRIVATE KEY" in data:
        contents.problems.append("its BEGIN line is damaged: it must start with five dashes")
    elif data.lstrip()[:15].lower().startswith((b"<!doctype html", b"<html")):
        contents.problems.append("it is a web page, not what was to be downloaded from it")
    elif data.startswith(b"PK\x03\x04"):
        contents.problems.append("it is a ZIP archive: unpack it, and give what is in it")
    elif data.startswith(b"\xfe\xed\xfe\xed"):
        contents.problems.append(
            "it is a Java keystore: keytool -importkeystore makes it PKCS#12, which is read here"
        )
    elif data[:1] == b"\x30":
        contents.problems.append("it is cut off: it says it is longer than it is")
    else:
        contents.problems.append("it is neither PEM nor DER")
