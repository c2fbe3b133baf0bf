"""Roots that Mozilla's list has, and that Chrome trusts no longer for what is issued now."""

import datetime as dt
from collections.abc import Iterator

from cryptography import x509

from leafonly.audit.names import called

__all__ = ["chrome_distrusts", "scts"]

# Google's security blog, 2025-05-30: certificates whose earliest SCT is of a later day.
_LAST_SCT = {
    "HiPKI Root CA - G1": dt.datetime(2025, 8, 1, tzinfo=dt.UTC),
    "NetLock Arany (Class Gold) Főtanúsítvány": dt.datetime(2025, 8, 1, tzinfo=dt.UTC),
}


def chrome_distrusts(leaf: x509.Certificate, root: x509.Certificate) -> dt.date | None:
    """Return the last day whose certificates below this root Chrome accepts, if this is later."""
    since = _LAST_SCT.get(called(root))
    logged = [each.timestamp.replace(tzinfo=dt.UTC) for each in scts(leaf)]
    if since is None or min(logged, default=leaf.not_valid_before_utc) < since:
        return None
    return (since - dt.timedelta(days=1)).date()


def scts(
    leaf: x509.Certificate,
) -> Iterator[x509.certificate_transparency.SignedCertificateTimestamp]:
    """Give the SCTs that a certificate carries (RFC 6962 section 3.3)."""
    for each in leaf.extensions:
        if isinstance(each.value, x509.PrecertificateSignedCertificateTimestamps):
            yield from each.value
