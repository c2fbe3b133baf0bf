"""A relay that a busy machine leaves standing still reads what its clients have sent."""

import socket
import threading

import pytest

from leafonly.cameras import relay as module
from leafonly.cameras.relay import Relay
from leafonly.cameras.script.link import Event
from tests.helpers.servers import record
from tests.helpers.waiting import LONGEST, until


class StandingStill:
    """A link that stops the relay's thread while it sends what came first."""

    failure: str | None = None

    def __init__(self) -> None:
        self.is_sending, self.may_go_on = threading.Event(), threading.Event()
        self.relay: Relay | None = None

    def open(self) -> None: ...
    def fail(self, because: str) -> None: ...
    def room(self) -> int:
        return 100

    def send(self, data: bytes) -> None:
        self.is_sending.set()
        assert self.may_go_on.wait(LONGEST)

    def end(self) -> None:
        assert self.relay is not None
        self.relay.hear(Event("report", b"\n\n\n"))


def test_an_alert_that_came_before_the_client_left_is_seen(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "_STRAGGLERS", 0.0)
    link = StandingStill()
    relay = link.relay = Relay(link)
    settling = threading.Thread(target=relay.settle)
    try:
        with socket.create_connection((relay.address, relay.port)) as client:
            client.sendall(record(22, b"\x01"))
            assert link.is_sending.wait(LONGEST)
            client.sendall(record(21, b"\x02\x30"))
        settling.start()
        until(lambda: relay._settling is not None)
        link.may_go_on.set()
        settling.join(LONGEST)
        (seen,) = relay.connections
    finally:
        link.may_go_on.set()
        relay.close()
    assert seen.alert == "unknown_ca"
    assert seen.client_left
