"""Whether the last report shows that the camera presents the full chain by two calls."""

import json
from pathlib import Path

import pytest

from fixtures.report_directory import presented_chain
from leafonly.cameras.emulator.camera import Emulator
from leafonly.cameras.loading_methods import examine
from leafonly.certificates.authority import Authority


@pytest.mark.parametrize(
    ("kind", "method", "is_shown"),
    [
        ("board", "der_appended", True),
        ("board", "der_leaf", False),
        ("emulator", "der_appended", False),
        ("micropython", "der_appended", False),
    ],
)
def test_only_a_camera_that_presented_more_than_its_leaf_shows_it(
    tmp_path: Path, kind: str, method: str, is_shown: bool
) -> None:
    # The row is the presentation suite's own: a report that is written by hand proves nothing.
    row = examine(Emulator(), method, Authority().issue(), "p256").as_json()
    report = {"camera": {"kind": kind}, "presentation": [{"presented": None, "method": "x"}, row]}
    (tmp_path / "report.json").write_text(json.dumps(report))
    assert presented_chain(tmp_path / "report.json") is is_shown


@pytest.mark.parametrize("text", ["", "[]", "{}", "[" * 100_000, '{"camera": 1}'])
def test_what_is_no_report_shows_nothing(tmp_path: Path, text: str) -> None:
    (tmp_path / "report.json").write_text(text)
    assert not presented_chain(tmp_path / "report.json")
    assert not presented_chain(tmp_path / "none.json")
