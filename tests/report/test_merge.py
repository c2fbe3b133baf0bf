"""Reports of several machines in one matrix: what differs, and what contradicts itself."""

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from markdown_it import MarkdownIt

from leafonly.__main__ import main
from leafonly.report.document import to_json
from leafonly.report.merge import drawing
from leafonly.report.merge.fleet import Fleet, Machine
from leafonly.report.merge.table import merged
from tests.report.hostile import HOSTILE, LINKS, MARKDOWN, Tags

SAMPLE = json.loads((Path(__file__).parents[2] / "reports/sample/report.json").read_bytes())
CLIENTS = len({cell["client"] for cell in SAMPLE["cells"]})


@pytest.fixture
def other() -> Any:
    """The sample report, to be changed."""
    return deepcopy(SAMPLE)


def fleet_of(*reports: Any) -> Fleet:
    return merged([Machine(name, report) for name, report in zip("abc", reports, strict=False)])


def accepts(report: Any, cell_id: str) -> None:
    cell = next(cell for cell in report["cells"] if cell["id"] == cell_id)
    cell.update(verdict="accepted", reason=None, conclusive=True, cached_kind=None)


def update(report: Any, client: str) -> None:
    next(each for each in report["clients"] if each["name"] == client)["version"] = "99"


def test_machines_that_agree_are_one_row_for_each_client(other: Any) -> None:
    update(other, "wget")
    fleet = fleet_of(SAMPLE, other)
    assert (fleet.deviations, fleet.conflicts) == ([], [])
    assert [row.client for row in fleet.rows] == [each.label for each in fleet.measured]
    assert len(fleet.rows) == len({cell["client"] for cell in SAMPLE["cells"]})
    found = {row.client: list(row.found.values()) for row in fleet.rows}
    assert (found["curl"], found["wget"]) == ([["a", "b"]], [["a"], ["b"]])
    for scenario, counts in SAMPLE["summary"]["counts"].items():
        connect = counts["accepted"], counts["accepted"] + counts["rejected"]
        assert fleet.connecting[scenario] == {"a": connect, "b": connect}


def test_a_new_version_may_differ_and_the_same_version_may_not(other: Any) -> None:
    accepts(other, "curl-absent-p256")
    update(other, "curl")
    accepts(other, "wget-absent-p256")
    fleet = fleet_of(SAMPLE, other, SAMPLE)
    (deviation,) = fleet.deviations
    assert deviation.by_word == {"no": ["a", "c"], "yes": ["b"]}
    assert [each.label for each in deviation.clients] == ["curl", "wget"]
    (conflict,) = fleet.conflicts
    assert (conflict.client, conflict.scenario) == ("wget", "absent")
    assert conflict.by_word == deviation.by_word
    marked = {(row.client, *row.conflicts) for row in fleet.rows if row.conflicts}
    assert marked == {("wget", "absent")}
    assert fleet.headline == (
        f"Of {CLIENTS} clients that ran on several machines, 2 have different verdicts there. "
        "1 conflict: same versions, other verdicts."
    )
    for drawn in (drawing.text(fleet, 80), drawing.markdown(fleet), drawing.html(fleet)):
        assert "Conflicts: the same versions, other verdicts" in drawn


def test_no_verdict_contradicts_nothing(other: Any) -> None:
    for cell in other["cells"]:
        cell.update(verdict="error", reason="it hung", conclusive=False, cached_kind=None)
    fleet = fleet_of(SAMPLE, other)
    assert (fleet.deviations, fleet.conflicts) == ([], [])
    assert all(list(by_name) == ["a"] for by_name in fleet.connecting.values())
    assert {row.cells["absent"]["verdict"] for row in fleet.rows if "b" in row.machines} == {
        "error"
    }


def test_who_connects_where_it_must_not_is_red(other: Any) -> None:
    accepts(other, "curl-untrusted_root-p256")
    page = drawing.html(fleet_of(SAMPLE, other))
    assert '<span class="x">yes</span> on <bdi>b</bdi>' in page
    assert '<span class="g">no</span> on <bdi>a</bdi>' in page


def test_key_types_are_rows_of_their_own(other: Any) -> None:
    for cell in other["cells"]:
        cell["key_type"] = "p384"
    fleet = fleet_of(SAMPLE, other)
    assert {"curl p256", "curl p384"} <= {row.client for row in fleet.rows}
    assert fleet.deviations == []
    assert fleet.headline == fleet_of(SAMPLE, SAMPLE).headline


def test_a_client_of_one_machine_stands_in_the_tables(other: Any) -> None:
    other["cells"] = [cell for cell in other["cells"] if cell["client"] != "curl"]
    fleet = fleet_of(SAMPLE, other)
    (row,) = [row for row in fleet.rows if row.client == "curl"]
    assert list(row.found.values()) == [["a"]]
    (line,) = [each for each in drawing.markdown(fleet).splitlines() if "| curl |" in each]
    assert line.split("|")[3].strip() == ""


def test_one_client_is_counted_in_the_singular(other: Any) -> None:
    other["cells"] = [cell for cell in other["cells"] if cell["client"] == "curl"]
    assert "  a: 1 client, " in drawing.text(fleet_of(other), 200)


def test_what_cannot_be_merged_is_said(other: Any) -> None:
    with pytest.raises(ValueError, match="2 machines have the name a: write NAME=REPORT"):
        merged([Machine("a", SAMPLE), Machine("a", SAMPLE)])
    twice = deepcopy(SAMPLE)
    twice["cells"].append(twice["cells"][0])
    with pytest.raises(ValueError, match="lists chromium-p256-full_chain twice"):
        fleet_of(SAMPLE, twice)
    other["cells"] = []
    with pytest.raises(ValueError, match="no report has a cell"):
        merged([Machine("a", other)])
    other["run"]["kind"] = "remote_host"
    with pytest.raises(ValueError, match="of kind matrix and remote host"):
        fleet_of(SAMPLE, other)


def test_machines_are_named_on_the_command_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("x=y.json").write_text(to_json(SAMPLE))
    assert main(["merge", "here=x=y.json", "x=y.json", "-o", "fleet.html"]) == 0
    out = capsys.readouterr().out
    assert "\n  here: " in out
    assert f"\n  {SAMPLE['host']['os']}: " in out
    assert f"{CLIENTS} clients on 2 machines" in Path("fleet.html").read_text(encoding="utf-8")
    assert main(["merge", "here=x=y.json", "--markdown"]) == 0
    assert "| client | here |" in capsys.readouterr().out
    for wrong in ("=x=y.json", "here=", "there=nothing.json"):
        assert main(["merge", wrong]) == 2
        assert capsys.readouterr().err.count("\n") == 1
    assert main(["merge", "x=y.json", "-o", "x=y.json"]) == 2
    assert json.loads(Path("x=y.json").read_text()) == SAMPLE


@pytest.mark.parametrize("name", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_names_are_inert(name: str, other: Any) -> None:
    for row in other["clients"]:
        if row["name"] == "chromium":
            row.update(name=name, version=name)
    for cell in other["cells"]:
        cell["client"] = name if cell["client"] == "chromium" else cell["client"]
    other["host"]["os"] = other["camera"]["description"] = name
    contradicting = deepcopy(other)
    accepts(contradicting, "chromium-absent-p256")
    fleet = merged([Machine(name, other), Machine("b", contradicting)])
    assert fleet.conflicts
    text, markdown, page = drawing.text(fleet, 80), drawing.markdown(fleet), drawing.html(fleet)
    assert all(line.isprintable() for line in text.splitlines())
    rendered = Tags(MarkdownIt("commonmark").enable("table").render(markdown))
    assert rendered.elements <= MARKDOWN
    assert not LINKS.search(rendered.outside_code)
    accepts(contradicting := deepcopy(SAMPLE), "chromium-absent-p256")
    normal = drawing.html(fleet_of(SAMPLE, contradicting))
    assert Tags(page).elements == Tags(normal).elements
    assert Tags(page).attributes == Tags(normal).attributes
    assert max(map(len, (text, markdown, page))) < 200_000
