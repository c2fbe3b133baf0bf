"""Wait for an event, however busy the machine is."""

import time
from collections.abc import Callable

__all__ = ["LONGEST", "until"]

LONGEST = 120.0  # seconds for what takes a moment; a test that fails takes as long


def until(condition: Callable[[], object], said: Callable[[], str] = lambda: "") -> None:
    """Wait until a condition is true; fail with what was said if it does not become so."""
    end = time.monotonic() + LONGEST
    while not condition():
        assert time.monotonic() < end, f"it did not happen {said()}"
        time.sleep(0.01)
