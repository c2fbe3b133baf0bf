"""The audit: judge by the files whether a certificate will work on the camera.

The audit starts no client and writes no file, and the private key stays in this process.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from leafonly.audit.checks import aia, chain, csr, files, key, known, leaf, name, path, profile
from leafonly.audit.context import Evidence
from leafonly.audit.files.credentials import Credentials, read_directory, read_files
from leafonly.audit.finding import Finding, NotCheckedError, Severity, unchecked

__all__ = [
    "CHECKS",
    "REQUEST_CHECKS",
    "Check",
    "Credentials",
    "Evidence",
    "Finding",
    "Severity",
    "audit",
    "read_directory",
    "read_files",
    "run_check",
]

Check = Callable[[Evidence], Iterator[Finding]]
"""A check yields findings. Its name is its id; its docstring says what must hold."""


def _registry(checks: Iterable[Check]) -> dict[str, Check]:
    found: dict[str, Check] = {}
    for check in checks:
        if check.__name__ in found or not check.__doc__:
            raise ValueError(f"{check.__name__}: a check needs a unique name and a docstring")
        found[check.__name__] = check
    return found


CHECKS = _registry(
    (
        *files.CHECKS,
        *key.CHECKS,
        *name.CHECKS,
        *leaf.CHECKS,
        *chain.CHECKS,
        *known.CHECKS,
        *path.CHECKS,
        *profile.CHECKS,
        *aia.CHECKS,
    )
)
"""Every check of a certificate by its id, in the order of the report."""

REQUEST_CHECKS = _registry((*files.READING_CHECKS, *csr.CHECKS))
"""Every check of a signing request, before it is sent to a CA."""


def run_check(check: Check, evidence: Evidence) -> list[Finding]:
    """Return the findings of one check, including what it could not check."""
    found: list[Finding] = []
    try:
        found.extend(check(evidence))
    except NotCheckedError as error:
        found.append(unchecked(error))
    return [replace(finding, check=check.__name__) for finding in found]


def audit(
    credentials: Credentials, at: dt.datetime | None = None, domain: str | None = None
) -> list[Finding]:
    """Return all findings about credentials, with the roots of this machine.

    Args:
        credentials: From `read_directory` or `read_files`.
        at: The time of the judgement; None for now.
        domain: The camera's name, from `normal_name`; None to take it from the leaf.

    """
    evidence = Evidence(credentials, at or dt.datetime.now(dt.UTC), domain)
    return [finding for check in CHECKS.values() for finding in run_check(check, evidence)]
