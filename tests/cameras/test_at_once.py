"""Many things at once, in order; one that fails or never ends holds up no other."""

import threading
from collections.abc import Callable

import pytest

from leafonly.cameras.at_once import in_order


def test_results_come_in_the_order_of_the_items() -> None:
    first_may_end = threading.Event()

    def work(number: int) -> int:
        if number == 0:
            assert first_may_end.wait(10)
        if number == 1:
            first_may_end.set()
        return number

    assert list(in_order(work, range(50), 2)) == list(range(50))
    assert list(in_order(work, [], 2)) == []


def test_no_more_threads_than_asked_work_at_once() -> None:
    together, most, lock = 0, 0, threading.Lock()

    def work(_: int) -> None:
        nonlocal together, most
        with lock:
            together += 1
            most = max(most, together)
        threading.Event().wait(0.001)
        with lock:
            together -= 1

    list(in_order(work, range(40), 4))
    assert most <= 4


def test_what_is_not_waited_for_is_not_begun() -> None:
    begun: list[int] = []
    blocked = threading.Event()

    def work(number: int) -> int:
        begun.append(number)
        if number:
            blocked.wait(10)
        return number

    results = in_order(work, range(100), 2)
    assert next(results) == 0
    results.close()  # type: ignore[attr-defined]
    blocked.set()
    for thread in threading.enumerate():
        if thread.name.startswith("look-"):
            thread.join(10)
    assert len(begun) <= 3


def test_an_exception_is_raised_where_its_result_is_due() -> None:
    def work(number: int) -> int:
        if number == 1:
            raise KeyboardInterrupt
        return number

    results = in_order(work, range(3), 2)
    assert next(results) == 0
    with pytest.raises(KeyboardInterrupt):
        next(results)


@pytest.mark.parametrize("can_start", [0, 1])
def test_where_no_more_threads_can_be_started_fewer_do_the_work(
    monkeypatch: pytest.MonkeyPatch, can_start: int
) -> None:
    started: list[object] = []
    start: Callable[[threading.Thread], None] = threading.Thread.start

    def limited(thread: threading.Thread) -> None:
        if len(started) == can_start:
            raise RuntimeError("can't start new thread")
        started.append(thread)
        start(thread)

    monkeypatch.setattr(threading.Thread, "start", limited)
    assert list(in_order(str, range(5), 3)) == ["0", "1", "2", "3", "4"]
