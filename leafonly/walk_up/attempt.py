"""One request of one browser to one port, and what the browser and the port report."""

import secrets
import time
from dataclasses import dataclass, field
from typing import Literal

from leafonly.cameras import Connection
from leafonly.clients.refusal import REFUSED, Vocabulary
from leafonly.harness.observing import server_saw
from leafonly.harness.scenario import Scenario
from leafonly.harness.verdict import ClientSaid, Observation

__all__ = ["ONLY_THE_CHAIN_DIFFERS", "Attempt", "Outcome", "observation"]

Outcome = Literal["loaded", "failed", "timeout"]
"""What the page's script reports of its request."""

_COULD_NOT_LOAD = "the browser did not load it"

# A script is never told why a request failed (Fetch standard, "network error"). If the same
# browser has loaded the same from a port of the same computer that presents the full chain,
# the certificates are what differs.
ONLY_THE_CHAIN_DIFFERS: Vocabulary = {_COULD_NOT_LOAD: REFUSED}
"""The error messages of a browser that has accepted the full chain."""


@dataclass(eq=False)
class Attempt:
    """One request of one browser in one scenario.

    Attributes:
        scenario: What the port presents.
        path: The path of the request, which only this browser was told.
        token: The response to that path.
        origin: The origin of the page, whose script may read the token.
        connections: The port's records of connections; later ones are not kept.
        fetches: How often the leaf's issuer was fetched during the attempt.
        obstacle: Why the attempt shows nothing about the browser; empty if it does.

    """

    scenario: Scenario
    origin: str
    obstacle: str = ""
    path: str = field(default_factory=lambda: f"/{secrets.token_urlsafe(16)}")
    token: str = field(default_factory=lambda: secrets.token_hex(16), repr=False)
    connections: list[Connection] = field(default_factory=list)
    ended: set[int] = field(default_factory=set)
    began: float = field(default_factory=time.monotonic)
    fetches: int = 0

    @property
    def is_settled(self) -> bool:
        """Whether a request came, or no connection may still send an alert."""
        return any(each.request for each in self.connections) or all(
            number in self.ended or not each.client_hello
            for number, each in enumerate(self.connections)
        )


def observation(
    attempt: Attempt, outcome: Outcome, token: str, *, sees_fetches: bool
) -> Observation:
    """Return the observation of an attempt. Text from the page is never kept.

    Args:
        attempt: The attempt, which has ended.
        outcome: What the page reports.
        token: The response that the page reports.
        sees_fetches: The leaf's issuer is fetched from this process, if at all.

    """
    said = token if outcome == "loaded" and token == attempt.token else _COULD_NOT_LOAD
    exit_code = {"loaded": 0, "failed": 1, "timeout": None}[outcome]
    return Observation(
        client_said=ClientSaid(exit_code, said, ""),
        server_saw=server_saw(attempt.connections, attempt.fetches),
        had_issuer=_had_issuer(attempt, sees_fetches=sees_fetches),
        obstacle=attempt.obstacle or None,
        seconds=time.monotonic() - attempt.began,
    )


def _had_issuer(attempt: Attempt, *, sees_fetches: bool) -> bool | None:
    """Return whether the browser had the leaf's issuer: presented or fetched."""
    if attempt.scenario.served == "full_chain":
        return True
    return attempt.fetches > 0 if sees_fetches or attempt.scenario.aia is None else None
