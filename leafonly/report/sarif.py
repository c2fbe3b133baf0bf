"""The findings of a report as SARIF 2.1.0, for GitHub code scanning and other viewers.

GitHub refuses a whole file if one result has no physical location (github/codeql-action issues
1738 and 2459; sarif-multitool's rule GH1001). A finding is about a delivery, and has no line. So
its location is the file or folder that the user gave, and otherwise the report.
"""

import hashlib
import inspect
import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from leafonly.certificates.printable import printable
from leafonly.report.rows import FindingRow, Report

__all__ = ["sarif"]

_SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
_LEVELS = {"blocker": "error", "warning": "warning", "info": "note"}
_UNCHECKED = "not checked: "
_LONGEST_NAME, _LONGEST_TEXT = 200, 4000  # characters


def sarif(report: Report, name: str) -> str:
    """Return the text of a SARIF file.

    Blockers are errors, warnings are warnings, and checks that could not be made are notes. Other
    findings of severity `info` are left out, because they need no action.

    Args:
        report: As in report.json.
        name: The report's file, which is the location of findings without another one.

    """
    findings = [each for each in report["findings"] if _is_result(each)]
    ids = list(dict.fromkeys(_rule_id(each) for each in findings))
    run = {
        "tool": {
            "driver": {
                "name": "leafonly",
                "version": printable(report["leafonly"], _LONGEST_NAME),
                "rules": [_rule(each) for each in ids],
            }
        },
        "automationDetails": {"id": f"leafonly/{report['run']['kind']}/"},
        "invocations": [
            {
                "executionSuccessful": report["run"]["complete"],
                "startTimeUtc": report["started"],
                "endTimeUtc": report["finished"],
            }
        ],
        "columnKind": "unicodeCodePoints",
        "results": _results(findings, ids, _place(report, name)),
    }
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=1) + "\n"


def _is_result(finding: FindingRow) -> bool:
    return finding["severity"] != "info" or finding["message"].startswith(_UNCHECKED)


def _rule_id(finding: FindingRow) -> str:
    return re.sub(r"[^\w.-]", "_", finding["check"][:_LONGEST_NAME], flags=re.ASCII) or "finding"


def _rule(rule_id: str) -> Mapping[str, Any]:
    """Return the rule of a check; its docstring says what is true of good credentials."""
    from leafonly.audit import CHECKS, REQUEST_CHECKS

    check = (CHECKS | REQUEST_CHECKS).get(rule_id)
    text = (inspect.getdoc(check) if check else None) or rule_id
    return {
        "id": rule_id,
        "shortDescription": {"text": _message(text.partition("\n")[0])},
        "help": {"text": _message(text)},
    }


def _results(
    findings: Sequence[FindingRow], ids: Sequence[str], place: str
) -> list[Mapping[str, Any]]:
    results: list[Mapping[str, Any]] = []
    seen = Counter[str]()
    for finding in findings:
        rule_id = _rule_id(finding)
        seen[rule_id] += 1
        # Without the message, because it may count days and so change every day.
        known_by = hashlib.sha256(f"{place}\n{rule_id}".encode("utf-8", "replace")).hexdigest()
        remedy = f" Remedy: {finding['remedy']}." if finding["remedy"] else ""
        location = {"artifactLocation": {"uri": place}, "region": {"startLine": 1}}
        results.append(
            {
                "ruleId": rule_id,
                "ruleIndex": ids.index(rule_id),
                "level": _LEVELS[finding["severity"]],
                "message": {"text": _message(f"{finding['message']}.{remedy}")},
                "locations": [{"physicalLocation": location}],
                # The only fingerprint that GitHub reads; without it, GitHub looks for the file.
                "partialFingerprints": {
                    "primaryLocationLineHash": f"{known_by[:16]}:{seen[rule_id]}"
                },
            }
        )
    return results


def _place(report: Report, name: str) -> str:
    """Return the relative URI of what was judged."""
    options = report["run"]["options"]
    given = next(filter(None, map(options.get, ("certificate", "credentials", "csr"))), name)
    text = given if isinstance(given, str) else name
    return quote(printable(text, _LONGEST_NAME).lstrip("/") or "report.json", errors="replace")


def _message(text: str) -> str:
    """Return a text without links or placeholders (SARIF 2.1.0, sections 3.11.5 and 3.11.6)."""
    plain = printable(" ".join(text.split()), _LONGEST_TEXT)
    return plain.replace("](", "] (").replace("{", "{{").replace("}", "}}")
