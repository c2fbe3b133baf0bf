"""A run under a fault, and what is promised of every one: see docs/reliability.md."""

import json
import os
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.helpers.run_pytest import PROJECT, bare_environment, command, report_of
from tests.helpers.waiting import LONGEST

COSTLY = pytest.mark.skipif(
    "LEAFONLY_COSTLY_FAULTS" not in os.environ,
    reason="costs minutes or hundreds of MB: set LEAFONLY_COSTLY_FAULTS=1",
)


@dataclass(frozen=True)
class Ended:
    """A run that came to its end."""

    code: int
    output: str
    folder: Path

    @property
    def report(self) -> dict[str, Any]:
        return report_of(self.folder / "report")

    @property
    def verdicts(self) -> dict[str, str]:
        return {cell["scenario"]: cell["verdict"] for cell in self.report["cells"]}


def under(
    folder: Path,
    *arguments: object,
    more: Mapping[str, str | None] | None = None,
    before: Sequence[str] = (),
    limit: float = 300,
) -> Ended:
    """Run the matrix under a fault, and assert what holds whatever the fault is.

    Args:
        folder: Of the test. The report goes to `report` in it, scratch files to `tmp`.
        arguments: Of pytest.
        more: The environment's differences; None takes a variable away.
        before: A program that starts pytest: `unshare`, say.
        limit: Seconds within which the run must end, on a busy machine.

    """
    changes = more or {}
    environment = bare_environment(folder, LEAFONLY_FAULT=str(folder))
    environment |= {name: value for name, value in changes.items() if value is not None}
    environment = {k: v for k, v in environment.items() if changes.get(k, "") is not None}
    asked = command("-n0", "suites/matrix", "--report-dir", folder / "report", *arguments)
    done = subprocess.run(
        [*before, *asked],
        cwd=PROJECT,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=limit,
        check=False,
    )
    ended = Ended(done.returncode, done.stdout.decode("utf-8", "replace"), folder)
    assert_kept(ended)
    return ended


def assert_kept(ended: Ended) -> None:
    """Assert the promises that need no knowledge of the fault."""
    assert "Traceback" not in ended.output, ended.output
    assert "INTERNALERROR" not in ended.output, ended.output
    assert "\x1b" not in ended.output
    assert processes_of(ended.folder) == []
    assert str(ended.folder) not in Path("/proc/self/mounts").read_text()
    # pytest itself leaves empty folders there.
    left = [path for path in (ended.folder / "tmp").rglob("*") if not path.is_dir()]
    assert [path for path in left if not path.is_symlink()] == []
    for path in ended.folder.rglob("*"):
        if path.is_file() and not path.is_symlink():
            assert b"PRIVATE KEY" not in path.read_bytes(), path
    if (ended.folder / "report" / "report.json").exists():
        assert json.dumps(ended.report).isprintable()


def processes_of(folder: Path, seconds: float = LONGEST) -> list[str]:
    """Name what is left of a run: its processes have its mark, its clients a HOME in its folder."""
    end = time.monotonic() + seconds
    while (left := list(_with(str(folder)))) and time.monotonic() < end:
        time.sleep(0.05)
    return left


def _with(mark: str) -> "list[str]":
    found = []
    for process in psutil.process_iter():
        try:
            if process.pid != os.getpid() and any(
                mark in value for value in process.environ().values()
            ):
                found.append(" ".join(process.cmdline()))
        except psutil.Error:
            continue
    return found
