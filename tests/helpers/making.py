"""Certificates made to plan, good ones and such as no builder of today lends itself to."""

import datetime as dt
import functools
import itertools
import warnings
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from leafonly.certificates.der_elements import elements

HOST = "cam.example.com"
NOW = dt.datetime.now(dt.UTC).replace(microsecond=0)  # certtool before 3.8 knows no other time
DAY = dt.timedelta(days=1)
NOTHING: tuple = ()


@dataclass(frozen=True)
class Laid:
    """A chain as it lies before a verifier.

    Attributes:
        leaf: The certificate to judge.
        key: Its private key.
        presented: What a server sends: the leaf, then the others.
        roots: What the client trusts.
        host: Whom the client wants.

    """

    leaf: x509.Certificate
    key: object = field(repr=False)
    presented: tuple[x509.Certificate, ...]
    roots: tuple[x509.Certificate, ...]
    host: str = HOST


@dataclass(frozen=True)
class Plan:
    """A certificate to make: by default a good one of its role.

    Attributes:
        name: Its subject's common name; None for an empty subject.
        key: Which key (one per word), or of which kind: `rsa1024`, `p521`.
        start, end: When it is valid.
        ca: The basic constraints' flag; None for no such extension.
        path_length: How many intermediates may follow.
        signs: Its key usage has keyCertSign (CAs) or digitalSignature (leaves); None for no
            key usage at all.
        usage: Its extended key usage; empty for none.
        sans: Its subject alternative names; empty for none.
        extra: More extensions: the value, and whether it is critical.
        without: Extensions of these types are left out.
        changes: What is done to the signed certificate by `resign`.
        issuer_name: Another issuer's name than the issuer has.
        akid: Another authority key identifier than the issuer's.

    """

    name: str | None
    key: str
    start: dt.datetime = NOW - 30 * DAY
    end: dt.datetime = NOW + 50 * DAY
    ca: bool | None = False
    path_length: int | None = None
    signs: bool | None = True
    usage: Sequence = NOTHING
    sans: Sequence = NOTHING
    extra: Sequence = NOTHING
    without: Sequence = NOTHING
    changes: dict | None = None
    issuer_name: str | None = None
    akid: bytes | None = None


LEAF = Plan(HOST, "leaf", usage=[ExtendedKeyUsageOID.SERVER_AUTH], sans=[x509.DNSName(HOST)])
CA = Plan("", "", ca=True, start=NOW - 900 * DAY, end=NOW + 900 * DAY)
ROOT = replace(CA, name="Laboratory Root", key="root")
LOWER = replace(CA, name="Laboratory Intermediate", key="intermediate")
UPPER = replace(CA, name="Laboratory Upper Intermediate", key="upper")


@functools.cache
def key_of(word):
    """One key per word, so that they can be told apart."""
    if word.startswith("rsa"):
        return rsa.generate_private_key(65537, int(word[3:7]))
    curves: dict[str, ec.EllipticCurve] = {
        "p224": ec.SECP224R1(),
        "p384": ec.SECP384R1(),
        "p521": ec.SECP521R1(),
    }
    if word.startswith("ed25519"):
        return ed25519.Ed25519PrivateKey.generate()
    return ec.generate_private_key(curves.get(word, ec.SECP256R1()))


def named(common_name):
    if common_name is None:
        return x509.Name([])
    parts = [(NameOID.ORGANIZATION_NAME, "Laboratory"), (NameOID.COMMON_NAME, common_name)]
    return x509.Name([x509.NameAttribute(oid, value) for oid, value in parts])


def _key_usage(plan):
    flags = dict.fromkeys(
        ("digital_signature", "key_encipherment", "content_commitment", "data_encipherment"), False
    ) | dict.fromkeys(("key_agreement", "encipher_only", "decipher_only"), False)
    is_ca = plan.key not in ("leaf",) and bool(plan.ca)
    flags |= {"key_cert_sign": is_ca and bool(plan.signs), "crl_sign": is_ca}
    if not is_ca:
        flags["digital_signature"] = bool(plan.signs)
        flags["content_commitment"] = not plan.signs
    return x509.KeyUsage(**flags)


def make(plan, issuer=None):
    """Make the certificate of a plan, issued by another plan; without one it is a root."""
    above = issuer or plan
    key, signer = key_of(plan.key), key_of(above.key)
    skid = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    akid = x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key())
    if plan.akid is not None:
        akid = x509.AuthorityKeyIdentifier(plan.akid, None, None)
    constraints = x509.BasicConstraints(bool(plan.ca), plan.path_length)
    extensions = [
        (constraints if plan.ca is not None else None, True),
        (_key_usage(plan) if plan.signs is not None else None, True),
        (x509.ExtendedKeyUsage(plan.usage) if plan.usage else None, False),
        (x509.SubjectAlternativeName(plan.sans) if plan.sans else None, plan.name is None),
        (skid, False),
        (akid, False),
        *plan.extra,
    ]
    builder = (
        x509.CertificateBuilder()
        .subject_name(named(plan.name))
        .issuer_name(named(plan.issuer_name or above.name))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(plan.start)
        .not_valid_after(plan.end)
    )
    for extension, critical in extensions:
        if extension is not None and not isinstance(extension, tuple(plan.without)):
            builder = builder.add_extension(extension, critical)
    digest = None if isinstance(signer, ed25519.Ed25519PrivateKey) else hashes.SHA256()
    certificate = builder.sign(signer, digest)
    return resign(certificate, signer, **plan.changes) if plan.changes else certificate


def _tlv(tag, *contents):
    body = b"".join(contents)
    length = len(body)
    size = b"" if length < 128 else length.to_bytes((length.bit_length() + 7) // 8)
    return bytes([tag, 0x80 | len(size) if size else length]) + size + body


_ALGORITHMS = {
    ("EC", "sha1"): "06072a8648ce3d0401",
    ("EC", "sha256"): "06082a8648ce3d040302",
    ("RSA", "md5"): "06092a864886f70d0101040500",
    ("RSA", "sha1"): "06092a864886f70d0101050500",
    ("RSA", "sha256"): "06092a864886f70d01010b0500",
}


def resign(certificate, signer, *, digest="sha256", version_1=False, serial=None, damaged=False):
    """Sign a certificate again, in a way that no builder of today lends itself to."""
    body = next(elements(certificate.tbs_certificate_bytes))[1]
    parts = [(tag, _tlv(tag, contents)) for tag, contents, _ in elements(body)]
    kind = "RSA" if isinstance(signer, rsa.RSAPrivateKey) else "EC"
    algorithm = _tlv(0x30, bytes.fromhex(_ALGORITHMS[kind, digest]))
    fields = [encoded for _, encoded in parts]
    fields[2] = algorithm
    if serial is not None:
        fields[1] = _tlv(
            0x02, serial.to_bytes(max(1, (abs(serial).bit_length() + 8) // 8), signed=True)
        )
    if version_1:
        fields = [
            each for (tag, _), each in zip(parts, fields, strict=True) if tag not in (0xA0, 0xA3)
        ]
    signed = _tlv(0x30, *fields)
    hashed = {"md5": hashes.MD5(), "sha1": hashes.SHA1(), "sha256": hashes.SHA256()}[digest]
    signature = (
        signer.sign(signed, padding.PKCS1v15(), hashed)
        if kind == "RSA"
        else signer.sign(signed, ec.ECDSA(hashed))
    )
    if damaged:
        signature = signer.sign(signed + b"?", ec.ECDSA(hashed))
    whole = _tlv(0x30, signed, algorithm, _tlv(0x03, b"\0", signature))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of serial numbers that RFC 5280 forbids
        return x509.load_der_x509_certificate(whole)


def lay(leaf=LEAF, between=(LOWER,), root=ROOT, host=HOST, present=None, trust=None):
    """Make the chain of some plans, the leaf's issuer first.

    Args:
        leaf: The leaf's plan.
        between: The intermediates' plans.
        root: The root's plan.
        host: Whom the client wants.
        present: Makes what is presented of the whole chain, leaf first and root last; None for
            everything below the root.
        trust: Makes what is trusted of the root.

    """
    plans = [leaf, *between, root]
    whole = [make(plan, above) for plan, above in itertools.pairwise(plans)]
    whole.append(make(root))
    presented = tuple(present(whole) if present else whole[:-1])
    roots = tuple(trust(whole[-1]) if trust else whole[-1:])
    return Laid(presented[0], key_of(leaf.key), presented, roots, host)


def of_key(certificate):
    """A plan for a certificate whose key is of the same kind as another's, and not the same."""
    key = certificate.public_key()
    kinds = {rsa.RSAPublicKey: "rsa2048 of another", ed25519.Ed25519PublicKey: "ed25519 of another"}
    word = next((word for kind, word in kinds.items() if isinstance(key, kind)), "p256 of another")
    return replace(CA, name="of another key", key=word)
