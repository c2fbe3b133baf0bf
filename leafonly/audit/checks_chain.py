"""Checks of the chain: what stands above the leaf, and who trusts it."""

from collections.abc import Iterator, Sequence

from cryptography import x509

from leafonly.audit.distrust import chrome_distrusts
from leafonly.audit.evidence import Answer, Evidence
from leafonly.audit.finding import Finding, NotCheckedError, blocker, info, warning
from leafonly.audit.names import called, name_of, shown
from leafonly.audit.paths import Issuers
from leafonly.audit.reader import is_ca, is_self_issued, spki
from leafonly.certificate import aia_urls, is_issued_by

__all__ = ["CHECKS"]

_ASK_CA = "take the intermediate from the same delivery, or from the CA's page of certificates"
_MOST_NAMED = 8  # certificates whose missing issuers are named


def issuer_is_given(evidence: Evidence) -> Iterator[Finding]:
    """The intermediate that issued the leaf is among the files: by its signature, not its name."""
    leaf = evidence.leaf
    if is_self_issued(leaf):
        raise NotCheckedError("the certificate is self-signed: it has no issuer")
    if evidence.issuers:
        if not is_ca(evidence.issuers[0]) and (evidence.is_refused or not evidence.opinions):
            yield blocker(f"{called(evidence.issuers[0])} issued the leaf, but is no CA", _ASK_CA)
        return
    credentials = evidence.credentials
    if evidence.is_issued_by_root:
        yield info("a root issued the leaf itself: there is no intermediate to be missing")
        return
    if any(each.subject == leaf.issuer for each in credentials.intermediates):
        yield blocker(
            f"the intermediate {name_of(leaf.issuer)} has the issuer's name, but another key: "
            "it did not sign this leaf",
            _ASK_CA,
        )
    elif credentials.intermediates:
        given = ", ".join(called(each) for each in credentials.intermediates[:3])
        yield blocker(
            f"the intermediate given ({given}) did not issue the leaf: {name_of(leaf.issuer)} "
            f"did. Missing: {_missing(evidence)}",
            _ASK_CA,
        )
    elif evidence.is_stranger:
        yield blocker(
            "no root that was named by --trust issued the leaf, and its intermediate is not among "
            f"the files: {_missing(evidence)}",
            f"{_ASK_CA}; or name the root above it: --trust=FILE",
        )
    else:
        yield warning(
            f"the intermediate ({_missing(evidence)}) is not among the files: nothing could "
            "be stored in clients, and nothing more than the leaf presented",
            f"{_ASK_CA}; if a root of your own issued the leaf itself, name it: --trust=FILE",
        )


def _missing(evidence: Evidence) -> str:
    """List the issuers that are neither given nor known, each with where it can be fetched."""
    credentials = evidence.credentials
    known = [Issuers([*credentials.intermediates, *credentials.roots])]
    known += [evidence.private, evidence.mozilla, evidence.system]
    fetched = [
        certificate
        for answer in (evidence.fetched or {}).values()
        if isinstance(answer, Answer)
        for certificate in answer.certificates
    ]
    missing: dict[str, None] = {}
    for each in [evidence.leaf, *credentials.intermediates[:_MOST_NAMED], *fetched]:
        if not any(
            is_issued_by(each, above) for pool in known for above in pool.named(each.issuer)
        ):
            urls = [url for url in aia_urls(each) if url.lower().startswith("http")]
            where = f", at {shown(urls[0])}" if urls else ""
            missing[f"{name_of(each.issuer)}{where}"] = None
    return "; ".join(missing)


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
                yield warning(f"{message}: clients that need it for their root refuse", _ASK_CA)
        elif until < leaf.not_valid_after_utc:
            yield warning(
                f"the intermediate {called(each)} expires on {until:%Y-%m-%d}, before the leaf",
                _ASK_CA,
            )


def root_is_in_mozilla_list(evidence: Evidence) -> Iterator[Finding]:
    """The chain reaches a root that Mozilla's list has, so most clients trust it."""
    if is_self_issued(evidence.leaf) and evidence.is_stranger:
        yield blocker(
            "the certificate is self-signed, and not among those named by --trust",
            "name it there, and give it to every client; else have a CA issue one",
        )
    _need_a_way_up(evidence)
    if evidence.public_paths:
        yield from _judge_public_roots(evidence)
        return
    private = evidence.paths_to(evidence.private)
    given = evidence.paths_to(Issuers(evidence.credentials.roots))
    if private:
        yield info(f"the chain reaches your own root {_roots(private)}: clients must be given it")
    elif evidence.is_stranger:
        yield blocker(
            "the chain reaches none of the roots that were named by --trust: missing is "
            f"{_missing(evidence) or _roots(evidence.paths)}",
            "add what is missing to the chain, or name the root above it: --trust=FILE",
        )
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
            f"the chain reaches {called(root)}, which Mozilla's list has and Chrome trusts only "
            f"for certificates logged until {day}: Chrome refuses this one",
            "have another CA issue the certificate",
        )


def _incomplete(evidence: Evidence) -> Finding:
    missing = _missing(evidence)
    if any(aia_urls(each) for each in evidence.issuers[-1:]):
        return blocker(
            f"the chain is incomplete: above {called(evidence.issuers[-1])} is missing {missing}",
            "fetch it and add it to the chain; if it is your own CA's root, name it: --trust=FILE",
        )
    return blocker(
        f"the chain reaches no known root: missing is {missing}, an intermediate or the root of a "
        "private CA",
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
        yield info("way up: " + " <- ".join(map(called, path)) + _objection(evidence, path))
    above = [each for path in paths for each in path] or list(evidence.issuers)
    for each in evidence.credentials.intermediates:
        if each not in above:
            yield info(f"{called(each)} is given, but is not needed above this leaf")
    keys = [spki(each.public_key()) for each in evidence.credentials.intermediates]
    if len(set(keys)) < len(keys):
        yield info("an intermediate is given in two cross-signed forms; one is enough")


def _objection(evidence: Evidence, path: Sequence[x509.Certificate]) -> str:
    """Say why a client that knows this root alone would refuse what others accept."""
    if len(evidence.paths) < 2 or evidence.is_refused:
        return ""
    opinions = evidence.judged(path)
    if any(each.accepts for each in opinions):
        return ""
    return f"; with this root alone it is refused: {opinions[0].because}"


def _roots(paths: Sequence[Sequence[x509.Certificate]]) -> str:
    return ", ".join(dict.fromkeys(called(path[-1]) for path in paths))


CHECKS = (
    issuer_is_given,
    issuers_are_valid,
    root_is_in_mozilla_list,
    root_is_in_system_store,
    roots_are_listed,
)
