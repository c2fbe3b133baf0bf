"""The HTML report in real browsers: what a reader does with it, and what it never does."""

import json
import re
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from leafonly.report.document import read
from leafonly.report.html import render
from tests.helpers.axe import MODES, axe, violations
from tests.helpers.browser_page import Page, opened, undisturbed
from tests.helpers.waiting import LONGEST, until

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "reports/sample/report.json"
BROWSERS = ("chromium", "firefox")


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("page") / "report.html"
    path.write_text(render(read(SAMPLE)), encoding="utf-8")
    return path.as_uri()


@pytest.fixture(scope="module", params=BROWSERS)
def browser(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Page]:
    with opened(request.param, tmp_path_factory.mktemp("profile") / "p") as page:
        yield page


@pytest.fixture
def page(browser: Page, sample: str) -> Iterator[Page]:
    """The sample, opened anew; whatever a test did, nothing was logged or asked for."""
    browser.resize(1300, 900)
    with undisturbed(browser, sample):
        yield browser


def place_of(page: Page, selector: str) -> tuple[float, float]:
    """Scroll an element into view, and return its middle."""
    quoted = json.dumps(selector)
    box = page.evaluate(
        f"(e => {{ e.scrollIntoView({{block: 'center'}}); const b = e.getBoundingClientRect();"
        f" return [b.x + b.width / 2, b.y + b.height / 2] }})(document.querySelector({quoted}))"
    )
    return float(box[0]), float(box[1])


def click(page: Page, selector: str) -> None:
    page.click(*place_of(page, selector))


def wait_for(page: Page, condition: str) -> None:
    """Wait until an expression is true: a browser tells its page of an event a moment later."""
    page.evaluate(
        "new Promise((told, gave_up) => {"
        f" const end = performance.now() + {1000 * LONGEST};"
        " (function look() {"
        f" if ({condition}) told();"
        " else if (performance.now() > end) gave_up(new Error('it did not happen'));"
        " else setTimeout(look, 10); })(); })"
    )


def choose(page: Page, name: str, value: str) -> None:
    page.evaluate(
        f"(e => {{ e.value = {json.dumps(value)};"
        f" e.dispatchEvent(new Event('input', {{bubbles: true}})) }})"
        f"(document.getElementById('f-{name}'))"
    )


def shown(page: Page) -> list[str]:
    return list(
        page.evaluate(
            "[...document.querySelectorAll('#cells tbody tr')].filter(r => r.offsetHeight)"
            ".map(r => r.querySelector('th a').textContent)"
        )
    )


def assert_shown(page: Page, names: list[str]) -> None:
    until(lambda: sorted(shown(page)) == names, lambda: str(shown(page)))


def clients_with(**wanted: Any) -> list[str]:
    """List the sample's clients that have a cell like this, as an oracle for the filter."""
    cells = read(SAMPLE)["cells"]
    return sorted(
        {cell["client"] for cell in cells if all(cell[k] == v for k, v in wanted.items())}  # type: ignore[literal-required]
    )


def test_filter_by_name_library_kind_and_verdict(page: Page) -> None:
    clients = {each["name"]: each for each in read(SAMPLE)["clients"] if each["available"]}
    assert_shown(page, sorted(clients))
    click(page, "#f-name")
    page.type("java")
    assert_shown(page, sorted(name for name in clients if "java" in name))
    click(page, ".filter button")
    choose(page, "stack", "NSS")
    assert_shown(page, sorted(n for n, c in clients.items() if c["stack"] == "NSS"))
    choose(page, "stack", "")
    choose(page, "kind", "browser")
    assert_shown(page, sorted(n for n, c in clients.items() if c["kind"] == "browser"))
    choose(page, "kind", "")
    choose(page, "verdict", "y a x")
    options = "[...document.querySelectorAll('#f-scenario option')]"
    aia = page.evaluate(f"{options}.find(each => /URL works/.test(each.text)).value")
    choose(page, "scenario", aia)
    assert_shown(page, clients_with(scenario="aia", verdict="accepted"))
    counted = page.evaluate("document.getElementById('f-count').value")
    assert counted == f"{len(shown(page))} of {len(clients)} rows"


def test_cell_opens_its_evidence_and_leads_back(page: Page) -> None:
    click(page, "a[href='#curl-absent-p256']")
    wait_for(page, has_focus("curl-absent-p256"))
    assert is_open(page, "curl-absent-p256")
    assert is_in_view(page, "curl-absent-p256")
    click(page, "details:has(#curl-absent-p256) a[href='#row-at-curl']")
    wait_for(page, has_focus("row-at-curl"))
    assert is_in_view(page, "row-at-curl")
    page.evaluate("history.back()")
    wait_for(page, "location.hash === '#curl-absent-p256'")


def has_focus(name: str) -> str:
    """Write the condition that the page has led to an element: it gets the focus last."""
    return f"document.activeElement === document.getElementById('{name}')"


def is_open(page: Page, name: str) -> bool:
    return page.evaluate(f"document.getElementById('{name}').closest('details').open") is True


def is_in_view(page: Page, name: str) -> bool:
    seen = page.evaluate(
        f"[document.getElementById('{name}').getBoundingClientRect().top, innerHeight]"
    )
    return bool(0 < seen[0] < seen[1])


def test_link_to_a_cell_opens_it_at_once(page: Page, sample: str) -> None:
    page.open("about:blank")
    page.open(f"{sample}#gnutls-cli-cached-p256")
    assert is_open(page, "gnutls-cli-cached-p256")


def test_copy_button_copies_the_lines_and_nothing_else(page: Page) -> None:
    lines = page.evaluate("document.querySelector('.advice pre').textContent")
    assert lines.startswith("context.load_cert_chain(")
    # It says so for 1.5 s only, which a busy machine may take to ask.
    page.evaluate(
        "(b => new MutationObserver(() => { b.dataset.said ??= b.textContent })"
        ".observe(b, {childList: true}))(document.querySelector('.advice button'))"
    )
    click(page, ".advice button")
    wait_for(page, "document.querySelector('.advice button').dataset.said === 'Copied'")
    # Read back by pasting, which needs no permission.
    click(page, "#f-name")
    assert pasted(page) == lines


def pasted(page: Page) -> str:
    """Return the clipboard's text."""
    page.evaluate(
        "(() => { const a = document.createElement('textarea'); a.id = 'paste';"
        " document.body.prepend(a); a.focus() })()"
    )
    page.paste()
    wait_for(page, "document.getElementById('paste').value")
    return str(page.evaluate("document.getElementById('paste').value"))


def test_keyboard_reaches_a_cell_and_opens_its_evidence(page: Page) -> None:
    page.evaluate("""document.querySelector("a[href='#curl-absent-p256']").focus()""")
    page.press_enter()
    wait_for(page, has_focus("curl-absent-p256"))
    assert is_open(page, "curl-absent-p256")


def test_phone_shows_every_verdict_without_scrolling_sideways(page: Page) -> None:
    page.resize(360, 780)
    widest = page.evaluate("document.documentElement.scrollWidth")
    assert widest <= 360
    ends = page.evaluate(
        "[...document.querySelectorAll('#cells tbody tr:first-child td:not(.lib)')]"
        ".map(c => [c.getBoundingClientRect().width, c.getBoundingClientRect().right])"
    )
    assert len(ends) == 8
    assert all(width >= 20 and right <= 360 for width, right in ends)


def test_header_and_first_column_stay(page: Page) -> None:
    page.evaluate("document.querySelector('#cells tbody tr:nth-child(60)').scrollIntoView()")
    top = page.evaluate("document.querySelector('#cells thead th').getBoundingClientRect().top")
    assert top == 0


def test_prints_the_matrix_on_a_few_pages_without_evidence(page: Page) -> None:
    pages = pdf_pages(page.pdf())
    assert 2 <= pages <= 7
    assert page.evaluate("document.querySelectorAll('.evidence details[open]').length") == 0


def pdf_pages(data: bytes) -> int:
    """Count the pages of a PDF, whose objects may be in compressed streams (PDF 1.7, 7.5.7)."""
    parts = [data]
    for found in re.finditer(rb"/ObjStm.*?stream\r?\n(.*?)endstream", data, re.DOTALL):
        parts.append(zlib.decompressobj().decompress(found[1]))
    return sum(len(re.findall(rb"/Type\s*/Page\b", part)) for part in parts)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("name", BROWSERS)
def test_axe_finds_no_violation_of_level_a_or_aa(
    name: str, mode: str, sample: str, tmp_path: Path
) -> None:
    script, (width, dark) = axe(), MODES[mode]
    with opened(name, tmp_path / "profile", dark=dark) as page:
        page.resize(width, 900)
        page.open(f"{sample}#curl-absent-p256")
        assert page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches") is dark
        assert violations(page, script) == []
        assert page.problems == []
