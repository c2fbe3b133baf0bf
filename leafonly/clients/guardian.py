"""Ends clients that outlive this process, because after SIGKILL it cannot end them itself.

A shell reads from a pipe which clients start and end. When this process dies, whatever the cause,
the pipe closes, and the shell ends the clients that are left. prctl(2)'s PR_SET_PDEATHSIG would
only end a client's first process. The shell does not find processes that have left the session
of their client, nor a client that was just being started.
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
    """Have this process group ended when this process dies."""
    _tell(f"started {group}\n")


def forget(group: int) -> None:
    """Cancel `guard`, because the system may give the group's number to other processes."""
    _tell(f"ended {group}\n")


def _tell(line: str) -> None:
    with _LOCK, contextlib.suppress(OSError):
        process = _guardian()
        if process is not None and process.stdin is not None:
            process.stdin.write(line.encode())


@functools.cache
def _guardian() -> "subprocess.Popen[bytes] | None":
    """Return the shell; None if the system has none, or cannot start another process."""
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
