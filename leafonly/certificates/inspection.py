"""Read a certificate: its names, its issuer, and the URLs in it."""

import contextlib
import ipaddress

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.x509.oid import AuthorityInformationAccessOID

__all__ = [
    "addresses",
    "aia_urls",
    "covers",
    "dns_names",
    "is_issued_by",
    "is_self_signed",
    "key_name",
    "ocsp_urls",
]


Named = x509.Certificate | x509.CertificateSigningRequest
"""What has a SAN."""


def dns_names(certificate: Named) -> list[str]:
    """Return the dNSNames in a certificate's SAN, in lower case."""
    return [name.lower() for name in _alternative_names(certificate, x509.DNSName)]


def addresses(certificate: Named) -> list[str]:
    """Return the iPAddresses in a certificate's SAN."""
    return [str(address) for address in _alternative_names(certificate, x509.IPAddress)]


def aia_urls(certificate: x509.Certificate) -> list[str]:
    """Return a certificate's caIssuers URLs (RFC 5280 section 4.2.2.1)."""
    return _access_urls(certificate, AuthorityInformationAccessOID.CA_ISSUERS)


def ocsp_urls(certificate: x509.Certificate) -> list[str]:
    """Return a certificate's OCSP URLs (RFC 5280 section 4.2.2.1)."""
    return _access_urls(certificate, AuthorityInformationAccessOID.OCSP)


def _access_urls(certificate: x509.Certificate, method: x509.ObjectIdentifier) -> list[str]:
    try:
        aia = certificate.extensions.get_extension_for_class(x509.AuthorityInformationAccess).value
    except (x509.ExtensionNotFound, x509.DuplicateExtension, ValueError):
        return []  # a client finds no URL in an extension that cannot be read
    return [
        each.access_location.value
        for each in aia
        if each.access_method == method
        and isinstance(each.access_location, x509.UniformResourceIdentifier)
    ]


def covers(certificate: Named, host: str) -> bool:
    """Return whether a certificate's SAN covers a host.

    An address matches only an iPAddress (RFC 9525 section 6.4). A wildcard stands for the whole
    first label of a name (section 6.3). A wildcard right below a top-level domain matches
    nothing, because public CAs must not issue one (Baseline Requirements 3.2.2.6).

    Args:
        certificate: The certificate, or the signing request for one.
        host: A name or an address. Case and a dot at the end of the name are ignored. A dot at
            the end of a name in the certificate matches nothing (OpenSSL 4.0, Go 1.27).

    """
    with contextlib.suppress(ValueError):
        return str(ipaddress.ip_address(host)) in addresses(certificate)
    labels = host.lower().rstrip(".").split(".")
    for name in dns_names(certificate):
        wanted = name.split(".")
        is_wildcard = wanted[0] == "*" and len(wanted) > 2 and bool(labels[0])
        if wanted == labels or (is_wildcard and wanted[1:] == labels[1:]):
            return True
    return False


def is_issued_by(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    """Return whether `issuer` issued `certificate`, by names and signature.

    These are steps (a)(1) and (a)(4) of RFC 5280 section 6.1.3. Whether the issuer may issue
    certificates, and whether clients still accept the digest, is not checked.
    """
    try:
        certificate.verify_directly_issued_by(issuer)
    except (TypeError, InvalidSignature):
        return False
    except (ValueError, UnsupportedAlgorithm):
        return certificate.issuer == issuer.subject and _is_signed_with_old_digest(
            certificate, issuer
        )
    return True


def is_self_signed(certificate: x509.Certificate) -> bool:
    """Return whether a certificate has its own name as issuer, and its own key's signature."""
    # The names first: most certificates are not self-signed, and verifying costs more.
    return certificate.issuer == certificate.subject and is_issued_by(certificate, certificate)


def key_name(key: object) -> str:
    """Return a public key's name as in `KeyType`: `p521`, `rsa4096`; `other` if unknown."""
    if isinstance(key, ec.EllipticCurvePublicKey):
        return f"p{key.curve.key_size}"
    if isinstance(key, rsa.RSAPublicKey):
        return f"rsa{key.key_size}"
    return "ed25519" if isinstance(key, ed25519.Ed25519PublicKey) else "other"


def _is_signed_with_old_digest(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    """Verify a signature with a digest that `verify_directly_issued_by` no longer accepts."""
    signature, signed = certificate.signature, certificate.tbs_certificate_bytes
    try:
        key, digest = issuer.public_key(), certificate.signature_hash_algorithm
        if not isinstance(digest, hashes.MD5 | hashes.SHA1):
            return False
        if isinstance(key, rsa.RSAPublicKey):
            key.verify(signature, signed, padding.PKCS1v15(), digest)
        elif isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(signature, signed, ec.ECDSA(digest))
        else:
            return False
    except (ValueError, InvalidSignature, UnsupportedAlgorithm):
        return False
    return True


def _alternative_names(
    certificate: Named, kind: type[x509.DNSName] | type[x509.IPAddress]
) -> list[str]:
    try:
        san = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (x509.ExtensionNotFound, x509.DuplicateExtension, ValueError):
        return []  # a client finds no name in a SAN that cannot be read
    return [str(value) for value in san.get_values_for_type(kind)]
