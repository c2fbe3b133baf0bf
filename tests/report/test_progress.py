"""What is said while cells are measured, and where it is written."""

import io
import re
from types import SimpleNamespace
from typing import Any

import pytest

from fixtures.progress import Progress, _Shower

NAME = "suites/matrix/test_matrix.py::test_cell[{}-absent-p256]"


def test_the_line_names_the_slowest_and_estimates_once_enough_is_done() -> None:
    progress = Progress()
    assert progress.line() == ""
    progress.plan(20, "cells")
    for name in ("slow-absent-p256", "quick-aia-p256"):
        progress.begin(name)
    assert progress.line() == "0/20 cells; slowest: slow in absent, 0 s; now: quick in aia"
    for number in range(5):
        with progress.measuring(f"c{number}-absent-p256"):
            pass
    assert re.fullmatch(r"5/20 cells; about \d+ s left; slowest: slow .*", progress.line())
    progress.end("slow-absent-p256")
    progress.end("slow-absent-p256")  # counted once
    assert progress.line().startswith("6/20 cells; ")


def test_a_test_of_a_worker_is_named_by_its_cell() -> None:
    progress = Progress()
    progress.plan(2, "tests")
    progress.begin(NAME.format("gnutls-cli"))
    assert progress.line() == "0/2 tests; slowest: gnutls-cli in absent, 0 s"


@pytest.mark.parametrize(("column", "begun"), [(0, ""), (12, "\n")])
def test_a_log_has_whole_lines_at_a_decent_rate(column: int, begun: str) -> None:
    config: Any = SimpleNamespace(
        stash=pytest.Stash(), option=SimpleNamespace(capture="fd", usepdb=False, trace=False)
    )
    terminal = SimpleNamespace(fullwidth=80, width_of_current_line=column)
    reporter: Any = SimpleNamespace(isatty=False, _tw=terminal)
    out = io.StringIO()
    shower = _Shower(config, reporter, out)
    shower.show_soon("too soon")
    shower._next = 0
    for _ in range(3):
        shower.show_soon("looking for clients 3/9\x1b[2J")
    assert out.getvalue() == f"{begun}leafonly: looking for clients 3/9?[2J\n"
