"""Parse one file, whatever its name: PEM, DER, PKCS#7, PKCS#12, or none of them.

The encoding is recognized by the bytes. The result is always a `Contents`. The amount of work is
bounded by the length of the file. No message quotes a byte of the file, because the file may be
a private key.
"""

import warnings

from cryptography.hazmat.primitives.serialization import (
    load_der_private_key,
    load_pem_private_key,
)

from leafonly.audit.files.contents import Contents, Password
from leafonly.audit.files.objects import (
    take_certificate,
    take_csr,
    take_key,
    take_pkcs7,
    take_pkcs12,
)
from leafonly.audit.files.pem import MOST_OBJECTS, Block, blocks, from_base64
from leafonly.certificates.der_elements import elements

__all__ = ["read_contents"]

_IGNORED = ("EC PARAMETERS", "DH PARAMETERS", "X9.42 DH PARAMETERS", "X509 CRL")
"""What OpenSSL's commands write beside a key. Harmless."""


def read_contents(data: bytes, password: Password) -> Contents:
    """Return what a file's bytes hold.

    Args:
        data: The whole file.
        password: Called if something is encrypted.

    """
    contents = Contents()
    data = _without_marks(data, contents)
    with warnings.catch_warnings():
        # cryptography warns of serial numbers and names that RFC 5280 forbids and CAs issue.
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
    """Undo what editors on Windows add to text files."""
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
    # Text before a PEM block may begin with "0", which is also the tag of a SEQUENCE.
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
        contents.problems.append("bytes follow after the end of its last object")


def _read_der_object(der: bytes, contents: Contents, password: Password) -> None:
    """Try the kinds of object in turn, the commonest first."""
    if (
        take_certificate(der, contents)
        or take_pkcs7(der, contents)
        or take_csr(der, contents)
        or _is_parameters(der)
    ):
        return
    if der[1:].find(bytes.fromhex("020103")) in range(1, 5):  # PFX version 3, RFC 7292
        take_pkcs12(der, contents, password)
    else:
        take_key(der, der, load_der_private_key, contents, password)


def _is_parameters(der: bytes) -> bool:
    """Return whether these are Diffie-Hellman parameters: prime, generator, length (PKCS #3)."""
    tags = [tag for tag, _, _ in elements(next(elements(der))[1])]
    return tags in ([2, 2], [2, 2, 2])


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
        # None if the block has the headers of the old PEM encryption, which is one round of MD5.
        der = from_base64(block.body)
        take_key(block.text + b"\n", der, load_pem_private_key, contents, password)
        return
    if block.label in _IGNORED:
        return
    der = from_base64(block.body)
    if der is None or not _is_der(der):
        contents.problems.append(f"a {block.label} in it is damaged: its base64 is not whole")
        return
    # OpenSSL's TRUSTED CERTIFICATE has its trust settings after the certificate.
    der = der[: next(elements(der))[2]]
    if block.label in ("CERTIFICATE", "X509 CERTIFICATE", "TRUSTED CERTIFICATE"):
        # Some CAs put a whole PKCS#7 between these lines (notes of OpenSSL's pkcs7 command).
        if not (take_certificate(der, contents) or take_pkcs7(der, contents)):
            contents.problems.append("a CERTIFICATE in it is damaged inside")
    elif block.label in ("CERTIFICATE REQUEST", "NEW CERTIFICATE REQUEST"):
        if not take_csr(der, contents):
            contents.problems.append("a CERTIFICATE REQUEST in it is damaged inside")
    elif block.label == "PKCS7":
        if not take_pkcs7(der, contents):
            contents.problems.append("a PKCS7 in it is damaged inside")
    else:
        contents.problems.append(f"it holds a {block.label}, which leafonly does not use")


def _read_unknown(data: bytes, contents: Contents, password: Password) -> None:
    der = from_base64(data)
    if der and _is_der(der):
        contents.oddities.add("no_armour")
        _read_der(der, contents, password)
    elif b"BEGIN CERTIFICATE" in data or b"PRIVATE KEY" in data:
        contents.problems.append("its BEGIN line is damaged: it must start with five dashes")
    elif data.lstrip()[:15].lower().startswith((b"<!doctype html", b"<html")):
        contents.problems.append("it is an HTML page: the download link was saved, not the file")
    elif data.startswith(b"PK\x03\x04"):
        contents.problems.append("it is a ZIP archive: unpack it, and give the files in it")
    elif data.startswith(b"\xfe\xed\xfe\xed"):
        contents.problems.append(
            "it is a Java keystore: convert it to PKCS#12 with keytool -importkeystore"
        )
    elif data[:1] == b"\x30":
        contents.problems.append("it is cut off: it is shorter than its header says")
    else:
        contents.problems.append("it is neither PEM nor DER")
