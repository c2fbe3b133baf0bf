"""Checks of the leaf: its name, its time, its purpose, its size."""

import datetime as dt
import ipaddress
from collections.abc import Iterator

from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, SignatureAlgorithmOID

from leafonly.audit.evidence import Evidence
from leafonly.audit.finding import Finding, NotCheckedError, blocker, info, warning
from leafonly.audit.reader import is_ca, is_self_issued
from leafonly.certificate import addresses, covers, dns_names
from leafonly.limits import CERTIFICATE_MESSAGE_LIMIT, certificate_message_size

__all__ = ["CHECKS"]

_REISSUE = "have the CA issue a certificate for the camera's name"

# CA/Browser Forum, Baseline Requirements 6.3.2, as of ballot SC-081v3: certificates issued
# from this day on may be valid for so many days.
_LIFETIMES = (
    (dt.datetime(2020, 9, 1, tzinfo=dt.UTC), 398),
    (dt.datetime(2026, 3, 15, tzinfo=dt.UTC), 200),
    (dt.datetime(2027, 3, 15, tzinfo=dt.UTC), 100),
    (dt.datetime(2029, 3, 15, tzinfo=dt.UTC), 47),
)
_PRIVATE_LIFETIME = 825  # days that Apple's systems allow any CA (support.apple.com/103769)
_SHORT = dt.timedelta(days=30)

_WEAK = {
    SignatureAlgorithmOID.RSA_WITH_MD5: "MD5",
    SignatureAlgorithmOID.RSA_WITH_SHA1: "SHA-1",
    SignatureAlgorithmOID.ECDSA_WITH_SHA1: "SHA-1",
}
_REFUSED = {
    SignatureAlgorithmOID.RSASSA_PSS: "RSASSA-PSS",
    SignatureAlgorithmOID.ED25519: "Ed25519",
    SignatureAlgorithmOID.ED448: "Ed448",
}

# RFC 6761, RFC 6762, RFC 8375, ICANN's reservation of .internal, and names of home routers.
_PRIVATE_SUFFIXES = (
    *("local", "localhost", "test", "example", "invalid", "onion"),
    *("internal", "home.arpa", "lan", "home", "corp", "intranet", "localdomain"),
)


def name_is_in_certificate(evidence: Evidence) -> Iterator[Finding]:
    """The camera's name is among the certificate's subject alternative names."""
    leaf = evidence.leaf
    names = dns_names(leaf)
    if not names and not addresses(leaf):
        common = leaf.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
        seen = "its name only in the subject's common name" if common else "no name"
        yield blocker(
            f"the certificate has {seen}, and no subject alternative name: clients have looked "
            "nowhere else for years (RFC 9525)",
            "have the CA issue one with the camera's name as a dNSName",
        )
        return
    domain = evidence.domain
    if covers(leaf, domain):
        if evidence.given_domain is None:
            others = f", one of {len(names)} names" if len(names) > 1 else ""
            yield info(f"the camera's name is taken to be {domain}{others}: --domain NAME")
        return
    held = ", ".join([*names, *addresses(leaf)][:5])
    yield blocker(f"the certificate is not for {domain}, but for {held}", _REISSUE)


def name_is_public(evidence: Evidence) -> Iterator[Finding]:
    """The camera's name is one that public CAs issue certificates for."""
    domain = evidence.domain
    try:
        ipaddress.ip_address(domain)
    except ValueError:
        if "." not in domain:
            what = "a single label"
        elif any(domain.endswith(f".{suffix}") for suffix in _PRIVATE_SUFFIXES):
            what = "a name that exists only in private networks"
        else:
            return
    else:
        what = "an address"
    yield warning(
        f"{domain} is {what}: public CAs do not issue for it, and every client must be given "
        "the root of whoever did",
        "use a name below a domain that you own, and point it at the camera's address",
    )


def leaf_is_valid_now(evidence: Evidence) -> Iterator[Finding]:
    """The moment lies between the certificate's two dates, and some days are left."""
    leaf, at = evidence.leaf, evidence.at
    if at > leaf.not_valid_after_utc:
        yield blocker(f"the certificate expired on {leaf.not_valid_after_utc:%Y-%m-%d}", "renew it")
    elif at < leaf.not_valid_before_utc:
        yield blocker(
            f"the certificate is not valid before {leaf.not_valid_before_utc:%Y-%m-%d %H:%M} UTC",
            "wait, or set this machine's clock right",
        )
    else:
        left = leaf.not_valid_after_utc - at
        days = f"{left.days} days left, until {leaf.not_valid_after_utc:%Y-%m-%d}"
        whole = leaf.not_valid_after_utc - leaf.not_valid_before_utc
        # A third of its life is when ACME clients renew (certbot's and Let's Encrypt's advice).
        if left < min(_SHORT, whole / 3):
            yield warning(f"{days}: it is time to renew", "renew it before it is deployed")
        else:
            yield info(days)


def lifetime_is_allowed(evidence: Evidence) -> Iterator[Finding]:
    """The certificate does not live longer than clients allow, and renewal is planned for."""
    leaf = evidence.leaf
    days = _days(leaf)
    if evidence.is_public:
        allowed = max((n for since, n in _LIFETIMES if leaf.not_valid_before_utc >= since),
                      key=lambda n: -n, default=825)  # fmt: skip
        if days > allowed:
            yield warning(
                f"the certificate lives {days} days, and browsers allow {allowed} to one issued "
                f"on {leaf.not_valid_before_utc:%Y-%m-%d}",
                "have it issued for a shorter time",
            )
        yield info(_outlook(evidence.at))
    elif days > _PRIVATE_LIFETIME:
        yield warning(
            f"the certificate lives {days} days, and Apple's systems allow {_PRIVATE_LIFETIME} "
            "even to a private CA",
            "have it issued for a shorter time",
        )


def _days(leaf: x509.Certificate) -> int:
    # Both ends are included, and a started day counts whole (Baseline Requirements 1.6.1).
    whole = leaf.not_valid_after_utc - leaf.not_valid_before_utc + dt.timedelta(seconds=1)
    return -(-whole // dt.timedelta(days=1))


def _outlook(at: dt.datetime) -> str:
    now = max(((since, n) for since, n in _LIFETIMES if since <= at), default=_LIFETIMES[0])
    later = [f"{n} from {since:%Y-%m-%d}" for since, n in _LIFETIMES if since > at]
    ahead = f", {', '.join(later)}" if later else ""
    must = " (renew by a machine, not by hand: make copying to the camera part of it)"
    return f"public certificates live {now[1]} days at most{ahead}" + must


def certificate_is_for_servers(evidence: Evidence) -> Iterator[Finding]:
    """The certificate is a TLS server's: serverAuth, no CA, nothing the camera cannot do."""
    leaf = evidence.leaf
    if is_ca(leaf):
        if is_self_issued(leaf):
            yield warning(
                "the certificate is self-signed: every client must be given it itself",
                _REISSUE,
            )
        else:
            yield warning(
                "the certificate is marked as a CA's, which some clients refuse", _REISSUE
            )
    found = {type(each.value): each.value for each in leaf.extensions}
    usage = found.get(x509.ExtendedKeyUsage)
    if usage is None:
        if evidence.is_public:
            yield warning("the certificate does not say that it is a server's", _REISSUE)
    elif not isinstance(usage, x509.ExtendedKeyUsage) or not (
        {ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE} & set(usage)
    ):
        yield blocker("the certificate is for other uses than TLS servers (serverAuth)", _REISSUE)
    if x509.TLSFeature in found:
        yield warning(
            "the certificate demands OCSP stapling, which the camera cannot do: Firefox refuses it",
            "have it issued without must-staple",
        )


def certificate_is_logged(evidence: Evidence) -> Iterator[Finding]:
    """It carries SCTs: Chromium and Safari refuse a public certificate that is in no CT log."""
    found = {type(each.value): each.value for each in evidence.leaf.extensions}
    if x509.PrecertPoison in found:
        yield blocker(
            "this is a precertificate, made only for the logs: no client accepts it",
            "take the certificate that the CA delivered",
        )
        return
    scts = found.get(x509.PrecertificateSignedCertificateTimestamps)
    count = len(scts) if isinstance(scts, x509.PrecertificateSignedCertificateTimestamps) else 0
    # Chrome's and Apple's policies alike: two up to 180 days of life, three beyond.
    wanted = 2 if _days(evidence.leaf) <= 180 else 3
    if not evidence.is_public:
        yield info("no client wants SCTs of a private CA")
    elif count < wanted:
        yield warning(
            f"the certificate carries {count} SCTs, and Chromium and Safari want {wanted} of a "
            "public one: they will refuse it",
            "have the CA issue it with SCTs embedded; the camera cannot deliver them otherwise",
        )
    else:
        yield info(f"the certificate carries {count} SCTs")


def signature_is_usable(evidence: Evidence) -> Iterator[Finding]:
    """The leaf is signed by an algorithm that clients accept and the camera can load."""
    algorithm = evidence.leaf.signature_algorithm_oid
    if algorithm in _WEAK:
        yield blocker(
            f"the certificate is signed with {_WEAK[algorithm]}, which clients refuse", _REISSUE
        )
    elif algorithm in _REFUSED:
        yield blocker(
            f"the certificate is signed with {_REFUSED[algorithm]}, which the camera refuses "
            "to load",
            "have it issued below an intermediate that signs with ECDSA or RSA PKCS#1",
        )


def certificate_fits_camera(evidence: Evidence) -> Iterator[Finding]:
    """The Certificate message fits the camera's output buffer, alone and with the chain."""
    leaf, limit = evidence.leaf, CERTIFICATE_MESSAGE_LIMIT
    alone = certificate_message_size([leaf])
    full = certificate_message_size([leaf, *evidence.issuers])
    sizes = f"the camera's certificate message: {alone} bytes alone, {full} with the chain"
    if alone > limit:
        yield blocker(
            f"the leaf alone makes a message of {alone} bytes, and the camera's buffer holds "
            f"{limit}: every handshake would fail",
            "have it issued with fewer names, or an ECDSA key",
        )
    elif full > limit:
        yield warning(
            f"{sizes}, of {limit} that fit: the full chain cannot be presented",
            "present the leaf alone, or have it issued with fewer names, or below a chain of ECDSA",
        )
    else:
        yield info(f"{sizes}, of {limit} that fit")
    if not evidence.credentials.intermediates:
        raise NotCheckedError("no intermediate was given, so only the leaf alone was measured")


CHECKS = (
    name_is_in_certificate,
    name_is_public,
    leaf_is_valid_now,
    lifetime_is_allowed,
    certificate_is_for_servers,
    certificate_is_logged,
    signature_is_usable,
    certificate_fits_camera,
)
