"""The pages of `diff` and `merge` in real browsers, and hostile names in every page."""

from collections.abc import Iterator, Mapping
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from leafonly.report.diff import drawing as diff
from leafonly.report.diff.difference import compare
from leafonly.report.document import read
from leafonly.report.html import render
from leafonly.report.merge import drawing as merge
from leafonly.report.merge.fleet import Machine
from leafonly.report.merge.table import merged
from leafonly.report.shown import shown
from tests.helpers.axe import MODES, axe, violations
from tests.helpers.browser_page import Page, opened, undisturbed
from tests.report.hostile import HOSTILE

SAMPLE = Path(__file__).parents[2] / "reports/sample/report.json"
BROWSERS = ("chromium", "firefox")
COMPARED = ("diff", "merge")
WIDEST = "document.documentElement.scrollWidth"
KINDS_OF_ELEMENTS = (
    "[...new Set([...document.querySelectorAll('*')]"
    ".map(e => [e.localName, ...e.getAttributeNames().sort()].join(' ')))].sort()"
)


def drawn(names: Mapping[str, str]) -> Mapping[str, str]:
    """Draw every page of the sample and of a changed one, with these names for some clients."""
    one: Any = read(SAMPLE)
    for row in one["clients"]:
        row["name"] = names.get(row["name"], row["name"])
    for cell in one["cells"]:
        cell["client"] = names.get(cell["client"], cell["client"])
    machines = list(names.values())
    one["host"]["os"] = one["camera"]["description"] = machines[0]
    other = deepcopy(one)
    verdicts = {"absent": "accepted", "aia": "error", "visited": "not_applicable"}
    for cell in other["cells"]:
        # Worse, better, neither, not compared: each has a look of its own.
        if cell["client"] in machines and (verdict := verdicts.get(cell["scenario"])):
            cell.update(verdict=verdict, reason="it hung", cached_kind=None)
            cell["conclusive"] = verdict == "accepted"
    return {
        "report": render(other),
        "diff": diff.html(compare(one, other), one, other),
        "merge": merge.html(merged([Machine(machines[0], one), Machine(machines[-1], other)])),
    }


@pytest.fixture(scope="module")
def addresses(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, str]:
    """The pages' addresses: of usual names by the page, of hostile ones as `hostile-PAGE`."""
    clients = [row["name"] for row in read(SAMPLE)["clients"] if row["available"]][: len(HOSTILE)]
    usual = drawn(dict(zip(clients, clients, strict=True)))
    hostile = drawn(dict(zip(clients, HOSTILE, strict=True)))
    folder = tmp_path_factory.mktemp("pages")
    found = {}
    for name, page in {**usual, **{f"hostile-{each}": p for each, p in hostile.items()}}.items():
        path = folder / f"{name}.html"
        path.write_text(page, encoding="utf-8")
        found[name] = path.as_uri()
    return found


@pytest.fixture(scope="module", params=BROWSERS)
def browser(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Page]:
    with opened(request.param, tmp_path_factory.mktemp("profile") / "p") as page:
        yield page


@pytest.mark.parametrize("name", COMPARED)
def test_page_fits_any_width_and_asks_for_nothing(
    name: str, browser: Page, addresses: Mapping[str, str]
) -> None:
    for width in (1300, 360):
        browser.resize(width, 900)
        with undisturbed(browser, addresses[name]):
            assert browser.evaluate(WIDEST) <= width


def test_conflicts_are_marked_inside_of_their_cells(
    browser: Page, addresses: Mapping[str, str]
) -> None:
    browser.resize(360, 900)
    browser.open(addresses["merge"])
    # An element is as wide as its cell; how far its text reaches, a range tells.
    outside = browser.evaluate(
        "[...document.querySelectorAll('td em')].map(mark => {"
        " const text = document.createRange(); text.selectNodeContents(mark);"
        " const cell = mark.parentElement.getBoundingClientRect();"
        " const { left, right } = text.getBoundingClientRect();"
        " return [left - cell.left, cell.right - right] })"
    )
    assert len(outside) == 2 * len(HOSTILE)
    assert min(min(each) for each in outside) >= 0


@pytest.mark.parametrize("name", ["report", *COMPARED])
def test_hostile_names_are_text(name: str, browser: Page, addresses: Mapping[str, str]) -> None:
    browser.open(addresses[name])
    usual = browser.evaluate(KINDS_OF_ELEMENTS)
    browser.resize(360, 900)
    with undisturbed(browser, addresses[f"hostile-{name}"]):
        assert browser.evaluate(KINDS_OF_ELEMENTS) == usual
        assert browser.evaluate(WIDEST) <= 360
        text = browser.evaluate("document.body.textContent")
    if name in COMPARED:
        assert [each for each in HOSTILE if shown(each) not in text] == []
    assert "<img src=x onerror=alert(1)>" in text


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("name", BROWSERS)
def test_axe_finds_no_violation_of_level_a_or_aa(
    name: str, mode: str, addresses: Mapping[str, str], tmp_path: Path
) -> None:
    script, (width, dark) = axe(), MODES[mode]
    with opened(name, tmp_path / "profile", dark=dark) as page:
        page.resize(width, 900)
        for each in COMPARED:
            page.open(addresses[each])
            assert page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches") is dark
            assert violations(page, script) == []
            assert page.problems == []
