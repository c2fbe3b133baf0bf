"""Markdown for GitHub: what came from outside is text in it, and nothing else."""

import re
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from leafonly.certificates.printable import printable
from leafonly.report.behaviours import behaviours
from leafonly.report.counting import names
from leafonly.report.document import read
from leafonly.report.markdown import MOST_BYTES, escaped, markdown
from leafonly.report.shown import in_markdown
from tests.report.hostile import HOSTILE

SAMPLE = Path(__file__).parents[2] / "reports/sample/report.json"
MARKUP = [
    "a|b",
    "`code` and ``code``",
    '<img src=x onerror="alert(1)">',
    "# heading\n\n- list\n\n---",
    "1. one",
    "- one",
    "===",
    "[click](http://example.org)",
    "![picture](http://example.org/x.png)",
    "<http://example.org>",
    "**bold** _em_ ~~gone~~ $x$ \\*",
    "&lt;b&gt; &#64;user",
]


def shown(source: str) -> str:
    """Return the text that a reader of the Markdown sees, after a check that it is only text."""
    html = MarkdownIt("commonmark").enable(["table", "strikethrough"]).render(source)
    assert re.fullmatch(r"<p>[^<>]*</p>\n", html), html
    return unescape(html[3:-5]).replace("\u200b", "")


def seen_as(text: str) -> str:
    return printable(" ".join(text.split()), 2000)


@pytest.mark.parametrize("text", [*MARKUP, *HOSTILE], ids=lambda text: ascii(text[:12]))
def test_hostile_text_is_shown_as_text(text: str) -> None:
    assert shown(escaped(text)) == seen_as(text)


@given(st.text(st.sampled_from("ab1 \\`*_{}[]()<>#+-.!|~&;$=:/@\n\t\"'^"), min_size=1))
def test_any_text_is_shown_as_text(text: str) -> None:
    if seen_as(text):
        assert shown(escaped(text)) == seen_as(text)


@pytest.mark.parametrize(
    ("text", "active"),
    [
        ("@octocat", r"@\w"),
        ("owner/repo#1", r"#\w"),
        ("see gh-1", r"gh-\d"),
        ("http://example.org", "http://"),
        ("www.example.org", r"www\."),
        ("a@example.org", r"@\w"),
    ],
)
def test_github_finds_nothing_to_link_or_notify(text: str, active: str) -> None:
    assert re.search(active, text)
    assert not re.search(active, escaped(text).replace("&#8203;", "\u200b"))


def test_name_that_github_takes_for_an_issue_is_code() -> None:
    assert in_markdown("curl GH-1") == "`curl GH-1`"


def hostile_report() -> Any:
    report: Any = read(SAMPLE)
    name = "|`<img src=x>@octocat\n# heading"
    for row in (report["clients"][0], *report["cells"][:8]):
        row[("client", "name")["name" in row]] = name
    report["cells"][0] |= {"as_expected": False, "id": f"{name}-full_chain-p256"}
    finding = {"check": name, "severity": "blocker", "message": name, "remedy": name}
    step = {"text": name, "lines": "```\n````\n<img src=x>"}
    remedy = {
        **{"name": name, "kind": "gateway", "tried": False, "cells_fixed": 1, "how": name},
        **{"cells_failing": 2, "clients_fixed": [], "reach": "all_clients", "cost": "a host"},
        **{"widens": None, "steps": [step], "client": None, "files": []},
    }
    report["summary"]["failed_requirements"] = [name]
    report["summary"]["sentence"] = f"FAILED: {name}"
    return report | {"findings": [finding], "remedies": [remedy]}


def test_a_report_has_the_result_and_stays_inert() -> None:
    text = markdown(hostile_report())
    html = MarkdownIt("commonmark").enable("table").render(text)
    assert "<img" not in html
    assert re.search(r"@\w", html) is None
    headings = re.findall(r"<h\d>(.*?)</h\d>", html)
    assert headings[:4] == [
        *("leafonly", "Required to connect, but does not", "Not as expected", "Blockers")
    ]
    assert headings[4].endswith(" behaviours")
    assert headings[5].startswith("Best remedy: ")
    assert "<code>```\n````\n&lt;img src=x&gt;\n</code>" in html
    # Two headings, eight scenarios, and the behaviours.
    assert html.count("<tr>") == 10 + len(behaviours(hostile_report()))
    assert "It was not tried in this run." in html


def test_behaviours_are_named_and_counted() -> None:
    report = read(SAMPLE)
    html = MarkdownIt("commonmark").enable("table").render(markdown(report))
    groups = behaviours(report)
    clients = {cell["client"] for cell in report["cells"]}
    assert f"<h3>{len(clients)} clients, {len(groups)} behaviours</h3>" in html
    cells = re.findall(
        r'<td style="text-align:right">(\d+)</td>\n<td>(.*?)</td>\n<td>(.*?)</td>', html
    )
    assert cells == [(str(each.count), each.name, names(each.clients)) for each in groups]


def test_a_single_client_is_no_group() -> None:
    report = read(SAMPLE)
    report["cells"] = [each for each in report["cells"] if each["client"] == "curl"]
    assert "behaviour" not in markdown(report)


def test_it_fits_where_github_puts_it() -> None:
    report = hostile_report()
    report["findings"] *= 10_000
    report["remedies"][0]["steps"] *= 10_000
    text = markdown(report)
    assert len(text.encode()) < MOST_BYTES + 100
    assert "- and 9980 more" in text
    assert text.endswith("The rest does not fit here: see the report.\n")
