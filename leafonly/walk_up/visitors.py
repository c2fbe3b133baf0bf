"""The devices of a run: what each was asked, what both sides saw, and the verdict on it.

A browser is asked one thing at a time, so that every connection to a port from its address
belongs to one attempt. Devices behind one address take turns.
"""

import secrets
import threading
import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Literal

from leafonly.cameras import Connection
from leafonly.certificates.printable import printable
from leafonly.clients.refusal import REFUSED, Vocabulary
from leafonly.harness.observing import server_saw
from leafonly.harness.scenario import CONTROLS, Scenario
from leafonly.harness.verdict import ClientSaid, Judgement, Observation, judge, unbelievable

__all__ = ["Attempt", "Device", "Outcome", "RefusedError", "Visitors"]

MOST_DEVICES = 100
_MOST_NAME = 60  # characters
_MOST_USER_AGENT = 200
_MOST_SEEN = 32  # connections of one attempt that are kept
_LEASE = 45.0  # seconds until an attempt that was never ended makes room for the next
_SETTLING = 3.0  # seconds that a connection may take to end after the browser gave up

Outcome = Literal["loaded", "failed", "timeout"]
"""What the page's script says of its request."""

_COULD_NOT_LOAD = "the browser did not load it"

_OPENED_BY_HAND = (
    "somebody at this address opened the port by hand, so that an exception for its certificate "
    "may have been made: start the test anew"
)

# A script is never told why a request failed (Fetch standard, "network error"). If the same
# browser has loaded the same from a port of the same computer that presents the full chain,
# the certificates are what differs.
_ONLY_THE_CHAIN_DIFFERS: Vocabulary = {_COULD_NOT_LOAD: REFUSED}


class RefusedError(Exception):
    """What was asked for is not given; the message is for the visitor."""


@dataclass(eq=False)
class Attempt:
    """One request of one browser in one scenario.

    Attributes:
        scenario: What the port presents.
        path: Which only this browser was told.
        token: What is returned there.
        origin: The origin of the page, whose script may read the token.
        connections: What the port has seen, at most some.
        fetches: How often the leaf's issuer was fetched meanwhile.
        obstacle: Why the attempt is no experiment; empty if it is one.

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


@dataclass(eq=False)
class Device:
    """One browser, under the name that its user gave it.

    Attributes:
        id: The secret by which its page speaks of it.
        name: Printable and short; no other client of the report has it.
        user_agent: What the browser calls itself: a hint, which may be false.
        seen: Scenario -> observation.

    """

    name: str
    user_agent: str
    id: str = field(default_factory=lambda: secrets.token_urlsafe(16), repr=False)
    seen: dict[str, Observation] = field(default_factory=dict)

    @property
    def accepts_full_chain(self) -> bool:
        """Whether the control has shown that it trusts the root."""
        return self._judged("full_chain").verdict == "accepted"

    def judgements(self, scenarios: Sequence[Scenario]) -> dict[str, Judgement]:
        """Return the verdict on each scenario, by the rules of the harness."""
        judged = {each.name: self._judged(each.name) for each in scenarios}
        doubt = self._doubt(judged)
        for each in scenarios:
            if doubt is not None and not each.control and each.name in self.seen:
                judged[each.name] = Judgement("error", doubt)
        return judged

    def _doubt(self, judged: dict[str, Judgement]) -> str | None:
        if any(control.name not in self.seen for control in CONTROLS):
            return "inconclusive: the page was left before the controls were asked"
        return unbelievable({control.name: judged[control.name] for control in CONTROLS})

    def _judged(self, scenario: str) -> Judgement:
        observation = self.seen.get(scenario)
        if observation is None:
            return Judgement("error", "not asked: the page was left before")
        is_guarded = scenario != "full_chain" and self.accepts_full_chain
        return judge(observation, _ONLY_THE_CHAIN_DIFFERS if is_guarded else {})


class Visitors:
    """All devices of a run. Any number of threads may call it.

    Args:
        scenarios: What every browser is asked, in this order.
        taken: Names that no device may have: those of the other clients.
        sees_fetches: The leaf's issuer is fetched from this process, if at all.

    """

    def __init__(
        self,
        scenarios: Sequence[Scenario],
        taken: Collection[str] = (),
        *,
        sees_fetches: bool = True,
    ) -> None:
        self.scenarios = scenarios
        self._sees_fetches = sees_fetches
        self._opened: set[tuple[str, str]] = set()
        self._taken = set(taken)
        self._devices: dict[str, Device] = {}
        self._attempts: dict[str, Attempt] = {}  # by the peer's address
        self._askers: dict[str, Device] = {}
        self._changed = threading.Condition()

    @property
    def devices(self) -> list[Device]:
        """The devices that were asked something, in the order of their arrival."""
        with self._changed:
            return [each for each in self._devices.values() if each.seen]

    def enter(self, known: str, name: str, user_agent: str) -> Device:
        """Return the device that begins a round.

        A device that did not accept the full chain, for example because it did not trust the
        root yet, begins anew. One that did is asked nothing again, because what it was shown
        could make it accept the leaf alone; it becomes another device.

        Args:
            known: The id that the page has from an earlier round, or nothing.
            name: What the user calls it.
            user_agent: What the browser calls itself.

        Raises:
            RefusedError: There are too many devices.

        """
        shown = " ".join(printable(name).split())[:_MOST_NAME].strip()
        with self._changed:
            device = self._devices.get(known)
            if device is not None and not device.accepts_full_chain:
                device.seen.clear()
                if shown not in ("", device.name):
                    device.name = self._unique(shown)
                return device
            if len(self._devices) >= MOST_DEVICES:
                raise RefusedError(f"{MOST_DEVICES} devices were tested, and no more can be")
            device = Device(self._unique(shown), printable(user_agent, _MOST_USER_AGENT))
            self._devices[device.id] = device
            return device

    def _unique(self, name: str) -> str:
        wanted = name or f"device {len(self._devices) + 1}"
        unique, number = wanted, 1
        while unique.casefold() in self._taken:
            number += 1
            unique = f"{wanted} ({number})"
        self._taken.add(unique.casefold())
        return unique

    def begin(
        self, device_id: str, scenario: str, peer: str, origin: str, obstacle: str = ""
    ) -> Attempt | None:
        """Begin an attempt; None while another browser at this address is asked.

        Args:
            device_id: Who is asked.
            scenario: What.
            peer: The browser's address.
            origin: Of the page, whose script may read the token.
            obstacle: Why this attempt can be no experiment; empty if it can.

        Raises:
            RefusedError: The device or the scenario is unknown, or it has been asked.

        """
        with self._changed:
            device = self._known(device_id)
            wanted = next((each for each in self.scenarios if each.name == scenario), None)
            if wanted is None or scenario in device.seen:
                raise RefusedError("there is nothing to be asked")
            before = self._attempts.get(peer)
            if before is not None and self._askers[peer] is not device:
                if time.monotonic() - before.began < _LEASE:
                    return None
                self._note(peer, "timeout", "")
            attempt = Attempt(wanted, origin, obstacle)
            self._attempts[peer], self._askers[peer] = attempt, device
            return attempt

    def end(self, device_id: str, peer: str, outcome: Outcome, token: str) -> Device:
        """End a device's attempt with what its page says, and return the device.

        Raises:
            RefusedError: The device is unknown, or no attempt of it is under way.

        """
        with self._changed:
            device = self._known(device_id)
            attempt = self._attempts.get(peer)
            if attempt is None or self._askers[peer] is not device:
                raise RefusedError("nothing was asked")
            self._changed.wait_for(lambda: attempt.is_settled, timeout=_SETTLING)
            if self._attempts.get(peer) is attempt:
                self._note(peer, outcome, token)
            return device

    def _known(self, device_id: str) -> Device:
        if device_id not in self._devices:
            raise RefusedError("this page is of an earlier run: load it again")
        return self._devices[device_id]

    def _note(self, peer: str, outcome: Outcome, token: str) -> None:
        attempt, device = self._attempts.pop(peer), self._askers.pop(peer)
        if (attempt.scenario.name, peer) in self._opened:
            attempt.obstacle = _OPENED_BY_HAND
        had_issuer = _had_issuer(attempt, sees_fetches=self._sees_fetches)
        observation = _observation(attempt, outcome, token, had_issuer)
        device.seen.setdefault(attempt.scenario.name, observation)

    def at(self, scenario: Scenario, peer: str) -> Attempt | None:
        """Return the attempt to which a new connection to a port belongs."""
        with self._changed:
            attempt = self._attempts.get(peer)
            return attempt if attempt and attempt.scenario == scenario else None

    def connected(self, attempt: Attempt, seen: Connection) -> int | None:
        """Keep the record of a connection, and return its number; None if there are too many."""
        with self._changed:
            if len(attempt.connections) >= _MOST_SEEN:
                return None
            attempt.connections.append(seen)
            return len(attempt.connections) - 1

    def disconnected(self, attempt: Attempt, number: int) -> None:
        """Note that the record of a connection is complete."""
        with self._changed:
            attempt.ended.add(number)
            self._changed.notify_all()

    def opened_by_hand(self, scenario: Scenario, peer: str) -> None:
        """Note a request that no page made: somebody opened the port in a browser.

        Who continues past its warning makes an exception, and the browser then also loads what
        the page asks for. So nothing that it loads is a verdict any more.
        """
        with self._changed:
            self._opened.add((scenario.name, peer))

    def fetched(self, peer: str) -> None:
        """Note that the leaf's issuer was fetched from an address."""
        with self._changed:
            attempt = self._attempts.get(peer)
            if attempt is not None and attempt.scenario.aia is not None:
                attempt.fetches += 1


def _observation(
    attempt: Attempt, outcome: Outcome, token: str, had_issuer: bool | None
) -> Observation:
    """Return both accounts of an attempt. The page's own words are never taken down."""
    said = token if outcome == "loaded" and token == attempt.token else _COULD_NOT_LOAD
    exit_code = {"loaded": 0, "failed": 1, "timeout": None}[outcome]
    return Observation(
        client_said=ClientSaid(exit_code, said, ""),
        server_saw=server_saw(attempt.connections, attempt.fetches),
        had_issuer=had_issuer,
        obstacle=attempt.obstacle or None,
        seconds=time.monotonic() - attempt.began,
    )


def _had_issuer(attempt: Attempt, *, sees_fetches: bool) -> bool | None:
    """Return whether the browser had the leaf's issuer: presented or fetched."""
    if attempt.scenario.served == "full_chain":
        return True
    return attempt.fetches > 0 if sees_fetches or attempt.scenario.aia is None else None
