"""The HTML says what a report has, in its order, and hostile text in it stays text."""

import html
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from leafonly.report.advice import advice
from leafonly.report.behaviours import behaviours
from leafonly.report.chain_diagram import links
from leafonly.report.document import read
from leafonly.report.evidence import evidence
from leafonly.report.first_screen import alarms, headline
from leafonly.report.html import render
from tests.report.hostile import HOSTILE
from tests.report.test_report import USUAL, audit, cell, own, report

SAMPLE = Path(__file__).parents[2] / "reports/sample/report.json"


class Tags(HTMLParser):
    """Collects the tags of a page, and the values of attributes that load or run something."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.names: list[str] = []
        self.active: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.append(tag)
        self.active += [
            f"{name}={value}"
            for name, value in attrs
            if name.startswith("on") or name in ("src", "style") or name == "href"
        ]


def remedy(**fields: Any) -> Any:
    return {
        "name": "Two calls",
        "kind": "camera",
        "tried": True,
        "cells_fixed": 3,
        "cells_failing": 4,
        "clients_fixed": ["a"],
        "reach": "all_clients",
        "cost": "two lines",
        "widens": None,
        "how": "",
        "steps": [{"text": "Do this:", "lines": "context.load_cert_chain(a)"}],
        "files": [{"name": "main.py", "text": "x" * 3000}],
        "client": None,
        **fields,
    }


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_names_and_messages_are_inert(text: str) -> None:
    odd = cell(text, "absent", "rejected", client_said=text, command=text, as_expected=False)
    told = report(odd, cell("b", "full_chain"))
    for client in told["clients"]:
        client["stack"] = client["version"] = client["stack_version"] = text
    told["camera"] = dict.fromkeys(told["camera"], text)
    told["presentation"] = [
        {"method": text, "loaded": True, "presented": 2, "subjects": [text] * 2, "error": text}
    ]
    told["remedies"] = [remedy(name=text, cost=text, how=text, client=text), remedy(name=text)]
    told["findings"] = [
        {"check": "presentation", "severity": "blocker", "message": text, "remedy": text}
    ]
    page = render(told)
    tags = Tags(page)
    assert tags.names.count("script") == tags.names.count("style") == 1
    assert "img" not in tags.names
    assert [each for each in tags.active if not each.startswith("href=#")] == []
    assert not re.search("[\x00-\x08\x0b-\x1f\u202a-\u202e\u2066-\u2069\ud800-\udfff]", page)
    assert len(page) < 1_000_000


def test_page_asks_for_nothing_and_names_script_and_style_by_hash() -> None:
    page = render(USUAL)
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', page)
    assert policy is not None
    assert "unsafe" not in policy[1]
    assert policy[1].startswith("default-src 'none'; ")
    assert policy[1].count("'sha256-") == 2
    assert "http-equiv" not in page.replace(policy[0], "").replace('http-equiv="', "", 1)


def test_sample_answers_on_its_first_screen() -> None:
    told = read(SAMPLE)
    page = html.unescape(render(told))
    order = [
        page.index(each)
        for each in (
            f"{headline(told)}</h1>",
            "What changes it",
            "What to do",
            "context.load_cert_chain(intermediate_der, key_der)",
            "confirm with --camera=auto",
            '<svg class="chain"',
            f" clients, {len(behaviours(told))} behaviours",
            'id="matrix"',
            'id="evidence"',
        )
    ]
    assert order == sorted(order)
    assert alarms(told) == []
    assert 'class="banner"' not in page


def test_remedies_come_before_what_the_firmware_was_seen_to_do() -> None:
    told = read(SAMPLE)
    told["remedies"] = [remedy(), remedy(name="For b alone", client="curl")]
    first = advice(told)
    assert first is not None
    assert first.title == "Two calls"
    assert first.caution == "On emulated firmware: confirm with --camera=auto."
    page = render(told)
    assert "x" * 3000 in page, "a file that is to be copied is whole"
    assert page.index("Recipe: For b alone") > page.index('id="at-curl"')
    told["camera"]["kind"] = "board"
    on_board = advice(told)
    assert on_board is not None
    assert on_board.caution is None


def test_banner_has_what_failed_what_differs_and_what_is_news() -> None:
    told = report(
        cell("a", "absent", "accepted", as_expected=False, expected="rejected"),
        cell("b", "absent", "accepted", as_expected=None, news=True, expected="rejected"),
        cell("c", "absent", "error"),
        complete=False,
    )
    said = [alarm.text for alarm in alarms(told)]
    assert any(each.startswith("Differs from before: a-absent-p256 accepted") for each in said)
    assert any(each.startswith("News: b-absent-p256 accepted") for each in said)
    assert any(each.startswith("No verdict: c-absent-p256") for each in said)
    assert any(each.startswith("Stopped after") for each in said)
    page = render(told)
    for mark in ("differs", "news"):
        assert f"<em> {mark}</em>" in page
    assert "No surprises" not in page


def test_required_client_that_fails_leads_and_is_marked() -> None:
    failing = cell("a", "absent", "rejected", expected="accepted", as_expected=False)
    page = render(report(failing, cell("b", "absent"), kind="own_certificate"))
    assert '<a href="#a-absent-p256">Required to connect, but does not: a (missing_issuer)' in page
    assert page.index('class="banner"') < page.index("<h1>")
    assert page.count("<em> required</em>") == 1


def test_run_that_failed_without_a_cell_says_so() -> None:
    assert [alarm.text for alarm in alarms(USUAL)] == []
    failed = report(cell("a", "absent", "rejected"), exit_status=3)
    assert [alarm.text for alarm in alarms(failed)] == ["The run failed: pytest's exit status is 3"]


def test_audit_shows_its_blockers_first_and_no_command_that_does_not_apply() -> None:
    told = audit(own("a", "absent", "rejected"), x="info", y="warning", z="blocker")
    page = render(told)
    assert "leafonly serve" not in page
    order = [page.index(f'<li class="{each}">') for each in ("blocker", "warning", "info")]
    assert order == sorted(order)
    assert alarms(told)[0].text.startswith("Blocker: ")


def test_audit_without_clients_says_in_one_line_whether_to_deploy() -> None:
    assert headline(audit(x="info")) == "No blocker in the files"
    assert headline(audit(x="warning", y="blocker")) == "Not to be deployed like this"


def test_chain_has_the_names_and_days_that_the_audit_found() -> None:
    told = audit(own("a", "absent", "rejected"))
    message = {"roots_are_listed": "path: cam <- Mid <- Top", "leaf_is_valid_now": "9 days left, x"}
    told["findings"] = [
        {"check": check, "severity": "info", "message": said, "remedy": None}
        for check, said in message.items()
    ]
    root, middle, leaf = links(told)
    assert (root.name, middle.name, leaf.name) == ("Top", "Mid", "cam")
    assert middle.state == "missing"
    assert leaf.note == "served · 9 days left"


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ([("a", "absent", "rejected")], "Leaf alone: a does not connect"),
        ([("a", "absent", "accepted")], "Leaf alone: a connects"),
        ([("a", "full_chain", "accepted")], "Full chain: a connects"),
        (
            [("a", "absent", "rejected"), ("b", "absent", "accepted")],
            "Leaf alone: 1 of 2 clients connect",
        ),
        ([("a", "absent", "error")], "No client gave a verdict"),
        (
            [("urllib", "aia_redirect", "rejected"), ("curl", "aia_redirect", "rejected")],
            "AIA, redirect: 0 of 2 clients connect",
        ),
    ],
)
def test_headline(cells: Any, said: str) -> None:
    assert headline(report(*(cell(*each) for each in cells))) == said


def test_behaviours_put_every_client_into_one_group_of_equal_verdicts() -> None:
    told = read(SAMPLE)
    groups = behaviours(told)
    names = [name for group in groups for name in group.clients]
    assert sorted(names) == sorted(each["name"] for each in told["clients"] if each["available"])
    assert sum(group.count for group in groups) == len(names)
    verdicts: dict[str, dict[str, object]] = {}
    for each in told["cells"]:
        outcome = (each["verdict"], each["cached_kind"] == "anchors")
        verdicts.setdefault(each["client"], {})[each["scenario"]] = outcome
    distinct = {json.dumps(each, sort_keys=True) for each in verdicts.values()}
    assert len(groups) == len(distinct) == len({group.name for group in groups})
    for group in groups:
        assert len({json.dumps(verdicts[name], sort_keys=True) for name in group.clients}) == 1


@pytest.mark.parametrize(
    ("verdicts", "name"),
    [
        ({"stale_cached": "accepted"}, "goes on trusting it when it has expired"),
        (
            {"stale_full_chain": "rejected"},
            "rejects even the full chain while an expired one is installed",
        ),
        (
            {"stale_cross": "rejected"},
            "takes an expired cross-certificate although it has another path",
        ),
        (
            {"aia": "accepted", "aia_redirect": "rejected", "aia_pem": "rejected"},
            "fetches a missing one (AIA), but not by a redirect or PEM",
        ),
        ({"aia_redirect": "accepted"}, "fetches a missing one (AIA)"),
    ],
)
def test_behaviours_name_what_tells_them_from_others(verdicts: Any, name: str) -> None:
    told = report(*(cell("a", scenario, verdict) for scenario, verdict in verdicts.items()))
    assert [each.name for each in behaviours(told)] == [name]


def test_client_that_behaves_otherwise_with_another_key_is_in_both_groups() -> None:
    told = report(
        cell("a", "absent", "rejected"),
        cell("a", "absent", "accepted", key_type="rsa2048", id="a-absent-rsa2048"),
    )
    assert {group.clients for group in behaviours(told)} == {("a (p256)",), ("a (rsa2048)",)}


def test_equal_observations_are_told_once_and_unequal_ones_never() -> None:
    same = {"command": "get https://localhost:40001/", "client_said": "localhost:40001: unknown CA"}
    other = {
        "command": "get https://localhost:40002/",
        "client_said": "localhost:40002: unknown CA",
    }
    code = {**other, "client_said": "localhost:40002: unknown CA, error 20"}
    told = report(
        cell("a", "absent", "rejected", **same),
        cell("a", "aia", "rejected", **other),
        cell("a", "aia_dead", "rejected", **code),
        cell("a", "visited", "rejected", **same, reason="expired"),
    )
    (client,) = evidence(told, {})
    grouped = [[row["scenario"] for *_, row in seen.cells] for seen in client.observed]
    assert grouped == [["absent", "aia"], ["aia_dead"], ["visited"]]
    assert client.observed[0].said == same["client_said"], "quoted as it was"
    assert client.observed[0].varies


def test_every_cell_of_the_matrix_leads_to_its_evidence() -> None:
    page = render(read(SAMPLE))
    ids = re.findall(r' id="?([^" >]+)', page)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'href="?#([^" >]+)', page)) <= set(ids)


def test_report_of_50_clients_and_all_keys_is_small() -> None:
    told = read(SAMPLE)
    names = [each["name"] for each in told["clients"] if each["available"]][:50]
    told["clients"] = [each for each in told["clients"] if each["name"] in names]
    told["cells"] = [
        {**each, "key_type": key_type, "id": f"{each['client']}-{each['scenario']}-{key_type}"}
        for each in told["cells"]
        if each["client"] in names
        for key_type in ("p256", "p384", "rsa2048")
    ]
    assert len(told["cells"]) == 1200
    assert len(render(told).encode()) <= 500_000
