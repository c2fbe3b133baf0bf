"""Which of a client's connections count, where it opened several."""

import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from leafonly.cameras import Connection
from leafonly.clients import CLIENTS
from leafonly.harness.invocation import Invocation
from leafonly.harness.observing import observe
from leafonly.harness.scenario import SCENARIOS
from leafonly.harness.staging import Staged
from leafonly.harness.subjects.subject import ToServe
from leafonly.harness.verdict import judge

ANSWERED = Connection(
    client_hello=True, handshake_completed=True, request="GET / HTTP/1.1", token="secret"
)
REFUSED = Connection(client_hello=True, alert="unknown_ca")
BOTH = Connection(
    client_hello=True,
    handshake_completed=True,
    request="GET / HTTP/1.1",
    token="secret",
    alert="unknown_ca",
)


class Endpoint:
    """A camera's record that is known in advance."""

    address, port = "127.0.0.1", 0

    def __init__(self, connections: Sequence[Connection]) -> None:
        self.connections = connections

    def settle(self) -> None:
        """Everything is accounted for."""


@pytest.mark.parametrize(
    ("connections", "verdict"),
    [
        ([ANSWERED], "accepted"),
        ([REFUSED, ANSWERED], "accepted"),
        ([ANSWERED, REFUSED], "accepted"),
        ([BOTH], "error"),
        ([ANSWERED, BOTH], "error"),
    ],
    ids=["one", "refused before", "refused after", "the same", "one of two"],
)
def test_an_alert_counts_on_the_connection_with_the_request(
    tmp_path: Path, connections: Sequence[Connection], verdict: str
) -> None:
    program = (sys.executable, "-c", "print('secret')")
    staged = Staged(
        client=CLIENTS["urllib"],
        endpoint=Endpoint(connections),
        warm_up=None,
        invocations=(Invocation(program, {}, tmp_path, ""),),
        to_serve=ToServe(presented=()),
        seen_before=0,
    )
    observation = observe(staged, SCENARIOS["full_chain"])
    assert judge(observation, CLIENTS["urllib"].error_messages).verdict == verdict
