"""Each verdict of docs/answer.md is what the cells of the report say."""

import re
from pathlib import Path
from typing import Any

import pytest

from leafonly.cameras.emulator.profiles import PROFILES
from leafonly.report.answer import markdown
from tests.report.test_report import CAMERA, cell, report

DOCUMENT = Path(__file__).parents[2] / "docs/answer.md"
SECTIONS = ("cached", "fail", "gateway", "IP address", "one certificate", "fullchain")


def sections(given: Any) -> dict[str, str]:
    """Return the sections by a word of their heading."""
    parts = re.split(r"^## ", markdown(given, "report.json"), flags=re.MULTILINE)[1:-1]
    assert len(parts) == len(SECTIONS)
    for word, part in zip(SECTIONS, parts, strict=True):
        assert word in part.partition("\n")[0]
    return dict(zip(SECTIONS, parts, strict=True))


def verdicts(given: Any) -> dict[str, str]:
    found = {}
    for word, part in sections(given).items():
        bold = re.search(r"\n\n\*\*([^*.]+)\.?\*\*", part)
        assert bold, part
        found[word] = bold[1]
    return found


def client(name: str, **scenarios: str) -> list[Any]:
    return [cell(name, scenario, verdict) for scenario, verdict in scenarios.items()]


def remedy(kind: str, fixed: int, name: str = "nginx") -> Any:
    row = next(
        each
        for each in report(*client("curl", absent="rejected", full_chain="accepted"))["remedies"]
        if each["kind"] == "camera"
    )
    return row | {"kind": kind, "name": name, "cells_fixed": fixed, "cells_failing": 2}


def loaded(method: str, presented: int | None) -> Any:
    error = "ValueError('invalid key',)" if presented is None else None
    fields = {"loaded": presented is not None, "subjects": [], "error": error}
    return {"method": f"{method} (p256)", "presented": presented, **fields}


@pytest.mark.parametrize(
    ("absent", "cached", "verdict"),
    [
        (("rejected", "rejected"), ("accepted", "accepted"), "Partly true"),
        (("accepted", "accepted"), ("accepted", "accepted"), "True"),
        (("rejected", "rejected"), ("accepted", "rejected"), "Not true"),
    ],
)
def test_cached_is_true_if_clients_connect_with_it_and_most_have_it(
    absent: Any, cached: Any, verdict: str
) -> None:
    cells = [
        each
        for name, *verdicts in zip(("curl", "go"), absent, cached, strict=True)
        for each in client(name, absent=verdicts[0], cached=verdicts[1])
    ]
    assert verdicts(report(*cells))["cached"] == verdict


def test_figures_are_counted_by_scenario_and_kind() -> None:
    given = report(
        *client("chromium", absent="rejected", aia="accepted", cached="accepted"),
        *client("curl", absent="rejected", aia="rejected", cached="accepted"),
        *client("go", absent="error", aia="error", cached="error"),
    )
    next(each for each in given["clients"] if each["name"] == "chromium")["kind"] = "browser"
    part = sections(given)
    assert "| finds the issuer's URL in the leaf | 1 of 2 | 1 of 1 |" in part["cached"]
    assert "| has the intermediate installed | 2 of 2 | 1 of 1 |" in part["cached"]
    assert "2 of 2 clients reject the leaf alone" in part["fail"]
    assert "with it, 1 of 2 still fail (0 of 1 browsers). These fetch: chromium." in part["fail"]
    # Nothing was asked in this scenario, so it has no row.
    assert "visited" not in part["cached"]


@pytest.mark.parametrize(
    ("fixed", "verdict"),
    [((2, 1), "True"), ((1, 0), "Partly true"), ((0,), "Not true"), ((), "Not measured")],
)
def test_a_gateway_helps_if_one_mends_every_failing_cell(fixed: Any, verdict: str) -> None:
    rows = [remedy("gateway", each) for each in fixed]
    given = report(*client("curl", absent="rejected")) | {"remedies": rows}
    assert verdicts(given)["gateway"].startswith(verdict)
    assert "present" not in sections(given)["gateway"].partition("A gateway helps")[0]
    given["remedies"].append(remedy("camera", 2))
    assert "there is another way: if the camera presents" in sections(given)["gateway"]


@pytest.mark.parametrize(
    ("rows", "one", "fullchain"),
    [
        (
            [loaded("der_leaf", 1), loaded("der_appended", 2), loaded("pem_full_chain", None)],
            "Not true",
            "Partly true",
        ),
        ([loaded("pem_full_chain", 2)], "Not true", "Not true"),
        ([loaded("der_leaf", 1), loaded("der_appended", 1)], "True", "True"),
        ([], "Not measured in this report", "Not measured in this report"),
    ],
)
def test_the_number_of_certificates_is_that_of_the_presentation_suite(
    rows: Any, one: str, fullchain: str
) -> None:
    given = report(*client("curl", absent="rejected")) | {"presentation": rows}
    found = verdicts(given)
    assert (found["one certificate"], found["fullchain"]) == (one, fullchain)
    table = sections(given)["fullchain"]
    assert ("nothing: ValueError('invalid key',)" in table) == any(
        each["presented"] is None for each in rows
    )


def test_every_firmware_is_told_with_how_it_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(CAMERA, "description", "MicroPython 1.29 in software (recorded)")
    shown = report(*client("curl", absent="rejected")) | {"presentation": [loaded("pem_leaf", 1)]}
    rows = re.findall(r"^\| (.+) \| (.+) \| (.+) \| (\d+) \| (.+?): .+ \|$",
                      sections(shown)["one certificate"], re.MULTILINE)  # fmt: skip
    assert [each[0] for each in rows] == [
        each.title + (" (this report)" if each.name == "micropython-1.29" else "")
        for each in PROFILES.values()
    ]
    for row, profile in zip(rows, PROFILES.values(), strict=True):
        assert (int(row[3]), row[4]) == (profile.message_limit, profile.basis)
        assert (row[1] == "full chain") == (profile.second_call == "appends")
        assert (row[2] == "refused") == (not profile.reads_pem)


def test_texts_of_the_report_are_shown_as_text() -> None:
    given: Any = report(*client("<b>|x`", absent="rejected", aia="accepted"))
    given["remedies"] = [remedy("gateway", 2, "[a](http://b)\n# c")]
    shown = markdown(given, "report.json")
    assert "<b>" not in shown
    assert "](http:" not in shown
    assert "\n# c" not in shown


def test_it_is_short_enough_to_send_with_one_table_a_section() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    assert len(text.splitlines()) < 90
    assert all(part.count("\n|---") <= 1 for part in text.split("\n## "))
    assert text.endswith("```\n")
