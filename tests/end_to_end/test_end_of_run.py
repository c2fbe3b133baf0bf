"""A run on a terminal: its live line leaves nothing behind, and Ctrl-C keeps what was measured."""

import contextlib
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyte
import pytest

from leafonly.report.document import validate
from tests.helpers.run_pytest import PROJECT, bare_environment, command, run_pytest
from tests.helpers.waiting import LONGEST, until, until_ended

pytestmark = pytest.mark.skipif(os.name != "posix", reason="Windows has no pseudo-terminals")

# Runs a command on a terminal of its own; what it is sent is what is typed there.
ON_A_TERMINAL = "import os, pty, sys; sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))"
COLUMNS, LINES = 80, 100
LIVE = re.compile(r"\x1bD\x1b7\r.*?\x1b\[K\x1b8\x1bM", re.DOTALL)
# By the TryTLS contract; the process that stays notes its number.
STUB = "#!/bin/sh\necho $$ >'{note}.part' && mv '{note}.part' '{note}'\nexec sleep 600\n"


class Terminal:
    """pytest on a terminal."""

    def __init__(self, process: "subprocess.Popen[bytes]", out: Path) -> None:
        self.process, self._out = process, out

    @property
    def text(self) -> str:
        return self._out.read_bytes().decode(
            "utf-8", "replace"
        )  # as it was written, with each return

    def wait_for(self, condition: Callable[[], object]) -> None:
        def has_come() -> object:
            assert self.process.poll() is None, self.text
            return condition()

        until(has_come, lambda: self.text)

    def type(self, text: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(text.encode())
        self.process.stdin.flush()


@contextlib.contextmanager
def on_a_terminal(directory: Path, *arguments: object, **more: str) -> Iterator[Terminal]:
    environment = bare_environment(
        directory, TERM="xterm", COLUMNS=str(COLUMNS), LINES=str(LINES), **more
    )
    asked = command("--report-dir", directory / "report", *arguments)
    out = directory / "out"
    with (
        out.open("wb") as file,
        subprocess.Popen(
            [sys.executable, "-c", ON_A_TERMINAL, *asked],
            cwd=PROJECT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=file,
            stderr=subprocess.STDOUT,
        ) as process,
    ):
        try:
            yield Terminal(process, out)
        finally:
            process.kill()


def stub(directory: Path) -> tuple[str, Path]:
    """Return the option for a client that stays, and the file with its number."""
    program, note = directory / "stub", directory / "started"
    program.write_text(STUB.format(note=note))
    program.chmod(0o755)
    return f"--client=slow={program}", note


def screen_of(text: str) -> list[str]:
    screen = pyte.Screen(COLUMNS, LINES)
    pyte.Stream(screen).feed(text)
    return [line.rstrip() for line in screen.display]


def test_the_live_line_is_seen_and_leaves_nothing_behind(tmp_path: Path) -> None:
    program, seen = tmp_path / "stub", tmp_path / "seen"
    program.write_text(f"#!/bin/sh\nuntil [ -e '{seen}' ]; do sleep 0.1; done\n")
    program.chmod(0o755)
    asked = ("suites/matrix", "--clients=urllib", f"--client=slow={program}", "--scenarios=absent")
    with on_a_terminal(tmp_path, *asked) as terminal:
        line = re.compile(r"/2 cells.*slow in absent")
        terminal.wait_for(lambda: any(map(line.search, LIVE.findall(terminal.text))))
        seen.touch()
        terminal.process.wait(LONGEST)
    text = terminal.text
    assert any("looking for clients 1/2" in line for line in LIVE.findall(text)), text
    assert screen_of(text) == screen_of(LIVE.sub("", text))
    assert all("slowest:" not in line for line in screen_of(text))


@pytest.mark.parametrize("workers", [[], ["-n2"]], ids=["one process", "workers"])
def test_ctrl_c_writes_the_report_of_what_was_done(tmp_path: Path, workers: list[str]) -> None:
    slow, note = stub(tmp_path)
    asked = ("suites/matrix", "--clients=urllib", slow, "--scenarios=absent", "-v", *workers)
    with on_a_terminal(tmp_path, *asked) as terminal:
        terminal.wait_for(lambda: "PASSED" in terminal.text and note.exists())
        number = int(note.read_text())
        terminal.type("\x03")
        assert terminal.process.wait(LONGEST) == pytest.ExitCode.INTERRUPTED
    report: Any = json.loads((tmp_path / "report" / "report.json").read_text())
    validate(report)
    assert [each["id"] for each in report["cells"]] == ["urllib-absent-p256"]
    assert report["cells"][0]["verdict"] == "rejected"
    assert report["summary"]["sentence"].startswith("Stopped after 1 of 2 tests; ")
    until_ended(number)


@pytest.mark.needs("curl")
@pytest.mark.skipif((os.cpu_count() or 1) < 2, reason="one cell at a time on one CPU")
def test_ctrl_c_keeps_a_cell_that_was_measured_before_its_test(tmp_path: Path) -> None:
    slow, note = stub(tmp_path)
    asked = ("suites/matrix", "--clients=curl", slow, "--scenarios=absent")
    with on_a_terminal(tmp_path, *asked) as terminal:
        # The test of the slow client comes first, and waits.
        terminal.wait_for(lambda: "1/2 cells" in terminal.text and note.exists())
        terminal.type("\x03")
        assert terminal.process.wait(LONGEST) == pytest.ExitCode.INTERRUPTED
    report: Any = json.loads((tmp_path / "report" / "report.json").read_text())
    validate(report)
    assert [each["id"] for each in report["cells"]] == ["curl-absent-p256"]
    assert report["cells"][0]["verdict"] == "rejected"
    assert report["camera"]["kind"] == "emulator"
    assert not report["run"]["complete"]


def test_ctrl_c_while_clients_are_looked_for_ends_at_once(tmp_path: Path) -> None:
    program, note = tmp_path / "bin" / "curl", tmp_path / "started"
    program.parent.mkdir()
    program.write_text(STUB.format(note=note))
    program.chmod(0o755)
    path = f"{program.parent}{os.pathsep}{os.environ['PATH']}"
    asked = ("suites/matrix", "--clients=urllib,curl")
    with on_a_terminal(tmp_path, *asked, PATH=path) as terminal:
        terminal.wait_for(lambda: "looking for clients 1/2" in terminal.text and note.exists())
        number = int(note.read_text())
        begun = time.monotonic()
        terminal.type("\x03")
        assert terminal.process.wait(LONGEST) == pytest.ExitCode.INTERRUPTED
    assert time.monotonic() - begun < 25  # its time limit is 30 s
    until_ended(number)
    assert not (tmp_path / "report").exists()


@pytest.mark.parametrize(
    ("option", "variable", "is_coloured"),
    [
        ("auto", "", False),
        ("yes", "", True),
        ("auto", "FORCE_COLOR", True),
        ("no", "FORCE_COLOR", False),
    ],
)
def test_a_log_is_plain_unless_colour_is_asked_for(
    option: str, variable: str, is_coloured: bool, tmp_path: Path
) -> None:
    more = {variable: "1"} if variable else {}
    asked = ("suites/matrix", "--clients=urllib", "--scenarios=absent", f"--color={option}")
    finished = run_pytest(
        *asked, "--report-dir", tmp_path, environment=bare_environment(tmp_path, **more)
    )
    assert ("\x1b[31mno" in finished.stdout) == is_coloured, finished.stdout
    assert ("\x1b" in finished.stdout) == is_coloured


def test_no_colour_is_honoured_on_a_terminal(tmp_path: Path) -> None:
    asked = ("suites/matrix", "--clients=urllib", "--scenarios=absent")
    with on_a_terminal(tmp_path, *asked, NO_COLOR="1") as terminal:
        terminal.process.wait(LONGEST)
    assert "\x1b[31m" not in terminal.text
    assert "Leaf alone: " in terminal.text
