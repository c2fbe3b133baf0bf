"""A limit for a whole measurement: a thread that is stuck becomes an error, not a hang."""

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

__all__ = ["StuckError", "within"]

_Result = TypeVar("_Result")

_GRACE = 10.0  # seconds that an interrupted measurement has to remove its files


class StuckError(Exception):
    """A measurement did not end in time. One line for the report."""


def within(seconds: float, call: Callable[[], _Result]) -> _Result:
    """Return what a function returns, or raise what it raises.

    Args:
        seconds: The time limit. It must be longer than every limit inside the function, because
            the thread of a stuck function stays until the process ends.
        call: The function.

    Raises:
        StuckError: The function did not end in time.
        OSError: This machine has no room for another thread.

    """
    watched = _Watched(call)
    try:
        watched.start()
    except RuntimeError as error:
        raise OSError(f"this machine has no room for another thread: {error}") from error
    try:
        watched.join(seconds)
    except BaseException:  # Ctrl-C; the client is being ended
        watched.join(_GRACE)
        raise
    return watched.result(seconds)


class _Watched(threading.Thread, Generic[_Result]):
    def __init__(self, call: Callable[[], _Result]) -> None:
        super().__init__(name="measurement", daemon=True)
        self._call = call
        self._results: list[_Result] = []
        self._error: BaseException | None = None

    def run(self) -> None:
        try:
            self._results.append(self._call())
        except BaseException as error:  # noqa: BLE001 - it is raised where it is waited for
            self._error = error

    def result(self, seconds: float) -> _Result:
        if self._error is not None:
            raise self._error
        if not self._results:
            raise StuckError(
                f"the measurement did not end within {seconds:.0f} s: the camera or leafonly "
                "itself is stuck; run this cell alone"
            )
        return self._results[0]
