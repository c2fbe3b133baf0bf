"""Runs that are ended: what was measured is kept, and nothing else is left."""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from fixtures.gateway_rows import remedy_row
from leafonly.__main__ import main
from leafonly.gateways import GATEWAYS
from leafonly.report.document import read
from leafonly.report.journal import Journal
from leafonly.report.unfinished import read_journal
from tests.faults.promises import Ended, assert_kept, processes_of
from tests.helpers.run_pytest import bare_environment, run_pytest, started_pytest
from tests.helpers.waiting import until

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals are Unix's")


# A client that is not yet known to the guardian outlives a run that is killed in that instant
# (clients/guardian.py says so), and a test waits until it is known.
NOTING = """
from pathlib import Path

def pytest_configure():
    from leafonly.clients import process
    guard = process.guard
    def noting(group):
        guard(group)
        Path({folder!r}, f"guarded-{{group}}").touch()
    process.guard = noting
"""


@contextlib.contextmanager
def amid_a_cell(
    tmp_path: Path, *arguments: str
) -> "Iterator[tuple[subprocess.Popen[str], Callable[[], Ended]]]":
    """Give a run that has measured one cell, and whose next client does not end."""
    slow = tmp_path / "slow.sh"
    slow.write_text(f"#!/bin/sh\n: >'{tmp_path}/started-'$$\nexec sleep 600\n")
    slow.chmod(0o755)
    (tmp_path / "noting.py").write_text(NOTING.format(folder=str(tmp_path)))
    asked = ("suites/matrix", "--clients=urllib", f"--client={slow}", "--scenarios=full_chain")
    environment = bare_environment(tmp_path, LEAFONLY_FAULT=str(tmp_path), PYTHONPATH=str(tmp_path))

    def said() -> str:
        return (tmp_path / "out").read_text("utf-8")

    def is_amid() -> bool:
        assert process.poll() is None, said()
        started = [each.name.partition("-")[2] for each in tmp_path.glob("started-*")]
        guarded = [(tmp_path / f"guarded-{each}").exists() for each in started]
        return any(guarded) and "PASSED" in said()

    with (
        (tmp_path / "out").open("wb") as out,
        started_pytest(
            *(*asked, "-p", "noting", "-v", "--report-dir", tmp_path / "report", *arguments),
            environment=environment,
            output=out,
        ) as process,
    ):
        until(is_amid, said)
        yield process, lambda: Ended(process.wait(60), said(), tmp_path)


@pytest.mark.parametrize("workers", ["-n0", "-n2"])
@pytest.mark.parametrize("numbers", ["INT INT", "TERM TERM", "INT TERM"])
def test_a_second_signal_leaves_the_report_and_nothing_else(
    tmp_path: Path, workers: str, numbers: str
) -> None:
    with amid_a_cell(tmp_path, workers) as (process, ended):
        for name in numbers.split():
            process.send_signal(getattr(signal, f"SIG{name}"))
            time.sleep(0.3)  # the moment is a sample: every one must do
        done = ended()
    assert_kept(done)
    assert done.verdicts == {"full_chain": "accepted"}
    assert not list((tmp_path / "report").glob("unfinished-*"))


def test_sigkill_of_the_run_loses_no_cell(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with amid_a_cell(tmp_path, "-n0") as (process, _):
        process.kill()
        process.wait()
        (journal,) = (tmp_path / "report").iterdir()
        assert journal.stat().st_mode & 0o077 == 0
    assert processes_of(tmp_path) == []
    again = run_pytest(
        *("suites/matrix", "--clients=urllib", "--scenarios=full_chain", "-n0"),
        *("--report-dir", tmp_path / "report"),
        environment=bare_environment(tmp_path),
    )
    assert f"python -m leafonly report {journal}" in again.stdout
    assert main(["report", str(journal)]) == 0
    written = [Path(line) for line in capsys.readouterr().out.split()]
    report = read(written[0])
    assert [cell["id"] for cell in report["cells"]] == ["urllib-full_chain-p256"]
    assert report["cells"][0]["verdict"] == "accepted"
    assert not report["run"]["complete"]
    assert written[1].read_text("utf-8").startswith("<!doctype html>")


@pytest.mark.parametrize("workers", ["-n0", "-n2"])
def test_sigkill_of_the_run_leaves_no_client(tmp_path: Path, workers: str) -> None:
    with amid_a_cell(tmp_path, workers) as (process, _):
        assert processes_of(tmp_path, seconds=0)
        process.kill()
        process.wait()
    assert processes_of(tmp_path) == []


def test_a_line_that_was_not_finished_is_left_out(tmp_path: Path) -> None:
    journal = journal_with(tmp_path)
    journal.path.write_bytes(journal.path.read_bytes() + b'{"test": "x", "cells": [{"id"')
    assert read_journal(journal.path)["camera"]["kind"] == "emulator"


@pytest.mark.parametrize(
    "data",
    [b"", b"\n", b"{}\n", b"[]\n", b"nonsense\n", b'{"journal":"leafonly-journal/1"}\n'],
)
def test_a_file_of_another_kind_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], data: bytes
) -> None:
    path = tmp_path / "unfinished-x-1.jsonl"
    path.write_bytes(data)
    assert main(["report", str(path)]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert "is not of a run" in line
    assert list(tmp_path.iterdir()) == [path]


def test_a_disk_that_is_full_does_not_end_the_run(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    journal = Journal(tmp_path / "file" / "folder", dict)
    journal.add({"cells": [{"id": "x"}]})
    assert not journal.has_everything
    journal.remove()


def test_a_disk_that_has_room_again_has_no_half_line(tmp_path: Path) -> None:
    resource = pytest.importorskip("resource")
    journal = journal_with(tmp_path)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (journal.path.stat().st_size + 20, limits[1]))
    try:
        journal.add({"findings": [FINDING]}, "lost")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    journal.add({"findings": [FINDING]}, "kept")
    assert not journal.has_everything
    assert read_journal(journal.path)["findings"] == [FINDING]


def test_a_gateway_that_several_tests_tried_is_one_remedy(tmp_path: Path) -> None:
    journal = journal_with(tmp_path)
    for client, fixed in (("curl", 1), ("urllib", 0)):
        row = remedy_row(GATEWAYS["nginx"], client, failing=True, fixed=bool(fixed))
        journal.add({"remedies": [row]}, client)
    (remedy,) = read_journal(journal.path)["remedies"]
    assert (remedy["cells_fixed"], remedy["cells_failing"]) == (1, 2)
    assert remedy["clients_fixed"] == ["curl"]


def test_a_run_that_ended_before_it_asked_the_camera_has_a_report(tmp_path: Path) -> None:
    journal = journal_with(tmp_path, asked=False)
    journal.add({"findings": [FINDING]}, "a test")
    assert read_journal(journal.path)["findings"] == [FINDING]


FINDING = {"check": "x", "severity": "info", "message": "m", "remedy": None}


CAMERA = {"kind": "emulator", "description": "x", "firmware": None, "tls_version": None}


def journal_with(directory: Path, *, asked: bool = True) -> Journal:
    run = {"kind": "matrix", "options": {"camera": "emulator"}, "exit_status": 2, "complete": False}
    run |= {"tests_planned": 3, "tests_run": 0}
    heading = {"run": run, "started": "2026-01-01T00:00:00+00:00", "clients": []}
    journal = Journal(directory, lambda: heading)
    rows = {"camera": [{**CAMERA, "link": "loopback"}], "cells": []} if asked else {}
    journal.add(rows, "a test")
    return journal
