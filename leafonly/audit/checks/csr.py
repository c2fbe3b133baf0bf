"""Checks of a signing request, before a CA is asked to sign it."""

from collections.abc import Iterator

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from leafonly.audit.checks.key import judge_public_key
from leafonly.audit.checks.name import is_address, judge_name
from leafonly.audit.context import Evidence
from leafonly.audit.files.credentials import spki
from leafonly.audit.finding import Finding, NotCheckedError, blocker, info, warning
from leafonly.certificates.der_elements import elements
from leafonly.certificates.inspection import addresses, covers, dns_names

__all__ = ["CHECKS"]

_ANEW = (
    "make a new request: openssl req -new -key KEY -out cam.csr -subj /CN=NAME "
    "-addext subjectAltName=DNS:NAME"
)
_SEQUENCE, _OBJECT_IDENTIFIER = 0x30, 0x06


def request_is_one(evidence: Evidence) -> Iterator[Finding]:
    """The file holds one signing request."""
    count = len(evidence.credentials.csrs)
    if count > 1:
        yield blocker(
            f"the file holds {count} signing requests, but a CA signs one", "give each its own file"
        )


def request_is_signed_by_its_key(evidence: Evidence) -> Iterator[Finding]:
    """The request is signed by the key in it, with a digest that CAs accept (RFC 2986 section 3).

    Let's Encrypt rejects SHA-1 (Boulder's csr/csr.go).
    """
    request = evidence.request
    try:
        digest = request.signature_hash_algorithm
        is_valid = request.is_signature_valid
    except UnsupportedAlgorithm as error:
        raise NotCheckedError("the request's signature algorithm is unknown") from error
    if isinstance(digest, hashes.SHA1 | hashes.MD5):
        yield blocker(f"the request is signed with {digest.name}, which CAs reject", _ANEW)
    elif not is_valid:
        yield blocker(
            "the request is not signed by its own key: it was changed or damaged, and the CA "
            "rejects it",
            _ANEW,
        )


def request_has_the_key(evidence: Evidence) -> Iterator[Finding]:
    """The private key is the one that the request is for."""
    if spki(evidence.key.public_key()) != spki(evidence.request.public_key()):
        yield blocker(
            "the private key does not fit the request: the camera would get a certificate for "
            "another key",
            "give the key of this request, or make a new request with this key",
        )


def camera_can_use_requested_key(evidence: Evidence) -> Iterator[Finding]:
    """A camera can load the key and clients can use it: P-256, P-384 or RSA-2048."""
    yield from judge_public_key(evidence.request.public_key(), _key_kind(evidence.request))


def _key_kind(request: x509.CertificateSigningRequest) -> x509.ObjectIdentifier:
    """Return the key's algorithm (RFC 2986 section 4.1); cryptography tells it of leaves only."""
    body = next(elements(request.tbs_certrequest_bytes))[1]
    key = [contents for tag, contents, _ in elements(body) if tag == _SEQUENCE][1]
    algorithm = next(elements(next(elements(key))[1]))
    first = algorithm[1][0]
    numbers, value = [first // 40, first % 40], 0
    for byte in algorithm[1][1:]:
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            numbers.append(value)
            value = 0
    return x509.ObjectIdentifier(".".join(map(str, numbers)))


def request_names_the_camera(evidence: Evidence) -> Iterator[Finding]:
    """The camera's name is among the subject alternative names that the request asks for."""
    request, given = evidence.request, evidence.given_domain
    names = [*dns_names(request), *addresses(request)]
    common = [str(e.value) for e in request.subject.get_attributes_for_oid(NameOID.COMMON_NAME)]
    if not names and given in [None, *common] and common:
        yield warning(
            "the request has only a common name: some CAs do not copy it into the subject "
            "alternative names, and browsers use no other name",
            _ANEW,
        )
    elif not names:
        yield blocker(f"the request does not name {given or 'anything'}", _ANEW)
    elif given is not None and not covers(request, given):
        yield blocker(f"the request is not for {given}, but for {', '.join(names[:5])}", _ANEW)
    else:
        yield info(f"the request is for {', '.join(names[:5])}")
    for name in [given] if given else [*names, *common][:1]:
        yield from judge_name(name)
    for name in dns_names(request):
        if is_address(name):
            yield blocker(
                f"the request has the address {name} as a DNS name, which clients do not match",
                f"ask for it as an address: -addext subjectAltName=IP:{name}",
            )


def request_asks_for_a_server_certificate(evidence: Evidence) -> Iterator[Finding]:
    """The request asks for nothing that a camera cannot do. CAs decide what they copy."""
    for extension in evidence.request.extensions:
        value = extension.value
        if isinstance(value, x509.BasicConstraints) and value.ca:
            yield blocker("the request asks for a CA certificate, which no CA issues so", _ANEW)
        elif isinstance(value, x509.KeyUsage) and not value.digital_signature:
            yield blocker(
                "the request asks for a key usage without digitalSignature, which every ECDHE "
                "handshake needs",
                _ANEW,
            )
        elif isinstance(value, x509.ExtendedKeyUsage) and not _SERVER & set(value):
            yield blocker(
                "the request asks for an extended key usage without serverAuth, so clients reject "
                "the certificate",
                _ANEW,
            )
        elif isinstance(value, x509.TLSFeature):
            yield blocker(
                "the request asks for must-staple (RFC 7633), and a camera cannot staple: Firefox "
                "and others reject the certificate",
                _ANEW,
            )


_SERVER = {ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE}


CHECKS = (
    request_is_one,
    request_is_signed_by_its_key,
    request_has_the_key,
    camera_can_use_requested_key,
    request_names_the_camera,
    request_asks_for_a_server_certificate,
)
