"""The issuers above a missing one, for CAs that publish their chains.

A leaf names its own issuer only. Without that issuer's certificate, nothing shows whether further
issuers are missing. The names are those of Let's Encrypt's chains since May 2026
(https://letsencrypt.org/certificates/); the URLs are the caIssuers addresses in these certificates.
"""

from collections.abc import Callable, Iterator

from cryptography import x509
from cryptography.x509.oid import NameOID

__all__ = ["PUBLISHER", "published_above"]

PUBLISHER = "Let's Encrypt"


def _name(organization: str, common_name: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "US"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, organization),
            x509.NameAttribute(NameOID.COMMON_NAME, common_name),
        ]
    )


_ISRG = "Internet Security Research Group"
_X1, _X2 = _name(_ISRG, "ISRG Root X1"), _name(_ISRG, "ISRG Root X2")
_YE, _YR = _name("ISRG", "Root YE"), _name("ISRG", "Root YR")

_ABOVE = {
    **{_name("Let's Encrypt", f"YE{number}"): _YE for number in (1, 2, 3)},
    **{_name("Let's Encrypt", f"YR{number}"): _YR for number in (1, 2, 3)},
    _YE: _X2,
    _YR: _X1,
    _X2: _X1,
}
_URLS = {
    _YE: "http://ye.i.lencr.org/",
    _YR: "http://yr.i.lencr.org/",
    _X2: "http://x2.i.lencr.org/",
}


def published_above(
    name: x509.Name, is_trusted: Callable[[x509.Name], bool]
) -> Iterator[tuple[x509.Name, str]]:
    """Yield the intermediates above an issuer, and the URL of each, up to a trusted root.

    Args:
        name: The subject of the issuer; nothing is yielded for one of another CA.
        is_trusted: Whether clients trust a root of this name.

    """
    while not is_trusted(name) and (above := _ABOVE.get(name)) in _URLS:
        if is_trusted(above):
            return
        yield above, _URLS[above]
        name = above
