"""The faults of these credentials, before they are on a camera."""

from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from leafonly.audit import Check, Evidence, Finding, run_check

Record = Callable[[Iterable[Finding]], None]


def test_finding(check: Check, evidence: Evidence, record_findings: Record) -> None:
    """One check of the credentials finds no blocker."""
    findings = run_check(check, evidence)
    record_findings(findings)
    blockers = [finding for finding in findings if finding.severity == "blocker"]
    if blockers:
        pytest.fail("\n".join(map(str, blockers)), pytrace=False)
    if findings and all(finding.is_unchecked for finding in findings):
        pytest.skip("; ".join(finding.message for finding in findings))


def test_bundle(bundle_directory: Path, written_bundle: Callable[[Path], list[Path] | str]) -> None:
    """The files for the camera are written, and are correct when read back."""
    written = written_bundle(bundle_directory)
    if isinstance(written, str):
        pytest.fail(written, pytrace=False)
