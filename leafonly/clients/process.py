"""Start a client, end it at its time limit, and keep its output."""

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import psutil

from leafonly.clients.guardian import forget, guard
from leafonly.clients.orphans import adopt_orphans, end_orphans

__all__ = ["Finished", "bare_environment", "end_running", "run"]

_MOST_OUTPUT = 1 << 20  # bytes kept of each stream; a hostile program may write without end


_RUNNING: "set[subprocess.Popen[bytes]]" = set()


@dataclass(frozen=True)
class Finished:
    """The end of a process, and its output.

    `exit_code` is None if the process was ended at its time limit, and negative if a signal ended
    it (as in `subprocess`). `seconds` is wall time.
    """

    exit_code: int | None
    stdout: str
    stderr: str
    seconds: float

    @property
    def timed_out(self) -> bool:
        """Whether the time limit ended it."""
        return self.exit_code is None


def bare_environment(home: Path) -> dict[str, str]:
    """Return the environment of a cell, built from nothing.

    It is not a copy with deletions, because a machine may preset SSL_CERT_FILE,
    NODE_EXTRA_CA_CERTS, JAVA_TOOL_OPTIONS, proxies and others. One leftover can make a false
    verdict.
    """
    environment = {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": str(home),
        "TMPDIR": str(home),
        # leafonly knows error messages in English.
        "LC_ALL": "C.UTF-8",
    }
    if sys.platform == "win32":  # pragma: no cover
        # Winsock and the C runtime do not start without SYSTEMROOT.
        kept = ("SYSTEMROOT", "COMSPEC", "PATHEXT")
        environment |= {name: os.environ[name] for name in kept if name in os.environ}
        environment |= {"USERPROFILE": str(home), "TEMP": str(home), "TMP": str(home)}
    return environment


def run(
    argv: Sequence[str],
    *,
    environment: Mapping[str, str],
    directory: Path,
    stdin: str = "",
    stdin_stays_open: bool = False,
    time_limit: float,
) -> Finished:
    """Return how a program ended, after all processes that it started were ended.

    Args:
        argv: The program and its arguments; no shell is involved.
        environment: The whole environment.
        directory: The working directory.
        stdin: The program's standard input.
        stdin_stays_open: Standard input stays open until the program exits; otherwise it ends
            after `stdin`.
        time_limit: Seconds after which the program is ended.

    Raises:
        OSError: The program cannot be started.

    """
    # Files, because with pipes we would wait for a grandchild that keeps one open.
    with (
        tempfile.TemporaryFile() as given,
        tempfile.TemporaryFile() as out,
        tempfile.TemporaryFile() as err,
    ):
        given.write(stdin.encode())
        given.seek(0)
        adopt_orphans()
        started = time.monotonic()
        process = subprocess.Popen(
            argv,
            env=dict(environment),
            cwd=directory,
            bufsize=0,  # else closing the input of a client that has ended raises BrokenPipeError
            stdin=subprocess.PIPE if stdin_stays_open else given,
            stdout=out,
            stderr=err,
            start_new_session=True,
        )
        # A timer, because wait(timeout) polls, and that doubles the time of a short cell.
        overdue = threading.Event()
        with _ended_with(process, _own_home(environment, directory)):
            timer = threading.Timer(time_limit, _end_late, (process, overdue))
            try:
                _start(timer)
                _give(process, stdin)
                exit_code = process.wait()
            finally:
                seconds = time.monotonic() - started
                timer.cancel()
        return Finished(None if overdue.is_set() else exit_code, _tail(out), _tail(err), seconds)


@contextlib.contextmanager
def _ended_with(process: "subprocess.Popen[bytes]", home: str | None) -> Iterator[None]:
    """End a program and all processes that it started at the end of the context.

    Args:
        process: The program, the first process of its session.
        home: See `end_orphans`.

    """
    guard(process.pid)
    _RUNNING.add(process)
    try:
        yield
    finally:
        _end_all(process)
        forget(process.pid)
        if process.stdin is not None:
            process.stdin.close()
        _RUNNING.discard(process)
        end_orphans(process.pid, home)


def _own_home(environment: Mapping[str, str], directory: Path) -> str | None:
    """Return the program's HOME if it is its own; None if it is the user's."""
    home = environment.get("HOME")
    return home if home is not None and Path(home).is_relative_to(directory) else None


def end_running() -> None:
    """End all programs that `run` waits for, in any thread."""
    for process in tuple(_RUNNING):
        with contextlib.suppress(OSError):
            _end_all(process)


def _give(process: "subprocess.Popen[bytes]", text: str) -> None:
    """Write to a program whose input stays open; any request fits into the pipe."""
    if process.stdin is not None:
        with contextlib.suppress(BrokenPipeError):
            process.stdin.write(text.encode())


def _start(timer: threading.Timer) -> None:
    try:
        timer.start()
    except RuntimeError as error:  # no more threads; without the timer, nothing ends the program
        raise OSError(f"this machine has no room for another thread: {error}") from error


def _end_late(process: "subprocess.Popen[bytes]", overdue: threading.Event) -> None:
    overdue.set()
    _end_all(process)


def _end_all(process: "subprocess.Popen[bytes]") -> None:
    """End the process and its descendants, including those in other process groups."""
    descendants: list[psutil.Process] = []
    if process.poll() is None:
        with contextlib.suppress(psutil.Error):
            descendants = psutil.Process(process.pid).children(recursive=True)
    if hasattr(os, "killpg"):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    for descendant in descendants:
        with contextlib.suppress(psutil.Error):
            descendant.kill()
    if process.poll() is None:
        process.kill()
    process.wait()


def _tail(stream: IO[bytes]) -> str:
    size = stream.seek(0, os.SEEK_END)
    stream.seek(max(0, size - _MOST_OUTPUT))
    # Bounded, too: a process that escaped may still write.
    return stream.read(_MOST_OUTPUT).decode("utf-8", "replace")
