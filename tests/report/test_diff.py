"""Two reports compared: what is worse, what is better, and of what nothing is said."""

import json
from copy import deepcopy
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from markdown_it import MarkdownIt

from leafonly.__main__ import main
from leafonly.clients.measured import MUST_REJECT
from leafonly.harness.scenario import SCENARIOS
from leafonly.report.diff import drawing
from leafonly.report.diff.difference import compare
from leafonly.report.diff.order import Outcome, change
from leafonly.report.document import to_json
from tests.report.hostile import HOSTILE, LINKS, MARKDOWN, Tags

SAMPLE = json.loads((Path(__file__).parents[2] / "reports/sample/report.json").read_bytes())
OUTCOMES = [Outcome("yes"), Outcome("anchor"), Outcome("no", "other"), Outcome("ERROR")]


@pytest.fixture
def after() -> Any:
    """The sample report, to be changed."""
    return deepcopy(SAMPLE)


def cell_of(report: Any, cell_id: str) -> Any:
    return next(cell for cell in report["cells"] if cell["id"] == cell_id)


def becomes(cell: Any, verdict: str, reason: str | None = None, kind: str | None = None) -> None:
    conclusive = verdict != "error"
    cell.update(verdict=verdict, reason=reason, cached_kind=kind, conclusive=conclusive)


def test_a_report_is_the_same_as_itself() -> None:
    difference = compare(SAMPLE, SAMPLE)
    assert (difference.results, difference.setup, difference.not_compared) == ([], [], [])
    measured = [cell for cell in SAMPLE["cells"] if cell["verdict"] != "not_applicable"]
    assert difference.same == len(measured) + len(SAMPLE["presentation"])


def test_controls_are_named_as_such() -> None:
    right = {"accepted": Outcome("yes"), "rejected": Outcome("no", "other")}
    for name, each in SCENARIOS.items():
        for wrong in (Outcome("yes"), Outcome("no", "other")):
            fails = each.correct is not None and wrong != right[each.correct]
            if fails and change(name, right[each.correct or ""], wrong).direction == "worse":
                why = change(name, right[each.correct or ""], wrong).why
                assert ("a control fails" in why) == each.control, name


def test_no_client_may_connect_where_nothing_that_it_holds_leads_to_the_leaf() -> None:
    assert {
        name
        for name, each in SCENARIOS.items()
        if not each.holds_root or each.holds_intermediate == "rotated" or each.aia == "wrong_issuer"
    } == MUST_REJECT
    # Where the standards leave no choice, what is correct is never worse than what is not.
    for name in ("full_chain", "cached", *MUST_REJECT):
        right = {"accepted": "yes", "rejected": "no"}[SCENARIOS[name].correct or ""]
        for other in OUTCOMES:
            if other.word != right:
                is_right = next(each for each in OUTCOMES if each.word == right)
                assert change(name, is_right, other).direction == "worse", (name, other)
                assert change(name, other, is_right).direction != "worse", (name, other)


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_what_is_worse_one_way_is_not_worse_the_other_way(scenario: str) -> None:
    for one, other in permutations(OUTCOMES, 2):
        there, back = change(scenario, one, other), change(scenario, other, one)
        assert "same" not in (there.direction, back.direction)
        assert there.why
        if "ERROR" not in (one.word, other.word):
            opposite = {"better": "worse", "worse": "better", "other": "other"}
            assert back.direction == opposite[there.direction]
        elif other.word == "ERROR":
            assert there.direction == "worse"
    assert change(scenario, Outcome("no", "other"), Outcome("no", "expired")).direction == "other"
    assert all(change(scenario, each, each).direction == "same" for each in OUTCOMES)


# aiohttp completes in the sample; the verdicts before are the sample's.
@pytest.mark.parametrize(
    ("cell_id", "now", "direction", "why"),
    [
        ("curl-full_chain-p256", ("rejected", "other"), "worse", "a control fails"),
        ("curl-untrusted_root-p256", ("accepted",), "worse", "a control fails"),
        ("curl-wrong_cached-p256", ("accepted",), "worse", "accepts what it must reject"),
        ("curl-cached-p256", ("rejected", "other"), "worse", "does not connect any more"),
        ("curl-cached-p256", ("accepted", None, "completes"), "better", "narrower trust"),
        ("aiohttp-cached-p256", ("accepted", None, "anchors"), "worse", "wider trust"),
        ("curl-absent-p256", ("accepted",), "better", "connects now"),
        ("curl-absent-p256", ("error", "it hung"), "worse", "no verdict any more"),
        ("curl-absent-p256", ("rejected", "expired"), "other", "another reason"),
        ("chromium-aia-p256", ("rejected", "missing_issuer"), "worse", "does not connect"),
    ],
)
def test_a_changed_cell_is_judged(
    cell_id: str, now: tuple[Any, ...], direction: str, why: str, after: Any
) -> None:
    becomes(cell_of(after, cell_id), *now)
    difference = compare(SAMPLE, after)
    (result,) = difference.results
    assert (result.direction, result.where) == (direction, cell_id.rsplit("-", 2)[1])
    assert why in result.why
    assert difference.count("worse") == (direction == "worse")
    for shown in (drawing.text(difference, 80), drawing.markdown(difference)):
        assert result.what in shown
        assert drawing.HEADINGS[result.direction] in shown


def test_what_only_one_report_has_is_named_and_not_judged(after: Any) -> None:
    after["cells"] = [
        cell
        for cell in after["cells"]
        if cell["client"] != "curl"
        and cell["scenario"] != "aia"
        and cell["id"] != "wget-absent-p256"
    ]
    becomes(cell_of(after, "wget-cached-p256"), "not_applicable", "why not")
    for pair, when in (((SAMPLE, after), "before"), ((after, SAMPLE), "after")):
        difference = compare(*pair)
        assert difference.results == []
        assert dict(difference.not_compared) == {
            f"clients measured only {when}": ["curl"],
            f"scenarios measured only {when}": ["aia"],
            f"other cells measured only {when}": ["wget-absent-p256"],
            "cells that do not apply in one of the reports": ["wget-cached-p256"],
        }


def test_clients_that_changed_in_one_way_stand_together(after: Any) -> None:
    for client in ("curl", "wget"):
        for scenario in ("absent", "visited"):
            becomes(cell_of(after, f"{client}-{scenario}-p256"), "accepted")
    (group,) = [
        each
        for each in compare(SAMPLE, after).groups("better")
        if each.before == "no (missing_issuer)"
    ]
    assert (group.where, group.names) == ("absent, visited", ("curl", "wget"))


def test_versions_and_firmware_that_changed_are_named(after: Any) -> None:
    after["camera"]["firmware"] = "5.0.1"
    after["run"]["options"]["camera"] = "auto"
    after["run"]["complete"] = False
    next(each for each in after["clients"] if each["name"] == "curl")["version"] = "9.0"
    setup = {each.what: each.after for each in compare(SAMPLE, after).setup}
    assert setup.keys() == {"the run", "firmware of the camera", "--camera", "curl"}
    assert setup["curl"].startswith("9.0 (OpenSSL")


def test_what_the_camera_presents_is_compared(after: Any) -> None:
    one, two, three = after["presentation"][:3]
    one["presented"] += 1
    two.update(loaded=False, presented=None)
    after["presentation"].remove(three)
    difference = compare(SAMPLE, after)
    found = {each.what: each.direction for each in difference.results}
    assert found == {one["method"]: "better", two["method"]: "worse"}
    assert [each.names for each in difference.not_compared] == [[three["method"]]]


def finding(check: str, severity: str, message: str = "so") -> Any:
    return {"check": check, "severity": severity, "message": message, "remedy": None}


def test_findings_are_compared_where_both_reports_have_some(after: Any) -> None:
    before = deepcopy(SAMPLE)
    before["findings"] = [
        finding("a", "info"),
        finding("b", "warning"),
        finding("c", "blocker"),
        finding("d", "info", "not checked: no key"),
    ]
    after["findings"] = [finding("a", "blocker"), finding("b", "warning"), finding("d", "blocker")]
    difference = compare(before, after)
    assert {each.what: each.direction for each in difference.results} == {
        "a": "worse",
        "c": "better",
    }
    assert [each.names for each in difference.not_compared] == [["d"]]
    # A run without the audit has not found out that the faults are gone.
    difference = compare(before, SAMPLE)
    assert difference.results == []
    assert [each.names for each in difference.not_compared] == [["a", "b", "c", "d"]]


def test_cameras_are_compared_one_by_one(after: Any) -> None:
    before = deepcopy(SAMPLE)
    for report, rest in ((before, "gone:443"), (after, "new:443")):
        report["run"]["kind"] = "remote_host"
        report["cells"] = []
        report["findings"] = [finding("deployed_chain", "warning", f"{rest}: incomplete")]
    before["findings"].append(finding("deployed_chain", "info", "cam:443: complete"))
    after["findings"].append(finding("deployed_chain", "warning", "cam:443: incomplete"))
    difference = compare(before, after)
    assert [(each.what, each.direction) for each in difference.results] == [("cam:443", "worse")]
    assert [each.names for each in difference.not_compared] == [["gone:443"], ["new:443"]]


def test_nothing_in_common_is_not_the_same(after: Any) -> None:
    after["cells"] = after["presentation"] = []
    with pytest.raises(ValueError, match="no result in common"):
        compare(SAMPLE, after)
    after["run"]["kind"] = "own_certificate"
    with pytest.raises(ValueError, match="of kind matrix and one of kind own certificate"):
        compare(SAMPLE, after)
    twice = deepcopy(SAMPLE)
    twice["cells"].append(twice["cells"][0])
    with pytest.raises(ValueError, match="lists chromium-full_chain-p256 twice"):
        compare(SAMPLE, twice)


def test_the_exit_code_says_whether_something_is_worse(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], after: Any
) -> None:
    becomes(cell_of(after, "curl-cached-p256"), "rejected", "other")
    good, bad, page = (tmp_path / name for name in ("good.json", "bad.json", "diff.html"))
    good.write_text(to_json(SAMPLE))
    bad.write_text(to_json(after))
    assert main(["diff", str(good), str(bad), f"--html={page}"]) == 1
    assert "1 result got worse" in page.read_text(encoding="utf-8")
    assert main(["diff", str(bad), str(good), "--markdown"]) == 0
    assert "## Better" in capsys.readouterr().out
    assert main(["diff", str(good), str(bad), f"--html={bad}"]) == 2
    assert capsys.readouterr().err.endswith("is the report itself: name another file\n")
    assert json.loads(bad.read_text()) == after


@pytest.mark.parametrize("name", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_names_are_inert(name: str, after: Any) -> None:
    before = deepcopy(SAMPLE)
    for report in (before, after):
        report["clients"][0]["name"] = name
        for cell in report["cells"]:
            cell["client"] = name if cell["client"] == "chromium" else cell["client"]
    becomes(cell_of(after, "chromium-absent-p256"), "accepted")
    after["clients"][0]["version"] = after["camera"]["firmware"] = after["host"]["os"] = name
    after["run"]["options"][name] = name
    after["presentation"][0]["method"] = name
    difference = compare(before, after)
    text, markdown = drawing.text(difference, 80), drawing.markdown(difference)
    assert all(line.isprintable() for line in text.splitlines())
    rendered = Tags(MarkdownIt("commonmark").enable("table").render(markdown))
    assert rendered.elements <= MARKDOWN
    assert not LINKS.search(rendered.outside_code)
    page = drawing.html(difference, before, after)
    normal = drawing.html(difference, SAMPLE, SAMPLE)
    assert Tags(page).elements == Tags(normal).elements
    assert Tags(page).attributes == Tags(normal).attributes
    assert not Tags(page).attributes & {"href", "src", "style", "onerror", "onmouseover"}
    assert max(map(len, (text, markdown, page))) < 100_000
