"""Since which version each client does what, from several reports."""

from collections.abc import Sequence
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from leafonly.__main__ import main
from leafonly.report.document import read, to_json
from leafonly.report.merge import drawing
from leafonly.report.merge.by_version import Since, since_version, sort_key
from leafonly.report.merge.fleet import Machine
from leafonly.report.merge.table import merged

SAMPLE = read(Path(__file__).parents[2] / "reports/sample/report.json")


def of_wget(version: str, cached: str) -> Any:
    """Return a report of wget alone, in one version, in which a stored intermediate does this."""
    report: Any = deepcopy(SAMPLE)
    report["clients"] = [each for each in report["clients"] if each["name"] == "wget"]
    report["clients"][0].update(version=version, stack="GnuTLS", stack_version=None)
    report["cells"] = [each for each in report["cells"] if each["client"] == "wget"]
    (cell,) = [each for each in report["cells"] if each["scenario"] == "cached"]
    if cached == "no":
        cell.update(verdict="rejected", reason="missing_issuer", cached_kind=None)
    else:
        kind = {"yes": "completes", "anchor": "anchors"}[cached]
        cell.update(verdict="accepted", reason=None, cached_kind=kind)
    return report


def rows(*found: tuple[str, str]) -> Sequence[Since]:
    machines = [
        Machine(f"machine {number}", of_wget(*each)) for number, each in enumerate(found, 1)
    ]
    return list(since_version(merged(machines), ["cached"]))


def test_a_row_ends_where_the_behaviour_changes() -> None:
    found = rows(("1.10", "anchor"), ("1.9", "yes"), ("1.2", "yes"), ("1.21.3", "anchor"))
    assert [(each.oldest, each.newest, each.measured) for each in found] == [
        ("1.2 (GnuTLS)", "1.9 (GnuTLS)", 2),
        ("1.10 (GnuTLS)", "1.21.3 (GnuTLS)", 2),
    ]
    assert [each.words for each in found] == [{"cached": "yes"}, {"cached": "anchor"}]


def test_a_behaviour_that_comes_back_is_a_row_of_its_own() -> None:
    found = rows(("1", "yes"), ("2", "no"), ("3", "yes"))
    assert [each.words["cached"] for each in found] == ["yes", "no", "yes"]


def test_one_version_with_two_behaviours_names_the_machines() -> None:
    first, _ = rows(("1", "yes"), ("1", "anchor"), ("2", "anchor"))
    assert first.words == {"cached": "yes (machine 1), anchor (machine 2)"}


def test_a_client_of_one_version_has_no_row() -> None:
    assert rows(("1", "yes"), ("1", "yes")) == []


def test_versions_are_in_the_order_of_their_numbers() -> None:
    versions = ["2.0", "156.0.8078", "1.10.0-10", "v1.9", "16.20", "1.10.0-2"]
    assert sorted(versions, key=sort_key) == [
        *("v1.9", "1.10.0-2", "1.10.0-10"),
        *("2.0", "16.20", "156.0.8078"),
    ]
    assert sort_key("9" * 5000) < (10**9,)  # Python would not convert so many digits


def test_the_table_says_what_changed_and_what_did_not(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    reports = []
    for version, cached in (("1", "yes"), ("2", "anchor")):
        path = tmp_path / f"{version}.json"
        path.write_text(to_json(of_wget(version, cached)), encoding="utf-8")
        reports.append(f"machine {version}={path}")
    assert main(["merge", "--since-version", *reports]) == 0
    text = capsys.readouterr().out
    assert text.startswith("**Of 1 client measured in several versions, 1 changed.**\n")
    assert "| wget | 1 (GnuTLS) | 1 (GnuTLS) | 1 | no | yes |" in text
    assert "| wget | 2 (GnuTLS) | 2 (GnuTLS) | 1 | no | anchor |" in text
    assert "did not change" not in text


def test_names_from_a_report_are_no_markup() -> None:
    hostile = of_wget("1 | [a](http://b)", "yes")
    fleet = merged([Machine("a", hostile), Machine("b", of_wget("2", "yes"))])
    assert "`1 ¦ [a](http://b) (GnuTLS)`" in drawing.since(fleet)
