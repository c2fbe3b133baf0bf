"""Checks of the leaf: its time, its purpose, its size."""

import datetime as dt
from collections.abc import Iterator

from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID, SignatureAlgorithmOID

from leafonly.audit.evidence import Evidence
from leafonly.audit.finding import Finding, NotCheckedError, blocker, info, warning
from leafonly.audit.reader import is_ca, is_self_issued
from leafonly.limits import CERTIFICATE_MESSAGE_LIMIT, certificate_message_size

__all__ = ["CHECKS"]

_REISSUE = "have the CA issue a certificate for the camera's name"

# CA/Browser Forum, Baseline Requirements 6.3.2 (ballot SC-081v3): days that a certificate
# issued from this day on may be valid for. 825 since March 2018 (ballot 193); 398 began with
# Apple (support.apple.com/102028), for public CAs alone.
_LIFETIMES = (
    (dt.datetime(2018, 3, 1, tzinfo=dt.UTC), 825),
    (dt.datetime(2020, 9, 1, tzinfo=dt.UTC), 398),
    (dt.datetime(2026, 3, 15, tzinfo=dt.UTC), 200),
    (dt.datetime(2027, 3, 15, tzinfo=dt.UTC), 100),
    (dt.datetime(2029, 3, 15, tzinfo=dt.UTC), 47),
)

# What Apple's systems want of every TLS server's certificate since iOS 13 and macOS 10.15, of
# whatever CA, if it was issued after this day (support.apple.com/103769): serverAuth, and no
# more than so many days.
_APPLE = dt.datetime(2019, 7, 1, tzinfo=dt.UTC)
_APPLE_LIFETIME = 825

_SHORT = dt.timedelta(days=30)
_FEW_SCTS = dt.timedelta(days=180)

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
        # Let's Encrypt's advice: after two thirds of its life (letsencrypt.org, 2025-12-02).
        if left < min(_SHORT, whole / 3):
            yield warning(f"{days}: it is time to renew", "renew it before it is deployed")
        else:
            yield info(days)


def lifetime_is_allowed(evidence: Evidence) -> Iterator[Finding]:
    """The certificate does not live longer than it may, and renewal is planned for."""
    leaf = evidence.leaf
    days, issued = _days(leaf), leaf.not_valid_before_utc
    if evidence.is_public:
        allowed = next((n for since, n in reversed(_LIFETIMES) if issued >= since), days)
        if days > allowed:
            yield warning(
                f"the certificate lives {days} days, and public CAs may give {allowed} to one "
                f"issued on {issued:%Y-%m-%d}: browsers may refuse it",
                "have it issued for a shorter time",
            )
        yield info(_outlook(evidence.at))
    elif days > _APPLE_LIFETIME and issued > _APPLE:
        yield warning(
            f"the certificate lives {days} days, and Apple's systems allow {_APPLE_LIFETIME} "
            "even to a private CA",
            "have it issued for a shorter time",
        )


def _days(leaf: x509.Certificate) -> int:
    # Both ends are included (RFC 5280 section 4.1.2.5), and what goes beyond whole days of
    # 86,400 seconds counts as one more (Baseline Requirements 6.3.2).
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
    if is_self_issued(leaf):
        yield warning(
            "the certificate is self-signed: every client must be given it itself", _REISSUE
        )
    elif is_ca(leaf):
        # Seen: refused by Firefox 153, NSS 3.87 and rustls 0.23; accepted by the others.
        yield warning("the certificate is marked as a CA's: Firefox and rustls refuse it", _REISSUE)
    yield from _judge_usage(leaf)
    if any(isinstance(each.value, x509.TLSFeature) for each in leaf.extensions):
        # RFC 7633. Seen: refused by Firefox 153 and GnuTLS 3.7 with all that use it.
        yield warning(
            "the certificate demands OCSP stapling, which the camera cannot do: Firefox and "
            "GnuTLS refuse it",
            "have it issued without must-staple",
        )


def _judge_usage(leaf: x509.Certificate) -> Iterator[Finding]:
    """Judge the extended key usage (RFC 5280 section 4.2.1.12).

    Public CAs must put serverAuth in (Baseline Requirements 7.1.2.7.10). Without the extension
    every client tried here connects; with anyExtendedKeyUsage alone Firefox 153, OpenSSL 3.0,
    rustls 0.23, s2n and Erlang 25 were seen to refuse; without either also Chromium 156, Go
    1.27 and Java 17.
    """
    try:
        usage = leaf.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except x509.ExtensionNotFound:
        late = leaf.not_valid_before_utc > _APPLE
        who = "Apple's systems refuse it" if late else "Baseline Requirements 7.1.2.7.10 demand it"
        yield warning(
            f"the certificate does not say that it is a server's (serverAuth): {who}", _REISSUE
        )
        return
    if ExtendedKeyUsageOID.SERVER_AUTH in usage:
        return
    if ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE in usage:
        yield blocker(
            "the certificate is for any use, but not expressly for TLS servers (serverAuth): "
            "Firefox, OpenSSL, rustls and Apple's systems refuse it",
            _REISSUE,
        )
    else:
        yield blocker("the certificate is for other uses than TLS servers (serverAuth)", _REISSUE)


def certificate_is_logged(evidence: Evidence) -> Iterator[Finding]:
    """It carries SCTs: browsers refuse a public certificate that is not in the CT logs.

    Two from distinct logs up to 180 days of life (the difference of the two dates, to the
    second), three beyond: Chrome's CT policy
    (googlechrome.github.io/CertificateTransparency/ct_policy.html) and Apple's
    (support.apple.com/103214). Firefox asks for the like on desktops since 135, of roots in
    Mozilla's list (its dev-security-policy list, 2025-02-04). All three ask it of public CAs
    alone. Which logs they are, and whether they are still good, is not looked at.
    """
    found = {type(each.value): each.value for each in evidence.leaf.extensions}
    if x509.PrecertPoison in found:
        # RFC 6962 section 3.1; refused by all of 23 clients tried.
        yield blocker(
            "this is a precertificate, made only for the logs: no client accepts it",
            "take the certificate that the CA delivered",
        )
        return
    scts = found.get(x509.PrecertificateSignedCertificateTimestamps)
    carried = scts if isinstance(scts, x509.PrecertificateSignedCertificateTimestamps) else ()
    logs = len({each.log_id for each in carried})
    leaf = evidence.leaf
    lives = leaf.not_valid_after_utc - leaf.not_valid_before_utc
    wanted = 2 if lives <= _FEW_SCTS else 3
    if not evidence.is_public:
        yield info("no client wants SCTs of a private CA")
    elif logs < wanted:
        yield warning(
            f"the certificate carries SCTs of {logs} logs, and Chromium and Safari want {wanted} "
            "of a public one: they will refuse it",
            "have the CA issue it with SCTs embedded; the camera cannot deliver them otherwise",
        )
    else:
        yield info(f"the certificate carries SCTs of {logs} logs")


def signature_is_usable(evidence: Evidence) -> Iterator[Finding]:
    """The leaf is signed by an algorithm that clients accept and the camera can load.

    SHA-1 was seen to be refused by Chromium 156, Firefox 153, Go 1.27, OpenSSL 3.0 as Debian
    sets it, GnuTLS 3.7, rustls 0.23 and mbedTLS 2.28, Apple's systems say the same
    (support.apple.com/103769); Java 17, NSS 3.87, wolfSSL 5.5 and Erlang 25 took it from a
    private CA. What the camera refuses is what its firmware was measured to
    (`leafonly/cameras/loading.py`).
    """
    algorithm = evidence.leaf.signature_algorithm_oid
    if algorithm in _WEAK:
        yield blocker(
            f"the certificate is signed with {_WEAK[algorithm]}, which browsers and most "
            "libraries refuse",
            _REISSUE,
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
    if not evidence.credentials.intermediates and not evidence.is_issued_by_root:
        raise NotCheckedError("no intermediate was given, so only the leaf alone was measured")


CHECKS = (
    leaf_is_valid_now,
    lifetime_is_allowed,
    certificate_is_for_servers,
    certificate_is_logged,
    signature_is_usable,
    certificate_fits_camera,
)
