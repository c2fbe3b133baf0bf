"""A measurement that is stuck ends as an error, and what one raises comes through."""

import threading

import pytest

from leafonly.harness.watchdog import StuckError, within


def test_what_is_stuck_is_an_error_in_time() -> None:
    release = threading.Event()
    try:
        with pytest.raises(StuckError, match="did not end within 0 s"):
            within(0.05, release.wait)
    finally:
        release.set()


def test_results_and_errors_come_through() -> None:
    assert within(60, lambda: 3) == 3
    with pytest.raises(ZeroDivisionError):
        within(60, lambda: 1 // 0)
