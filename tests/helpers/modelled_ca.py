"""Let's Encrypt's hierarchy of 2026, modelled: its extensions, key types and lengths of names.

Names and caIssuers URLs are the real ones. Keys are our own, and the logs that signed the SCTs are
made up. What decides about the size is the same: read of Let's Encrypt's published CA certificates,
and of its profile `classic` (letsencrypt/website, `content/en/docs/profiles.md`, 2026-07-14).
"""

import datetime as dt
import functools
from dataclasses import dataclass
from typing import Literal

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID

from leafonly.certificates.chain import PrivateKey

__all__ = ["ecdsa_issuers", "modelled_leaf", "modelled_roots", "rsa_issuers", "strangers"]

KeyKind = Literal["p256", "p384", "rsa2048", "rsa4096"]

_START = dt.datetime.now(dt.UTC).replace(hour=0, minute=0, second=0, microsecond=0)
_POLICY = x509.PolicyInformation(x509.ObjectIdentifier("2.23.140.1.2.1"), None)
_SCT_LIST = x509.ObjectIdentifier("1.3.6.1.4.1.11129.2.4.2")
# RFC 6962 section 3.2: version, log, time, no extensions, ECDSA with SHA-256, a signature.
_SIGNED = bytes(8 + 2) + b"\x04\x03" + (70).to_bytes(2) + bytes(70)
_SCTS = b"".join((117).to_bytes(2) + b"\x00" + bytes([log]) * 32 + _SIGNED for log in (1, 2))
_SCTS = b"\x04\x81\xf0" + len(_SCTS).to_bytes(2) + _SCTS


@dataclass(frozen=True)
class Ca:
    """A certificate of a CA, with the key that it signs with."""

    certificate: x509.Certificate
    key: PrivateKey


@functools.cache
def _key(kind: KeyKind, number: int) -> PrivateKey:
    """Return a key; each number is another."""
    del number
    if kind in ("p256", "p384"):
        return ec.generate_private_key(ec.SECP256R1() if kind == "p256" else ec.SECP384R1())
    return rsa.generate_private_key(65537, 2048 if kind == "rsa2048" else 4096)


def _name(organisation: str, common: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "US"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation),
            x509.NameAttribute(NameOID.COMMON_NAME, common),
        ]
    )


_GROUP = "Internet Security Research Group"
_X1, _X2 = _name(_GROUP, "ISRG Root X1"), _name(_GROUP, "ISRG Root X2")


def _builder(
    subject: x509.Name, key: PrivateKey, issuer: x509.Name, above: PrivateKey, site: str
) -> x509.CertificateBuilder:
    """Return what CA certificates and leaves have in common."""
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number((1 << 127) | 1)
        .not_valid_before(_START)
        .not_valid_after(_START + dt.timedelta(days=2000))
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(above.public_key()), critical=False
        )
        .add_extension(
            x509.AuthorityInformationAccess(
                [
                    x509.AccessDescription(
                        AuthorityInformationAccessOID.CA_ISSUERS,
                        x509.UniformResourceIdentifier(f"http://{site}.i.lencr.org/"),
                    )
                ]
            ),
            critical=False,
        )
        .add_extension(x509.CertificatePolicies([_POLICY]), critical=False)
    )


def _crl(url: str) -> x509.CRLDistributionPoints:
    name = x509.UniformResourceIdentifier(url)
    return x509.CRLDistributionPoints([x509.DistributionPoint([name], None, None, None)])


def _usage(*, signs: bool, certifies: bool, enciphers: bool = False) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=signs,
        content_commitment=False,
        key_encipherment=enciphers,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=certifies,
        crl_sign=certifies,
        encipher_only=False,
        decipher_only=False,
    )


def _hash(above: PrivateKey) -> hashes.SHA256 | hashes.SHA384:
    is_long = isinstance(above, ec.EllipticCurvePrivateKey) and above.key_size > 256
    return hashes.SHA384() if is_long else hashes.SHA256()


def _issue(
    subject: x509.Name, key: PrivateKey, issuer: x509.Name, above: PrivateKey, site: str,
    *, is_lowest: bool = False, for_clients: bool = False,
) -> Ca:  # fmt: skip
    purposes = [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]
    builder = (
        _builder(subject, key, issuer, above, site)
        .add_extension(_usage(signs=is_lowest, certifies=True), critical=True)
        .add_extension(
            x509.ExtendedKeyUsage(purposes if for_clients else purposes[:1]), critical=False
        )
        .add_extension(x509.BasicConstraints(True, 0 if is_lowest else None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(_crl(f"http://{site}.c.lencr.org/"), critical=False)
    )
    return Ca(builder.sign(above, _hash(above)), key)


@functools.cache
def _hierarchy(*, is_rsa: bool) -> tuple[Ca, ...]:
    """Return the CA certificates that are sent, the leaf's issuer first."""
    key_x1, key_x2 = _key("rsa4096", 1), _key("p384", 2)
    if is_rsa:
        root, top, key = _name("ISRG", "Root YR"), _key("rsa4096", 3), _key("rsa2048", 4)
        lowest = _name("Let's Encrypt", "YR1")
        return (
            _issue(lowest, key, root, top, "yr", is_lowest=True),
            _issue(root, top, _X1, key_x1, "x1"),
        )
    root, top, key = _name("ISRG", "Root YE"), _key("p384", 5), _key("p384", 6)
    return (
        _issue(_name("Let's Encrypt", "YE1"), key, root, top, "ye", is_lowest=True),
        _issue(root, top, _X2, key_x2, "x2"),
        _issue(_X2, key_x2, _X1, key_x1, "x1", for_clients=True),
    )


def ecdsa_issuers() -> list[x509.Certificate]:
    """Return YE1, Root YE by X2, and X2 by X1."""
    return [each.certificate for each in _hierarchy(is_rsa=False)]


def rsa_issuers() -> list[x509.Certificate]:
    """Return YR1, and Root YR by X1."""
    return [each.certificate for each in _hierarchy(is_rsa=True)]


def _root(name: x509.Name, key: PrivateKey) -> x509.Certificate:
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number((1 << 127) | 1)
        .not_valid_before(_START)
        .not_valid_after(_START + dt.timedelta(days=5000))
        .add_extension(_usage(signs=False, certifies=True), critical=True)
        .add_extension(x509.BasicConstraints(True, None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )
    return builder.sign(key, _hash(key))


def modelled_roots() -> tuple[x509.Certificate, x509.Certificate]:
    """Return X1 and X2, which clients trust."""
    return _root(_X1, _key("rsa4096", 1)), _root(_X2, _key("p384", 2))


def strangers() -> tuple[x509.Certificate, x509.Certificate]:
    """Return roots of the names X1 and X2, with other keys."""
    return _root(_X1, _key("p384", 8)), _root(_X2, _key("p384", 9))


def modelled_leaf(host: str, kind: Literal["p256", "rsa2048"]) -> x509.Certificate:
    """Return a leaf of the profile `classic`: with the name as subject, and two SCTs."""
    is_rsa = kind == "rsa2048"
    issuer, key = _hierarchy(is_rsa=is_rsa)[0], _key(kind, 7)
    site = "yr1" if is_rsa else "ye1"
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    builder = (
        _builder(subject, key, issuer.certificate.subject, issuer.key, site)
        .add_extension(_usage(signs=True, certifies=False, enciphers=is_rsa), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.BasicConstraints(False, None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .add_extension(_crl(f"http://{site}.c.lencr.org/100.crl"), critical=False)
        .add_extension(x509.UnrecognizedExtension(_SCT_LIST, _SCTS), critical=False)
    )
    return builder.sign(issuer.key, _hash(issuer.key))
