"""What a run leaves for CI: JUnit's XML, and the summary of a GitHub step."""

import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from tests.helpers.run_pytest import bare_environment, report_of, run_pytest


@pytest.mark.parametrize("workers", [[], ["-n2"]], ids=["one process", "workers"])
def test_ci_is_told_of_each_cell_and_a_missing_client_is_one_failure(
    workers: list[str], tmp_path: Path
) -> None:
    (tmp_path / "empty").mkdir()
    step = tmp_path / "step.md"
    step.write_text("what the step said before\n")
    finished = run_pytest(
        *("suites/matrix", "--clients=urllib,curl", "--scenarios=absent,cached", *workers),
        *("--junitxml", tmp_path / "junit.xml", "--report-dir", tmp_path / "report"),
        # Without a folder on PATH, curl is not here; urllib is a part of this Python.
        environment=bare_environment(tmp_path, GITHUB_STEP_SUMMARY=str(step))
        | {"PATH": str(tmp_path / "empty")},
    )
    assert finished.returncode == pytest.ExitCode.TESTS_FAILED, finished.stdout
    root = ET.parse(tmp_path / "junit.xml").getroot()  # our own run's file
    told = {}
    for case in root.iter("testcase"):
        properties = {each.get("name"): each.get("value") for each in case.iter("property")}
        told[str(case.get("name"))] = (properties, [each.tag for each in case])
    rows = {f"test_cell[{cell['id']}]": cell for cell in report_of(tmp_path / "report")["cells"]}
    assert told.keys() == rows.keys()
    for name, (properties, _) in told.items():
        fields = ("client", "scenario", "key_type", "verdict", "reason")
        assert properties == {field: rows[name][field] or "" for field in fields}
    tags = [tags for _, tags in told.values()]
    assert tags.count(["properties"]) == 2  # both of urllib pass
    assert tags.count(["properties", "failure"]) == 1
    assert tags.count(["properties", "skipped"]) == 1
    said = step.read_text()
    assert said.startswith("what the step said before\n\n## leafonly\n\n**Leaf alone: ")
    assert "| absent | 0 | 1 | 1 | 0 |" in said
