"""Do many things that mostly wait, some at a time."""

import contextlib
import queue
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from typing import TypeVar

__all__ = ["in_order"]

T = TypeVar("T")
R = TypeVar("R")


def in_order(function: Callable[[T], R], items: Iterable[T], most: int) -> Iterator[R]:
    """Yield the function's results in the order of the items, each as soon as it is there.

    The threads are daemons, so that Ctrl-C does not wait for them as it does for those of an
    executor. Where no more threads can be started, fewer do the work.

    Args:
        function: Called with one item; what it raises is raised here.
        items: The items.
        most: The number of threads.

    """
    tasks: list[tuple[T, Future[R]]] = [(item, Future()) for item in items]
    waiting: queue.SimpleQueue[tuple[T, Future[R]]] = queue.SimpleQueue()
    for task in tasks:
        waiting.put(task)
    if not _started(_Worker(function, waiting), min(most, len(tasks))):
        _Worker(function, waiting)()
    try:
        for _, future in tasks:
            yield future.result()
    finally:
        with contextlib.suppress(queue.Empty):
            while True:
                waiting.get_nowait()


class _Worker:
    """Takes tasks until there are no more."""

    def __init__(
        self,
        function: Callable[[T], R],
        waiting: "queue.SimpleQueue[tuple[T, Future[R]]]",
    ) -> None:
        self._function, self._waiting = function, waiting

    def __call__(self) -> None:
        while True:
            try:
                item, future = self._waiting.get_nowait()
            except queue.Empty:
                return
            try:
                future.set_result(self._function(item))
            except BaseException as error:  # noqa: BLE001 - it is raised where it is waited for
                future.set_exception(error)


def _started(work: Callable[[], None], count: int) -> int:
    """Start threads, and return how many could be started."""
    for number in range(count):
        try:
            threading.Thread(target=work, name=f"look-{number}", daemon=True).start()
        except RuntimeError:  # this system starts no more threads
            return number
    return count
