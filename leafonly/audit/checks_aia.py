"""Checks of where a missing intermediate can be had, and whether it will stay the same."""

import datetime as dt
from collections.abc import Iterator

from cryptography.x509.oid import NameOID

from leafonly.audit.evidence import Answer, Evidence
from leafonly.audit.finding import Finding, NotCheckedError, info, warning
from leafonly.audit.names import called, name_of, shown
from leafonly.certificate import aia_urls, is_issued_by
from leafonly.pki import der

__all__ = ["CHECKS"]

_ASK_CA = "take the intermediate from the same delivery, or from the CA's page of certificates"

# Organizations that say of themselves that their intermediates change. In order: "Chains of
# Trust" and the news of 2024-03-19 (letsencrypt.org); "connecting to Google" in the FAQ of
# Google's public key infrastructure; "Amazon introduces dynamic intermediate certificate
# authorities" (AWS Security Blog, 2022); "Atlas TLS ICA Rotations" (support.globalsign.com);
# "DigiCert ICA Update" (knowledge.digicert.com); "Azure Certificate Authority details"
# (learn.microsoft.com), a list that is updated.
_ROTATING = {
    "Let's Encrypt": "issues from one of several intermediates, and replaces them",
    "Google Trust Services": "issues from different intermediates as it needs",
    "Amazon": "issues from one of several intermediates",
    "GlobalSign nv-sa": "makes new intermediates every quarter for some products",
    "DigiCert Inc": "has replaced its intermediates several times",
    "Microsoft Corporation": "issues from one of several intermediates",
}
_SHORT_LIVED = dt.timedelta(days=1100)  # an intermediate of three years is replaced often


def aia_names_issuer(evidence: Evidence) -> Iterator[Finding]:
    """The leaf says where its issuer can be fetched, and with --online: the same one is there.

    By http, as Baseline Requirements 7.1.2.7.7 have it: fetching by https could never end.
    Who fetches was measured: docs/clients.md.
    """
    urls = aia_urls(evidence.leaf)
    if not urls:
        yield warning(
            "the leaf has no caIssuers address: clients that fetch a missing intermediate "
            "(Chromium, Java when told to) cannot",
            "have it issued by a CA that puts one in, if leaf-only must work for those",
        )
        return
    if not any(url.lower().startswith("http://") for url in urls):
        yield warning("no caIssuers address of the leaf is plain http, as clients want it", _ASK_CA)
    if evidence.fetched is None:
        raise NotCheckedError(f"what is at {shown(urls[0])} is looked at with --online only")
    for url in urls:
        if url in evidence.fetched:
            yield _judge_fetched(evidence, url, evidence.fetched[url])


def _judge_fetched(evidence: Evidence, url: str, got: Answer | str) -> Finding:
    where = shown(url)
    if isinstance(got, str):
        return warning(f"nothing can be fetched from {where}: {got}", "tell the CA, or try again")
    if got.redirected:
        where += " (by a redirect, which not every client follows)"
    given = evidence.issuers[:1]
    # A PKCS#7 holds a set: the order in it says nothing (RFC 5280 section 4.2.2.1).
    if any(der(each) == der(issuer) for each in got.certificates for issuer in given):
        return info(f"the same intermediate is at {where}")
    if any(is_issued_by(evidence.leaf, each) for each in got.certificates):
        return info(f"another certificate of the same issuer is at {where}")
    return warning(
        f"another intermediate ({called(got.certificates[0])}) is at {where}: clients that fetch "
        "it cannot complete the chain",
        "tell the CA; do not count on clients that fetch",
    )


def intermediate_will_stay(evidence: Evidence) -> Iterator[Finding]:
    """The CA does not change its intermediates: clients that stored one may fail after renewal."""
    leaf = evidence.leaf
    organizations = leaf.issuer.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)
    organization = str(organizations[0].value) if organizations else ""
    remedy = "store all of the CA's intermediates in clients, and look again after each renewal"
    if organization in _ROTATING:
        yield warning(
            f"{organization} {_ROTATING[organization]}: a client in which {name_of(leaf.issuer)} "
            "is stored may fail after a renewal",
            remedy,
        )
        return
    for issuer in evidence.issuers[:1]:
        if issuer.not_valid_after_utc - issuer.not_valid_before_utc < _SHORT_LIVED:
            yield warning(
                f"the intermediate {called(issuer)} is made for a short time: a client in which "
                "it is stored may fail after a renewal",
                remedy,
            )


CHECKS = (aia_names_issuer, intermediate_will_stay)
