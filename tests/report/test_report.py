"""The report says what was measured, to people and to machines, and shows hostile text as text."""

import io
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from rich.console import Console

from leafonly.report.document import document, validate, write
from leafonly.report.sentence import sentence
from leafonly.report.summary import cell_word, summary, surprises
from leafonly.report.text_table import matrix

RUN: Any = {
    "kind": "matrix",
    "options": {"camera": "emulator", "at": None},
    "exit_status": 0,
    "complete": True,
    "tests_planned": 8,
    "tests_run": 8,
}
CAMERA: Any = {
    "kind": "emulator",
    "description": "a camera",
    "firmware": None,
    "tls_version": None,
    "link": "loopback",
}


def client(name: str) -> Any:
    return {
        "name": name,
        "stack": "OpenSSL",
        "stack_version": "3.0.19",
        "version": "1.0",
        "kind": "library",
        "available": True,
        "unavailable_because": None,
        "install": "uv sync",
    }


def cell(name: str, scenario: str, verdict: str = "accepted", **fields: Any) -> Any:
    reason = {"rejected": "missing_issuer", "error": "it hung"}.get(verdict)
    return {
        "id": f"{name}-{scenario}-p256",
        "client": name,
        "scenario": scenario,
        "key_type": "p256",
        "verdict": verdict,
        "reason": reason,
        "expected": verdict,
        "as_expected": True,
        "news": False,
        "conclusive": verdict != "error",
        "seconds": 0.1,
        "client_said": "no",
        "server_saw": None,
        "command": "client",
        "cached_kind": None,
        **fields,
    }


def report(*cells: Any, findings: Any = (), **run: Any) -> Any:
    names = sorted({each["client"] for each in cells})
    return dict(
        document(
            run=RUN | run,
            started=datetime.now(UTC),
            camera=CAMERA,
            clients=[client(name) for name in names],
            cells=cells,
            others={"findings": findings},
        )
    )


USUAL = report(
    cell("a", "absent", "rejected"),
    cell("a", "cached", cached_kind="completes"),
    cell("b", "absent", "rejected"),
    cell("b", "cached", cached_kind="anchors"),
    cell("c", "absent", "accepted"),
    cell("c", "aia", "accepted"),
)


def test_sentence_counts_what_was_measured() -> None:
    assert sentence(USUAL) == (
        "Leaf alone: 1 of 3 clients connect. With the intermediate installed on the client: "
        "2 of 2 clients connect (1 of them trusts the intermediate itself). If the leaf says where "
        "to fetch the intermediate (AIA): the one client tested connects."
    )


def test_sentence_counts_errors_as_neither_and_says_so() -> None:
    text = sentence(report(cell("a", "absent", "rejected"), cell("b", "absent", "error")))
    assert "Leaf alone: the one client tested does not connect." in text
    assert "No verdict on b (it hung)." in text
    more = report(cell("a", "absent", "rejected"), cell("a", "cached", "error"))
    assert "No verdict in 1 cell." in sentence(more)


def test_sentence_of_a_run_without_a_verdict() -> None:
    text = sentence(report(cell("a", "absent", "error")))
    assert text == "Leaf alone: no client gave a verdict. No verdict on a (it hung)."


def test_sentence_speaks_of_the_scenarios_that_were_asked() -> None:
    text = sentence(report(cell("a", "full_chain"), cell("b", "full_chain")))
    assert text == "Full chain: 2 of 2 clients connect."


def test_sentence_names_news_and_the_matrix_marks_it() -> None:
    odd = cell("a", "absent", "accepted", as_expected=None, news=True)
    told = report(odd, cell("b", "absent", "rejected"))
    assert "News: 1 cell differs from what was measured with other versions" in sentence(told)
    assert "a-absent-p256" in sentence(told)
    assert cell_word(told, odd) == "yes+"
    assert "+: news" in drawn(matrix(told))


def test_sentence_of_a_run_that_was_ended_early_says_so() -> None:
    text = sentence(
        report(cell("a", "absent", "rejected"), complete=False, tests_planned=659, tests_run=3)
    )
    assert text.startswith("Stopped after 3 of 659 tests; the rest did not run. Leaf alone: ")


def test_required_client_that_fails_leads_and_is_marked() -> None:
    failing = [
        cell("a", "absent", "rejected", expected="accepted", as_expected=False),
        cell("b", "absent", "error", expected="accepted", as_expected=False),
        cell("c", "absent", "accepted"),
    ]
    for kind in ("own_certificate", "remote_host"):
        told = report(*failing, kind=kind)
        assert sentence(told).startswith(
            "FAILED: --require is not met: a (missing_issuer) does not connect; no verdict on b "
            "(it hung). "
        )
        assert summary(told)["failed_requirements"] == ["a-absent-p256", "b-absent-p256"]
        assert [cell_word(told, each) for each in failing] == ["no!", "ERROR!", "yes"]
        assert "!: required to connect" in drawn(matrix(told))


def test_summary_counts_cells_by_scenario_and_verdict() -> None:
    counted = summary(USUAL)["counts"]
    assert counted["absent"] == {"accepted": 1, "rejected": 2, "error": 0, "not_applicable": 0}
    assert list(counted) == ["absent", "cached", "aia"]


def test_sentence_says_that_clients_have_a_clock_of_their_own() -> None:
    at: Any = {"kind": "own_certificate", "options": {"at": "2027-03-15"}}
    assert "Two clocks: " in sentence(report(own("a", "absent"), **at))
    assert "Two clocks" not in sentence(report(own("a", "absent")))
    assert "Two clocks" not in sentence(report(own("a", "absent", command=""), **at))


def audit(*cells: Any, **severities: str) -> Any:
    findings = tuple(
        {"check": check, "severity": severity, "message": f"{check} is so", "remedy": ""}
        for check, severity in severities.items()
    )
    return report(*cells, findings=findings, kind="own_certificate")


def test_sentence_of_an_audit_without_clients_counts_what_was_found() -> None:
    assert sentence(audit(a="info")) == "No blocker and 0 warnings in the files."
    assert sentence(audit(a="info", b="warning")) == "No blocker and 1 warning in the files."
    assert sentence(audit(a="blocker", b="warning", c="blocker", d="blocker")) == (
        "Not to be deployed like this: 3 blockers and 1 warning in the files: "
        "a is so; c is so; and 1 more."
    )


def own(name: str, scenario: str, verdict: str = "accepted", **fields: Any) -> Any:
    return cell(name, scenario, verdict, expected=None, as_expected=None, **fields)


def test_sentence_on_an_own_certificate_says_which_clients_connect() -> None:
    text = sentence(
        audit(
            own("a", "full_chain"),
            own("a", "absent"),
            own("a", "cached"),
            own("b", "full_chain"),
            own("b", "absent", "rejected"),
            own("b", "cached", cached_kind="anchors"),
            own("c", "full_chain"),
            own("c", "absent", "rejected"),
            own("c", "cached", "rejected"),
            own("d", "full_chain", "rejected", reason="untrusted_root"),
            own("d", "absent", "error"),
            own("e", "absent", "not_applicable", reason="it cannot", conclusive=True),
            x="info",
        )
    )
    assert text == (
        "No blocker and 0 warnings in the files. With the leaf alone a connects, b and c do not; "
        "with the intermediates installed on the client, 2 of 3 do "
        "(1 of them trusts the intermediates themselves). "
        "Even with the full chain d does not connect (untrusted_root). "
        "Nothing is known of 1 other client."
    )


def test_sentence_on_an_own_certificate_says_which_clients_fetch() -> None:
    text = sentence(
        audit(
            own("a", "full_chain"),
            own("a", "absent", "not_applicable", reason="see aia", conclusive=True),
            own("a", "aia"),
            own("b", "full_chain"),
            own("b", "absent", "rejected"),
            own("b", "aia", "rejected"),
            x="info",
        )
    )
    assert text.endswith(
        "With the leaf alone a connects, b does not (a by fetching the intermediate)."
    )


def test_sentence_on_an_own_certificate_names_no_more_than_can_be_read() -> None:
    fail = [own(f"f{n}", "absent", "rejected") for n in range(9)]
    assert "With the leaf alone none of 9 clients connects." in sentence(audit(*fail, x="info"))
    text = sentence(audit(own("a", "absent"), *fail, x="info"))
    assert "a connects, f0, f1, f2, f3, f4, f5 and 3 others do not." in text


def test_surprise_has_a_star_and_is_listed() -> None:
    odd = cell("a", "absent", "accepted", as_expected=False)
    told = report(odd, cell("b", "absent", "rejected"))
    assert cell_word(told, odd) == "yes*"
    assert surprises(told) == [("a-absent-p256", odd)]


def test_cells_without_a_verdict_for_one_reason_are_one_surprise() -> None:
    first = cell("a", "full_chain", "error")
    other = cell("a", "absent", "error", reason="not asked: it hung")
    assert surprises(report(first, other)) == [("a in 2 cells", first)]


@pytest.mark.parametrize(
    "spoil",
    [
        {"schema": "leafonly/2"},
        {"started": "yesterday"},
        {"unknown": 1},
        {"cells": [cell("a", "absent", "rejected") | {"reason": "bad luck"}]},
        {"cells": [cell("a", "absent", "error") | {"conclusive": True}]},
        {"cells": [cell("a", "absent", "maybe")]},
    ],
)
def test_report_that_breaks_the_schema_is_not_written(
    spoil: dict[str, Any], tmp_path: Path
) -> None:
    validate(USUAL)
    with pytest.raises(jsonschema.ValidationError):
        write(USUAL | spoil, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_json_written_is_the_report(tmp_path: Path) -> None:
    write(USUAL, tmp_path / "new")
    assert json.loads((tmp_path / "new" / "report.json").read_text()) == USUAL
    assert sorted(each.name for each in (tmp_path / "new").iterdir()) == [
        "report.html",
        "report.json",
    ]


def drawn(renderable: Any) -> str:
    console = Console(width=80, file=io.StringIO())
    with console.capture() as capture:
        console.print(renderable)
    return capture.get()


def test_matrix_fits_a_terminal_of_80_columns_and_explains_its_words() -> None:
    text = drawn(matrix(USUAL))
    assert max(len(line.rstrip()) for line in text.splitlines()) <= 80
    assert "anchor: it connects" in text
    assert "n/a:" not in text
