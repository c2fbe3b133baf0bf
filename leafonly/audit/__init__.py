"""The audit: whether a certificate will work on the camera, judged by its files alone.

Nothing here starts a client or writes a file, and the private key never leaves the process.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from leafonly.audit import (
    checks_aia,
    checks_certificate,
    checks_chain,
    checks_files,
    checks_key,
    checks_name,
    checks_path,
    checks_profile,
)
from leafonly.audit.evidence import Evidence
from leafonly.audit.finding import Finding, NotCheckedError, Severity, unchecked
from leafonly.audit.reader import Credentials, read_directory, read_files

__all__ = [
    "CHECKS",
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
"""A check yields what it finds; its name is its id, its docstring says what it is for."""


def _registry(checks: Iterable[Check]) -> dict[str, Check]:
    found: dict[str, Check] = {}
    for check in checks:
        if check.__name__ in found or not check.__doc__:
            raise ValueError(f"{check.__name__}: a check needs a name of its own and a docstring")
        found[check.__name__] = check
    return found


CHECKS = _registry(
    (
        *checks_files.CHECKS,
        *checks_key.CHECKS,
        *checks_name.CHECKS,
        *checks_certificate.CHECKS,
        *checks_chain.CHECKS,
        *checks_path.CHECKS,
        *checks_profile.CHECKS,
        *checks_aia.CHECKS,
    )
)
"""Every check by its id, in the order in which people read them."""


def run_check(check: Check, evidence: Evidence) -> list[Finding]:
    """Run one check; what it could not look at is among its findings, as information."""
    found: list[Finding] = []
    try:
        found.extend(check(evidence))
    except NotCheckedError as error:
        found.append(unchecked(error))
    return [replace(finding, check=check.__name__) for finding in found]


def audit(
    credentials: Credentials, at: dt.datetime | None = None, domain: str | None = None
) -> list[Finding]:
    """Judge credentials by their files alone, with this machine's lists of roots.

    Args:
        credentials: What `read_directory` or `read_files` gave.
        at: The moment to judge as of; None for now.
        domain: The camera's name, as `normal_name` writes it; None to tell it from the leaf.

    """
    evidence = Evidence(credentials, at or dt.datetime.now(dt.UTC), domain)
    return [finding for check in CHECKS.values() for finding in run_check(check, evidence)]
