"""Checks of the chain: what stands above the leaf, and who trusts it."""

import datetime as dt
import ipaddress
from collections.abc import Iterator, Sequence

from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from cryptography.x509.verification import PolicyBuilder, Store, VerificationError

from leafonly.audit.evidence import Evidence
from leafonly.audit.finding import Finding, NotCheckedError, blocker, info, warning
from leafonly.audit.paths import Issuers
from leafonly.audit.reader import is_ca, is_self_issued, spki
from leafonly.certificate import aia_urls, covers
from leafonly.pki import der

__all__ = ["CHECKS", "aia_urls"]

_SERVER = ExtendedKeyUsageOID.SERVER_AUTH
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


def issuer_is_given(evidence: Evidence) -> Iterator[Finding]:
    """The intermediate that issued the leaf is among the files: by its signature, not its name."""
    leaf = evidence.leaf
    if is_self_issued(leaf):
        raise NotCheckedError("the certificate is self-signed: it has no issuer")
    if evidence.issuers:
        if not is_ca(evidence.issuers[0]):
            yield blocker(f"{_name(evidence.issuers[0])} issued the leaf, but is no CA", _ASK_CA)
        return
    credentials = evidence.credentials
    if evidence.is_issued_by_root:
        yield info("a root issued the leaf itself: there is no intermediate to be missing")
        return
    if any(each.subject == leaf.issuer for each in credentials.intermediates):
        yield blocker(
            f"the intermediate {_name_of(leaf.issuer)} has the issuer's name, but another key: "
            "it did not sign this leaf",
            _ASK_CA,
        )
    elif credentials.intermediates:
        given = ", ".join(_name(each) for each in credentials.intermediates[:3])
        yield blocker(
            f"the intermediate given ({given}) did not issue the leaf: {_name_of(leaf.issuer)} did",
            _ASK_CA,
        )
    else:
        yield warning(
            f"the intermediate ({_name_of(leaf.issuer)}) is not among the files: nothing could "
            "be stored in clients, and nothing more than the leaf presented",
            f"{_ASK_CA}; if a root of your own issued the leaf itself, name it: --trust=FILE",
        )


def issuers_are_valid(evidence: Evidence) -> Iterator[Finding]:
    """Each intermediate is valid now, and for as long as the leaf."""
    leaf = evidence.leaf
    for each in evidence.issuers:
        until = f"{each.not_valid_after_utc:%Y-%m-%d}"
        if not _is_valid(each, evidence.at):
            yield blocker(
                f"the intermediate {_name(each)} is not valid now (until {until})", _ASK_CA
            )
        elif each.not_valid_after_utc < leaf.not_valid_after_utc:
            yield warning(
                f"the intermediate {_name(each)} expires on {until}, before the leaf", _ASK_CA
            )


def root_is_in_mozilla_list(evidence: Evidence) -> Iterator[Finding]:
    """The chain reaches a root that Mozilla's list has, so most clients trust it."""
    _need_a_way_up(evidence)
    if evidence.public_paths:
        yield info(f"the chain reaches {_roots(evidence.public_paths)} of Mozilla's list")
        return
    private = evidence.paths_to(evidence.private)
    given = evidence.paths_to(Issuers(evidence.credentials.roots))
    if private:
        yield info(f"the chain reaches your own root {_roots(private)}: clients must be given it")
    elif evidence.paths_to(evidence.system):
        yield warning(
            "no root of Mozilla's list stands above the leaf: clients that do not use this "
            "system's own store must be given the root",
            "name the root, if it is your own: --trust=FILE; else take a public CA",
        )
    elif given:
        yield warning(
            f"the chain ends at {_roots(given)}, which is not a public root: every client must "
            "be given it",
            "name it, if it is your own: --trust=FILE; else take a public CA",
        )
    else:
        yield blocker(
            "the chain reaches no known root: an intermediate is missing, or the CA is private",
            "add the missing intermediate, or name your own CA's root: --trust=FILE",
        )


def root_is_in_system_store(evidence: Evidence) -> Iterator[Finding]:
    """The chain reaches a root that this system's own programs trust."""
    _need_a_way_up(evidence)
    if not evidence.system:
        raise NotCheckedError("the list of this system's roots was not found")
    paths = evidence.paths_to(evidence.system)
    if paths:
        yield info(f"this system trusts {_roots(paths)} above the leaf")
    elif evidence.public_paths:
        yield warning(
            "this system's own store has no root above the leaf, though Mozilla's list does",
            "update the store (Debian: apt install ca-certificates)",
        )
    else:
        yield info("this system's own store has no root above the leaf")


def _need_a_way_up(evidence: Evidence) -> None:
    leaf = evidence.leaf
    if is_self_issued(leaf):
        raise NotCheckedError("the certificate is self-signed: there is no chain")
    if not evidence.issuers and not evidence.is_issued_by_root:
        raise NotCheckedError("the intermediate is missing, so nothing is known above the leaf")


def roots_are_listed(evidence: Evidence) -> Iterator[Finding]:
    """Every way up from the leaf, cross-signed ones included."""
    _need_a_way_up(evidence)
    paths = evidence.public_paths or evidence.paths_to(evidence.private)
    for path in paths:
        yield info("way up: " + " <- ".join(_name(each) for each in path))
    above = [each for path in paths for each in path] or list(evidence.issuers)
    for each in evidence.credentials.intermediates:
        if each not in above:
            yield info(f"{_name(each)} is given, but is not needed above this leaf")
    keys = [spki(each.public_key()) for each in evidence.credentials.intermediates]
    if len(set(keys)) < len(keys):
        yield info("an intermediate is given in two cross-signed forms; one is enough")


def chain_is_verified(evidence: Evidence) -> Iterator[Finding]:
    """A whole verification as browsers do it (by `cryptography`), with the full chain, passes."""
    if not evidence.public_paths:
        raise NotCheckedError("the rules for public chains apply only below a public root")
    leaf = evidence.leaf
    store = Store([path[-1] for path in evidence.public_paths])
    builder = PolicyBuilder().store(store).time(evidence.at)
    subject = _subject(evidence)
    try:
        verifier = builder.build_server_verifier(subject)
    except ValueError as error:
        raise NotCheckedError(f"the verifier takes no such name: {subject.value}") from error
    try:
        verifier.verify(leaf, list(evidence.issuers))
    except VerificationError as error:
        words = _shown(str(error))
        yield warning(f"a strict verifier refuses the full chain: {words}", _ASK_CA)


def _subject(evidence: Evidence) -> x509.DNSName | x509.IPAddress:
    """Give whom to verify the leaf for; what is wrong with the leaf is for other checks to say.

    Raises:
        NotCheckedError: The leaf itself is at fault.

    """
    leaf, domain = evidence.leaf, evidence.domain
    found = {type(each.value): each.value for each in leaf.extensions}
    usage = found.get(x509.ExtendedKeyUsage)
    if (
        not _is_valid(leaf, evidence.at)
        or not covers(leaf, domain)
        or not (isinstance(usage, x509.ExtendedKeyUsage) and _SERVER in usage)
        or x509.PrecertPoison in found
        or not all(_is_valid(each, evidence.at) for each in evidence.issuers)
    ):
        raise NotCheckedError("other checks say already what is wrong")
    try:
        return x509.IPAddress(ipaddress.ip_address(domain))
    except ValueError:
        return x509.DNSName(domain)


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
        raise NotCheckedError(f"what is at {_shown(urls[0])} is looked at with --online only")
    for url in urls:
        if url in evidence.fetched:
            yield _judge_fetched(evidence, url, evidence.fetched[url])


def _judge_fetched(evidence: Evidence, url: str, got: x509.Certificate | str) -> Finding:
    if isinstance(got, str):
        return warning(
            f"nothing can be fetched from {_shown(url)}: {got}", "tell the CA, or try again"
        )
    if evidence.issuers and der(got) == der(evidence.issuers[0]):
        return info(f"the same intermediate is at {_shown(url)}")
    if got.subject == evidence.leaf.issuer and (
        not evidence.issuers or spki(got.public_key()) == spki(evidence.issuers[0].public_key())
    ):
        return info(f"another certificate of the same issuer is at {_shown(url)}")
    return warning(
        f"another intermediate ({_name(got)}) is at {_shown(url)}: who fetches it cannot "
        "complete the chain",
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
            f"{organization} {_ROTATING[organization]}: a client in which {_name_of(leaf.issuer)} "
            "is stored may fail after a renewal",
            remedy,
        )
        return
    for issuer in evidence.issuers[:1]:
        if issuer.not_valid_after_utc - issuer.not_valid_before_utc < _SHORT_LIVED:
            yield warning(
                f"the intermediate {_name(issuer)} is made for a short time: a client in which "
                "it is stored may fail after a renewal",
                remedy,
            )


def _is_valid(certificate: x509.Certificate, at: dt.datetime) -> bool:
    return certificate.not_valid_before_utc <= at <= certificate.not_valid_after_utc


def _roots(paths: Sequence[Sequence[x509.Certificate]]) -> str:
    return ", ".join(dict.fromkeys(_name(path[-1]) for path in paths))


def _name(certificate: x509.Certificate) -> str:
    return _name_of(certificate.subject)


def _name_of(name: x509.Name) -> str:
    """Give the word people know a certificate by; certificates are strangers' text."""
    common = name.get_attributes_for_oid(NameOID.COMMON_NAME)
    word = str(common[0].value) if common else name.rfc4514_string()
    return _shown(word) or "(no name)"


def _shown(text: str) -> str:
    return "".join(c if c.isprintable() else "?" for c in text)[:200]


CHECKS = (
    issuer_is_given,
    issuers_are_valid,
    root_is_in_mozilla_list,
    root_is_in_system_store,
    roots_are_listed,
    chain_is_verified,
    aia_names_issuer,
    intermediate_will_stay,
)
