"""Roots of Mozilla's list that Chrome no longer trusts for new certificates."""

import datetime as dt
from collections.abc import Iterator

from cryptography import x509

from leafonly.certificates.names import called

__all__ = ["chrome_distrusts", "scts"]

# Google's security blog, 2025-05-30: Chrome rejects certificates whose earliest SCT is later.
_LAST_SCT = {
    "HiPKI Root CA - G1": dt.datetime(2025, 8, 1, tzinfo=dt.UTC),
    "NetLock Arany (Class Gold) Főtanúsítvány": dt.datetime(2025, 8, 1, tzinfo=dt.UTC),
}


def chrome_distrusts(leaf: x509.Certificate, root: x509.Certificate) -> dt.date | None:
    """Return the last day for which Chrome trusts this root, if the leaf is newer; else None."""
    since = _LAST_SCT.get(called(root))
    logged = [each.timestamp.replace(tzinfo=dt.UTC) for each in scts(leaf)]
    if since is None or min(logged, default=leaf.not_valid_before_utc) < since:
        return None
    return (since - dt.timedelta(days=1)).date()


def scts(
    leaf: x509.Certificate,
) -> Iterator[x509.certificate_transparency.SignedCertificateTimestamp]:
    """Yield the SCTs in a certificate (RFC 6962 section 3.3)."""
    for each in leaf.extensions:
        if isinstance(each.value, x509.PrecertificateSignedCertificateTimestamps):
            yield from each.value
