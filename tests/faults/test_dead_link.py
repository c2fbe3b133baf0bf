"""A run that is told to end ends within seconds with its report, whatever its board does."""

import threading
import time
from pathlib import Path

import pytest

from tests.faults.promises import COSTLY, Ended, assert_kept
from tests.helpers.run_pytest import bare_environment, started_pytest
from tests.helpers.software_board import SoftwareBoard, micropython_program
from tests.helpers.waiting import LONGEST, until

pytestmark = [
    pytest.mark.skipif(
        micropython_program() is None,
        reason="no micropython program: uv sync --inexact --extra micropython",
    ),
    pytest.mark.needs("curl", "openssl"),
]
CLIENTS = ("--clients=curl,openssl", "--scenarios=full_chain,absent")
# Seconds from SIGTERM to the end. A run that hangs is stopped then, with another exit code.
LIMIT = 30.0


class DeadLink:
    """Makes a board deaf and dumb once certain bytes have come.

    Attributes:
        cause: The bytes from its host; nothing happens before they are set.
        last: The last that the board says, in place of them.
        is_dead: Is set when it has happened.

    """

    def __init__(self, board: SoftwareBoard) -> None:
        self.cause = self.last = b""
        self.is_dead = threading.Event()
        board.to_board, board.to_host = self._to_board, self._to_host

    def _to_board(self, data: bytes) -> bytes:
        if self.cause and self.cause in data:
            self.is_dead.set()
        return b"" if self.is_dead.is_set() else data

    def _to_host(self, data: bytes) -> bytes:
        passed_on = b"" if self.is_dead.is_set() else data
        if self.last and self.last in data:
            self.is_dead.set()
        return passed_on


# What the host or the board says last: frames, and the first question.
MOMENTS = {
    "while certificates are loaded": (b"\x02C", b""),
    "when a client comes": (b"\x02O", b""),
    "while the board computes": (b"", b"\x02D"),
    "between two cells": (b"\x02Q", b""),
    "while the board is asked what it is": (b"@name", b""),
    "never": (b"", b""),
}


# Each costs 10 s; these three end in different ways.
IN_CI = {"while the board computes", "between two cells", "never"}


@pytest.mark.parametrize(
    "moment",
    [pytest.param(each, marks=() if each in IN_CI else COSTLY) for each in MOMENTS],
)
def test_sigterm_with_a_dead_link_ends_within_seconds(tmp_path: Path, moment: str) -> None:
    program, out = micropython_program(), tmp_path / "out"
    assert program is not None
    (tmp_path / "board").mkdir()
    board = SoftwareBoard(program, tmp_path / "board")
    link = DeadLink(board)
    cause, last = MOMENTS[moment]
    at_start = cause == b"@name"
    if at_start:
        link.cause = cause
    asked = ("suites/matrix", *CLIENTS, f"--camera={board.port}", "-n0", "-v")
    environment = bare_environment(tmp_path, LEAFONLY_FAULT=str(tmp_path))
    try:
        with (
            out.open("wb") as file,
            started_pytest(
                *(*asked, "--report-dir", tmp_path / "report"),
                environment=environment,
                output=file,
            ) as process,
        ):
            until(lambda: at_start or "PASSED" in out.read_text())
            link.cause, link.last = cause, last
            assert moment == "never" or link.is_dead.wait(LONGEST), out.read_text()
            time.sleep(0.5)  # the run now waits for the board
            process.terminate()
            started = time.monotonic()
            code = process.wait(LONGEST)
            assert time.monotonic() - started < LIMIT, out.read_text()
        # A board that answers is given back: its main.py has been started again.
        assert board.cold_starts == (2 if moment == "never" else 1)
    finally:
        board.close()
    ended = Ended(code, out.read_text(), tmp_path)
    assert code == 128 + 15
    assert_kept(ended)
    if not at_start:
        assert ended.verdicts["full_chain"] == "accepted"
        assert not list((tmp_path / "report").glob("unfinished-*"))
