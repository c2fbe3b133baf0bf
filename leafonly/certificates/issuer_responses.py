"""What a CA's web site may respond with at the caIssuers URL of a leaf.

RFC 5280 section 4.2.2.1 wants the issuer's certificate as DER, or several in a PKCS#7 without
signatures ("certs-only"). CAs were seen to serve PEM, and to redirect.
"""

from collections.abc import Callable, Mapping, Sequence

from cryptography.hazmat.primitives.serialization import Encoding, pkcs7

from leafonly.certificates.authority import Authority
from leafonly.certificates.chain import der, pem
from leafonly.certificates.issuer_site import Response

__all__ = ["RESPONSES", "Responses", "Url"]

Url = Callable[[int], str]
"""Returns the URL 1, 2 and so on of one cell; the leaf names the first."""

Responses = Callable[[Authority, Url], Sequence[Response]]
"""Returns what the site of an authority responds with at the URLs 1, 2 and so on."""


def _one_after_the_other(authority: Authority, url: Url) -> Sequence[Response]:
    above = range(2, len(authority.intermediates) + 1)
    named = authority.naming_issuers([url(number) for number in above])
    return [Response(der(each)) for each in named]


def _redirect(authority: Authority, url: Url) -> Sequence[Response]:
    return [Response(location=url(2)), Response(der(authority.intermediates[0]))]


def _pem(authority: Authority, url: Url) -> Sequence[Response]:
    del url
    return [Response(pem(authority.intermediates[:1]), "application/x-pem-file")]


def _p7c(authority: Authority, url: Url) -> Sequence[Response]:
    del url
    bundle = pkcs7.serialize_certificates([*authority.intermediates], Encoding.DER)
    return [Response(bundle, "application/pkcs7-mime")]


def _wrong_issuer(authority: Authority, url: Url) -> Sequence[Response]:
    del url
    return [Response(der(authority.rotated_intermediate))]


RESPONSES: Mapping[str, Responses] = {
    "live": _one_after_the_other,
    "redirect": _redirect,
    "pem": _pem,
    "p7c": _p7c,
    "wrong_issuer": _wrong_issuer,
}
"""By the name that scenarios give them."""
