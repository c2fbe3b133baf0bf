"""Hierarchies are what they say they are, judged by OpenSSL."""

import functools
import urllib.request
from collections.abc import Sequence

import pytest
from cryptography import x509
from OpenSSL import crypto

from leafonly.certificates.chain import KeyType
from leafonly.certificates.hierarchy import CLASSIC, HIERARCHIES, Hierarchy
from leafonly.certificates.inspection import aia_urls
from leafonly.certificates.issuer_responses import RESPONSES
from leafonly.certificates.issuer_site import IssuerSite

P256: KeyType = "p256"
LONG = [each for each in HIERARCHIES.values() if each is not CLASSIC]


def verifies(
    leaf: x509.Certificate,
    others: Sequence[x509.Certificate],
    anchors: Sequence[x509.Certificate],
) -> bool:
    store = crypto.X509Store()
    for each in anchors:
        store.add_cert(crypto.X509.from_cryptography(each))
    untrusted = [crypto.X509.from_cryptography(each) for each in others]
    context = crypto.X509StoreContext(store, crypto.X509.from_cryptography(leaf), untrusted)
    try:
        context.verify_certificate()
    except crypto.X509StoreContextError:
        return False
    return True


@pytest.mark.parametrize("hierarchy", HIERARCHIES.values(), ids=lambda each: each.name)
def test_exactly_the_intermediates_that_are_needed_lead_to_the_root(hierarchy: Hierarchy) -> None:
    authority = hierarchy.authority()
    chain = authority.issue()
    needed = chain.intermediates[: hierarchy.needed]
    assert verifies(chain.leaf, needed, authority.anchors)
    for one in needed:
        others = [each for each in chain.intermediates if each != one]
        assert not verifies(chain.leaf, others, authority.anchors)
    for anchor in authority.anchors:
        assert verifies(chain.leaf, chain.intermediates, [anchor])
    if hierarchy.crossed:
        assert not verifies(chain.leaf, needed, authority.anchors[1:])


@pytest.mark.parametrize("hierarchy", LONG, ids=lambda each: each.name)
def test_each_url_has_the_issuer_of_the_certificate_that_names_it(hierarchy: Hierarchy) -> None:
    authority = hierarchy.authority()
    with IssuerSite() as site:
        responses = RESPONSES["live"](authority, functools.partial(site.url, "cell"))
        site.publish("cell", responses)
        named = [x509.load_der_x509_certificate(each.body) for each in responses]
        leaf = authority.issue(aia=site.url("cell")).leaf
        fetched: list[x509.Certificate] = []
        while urls := aia_urls(fetched[-1] if fetched else leaf):
            with urllib.request.urlopen(urls[0]) as response:
                fetched.append(x509.load_der_x509_certificate(response.read()))
        assert site.fetches("cell") == site.fetched("cell") == len(fetched)
        assert site.fetches("other") == site.fetched("other") == 0
    assert fetched == named
    for plain, naming in zip(authority.intermediates, named, strict=True):
        assert (plain.subject, plain.issuer) == (naming.subject, naming.issuer)
        assert plain.public_key() == naming.public_key()
    assert verifies(leaf, fetched, authority.anchors)


def test_one_url_asked_twice_is_one_certificate() -> None:
    authority = CLASSIC.authority()
    with IssuerSite(authority.intermediates[0]) as site:
        for _ in range(2):
            urllib.request.urlopen(site.url("cell")).close()
        assert (site.fetches("cell"), site.fetched("cell")) == (2, 1)
