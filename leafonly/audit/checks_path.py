"""The check that asks real verifiers: OpenSSL, and pyca/cryptography."""

import re
from collections.abc import Callable, Iterator, Sequence

from leafonly.audit import checks_certificate, checks_chain, checks_key, checks_name
from leafonly.audit.evidence import Evidence
from leafonly.audit.finding import Finding, NotCheckedError, blocker, warning
from leafonly.audit.names import called, shown
from leafonly.verifiers import Opinion

__all__ = ["CHECKS"]

_REISSUE = "have it issued anew, by a CA that does not do this"

# They say in other words what a verifier says, and what to do.
_EXPLAIN_BETTER = (
    checks_key.camera_can_use_key,
    checks_key.key_may_sign,
    checks_name.name_is_in_certificate,
    checks_certificate.leaf_is_valid_now,
    checks_certificate.certificate_is_for_servers,
    checks_certificate.certificate_is_logged,
    checks_certificate.signature_is_usable,
    checks_chain.issuer_is_given,
    checks_chain.issuers_are_valid,
    checks_chain.root_is_in_mozilla_list,
)
_OF_THE_LEAF = (checks_certificate.certificate_is_for_servers,)


def chain_is_verified(evidence: Evidence) -> Iterator[Finding]:
    """OpenSSL and pyca/cryptography accept the full chain, as clients that know its root.

    What OpenSSL refuses by default is a blocker. What only its strict mode refuses, or
    pyca/cryptography, fails with clients that are as strict, which are more with every year.
    """
    if _severities(evidence, _EXPLAIN_BETTER) & {"blocker"}:
        raise NotCheckedError("other checks say already what is wrong")
    if not evidence.opinions:
        raise NotCheckedError("no root is known above the leaf")
    refusing = [each for each in evidence.opinions if not each.accepts]
    if not evidence.is_refused and _severities(evidence, _OF_THE_LEAF) & {"warning"}:
        # pyca/cryptography judges the leaf first, and looks no further.
        refusing = [each for each in refusing if "OpenSSL" in each.verifier]
    said = "; ".join(f"{each.verifier}: {_because(evidence, each)}" for each in _distinct(refusing))
    if evidence.is_refused:
        yield blocker(f"clients refuse this chain. {said}", _REISSUE)
    elif refusing:
        yield warning(f"strict clients refuse this chain. {said}", f"{_REISSUE}; {_STRICT}")


_STRICT = "Python 3.13 and later is as strict as OpenSSL, strict"


def _severities(
    evidence: Evidence, checks: Sequence[Callable[[Evidence], Iterator[Finding]]]
) -> set[str]:
    found: set[str] = set()
    for check in checks:
        try:
            found |= {each.severity for each in check(evidence)}
        except NotCheckedError:
            continue
    return found


def _distinct(refusing: Sequence[Opinion]) -> list[Opinion]:
    """Leave out who only repeats another's reason: OpenSSL, when it is strict besides."""
    return list({each.because: each for each in reversed(refusing)}.values())[::-1]


def _because(evidence: Evidence, opinion: Opinion) -> str:
    """Return a verifier's reason, with the name of the certificate that it counts to."""
    depth = re.search(r"certificate (\d+) above the leaf", opinion.because or "")
    paths = evidence.paths
    if depth and len(paths) == 1 and int(depth[1]) < len(paths[0]):
        return f"{(opinion.because or '')[: depth.start()]}{called(paths[0][int(depth[1])])})"
    return shown(opinion.because or "")


CHECKS = (chain_is_verified,)
