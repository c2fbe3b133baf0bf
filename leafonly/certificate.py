"""What a certificate says, each by one rule: whom it is for, and who issued it, from where."""

import contextlib
import ipaddress

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509.oid import AuthorityInformationAccessOID

__all__ = ["addresses", "aia_urls", "covers", "dns_names", "is_issued_by", "ocsp_urls"]


def dns_names(certificate: x509.Certificate) -> list[str]:
    """Give the dNSNames in a certificate's SAN, in lower case."""
    return [name.lower() for name in _alternative_names(certificate, x509.DNSName)]


def addresses(certificate: x509.Certificate) -> list[str]:
    """Give the iPAddresses in a certificate's SAN."""
    return [str(address) for address in _alternative_names(certificate, x509.IPAddress)]


def aia_urls(certificate: x509.Certificate) -> list[str]:
    """Give a certificate's caIssuers URLs (RFC 5280 section 4.2.2.1)."""
    return _access_urls(certificate, AuthorityInformationAccessOID.CA_ISSUERS)


def ocsp_urls(certificate: x509.Certificate) -> list[str]:
    """Give the URLs where a certificate's state can be asked for (RFC 5280 section 4.2.2.1)."""
    return _access_urls(certificate, AuthorityInformationAccessOID.OCSP)


def _access_urls(certificate: x509.Certificate, method: x509.ObjectIdentifier) -> list[str]:
    try:
        aia = certificate.extensions.get_extension_for_class(x509.AuthorityInformationAccess).value
    except x509.ExtensionNotFound:
        return []
    return [
        each.access_location.value
        for each in aia
        if each.access_method == method
        and isinstance(each.access_location, x509.UniformResourceIdentifier)
    ]


def covers(certificate: x509.Certificate, host: str) -> bool:
    """Tell whether a certificate is for a host, by its SAN alone.

    An address is only ever an iPAddress (RFC 9525 section 6.4). A star stands for the whole
    first label of a name (section 6.3), and for none right below a top-level domain, where
    public CAs must not issue one (Baseline Requirements 3.2.2.6).

    Args:
        certificate: Whose names.
        host: A name, its case and a dot at its end being no matter, or an address. A dot at
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
    """Tell whether names and signature say that one certificate issued the other.

    As RFC 5280 section 6.1.3 has it, steps (a)(1) and (a)(4); not whether it was allowed to,
    nor whether the digest is one that clients still accept.
    """
    try:
        certificate.verify_directly_issued_by(issuer)
    except (TypeError, InvalidSignature):
        return False
    except (ValueError, UnsupportedAlgorithm):
        return certificate.issuer == issuer.subject and _is_signed_as_of_old(certificate, issuer)
    return True


def _is_signed_as_of_old(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    """Verify a signature whose digest `verify_directly_issued_by` no longer takes."""
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
    certificate: x509.Certificate, kind: type[x509.DNSName] | type[x509.IPAddress]
) -> list[str]:
    try:
        san = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (x509.ExtensionNotFound, x509.DuplicateExtension, ValueError):
        return []  # no client finds its name in what cannot be read
    return [str(value) for value in san.get_values_for_type(kind)]
