"""`latest` names the newest whole run, and what cannot be done about it loses no report."""

import shutil
from pathlib import Path

import pytest

from fixtures.report_directory import point_latest_to


@pytest.fixture
def reports(tmp_path: Path) -> Path:
    for name in ("old", "new"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "report.json").write_text(name)
    return tmp_path


def refuse(*_: object, **__: object) -> None:
    raise PermissionError("not allowed")


def test_without_links_it_is_a_copy_and_the_next_run_replaces_it(
    reports: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Path, "symlink_to", refuse)
    for name in ("old", "new"):
        assert point_latest_to(reports / name, is_whole=True) == reports / "latest"
        assert (reports / "latest/report.json").read_text() == name


def test_link_that_cannot_be_replaced_still_leads_to_its_own_report(
    reports: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (reports / "latest").symlink_to("old")
    monkeypatch.setattr(Path, "symlink_to", refuse)
    assert point_latest_to(reports / "new", is_whole=True) == reports / "new"
    assert (reports / "old/report.json").read_text() == "old"


@pytest.mark.parametrize("is_copy", [True, False])
def test_folder_that_cannot_be_moved_away_stays(
    reports: Path, monkeypatch: pytest.MonkeyPatch, is_copy: bool
) -> None:
    shutil.copytree(reports / "old", reports / "latest")
    if is_copy:
        (reports / "latest/.copy").touch()
    # On Windows: another program has a file in it open.
    monkeypatch.setattr(shutil, "rmtree", refuse)
    monkeypatch.setattr(Path, "rename", refuse)
    assert point_latest_to(reports / "new", is_whole=True) == reports / "new"
    assert (reports / "latest/report.json").read_text() == "old"
    assert (reports / "new/report.json").read_text() == "new"
