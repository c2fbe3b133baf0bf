"""What is told to CI is bounded and holds nothing that steers a terminal or a page."""

from pathlib import Path
from typing import Any

import pytest

from fixtures.junit import cell_properties
from fixtures.step_summary import write_step_summary
from leafonly.clients import CLIENTS
from leafonly.harness.cell import unmeasured
from leafonly.harness.scenario import SCENARIOS
from leafonly.report.document import read

SAMPLE: Any = read(Path(__file__).parents[2] / "reports/sample/report.json")
HOSTILE = "\x1b[31m\u202e\x00<a>&]]>" + "x" * 1_000_000


def test_properties_are_printable_and_short() -> None:
    cell = unmeasured(CLIENTS["curl"], SCENARIOS["absent"], "p256", HOSTILE)
    reason = dict(cell_properties(cell))["reason"]
    assert reason.startswith("?[31m??<a>&]]>x")
    assert reason.isprintable()
    assert len(reason) == 500


def test_a_step_has_a_summary_unless_it_is_full(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("GITHUB_STEP_SUMMARY", raising=False)
    assert write_step_summary(SAMPLE) is None  # not on GitHub
    step = tmp_path / "step.md"
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(step))
    assert write_step_summary(SAMPLE) is None
    once = step.read_bytes()
    assert write_step_summary(SAMPLE) is None
    assert step.read_bytes() == once * 2
    step.write_bytes(b"x" * 1024 * 1024)
    assert "is full" in str(write_step_summary(SAMPLE))
    assert step.stat().st_size == 1024 * 1024


def test_a_summary_that_cannot_be_written_fails_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path))
    assert "Is a directory" in str(write_step_summary(SAMPLE))
