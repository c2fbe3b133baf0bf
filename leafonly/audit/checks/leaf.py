"""Checks of the leaf: its validity period, its purpose, its size."""

import datetime as dt
from collections.abc import Iterator

from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID, SignatureAlgorithmOID

from leafonly.audit.context import Evidence
from leafonly.audit.files.credentials import is_ca, is_self_issued
from leafonly.audit.finding import Finding, NotCheckedError, blocker, info, warning
from leafonly.tls.message_size import certificate_message_size

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

# Since iOS 13 and macOS 10.15, Apple's systems demand serverAuth and a limited lifetime in days
# of every TLS server's certificate that any CA issued after this day (support.apple.com/103769).
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
    """The certificate is valid now, and for some days more."""
    leaf, at = evidence.leaf, evidence.at
    if at > leaf.not_valid_after_utc:
        yield blocker(
            f"the certificate expired on {leaf.not_valid_after_utc:%Y-%m-%d}",
            "renew the certificate",
        )
    elif at < leaf.not_valid_before_utc:
        yield blocker(
            f"the certificate is not valid before {leaf.not_valid_before_utc:%Y-%m-%d %H:%M} UTC",
            "wait until then, or correct this machine's clock",
        )
    else:
        left = leaf.not_valid_after_utc - at
        days = f"{left.days} days left, until {leaf.not_valid_after_utc:%Y-%m-%d}"
        whole = leaf.not_valid_after_utc - leaf.not_valid_before_utc
        # Let's Encrypt's advice: after two thirds of its life (letsencrypt.org, 2025-12-02).
        if left < min(_SHORT, whole / 3):
            yield warning(
                f"{days}: it is time to renew", "renew the certificate before you deploy it"
            )
        else:
            yield info(days)


def lifetime_is_allowed(evidence: Evidence) -> Iterator[Finding]:
    """The validity period is allowed. The coming limits for public CAs are reported too."""
    leaf = evidence.leaf
    days, issued = _days(leaf), leaf.not_valid_before_utc
    if evidence.is_public:
        allowed = next((n for since, n in reversed(_LIFETIMES) if issued >= since), days)
        if days > allowed:
            yield warning(
                f"the certificate lives {days} days, but public CAs may give {allowed} to one "
                f"issued on {issued:%Y-%m-%d}: browsers may reject it",
                "have it issued for a shorter time",
            )
        yield info(_outlook(evidence.at))
    elif days > _APPLE_LIFETIME and issued > _APPLE:
        yield warning(
            f"the certificate lives {days} days, but Apple's systems allow {_APPLE_LIFETIME}, even "
            "for a private CA",
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
    must = " (automate the renewal, including the copy to the camera)"
    return f"public certificates live {now[1]} days at most{ahead}" + must


def certificate_is_for_servers(evidence: Evidence) -> Iterator[Finding]:
    """The certificate is for a TLS server: serverAuth, not a CA, no OCSP must-staple."""
    leaf = evidence.leaf
    if is_self_issued(leaf):
        yield warning(
            "the certificate is self-signed: it must be installed on every client", _REISSUE
        )
    elif is_ca(leaf):
        # Seen: refused by Firefox 153, NSS 3.87 and rustls 0.23; accepted by the others.
        yield warning(
            "the certificate is marked as a CA certificate: Firefox and rustls reject it", _REISSUE
        )
    yield from _judge_usage(leaf)
    if any(isinstance(each.value, x509.TLSFeature) for each in leaf.extensions):
        # RFC 7633. Seen: refused by Firefox 153 and GnuTLS 3.7 with all that use it.
        yield warning(
            "the certificate demands OCSP stapling, which the camera does not support: Firefox and "
            "GnuTLS reject it",
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
        why = "Apple's systems reject it" if late else "Baseline Requirements 7.1.2.7.10 demand it"
        yield warning(
            f"the certificate does not say that it is for a server (serverAuth): {why}", _REISSUE
        )
        return
    if ExtendedKeyUsageOID.SERVER_AUTH in usage:
        return
    if ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE in usage:
        yield blocker(
            "the certificate allows any usage, but does not name TLS servers (serverAuth): "
            "Firefox, OpenSSL, rustls and Apple's systems reject it",
            _REISSUE,
        )
    else:
        yield blocker(
            "the certificate's extended key usage does not include TLS servers (serverAuth)",
            _REISSUE,
        )


def certificate_is_logged(evidence: Evidence) -> Iterator[Finding]:
    """The certificate has SCTs, because browsers reject a public one that is not in the CT logs.

    Two from distinct logs up to 180 days of life (the difference of the two dates, to the
    second), three beyond: Chrome's CT policy
    (googlechrome.github.io/CertificateTransparency/ct_policy.html) and Apple's
    (support.apple.com/103214). Firefox demands them on desktops since 135, for roots in
    Mozilla's list (its dev-security-policy list, 2025-02-04). All three demand them of public
    CAs only. The logs' operators, and whether browsers still trust the logs, are not checked: no
    package delivers the browsers' current list of logs.
    """
    found = {type(each.value): each.value for each in evidence.leaf.extensions}
    if x509.PrecertPoison in found:
        # RFC 6962 section 3.1; refused by all of 23 clients tried.
        yield blocker(
            "this is a precertificate, which is for the CT logs only: no client accepts it",
            "use the certificate that the CA delivered",
        )
        return
    scts = found.get(x509.PrecertificateSignedCertificateTimestamps)
    carried = scts if isinstance(scts, x509.PrecertificateSignedCertificateTimestamps) else ()
    logs = len({each.log_id for each in carried})
    leaf = evidence.leaf
    lives = leaf.not_valid_after_utc - leaf.not_valid_before_utc
    wanted = 2 if lives <= _FEW_SCTS else 3
    if not evidence.paths:
        raise NotCheckedError(
            "the chain reaches no known root, so it is not known whether clients demand SCTs"
        )
    if not evidence.is_public:
        yield info("no client demands SCTs from a private CA")
    elif logs < wanted:
        yield warning(
            f"the certificate has SCTs of {logs} logs, but Chromium and Safari want {wanted} for "
            "a public one: they reject it",
            "have the CA issue it with embedded SCTs; the camera cannot send them otherwise",
        )
    else:
        yield info(
            f"the certificate has SCTs of {logs} logs; whether these have different operators, as "
            "Chromium and Safari demand, is not checked"
        )


def signature_is_usable(evidence: Evidence) -> Iterator[Finding]:
    """Clients accept the leaf's signature algorithm, and the camera can load it.

    SHA-1 was seen to be refused by Chromium 156, Firefox 153, Go 1.27, OpenSSL 3.0 as Debian
    sets it, GnuTLS 3.7, rustls 0.23 and mbedTLS 2.28, and Apple's systems refuse it too
    (support.apple.com/103769); Java 17, NSS 3.87, wolfSSL 5.5 and Erlang 25 accepted it from a
    private CA. What the camera refuses to load was measured on its firmware
    (`leafonly/cameras/emulator/loading_rules.py`).
    """
    algorithm = evidence.leaf.signature_algorithm_oid
    if algorithm in _WEAK:
        yield blocker(
            f"the certificate is signed with {_WEAK[algorithm]}, which browsers and most "
            "libraries reject",
            _REISSUE,
        )
    elif algorithm in _REFUSED:
        yield blocker(
            f"the certificate is signed with {_REFUSED[algorithm]}, which the camera refuses "
            "to load",
            "have it issued by an intermediate that signs with ECDSA or RSA PKCS#1",
        )


def certificate_fits_camera(evidence: Evidence) -> Iterator[Finding]:
    """The Certificate message fits the camera's output buffer, alone and with the chain."""
    leaf, limit = evidence.leaf, evidence.message_limit
    alone = certificate_message_size([leaf])
    full = certificate_message_size([leaf, *evidence.issuers])
    with_chain = f", {full} with the chain" if evidence.issuers else ""
    sizes = f"the camera's Certificate message: {alone} bytes for the leaf{with_chain}"
    if alone > limit:
        yield blocker(
            f"the Certificate message with the leaf alone has {alone} bytes, but the camera's "
            f"buffer holds {limit}: every handshake fails",
            "have it issued with fewer names, or for an ECDSA key",
        )
    elif full > limit:
        yield warning(
            f"{sizes}; {limit} fit, so the full chain cannot be presented",
            "present the leaf alone, or have it issued with fewer names or by an ECDSA CA",
        )
    else:
        yield info(f"{sizes}; {limit} fit")
    if not evidence.credentials.intermediates and not evidence.is_issued_by_root:
        raise NotCheckedError("no intermediate was given, so only the leaf was measured")


CHECKS = (
    leaf_is_valid_now,
    lifetime_is_allowed,
    certificate_is_for_servers,
    certificate_is_logged,
    signature_is_usable,
    certificate_fits_camera,
)
