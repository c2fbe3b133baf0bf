"""report.json: its text, and how it is read back."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from leafonly.report.document import read, to_json, validate

MAPS = ("options", "counts")
"""Objects whose names are data: in them, an unknown name is no unknown field."""
SAMPLE = Path(__file__).parents[2] / "reports/sample/report.json"


def test_each_row_stands_on_a_line_of_its_own() -> None:
    report = json.loads(SAMPLE.read_bytes())
    text = to_json(report)
    assert json.loads(text) == report
    # So that a diff of two reports shows the cells that differ.
    rows = [line.rstrip(",") for line in text.splitlines() if line.startswith('{"id"')]
    assert [json.loads(row) for row in rows] == report["cells"]


def test_a_written_report_is_read_with_what_earlier_versions_left_out(tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    written = json.loads(SAMPLE.read_bytes())
    path.write_text(to_json(written))
    complete = read(path)
    for cell in written["cells"]:
        cell.pop("id", None)
    old: Any = {k: v for k, v in written.items() if k not in ("run", "summary")}
    path.write_text(to_json(old))
    restored = read(path)
    assert [cell["id"] for cell in restored["cells"]] == [cell["id"] for cell in complete["cells"]]
    assert restored["run"]["kind"] == "matrix"
    assert restored["summary"] == complete["summary"]


def test_a_report_whose_kind_cannot_be_known_is_refused(tmp_path: Path) -> None:
    written = json.loads(SAMPLE.read_bytes())
    written.pop("run", None)
    row = {"check": "key_is_private", "severity": "info", "message": "so", "remedy": None}
    (tmp_path / "report.json").write_text(to_json(written | {"findings": [row]}))
    with pytest.raises(ValueError, match="what kind of run"):
        read(tmp_path / "report.json")


def test_the_sample_is_written_by_to_json() -> None:
    assert to_json(json.loads(SAMPLE.read_bytes())) == SAMPLE.read_text()


def sample() -> Any:
    """Return the sample with a row of each sort."""
    report = json.loads(SAMPLE.read_bytes())
    remedy = {
        **{"name": "gateway", "kind": "gateway", "tried": True, "cells_fixed": 1, "how": "so"},
        **{"cells_failing": 2, "clients_fixed": ["a"], "reach": "all_clients", "cost": "a host"},
        **{"widens": None, "steps": [{"text": "t", "lines": None}], "client": None},
        "files": [{"name": "n", "text": "t"}],
    }
    finding = {"check": "c", "severity": "blocker", "message": "m", "remedy": None}
    way = {"method": "m", "loaded": True, "presented": 1, "subjects": [], "error": None}
    return report | {"remedies": [remedy], "findings": [finding], "presentation": [way]}


def of_the_future(value: Any, name: str = "") -> Any:
    """Return a report as a later version would write it: a new field in every object."""
    if isinstance(value, list):
        return [of_the_future(each, name) for each in value]
    if not isinstance(value, dict):
        return value
    new = {} if name in MAPS else {"new_field": {"deeper": [1, None, {"x": 2}]}}
    return {key: of_the_future(each, key) for key, each in value.items()} | new


def reread(report: Any, directory: Path) -> Any:
    (directory / "report.json").write_text(to_json(report))
    return read(directory / "report.json")


def test_fields_of_a_later_version_are_ignored_at_every_level(tmp_path: Path) -> None:
    told = reread(sample(), tmp_path)
    assert reread(of_the_future(sample()), tmp_path) == told
    validate(told)  # what was read can be written


def test_no_field_of_a_later_version_is_written() -> None:
    validate(sample())
    with pytest.raises(jsonschema.ValidationError, match="new_field"):
        validate(of_the_future(sample()))


@pytest.mark.parametrize(
    ("field", "name", "taken"),
    [
        ("cells", "scenario", None),
        ("remedies", "kind", None),
        ("remedies", "reach", None),
        ("findings", "severity", "warning"),
        ("clients", "kind", "of the future"),
    ],
)
def test_a_value_of_a_later_version_is_replaced_or_its_row_left_out(
    field: str, name: str, taken: str | None, tmp_path: Path
) -> None:
    report = sample()
    first, *others = reread(report, tmp_path)[field]
    report[field][0][name] = "of the future"
    expected = others if taken is None else [first | {name: taken}, *others]
    assert reread(report, tmp_path)[field] == expected
    if field != "clients":
        with pytest.raises(jsonschema.ValidationError):
            validate(report)


def test_a_rejection_for_a_reason_of_a_later_version_stays_a_rejection(tmp_path: Path) -> None:
    report = sample()
    place = next(n for n, cell in enumerate(report["cells"]) if cell["verdict"] == "rejected")
    report["cells"][place]["reason"] = "of the future"
    read_again = reread(report, tmp_path)["cells"][place]
    assert (read_again["verdict"], read_again["reason"]) == ("rejected", "other")


def test_a_kind_of_run_of_a_later_version_is_one_line(tmp_path: Path) -> None:
    report = sample()
    report["run"]["kind"] = "of the future"
    with pytest.raises(ValueError, match=r"run\.kind is 'of the future', .*: update leafonly"):
        reread(report, tmp_path)
