"""Credentials to be broken: one valid delivery, of which each test changes one thing."""

import datetime as dt
import functools
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID

from leafonly.audit import CHECKS, Evidence, Finding, read_directory, run_check
from leafonly.audit.paths import Issuers
from leafonly.pki import pem

NAME = "cam.example.com"
NOW = dt.datetime(2026, 11, 1, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)
AIA = "http://ca.example.com/intermediate.cer"


def name(common_name, organization="Example Trust"):
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, organization),
            x509.NameAttribute(NameOID.COMMON_NAME, common_name),
        ]
    )


@functools.cache
def p256(which="leaf"):
    """One key per word, so that tests are quick and keys can be told apart."""
    return ec.generate_private_key(ec.SECP256R1())


def key_usage(*, sign=True, ca=False):
    return x509.KeyUsage(
        digital_signature=sign,
        key_encipherment=True,
        content_commitment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=ca,
        crl_sign=ca,
        encipher_only=False,
        decipher_only=False,
    )


def ca(
    common_name="Example Intermediate",
    key="intermediate",
    parent=None,
    start=NOW - 2000 * DAY,
    until=NOW + 3000 * DAY,
    organization="Example Trust",
):
    """A CA certificate; without a parent a root."""
    subject = name(common_name, organization)
    issuer, signer = (subject, p256(key)) if parent is None else (parent[0].subject, parent[1])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(p256(key).public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(until)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(key_usage(ca=True), critical=True)
        .add_extension(
            x509.SubjectKeyIdentifier.from_public_key(p256(key).public_key()), critical=False
        )
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False
        )
        .sign(signer, hashes.SHA256())
    )
    return certificate, p256(key)


ROOT = ca("Example Root", "root")
INTERMEDIATE = ca(parent=ROOT)


def scts(count):
    """Embedded SCTs (RFC 6962 section 3.3) of so many logs, well-formed and worthless."""
    rest = bytes(8) + bytes(2) + bytes([4, 3]) + (8).to_bytes(2) + bytes(8)
    ones = [bytes(1) + bytes([log]) * 32 + rest for log in range(count)]
    each = b"".join(len(one).to_bytes(2) + one for one in ones)
    body = len(each).to_bytes(2) + each
    length = bytes([len(body)]) if len(body) < 128 else b"\x81" + bytes([len(body)])
    oid = x509.ObjectIdentifier("1.3.6.1.4.1.11129.2.4.2")
    return x509.UnrecognizedExtension(oid, b"\x04" + length + body)


def leaf(
    *,
    public_key=None,
    names=(NAME,),
    sans=None,
    start=NOW - 10 * DAY,
    end=NOW + 80 * DAY,
    issuer=INTERMEDIATE,
    usage=(ExtendedKeyUsageOID.SERVER_AUTH,),
    sign=True,
    sct=2,
    aia=AIA,
    is_ca=False,
    extra=(),
    **signing,
):
    """A leaf that is right in everything but what is asked for."""
    public_key = public_key or p256().public_key()
    common = str(sans[0].value) if sans else names[0] if sans is None else NAME
    builder = (
        x509.CertificateBuilder()
        .subject_name(name(common, "Example Cameras"))
        .issuer_name(issuer[0].subject)
        .public_key(public_key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(end)
        .add_extension(x509.BasicConstraints(ca=is_ca, path_length=None), critical=True)
        .add_extension(key_usage(sign=sign), critical=True)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer[1].public_key()),
            critical=False,
        )
    )
    sans = [x509.DNSName(each) for each in names] if sans is None else sans
    optional = [
        x509.SubjectAlternativeName(sans) if sans else None,
        x509.ExtendedKeyUsage(usage) if usage else None,
        scts(sct) if sct else None,
        x509.AuthorityInformationAccess(
            [
                x509.AccessDescription(
                    AuthorityInformationAccessOID.CA_ISSUERS, x509.UniformResourceIdentifier(aia)
                )
            ]
        )
        if aia
        else None,
    ]
    for each in [*optional, *extra]:
        if each is not None:
            builder = builder.add_extension(each, critical=False)
    return builder.sign(issuer[1], hashes.SHA256(), **signing)


def key_pem(key=None, encryption=None):
    return (key or p256()).private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, encryption or NoEncryption()
    )


LEAF = leaf()


def live(certificate=None, *, key=None, chain=(INTERMEDIATE[0],)):
    """The files of certbot's live folder."""
    certificate = certificate or LEAF
    return {
        "cert.pem": pem([certificate]),
        "chain.pem": pem(chain),
        "fullchain.pem": pem([certificate, *chain]),
        "privkey.pem": key_pem(key),
    }


def evidence(directory: Path, files, *, domain=NAME, at=NOW, password=None, **others):
    """Write the files, read them back, and take the example's root for a public one."""
    for file, data in files.items():
        (directory / file).write_bytes(data)
        (directory / file).chmod(0o600)
    public = Issuers([ROOT[0]])
    credentials = read_directory(directory, lambda path: password)
    return Evidence(credentials, at, domain, **({"mozilla": public, "system": public} | others))


def findings(*arguments, **keywords) -> list[Finding]:
    the_evidence = evidence(*arguments, **keywords)
    return [each for check in CHECKS.values() for each in run_check(check, the_evidence)]


def assert_one_finding(found, severity, check, *words):
    """One finding that a person can act on, and it is this one."""
    actionable = [each for each in found if each.severity != "info"]
    assert [(each.severity, each.check) for each in actionable] == [(severity, check)], "\n".join(
        map(str, actionable)
    )
    for word in words:
        assert word in actionable[0].message
    assert actionable[0].remedy
    assert "\n" not in actionable[0].message
