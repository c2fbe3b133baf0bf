"""Wait for an event, however busy the machine is."""

import time
from collections.abc import Callable

import psutil

__all__ = ["LONGEST", "until", "until_ended"]

LONGEST = 120.0  # seconds for what takes a moment; a test that fails takes as long


def until(condition: Callable[[], object], said: Callable[[], str] = lambda: "") -> None:
    """Wait until a condition is true; fail with what was said if it does not become so."""
    end = time.monotonic() + LONGEST
    while not condition():
        assert time.monotonic() < end, f"it did not happen {said()}"
        time.sleep(0.01)


def until_ended(number: int) -> None:
    """Wait for a process that was killed to be gone; nobody may be there to reap it."""
    until(lambda: not psutil.pid_exists(number) or _is_dead(number), lambda: f"to {number}")


def _is_dead(number: int) -> bool:
    try:
        return psutil.Process(number).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True
