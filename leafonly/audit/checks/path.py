"""The check by real verifiers: OpenSSL, and pyca/cryptography."""

import re
from collections.abc import Callable, Iterator, Sequence

from leafonly.audit.checks import chain as checks_chain
from leafonly.audit.checks import key as checks_key
from leafonly.audit.checks import leaf as checks_certificate
from leafonly.audit.checks import name as checks_name
from leafonly.audit.context import Evidence
from leafonly.audit.finding import Finding, NotCheckedError, blocker, warning
from leafonly.certificates.names import called, shown
from leafonly.certificates.verifiers import Opinion

__all__ = ["CHECKS"]

_REISSUE = "have the certificate issued by a CA that avoids this"

# These checks report the same faults as a verifier, with a better explanation and a remedy.
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
    """OpenSSL and pyca/cryptography accept the full chain, given its root.

    A chain that OpenSSL rejects by default is a blocker. A chain that only its strict mode or
    pyca/cryptography rejects is a warning, because more and more clients are as strict.
    """
    if _severities(evidence, _EXPLAIN_BETTER) & {"blocker"}:
        raise NotCheckedError("other checks already report what is wrong")
    if not evidence.opinions:
        raise NotCheckedError("the root of this chain is unknown")
    refusing = [each for each in evidence.opinions if not each.accepts]
    if not evidence.is_refused and _severities(evidence, _OF_THE_LEAF) & {"warning"}:
        # pyca/cryptography judges the leaf first, and stops there.
        refusing = [each for each in refusing if "OpenSSL" in each.verifier]
    said = "; ".join(f"{each.verifier}: {_because(evidence, each)}" for each in _distinct(refusing))
    if evidence.is_refused:
        yield blocker(f"clients reject this chain. {said}", _REISSUE)
    elif refusing:
        yield warning(f"strict clients reject this chain. {said}", f"{_REISSUE}; {_STRICT}")


_STRICT = "Python 3.13 and later is as strict as OpenSSL in strict mode"


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
    """Leave out repeated reasons: OpenSSL often gives the same one in strict mode."""
    return list({each.because: each for each in reversed(refusing)}.values())[::-1]


def _because(evidence: Evidence, opinion: Opinion) -> str:
    """Return a verifier's reason, with the certificate's name in place of its depth."""
    depth = re.search(r"certificate (\d+) above the leaf", opinion.because or "")
    paths = evidence.paths
    if depth and len(paths) == 1 and int(depth[1]) < len(paths[0]):
        return f"{(opinion.because or '')[: depth.start()]}{called(paths[0][int(depth[1])])})"
    return shown(opinion.because or "")


CHECKS = (chain_is_verified,)
