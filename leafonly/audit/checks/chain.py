"""Checks of the chain: the issuers above the leaf, and the trust stores that have its root."""

from collections.abc import Iterable, Iterator, Sequence

from cryptography import x509

from leafonly.audit.context import Answer, Evidence
from leafonly.audit.distrust import chrome_distrusts
from leafonly.audit.files.credentials import is_ca, is_self_issued, spki
from leafonly.audit.finding import Finding, NotCheckedError, blocker, info, warning
from leafonly.certificates.inspection import aia_urls, is_issued_by
from leafonly.certificates.names import called, name_of, shown
from leafonly.certificates.paths import Issuers
from leafonly.certificates.published_chain import PUBLISHER, published_above

__all__ = ["CHECKS"]

_ASK_CA = (
    "use the intermediates from the CA's delivery, or download them from the CA's certificate page"
)
_MOST_NAMED = 8  # certificates whose missing issuers are named


def issuer_is_given(evidence: Evidence) -> Iterator[Finding]:
    """The files include the intermediate that issued the leaf, by signature and not by name."""
    leaf = evidence.leaf
    if is_self_issued(leaf):
        raise NotCheckedError("the certificate is self-signed: it has no issuer")
    if evidence.issuers:
        if not is_ca(evidence.issuers[0]) and (evidence.is_refused or not evidence.opinions):
            yield blocker(
                f"{called(evidence.issuers[0])} issued the leaf, but is not a CA certificate",
                _ASK_CA,
            )
        return
    credentials = evidence.credentials
    if evidence.is_issued_by_root:
        yield info("a root issued the leaf directly: there is no intermediate")
        return
    if any(each.subject == leaf.issuer for each in credentials.intermediates):
        yield blocker(
            f"the given intermediate {name_of(leaf.issuer)} has the issuer's name, but another "
            f"key: it did not sign this leaf. Missing: {_missing(evidence)}",
            _ASK_CA,
        )
    elif credentials.intermediates:
        given = ", ".join(called(each) for each in credentials.intermediates[:3])
        yield blocker(
            f"the given intermediate ({given}) did not issue the leaf; the issuer is "
            f"{name_of(leaf.issuer)}. Missing: {_missing(evidence)}",
            _ASK_CA,
        )
    elif evidence.has_unknown_root:
        yield blocker(
            "no root from --trust issued the leaf, and the files do not include its intermediate. "
            f"Missing: {_missing(evidence)}",
            f"{_ASK_CA}; or name its root: --trust=FILE",
        )
    else:
        yield warning(
            "the files do not include the leaf's intermediate: it cannot be installed on clients, "
            f"and the camera can present the leaf only. Missing: {_missing(evidence)}",
            f"{_ASK_CA}; if your own root issued the leaf directly, name it: --trust=FILE",
        )


def _missing(evidence: Evidence) -> str:
    """Return the names of the issuers that are neither given nor known, with their URLs."""
    credentials = evidence.credentials
    known = [Issuers([*credentials.intermediates, *credentials.roots])]
    known += [evidence.private, evidence.mozilla, evidence.system]
    fetched = [
        certificate
        for answer in (evidence.fetched or {}).values()
        if isinstance(answer, Answer)
        for certificate in answer.certificates
    ]
    missing: dict[x509.Name, str] = {}
    for each in [evidence.leaf, *credentials.intermediates[:_MOST_NAMED], *fetched]:
        if not any(
            is_issued_by(each, above) for pool in known for above in pool.named(each.issuer)
        ):
            urls = [url for url in aia_urls(each) if url.lower().startswith("http")]
            where = f", at {shown(urls[0])}" if urls else ""
            missing.setdefault(each.issuer, f"{name_of(each.issuer)}{where}")
    given = {each.subject for each in credentials.intermediates}
    for name, url in _published(evidence, list(missing)):
        if name not in missing and name not in given:
            missing[name] = f"{name_of(name)}, at {url} (in {PUBLISHER}'s published chain)"
    count = f"{len(missing)} certificates: " if len(missing) > 1 else ""
    return count + "; ".join(missing.values())


def _published(evidence: Evidence, missing: Iterable[x509.Name]) -> Iterator[tuple[x509.Name, str]]:
    """Yield the issuers that a CA publishes above missing ones, with their URLs."""
    trusted = [evidence.private] if evidence.private else [evidence.mozilla, evidence.system]
    for name in missing:
        yield from published_above(name, lambda name: any(one.has_named(name) for one in trusted))


def issuers_are_valid(evidence: Evidence) -> Iterator[Finding]:
    """Each intermediate is valid now, and for as long as the leaf."""
    leaf = evidence.leaf
    for each in evidence.issuers:
        since, until = each.not_valid_before_utc, each.not_valid_after_utc
        if not since <= evidence.at <= until:
            is_early = evidence.at < since
            when = f"from {since:%Y-%m-%d %H:%M} UTC" if is_early else f"until {until:%Y-%m-%d}"
            message = f"the intermediate {called(each)} is not valid now ({when})"
            if evidence.is_refused or not evidence.opinions:
                yield blocker(message, _ASK_CA)
            else:
                yield warning(
                    f"{message}: clients whose root is above it reject the chain", _ASK_CA
                )
        elif until < leaf.not_valid_after_utc:
            yield warning(
                f"the intermediate {called(each)} expires on {until:%Y-%m-%d}, before the leaf",
                _ASK_CA,
            )


def root_is_in_mozilla_list(evidence: Evidence) -> Iterator[Finding]:
    """The chain ends at a root of Mozilla's list, so most clients trust it."""
    if is_self_issued(evidence.leaf) and evidence.has_unknown_root:
        yield blocker(
            "the certificate is self-signed, and the --trust file does not include it",
            "add it to that file, and install it on every client; or have a CA issue one",
        )
    _need_a_chain(evidence)
    if evidence.public_paths:
        yield from _judge_public_roots(evidence)
        return
    private = evidence.paths_to(evidence.private)
    given = evidence.paths_to(Issuers(evidence.credentials.roots))
    if private:
        yield info(
            f"the chain reaches your own root {_roots(private)}: install the root on every client"
        )
    elif evidence.has_unknown_root:
        yield blocker(
            "the chain reaches none of the roots that were named by --trust; missing: "
            f"{_missing(evidence) or _roots(evidence.paths)}",
            "add the missing certificate to the chain, or name its root: --trust=FILE",
        )
    elif evidence.paths_to(evidence.system):
        yield warning(
            "the chain reaches a root of this system's store, but none of Mozilla's list: clients "
            "with another trust store need the root installed",
            "if the root is your own, name it: --trust=FILE; otherwise use a public CA",
        )
    elif given:
        yield warning(
            f"the chain ends at {_roots(given)}, which is not a public root: every client needs it "
            "installed",
            "if the root is your own, name it: --trust=FILE; otherwise use a public CA",
        )
    else:
        yield _incomplete(evidence)


def _judge_public_roots(evidence: Evidence) -> Iterator[Finding]:
    distrusted = [
        (path[-1], day)
        for path in evidence.public_paths
        if (day := chrome_distrusts(evidence.leaf, path[-1])) is not None
    ]
    if len(distrusted) < len(evidence.public_paths):
        yield info(f"the chain reaches {_roots(evidence.public_paths)} of Mozilla's list")
        return
    for root, day in distrusted[:1]:
        yield warning(
            f"the chain reaches {called(root)} of Mozilla's list, but Chrome trusts this root only "
            f"for certificates logged until {day}: Chrome refuses this one",
            "have another CA issue the certificate",
        )


def _incomplete(evidence: Evidence) -> Finding:
    missing = _missing(evidence)
    top = evidence.issuers[-1]
    if evidence.mozilla.has_named(top.issuer):
        return blocker(
            "the chain reaches no known root: Mozilla's list has a root "
            f"{name_of(top.issuer)}, but it did not sign {called(top)}",
            "use the intermediates from the CA's delivery; if the root is your own, name it: "
            "--trust=FILE",
        )
    if aia_urls(top):
        return blocker(
            f"the chain is incomplete above {called(top)}. Missing: {missing}",
            "download what is missing and add it to the chain; if it is your own root, name it: "
            "--trust=FILE",
        )
    return blocker(
        f"the chain reaches no known root: {missing} is missing, which is an intermediate or the "
        "root of a private CA",
        "add the missing intermediate, or name your own CA's root: --trust=FILE",
    )


def root_is_in_system_store(evidence: Evidence) -> Iterator[Finding]:
    """The chain ends at a root of this system's trust store."""
    _need_a_chain(evidence)
    if not evidence.system:
        raise NotCheckedError("this system's trust store was not found")
    paths = evidence.paths_to(evidence.system)
    if paths:
        yield info(f"this system trusts the chain's root {_roots(paths)}")
    elif evidence.public_paths:
        yield warning(
            "this system's own store does not have the chain's root, but Mozilla's list does",
            "update the store (Debian: apt install ca-certificates)",
        )
    else:
        yield info("this system's own store does not have the chain's root")


def _need_a_chain(evidence: Evidence) -> None:
    leaf = evidence.leaf
    if is_self_issued(leaf):
        raise NotCheckedError("the certificate is self-signed: there is no chain")
    if not evidence.issuers and not evidence.is_issued_by_root:
        raise NotCheckedError("the intermediate is missing, so the chain above the leaf is unknown")


def roots_are_listed(evidence: Evidence) -> Iterator[Finding]:
    """Every path from the leaf to a root, including cross-signed ones."""
    _need_a_chain(evidence)
    paths = evidence.public_paths or evidence.paths_to(evidence.private)
    for path in paths:
        yield info(
            f"path: {' <- '.join(map(called, path))}{_needed(path)}{_objection(evidence, path)}"
        )
    above = [each for path in paths for each in path] or list(evidence.issuers)
    for each in evidence.credentials.intermediates:
        if each not in above:
            yield info(
                f"a certificate {called(each)}, issued by {name_of(each.issuer)}, is given, but is "
                "not in the chain of this leaf"
            )
    keys = [spki(each.public_key()) for each in evidence.credentials.intermediates]
    if len(set(keys)) < len(keys):
        yield info(
            "an intermediate is given more than once, issued by another CA or on another day; one "
            "is enough"
        )


def _needed(path: Sequence[x509.Certificate]) -> str:
    """Return how many certificates a client needs that trusts the root of a path."""
    count = len(path) - 2
    if count < 1:
        return ""
    plural = "s" if count > 1 else ""
    return (
        f": a client that trusts {called(path[-1])} needs {count} intermediate{plural}, from the "
        "camera or stored"
    )


def _objection(evidence: Evidence, path: Sequence[x509.Certificate]) -> str:
    """Return why a client that trusts only this root rejects the chain, if others accept it."""
    if len(evidence.paths) < 2 or evidence.is_refused:
        return ""
    opinions = evidence.judged(path)
    if any(each.accepts for each in opinions):
        return ""
    return f"; a client that trusts only this root rejects it: {opinions[0].because}"


def _roots(paths: Sequence[Sequence[x509.Certificate]]) -> str:
    return ", ".join(dict.fromkeys(called(path[-1]) for path in paths))


CHECKS = (
    issuer_is_given,
    issuers_are_valid,
    root_is_in_mozilla_list,
    root_is_in_system_store,
    roots_are_listed,
)
