"""Processes that a client leaves behind when it exits: on Linux, this process ends them.

A program that forks twice leaves a process whose parent is gone. The kernel gives it to the
nearest ancestor that asked for such orphans, otherwise to init, and then nothing shows which client
started it (prctl(2), PR_SET_CHILD_SUBREAPER).
"""

import contextlib
import ctypes
import functools
import os
import sys
from pathlib import Path

import psutil

__all__ = ["adopt_orphans", "end_orphans"]

_PR_SET_CHILD_SUBREAPER = 36  # linux/prctl.h


@functools.cache
def adopt_orphans() -> None:
    """Make this process the parent of its descendants' orphans; only Linux can."""
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def end_orphans(session: int, home: str | None) -> None:
    """End the orphans of one client.

    A client's processes are in its session or, if they have left it (setsid), have its HOME.

    Args:
        session: The client's session, which is the id of its first process.
        home: The client's own HOME; None if the client has the user's.

    """
    for pid in _adopted():
        if _session(pid) == session or (home is not None and _home(pid) == home):
            with contextlib.suppress(psutil.Error, ChildProcessError):
                psutil.Process(pid).kill()
                os.waitpid(pid, 0)


def _adopted() -> list[int]:
    """Return the children of the main thread, to which the kernel adds orphans."""
    try:
        text = Path(f"/proc/self/task/{os.getpid()}/children").read_text()
    except OSError:  # not Linux, or a kernel without CONFIG_PROC_CHILDREN
        return []
    return [int(pid) for pid in text.split()]


def _session(pid: int) -> int | None:
    try:
        return os.getsid(pid)
    except OSError:
        return None


def _home(pid: int) -> str | None:
    try:
        return psutil.Process(pid).environ().get("HOME")
    except (psutil.Error, OSError):
        return None
