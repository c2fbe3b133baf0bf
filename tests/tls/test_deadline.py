"""One time limit covers the resolution of the name, and every address of it."""

import socket
import threading
import time
from collections.abc import Iterator

import pytest

from leafonly.cameras.look import Trusted, look
from leafonly.tls.address import Target
from leafonly.tls.deadline import Deadline, connect


@pytest.fixture
def slow_names(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Resolve no name before the test ends."""
    ended = threading.Event()

    def resolve(*_: object, **__: object) -> None:
        ended.wait(30)
        raise OSError

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    yield
    ended.set()


@pytest.mark.usefixtures("slow_names")
def test_a_name_that_is_not_resolved_in_time_is_left() -> None:
    began = time.monotonic()
    found = look(Target("cam.example", 443), Trusted([]), seconds=0.5)
    assert time.monotonic() - began < 10
    assert found.kinds == ("unreachable",)
    assert "timed out while its name was resolved" in found.verdict


def test_a_silent_address_leaves_time_for_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    with (
        socket.create_server(("127.0.0.1", 0), backlog=0) as full,
        socket.create_server(("127.0.0.1", 0)) as open_,
        socket.create_connection(full.getsockname()),  # Linux queues one more than asked
    ):
        kind = (socket.AF_INET, socket.SOCK_STREAM, 0, "")
        addresses = [(*kind, each.getsockname()) for each in (full, open_)]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: addresses)
        with connect("cam.example", 443, Deadline(4)) as connection:
            assert connection.getpeername() == open_.getsockname()


@pytest.mark.parametrize("name", ["a" * 64 + ".example", ".example", "x..example"])
def test_what_dns_cannot_hold_is_said(name: str) -> None:
    found = look(Target(name, 443), Trusted([]))
    assert found.kinds == ("unreachable",)
    assert "is no DNS name" in found.verdict
