"""report.json: its text, and how it is read back."""

import json
from pathlib import Path
from typing import Any

import pytest

from leafonly.report.document import read, to_json

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
