"""Run many tasks that mostly wait, some of them at a time."""

import contextlib
import queue
import threading
from collections.abc import Callable, Iterable, Iterator
from typing import Generic, TypeVar

__all__ = ["in_order"]

T = TypeVar("T")
R = TypeVar("R")


def in_order(function: Callable[[T], R], items: Iterable[T], most: int) -> Iterator[R]:
    """Yield the function's results in the order of the items, each as soon as possible.

    The threads are daemons, because Ctrl-C would wait for those of an executor. If the system
    starts no more threads, fewer do the work.

    Args:
        function: Called with one item. An exception that it raises is raised here.
        items: The items.
        most: The number of threads.

    """
    tasks = [_Task(function, item) for item in items]
    waiting: queue.SimpleQueue[_Task[T, R]] = queue.SimpleQueue()
    for task in tasks:
        waiting.put(task)
    # One item needs no thread.
    if len(tasks) < 2 or not _started(lambda: _work(waiting), min(most, len(tasks))):
        _work(waiting)
    try:
        for task in tasks:
            yield task.result()
    finally:
        with contextlib.suppress(queue.Empty):
            while True:
                waiting.get_nowait()


class _Task(Generic[T, R]):
    """One item and its result. `concurrent.futures` would import logging: 10 ms."""

    def __init__(self, function: Callable[[T], R], item: T) -> None:
        self._function, self._item = function, item
        self._is_done = threading.Event()
        self._results: list[R] = []
        self._error: BaseException | None = None

    def run(self) -> None:
        try:
            self._results.append(self._function(self._item))
        except BaseException as error:  # noqa: BLE001 - it is raised where it is waited for
            self._error = error
        self._is_done.set()

    def result(self) -> R:
        self._is_done.wait()
        if self._error is not None:
            raise self._error
        return self._results[0]


def _work(waiting: "queue.SimpleQueue[_Task[T, R]]") -> None:
    """Do tasks until there are no more."""
    with contextlib.suppress(queue.Empty):
        while True:
            waiting.get_nowait().run()


def _started(work: Callable[[], None], count: int) -> int:
    """Start threads, and return how many could be started."""
    for number in range(count):
        try:
            threading.Thread(target=work, name=f"look-{number}", daemon=True).start()
        except RuntimeError:  # this system starts no more threads
            return number
    return count
