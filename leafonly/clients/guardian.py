"""Ends clients that outlive this process, because SIGKILL leaves it no time to do so.

A shell waits at the other end of a pipe. It is told of each client as it starts and ends; when
this process dies, whatever the cause, the pipe closes, and the shell ends the clients that are
left. prctl(2)'s PR_SET_PDEATHSIG would end a client's first process only. What has left the
session of its client is not found, nor a client that this process was starting as it died: its
number was not known yet.
"""

import atexit
import contextlib
import functools
import os
import subprocess
import threading

__all__ = ["forget", "guard"]

# A client leads a session and a process group of its own, by the number of its first process.
_SCRIPT = """
trap "" INT TERM HUP
left=" "
while read -r what group; do
    case $what in
    started) left="$left$group " ;;
    ended) left="${left%% $group *} ${left#* $group }" ;;
    esac
done
for group in $left; do kill -s KILL -- "-$group"; done
"""
_LOCK = threading.Lock()
_ENDING = 1.0  # seconds for the shell to notice that the pipe is closed


def guard(group: int) -> None:
    """End this process group, if it is still there, when this process has died."""
    _tell(f"started {group}\n")


def forget(group: int) -> None:
    """Leave this process group alone from now on: its number may be given to another."""
    _tell(f"ended {group}\n")


def _tell(line: str) -> None:
    with _LOCK, contextlib.suppress(OSError):
        process = _guardian()
        if process is not None and process.stdin is not None:
            process.stdin.write(line.encode())


@functools.cache
def _guardian() -> "subprocess.Popen[bytes] | None":
    """Return the shell; None where there is none, or no room for one."""
    if os.name != "posix":
        return None
    try:
        process = subprocess.Popen(
            ["/bin/sh", "-c", _SCRIPT],
            bufsize=0,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            # Ctrl-C on the terminal ends this process, and not yet the guardian.
            process_group=0,
        )
    except OSError:
        return None
    atexit.register(_dismiss, process)
    return process


def _dismiss(process: "subprocess.Popen[bytes]") -> None:
    with contextlib.suppress(OSError, subprocess.TimeoutExpired):
        process.communicate(timeout=_ENDING)
