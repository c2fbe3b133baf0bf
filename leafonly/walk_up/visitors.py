"""The devices of a run: the scenarios of each, the observations, and the verdicts.

A browser is tested in one scenario at a time, so that every connection to a port from its address
belongs to one attempt. Devices behind one address take turns.
"""

import secrets
import threading
import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from leafonly.cameras import Connection
from leafonly.certificates.printable import printable
from leafonly.harness.scenario import CONTROLS, Scenario
from leafonly.harness.verdict import Judgement, Observation, judge, unbelievable
from leafonly.walk_up.attempt import ONLY_THE_CHAIN_DIFFERS, Attempt, Outcome, observation

__all__ = ["Device", "RefusedError", "Visitors"]

MOST_DEVICES = 100
_MOST_NAME = 60  # characters
_MOST_USER_AGENT = 200
_MOST_SEEN = 32  # connections of one attempt that are kept
_LEASE = 45.0  # seconds until an attempt that was never ended makes room for the next
_SETTLING = 3.0  # seconds that a connection may take to end after the browser gave up

_OPENED_BY_HAND = (
    "a browser at this address opened the port by hand, so that an exception for its certificate "
    "may have been made: start the test again"
)


class RefusedError(Exception):
    """A request of the page is refused. The message is shown to the visitor."""


@dataclass(eq=False)
class Device:
    """One browser, under the name that its user gave it.

    Attributes:
        id: The secret by which its page identifies it.
        name: Printable and short; no other client of the report has it.
        user_agent: The User-Agent header, which may be false.
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
            return "inconclusive: the visitor left the page before the controls were tested"
        return unbelievable({control.name: judged[control.name] for control in CONTROLS})

    def _judged(self, scenario: str) -> Judgement:
        observation = self.seen.get(scenario)
        if observation is None:
            return Judgement("error", "not tested: the visitor left the page")
        is_guarded = scenario != "full_chain" and self.accepts_full_chain
        return judge(observation, ONLY_THE_CHAIN_DIFFERS if is_guarded else {})


class Visitors:
    """All devices of a run. Any number of threads may call it.

    Args:
        scenarios: The scenarios of every browser, in this order.
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
        """The devices that were tested, in the order of their arrival."""
        with self._changed:
            return [each for each in self._devices.values() if each.seen]

    def enter(self, known: str, name: str, user_agent: str) -> Device:
        """Return the device that begins a round.

        A device that did not accept the full chain, for example because it did not trust the
        root yet, begins again. A device that did accept it is not tested again, because it may
        now have the intermediate; it becomes another device.

        Args:
            known: The id that the page has from an earlier round, or nothing.
            name: What the user calls it.
            user_agent: The browser's User-Agent header.

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
                raise RefusedError(f"{MOST_DEVICES} devices were tested, which is the limit")
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
        """Return a new attempt; None while another browser at this address is being tested.

        Args:
            device_id: The id of the device.
            scenario: The name of the scenario.
            peer: The browser's address.
            origin: The origin of the page, whose script may read the token.
            obstacle: Why this attempt shows nothing about the browser; empty if it does.

        Raises:
            RefusedError: The device or the scenario is unknown, or was tested already.

        """
        with self._changed:
            device = self._known(device_id)
            wanted = next((each for each in self.scenarios if each.name == scenario), None)
            if wanted is None or scenario in device.seen:
                raise RefusedError("this scenario was tested already, or is unknown")
            before = self._attempts.get(peer)
            if before is not None and self._askers[peer] is not device:
                if time.monotonic() - before.began < _LEASE:
                    return None
                self._note(peer, "timeout", "")
            attempt = Attempt(wanted, origin, obstacle)
            self._attempts[peer], self._askers[peer] = attempt, device
            return attempt

    def end(self, device_id: str, peer: str, outcome: Outcome, token: str) -> Device:
        """Return the device, after its attempt was ended with what its page reports.

        Raises:
            RefusedError: The device is unknown, or no attempt of it is under way.

        """
        with self._changed:
            device = self._known(device_id)
            attempt = self._attempts.get(peer)
            if attempt is None or self._askers[peer] is not device:
                raise RefusedError("no test of this device is under way")
            self._changed.wait_for(lambda: attempt.is_settled, timeout=_SETTLING)
            if self._attempts.get(peer) is attempt:
                self._note(peer, outcome, token)
            return device

    def _known(self, device_id: str) -> Device:
        if device_id not in self._devices:
            raise RefusedError("this page is from an earlier run: load it again")
        return self._devices[device_id]

    def _note(self, peer: str, outcome: Outcome, token: str) -> None:
        attempt, device = self._attempts.pop(peer), self._askers.pop(peer)
        if (attempt.scenario.name, peer) in self._opened:
            attempt.obstacle = _OPENED_BY_HAND
        seen = observation(attempt, outcome, token, sees_fetches=self._sees_fetches)
        device.seen.setdefault(attempt.scenario.name, seen)

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
        """Note a request that no page made: a visitor opened the port in a browser by hand.

        A visitor who continues past the browser's warning makes an exception. The browser then
        loads everything from that port, so its later results show nothing.
        """
        with self._changed:
            self._opened.add((scenario.name, peer))

    def fetched(self, peer: str) -> None:
        """Note that the leaf's issuer was fetched from an address."""
        with self._changed:
            attempt = self._attempts.get(peer)
            if attempt is not None and attempt.scenario.aia is not None:
                attempt.fetches += 1
