"""The end of a run on a terminal of any width, in a log, and with hostile names in it."""

import re
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len

from leafonly.certificates.printable import printable
from leafonly.report.document import read
from leafonly.report.sentence import headline
from leafonly.report.summary import cell_word, rows, scenario_names
from leafonly.report.terminal import drawn, result, section
from leafonly.report.text_table import matrix

SAMPLE: Any = read(Path(__file__).parents[2] / "reports/sample/report.json")
HOSTILE = "[red]x[/red]\x1b[31m\u202e\r\n=cmd|A1!<b>" + "x" * 1_000_000


def table_of(report: Any, width: int) -> list[str]:
    return drawn(matrix(report, width), colour=False).split("\n\n")[0].splitlines()


def words(report: Any) -> list[list[str]]:
    return [
        [cell_word(report, cells[name]) for name in scenario_names(report)]
        for _, _, cells in rows(report)
    ]


@pytest.mark.parametrize("width", [250, 120, 80, 60, 50])
def test_no_width_takes_a_verdict_away_and_no_line_is_wider(width: int) -> None:
    table = table_of(SAMPLE, width)
    assert max(map(cell_len, table)) <= width
    shown = [line.split()[-len(scenario_names(SAMPLE)) :] for line in table[2:]]
    assert shown == words(SAMPLE)


def test_the_library_goes_first_then_headings_are_cut_and_explained() -> None:
    wide, narrow, narrower = (drawn(matrix(SAMPLE, w), colour=False) for w in (120, 80, 60))
    assert "TLS library" in wide
    assert "OpenSSL" in wide
    assert "OpenSSL" not in narrow
    assert "untrusted" in narrow
    assert "untrusted" not in narrower.split("\n\n")[0]
    assert "columns: full_chain, untrusted_root, absent" in narrower


def test_the_width_there_is_is_used() -> None:
    longest = max(f"{c['stack']} {c['stack_version'] or ''}".strip() for c in SAMPLE["clients"])
    assert longest in drawn(matrix(SAMPLE, 200), colour=False)


def test_several_key_types_are_named() -> None:
    cells = [*SAMPLE["cells"], *(each | {"key_type": "p384"} for each in SAMPLE["cells"])]
    table = table_of(SAMPLE | {"cells": cells}, 80)
    assert [line.split()[1] for line in table[2:]] == ["p256", "p384"] * (len(table[2:]) // 2)


def test_the_result_stands_first_and_last() -> None:
    text = drawn(section(SAMPLE, 80), colour=False)
    first, *_, last = text.strip().split("\n\n")
    assert " ".join(first.split()) == SAMPLE["summary"]["sentence"]
    assert last == headline(SAMPLE)
    assert last.startswith("Leaf alone: 0 of ")


def test_a_client_and_a_cause_are_one_line() -> None:
    gone = {"verdict": "error", "conclusive": False, "reason": "it is gone"}
    name = SAMPLE["cells"][0]["client"]
    cells = [each | gone if each["client"] == name else each for each in SAMPLE["cells"]]
    text = drawn(section(SAMPLE | {"cells": cells}, 80), colour=False)
    assert text.count("it is gone") == 1
    assert f"{name} in 8 cells: no verdict: it is gone" in text


def coloured(report: Any, scenario: str) -> str:
    """Return the line of the only row, drawn with colours, of a report cut to one scenario."""
    cells = [each for each in report["cells"][:8] if each["scenario"] == scenario]
    return drawn(matrix(report | {"cells": cells}, 80), colour=True).splitlines()[-3]


def test_red_is_what_hurts() -> None:
    assert "\x1b[31mno" in coloured(SAMPLE, "absent")
    assert "\x1b[31m" not in coloured(SAMPLE, "untrusted_root")
    cells = [each | {"verdict": "accepted", "reason": None} for each in SAMPLE["cells"][:8]]
    assert "\x1b[31myes" in coloured(SAMPLE | {"cells": cells}, "untrusted_root")


def test_a_log_has_plain_characters_only() -> None:
    assert printable(drawn(section(SAMPLE, 80), colour=False), keep="\n").isascii()


@pytest.mark.parametrize("width", [200, 80])
def test_hostile_names_are_inert_and_take_no_verdict_away(width: int) -> None:
    report: Any = SAMPLE | {"clients": [dict(each) for each in SAMPLE["clients"]]}
    report["cells"] = [dict(each) for each in SAMPLE["cells"]]
    for row in (*report["clients"], *report["cells"]):
        for field in ("name", "client", "stack", "stack_version", "reason"):
            if field in row and row[field] in ("chromium", "BoringSSL", None):
                row[field] = HOSTILE
    finding = {"check": HOSTILE, "severity": "blocker", "message": HOSTILE, "remedy": HOSTILE}
    report |= {"findings": [finding], "summary": SAMPLE["summary"] | {"sentence": HOSTILE}}
    text = drawn(result(report, width), colour=False)
    assert printable(text, keep="\n") == text
    assert len(text) < 200_000
    assert "[red]x[/red]" in text  # no markup of rich's
    table = table_of(report, width)
    assert max(map(cell_len, table)) <= width
    assert [line.split()[-8:] for line in table[2:]] == words(report)
    assert not re.search(r"\x1b|\u202e|\r", text)
