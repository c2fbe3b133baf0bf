"""Checks of where clients can fetch the intermediate, and whether the CA will change it."""

import datetime as dt
from collections.abc import Iterator

from cryptography.x509.oid import NameOID

from leafonly.audit.context import Answer, Evidence
from leafonly.audit.finding import Finding, NotCheckedError, info, warning
from leafonly.certificates.chain import der
from leafonly.certificates.inspection import aia_urls, is_issued_by
from leafonly.certificates.names import called, name_of, shown

__all__ = ["CHECKS"]

_ASK_CA = (
    "use the intermediate from the CA's delivery, or download it from the CA's certificate page"
)

# Organizations whose own documents say that their intermediates change. In order: "Chains of
# Trust" and the news of 2024-03-19 (letsencrypt.org); "connecting to Google" in the FAQ of
# Google's public key infrastructure; "Amazon introduces dynamic intermediate certificate
# authorities" (AWS Security Blog, 2022); "Atlas TLS ICA Rotations" (support.globalsign.com);
# "DigiCert ICA Update" (knowledge.digicert.com); "Azure Certificate Authority details"
# (learn.microsoft.com), a list that is updated.
_ROTATING = {
    "Let's Encrypt": "issues from one of several intermediates, and replaces them",
    "Google Trust Services": "issues from changing intermediates",
    "Amazon": "issues from one of several intermediates",
    "GlobalSign nv-sa": "replaces the intermediates of some products every quarter",
    "DigiCert Inc": "has replaced its intermediates several times",
    "Microsoft Corporation": "issues from one of several intermediates",
}
_SHORT_LIVED = dt.timedelta(days=1100)  # an intermediate of three years is replaced often


def aia_names_issuer(evidence: Evidence) -> Iterator[Finding]:
    """The leaf has a caIssuers URL; with --online: the URL has the same intermediate.

    The URL must be http (Baseline Requirements 7.1.2.7.7), because https could loop: the TLS
    handshake may need another fetch. docs/clients.md says which clients fetch.
    """
    urls = aia_urls(evidence.leaf)
    if not urls:
        yield warning(
            "the leaf has no caIssuers address: clients that fetch a missing intermediate "
            "(Chromium, and Java if configured) cannot fetch it",
            "if these clients must work with the leaf alone, use a CA that adds the address",
        )
        return
    if not any(url.lower().startswith("http://") for url in urls):
        yield warning(
            "the leaf has no caIssuers address with http: most clients that fetch a missing "
            "intermediate fetch from such addresses only",
            _ASK_CA,
        )
    if evidence.fetched is None:
        raise NotCheckedError(f"{shown(urls[0])} is only fetched with --online")
    for url in urls:
        if url in evidence.fetched:
            yield _judge_fetched(evidence, url, evidence.fetched[url])


def _judge_fetched(evidence: Evidence, url: str, got: Answer | str) -> Finding:
    where = shown(url)
    if isinstance(got, str):
        return warning(
            f"no intermediate could be fetched from {where}: {got}", "try again, or tell the CA"
        )
    if got.redirected:
        where += " (by a redirect, which some clients do not follow)"
    given = evidence.issuers[:1]
    # A PKCS#7 holds a set, so its order has no meaning (RFC 5280 section 4.2.2.1).
    if any(der(each) == der(issuer) for each in got.certificates for issuer in given):
        return info(f"the same intermediate is at {where}")
    if any(is_issued_by(evidence.leaf, each) for each in got.certificates):
        return info(f"another certificate of the same issuer is at {where}")
    return warning(
        f"another intermediate ({called(got.certificates[0])}) is at {where}: clients that fetch "
        "it cannot complete the chain",
        "tell the CA; do not rely on clients that fetch the intermediate",
    )


def intermediate_will_stay(evidence: Evidence) -> Iterator[Finding]:
    """The CA keeps its intermediate: clients that stored an old one fail after a renewal."""
    leaf = evidence.leaf
    organizations = leaf.issuer.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)
    organization = str(organizations[0].value) if organizations else ""
    remedy = "install all of the CA's intermediates on clients, and check again after each renewal"
    if organization in _ROTATING:
        yield warning(
            f"{organization} {_ROTATING[organization]}: after a renewal, clients may need another "
            f"intermediate than {name_of(leaf.issuer)}",
            remedy,
        )
        return
    for issuer in evidence.issuers[:1]:
        if issuer.not_valid_after_utc - issuer.not_valid_before_utc < _SHORT_LIVED:
            yield warning(
                f"the intermediate {called(issuer)} is valid for a short time: a client that has "
                "it installed may fail after a renewal",
                remedy,
            )


CHECKS = (aia_names_issuer, intermediate_will_stay)
