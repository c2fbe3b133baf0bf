"""A measured cell: a row of the report, and its text for a failed test."""

import re
from dataclasses import dataclass, replace
from typing import Literal

from leafonly.certificates.chain import KeyType
from leafonly.certificates.printable import one_line, printable
from leafonly.clients import Client
from leafonly.clients.cell_id import CellId
from leafonly.harness.scenario import Scenario
from leafonly.harness.verdict import Observation, Verdict

__all__ = ["Cell", "as_control", "not_asked", "unmeasured", "unobserved"]

_MOST_OUTPUT = 2000  # characters of a client's output that a report keeps


@dataclass(frozen=True)
class Cell:
    """One client in one scenario with one key type, measured; a row of the report's `cells`.

    `reason` is from the closed list if rejected, and a sentence for `error` and
    `not_applicable`. `expected` is None if no outcome is declared. `may_be_news` is True if
    `expected` was measured with other versions of the client. `works` is False for a control
    whose client did not connect, hung or crashed. `blocked_by` is the control because of which
    the client was not started in this cell.
    """

    client: str
    scenario: str
    key_type: KeyType
    verdict: Verdict
    reason: str | None
    expected: str | None
    conclusive: bool
    observation: Observation
    cached_kind: Literal["completes", "anchors"] | None = None
    may_be_news: bool = False
    works: bool = True
    blocked_by: "Cell | None" = None

    def __post_init__(self) -> None:
        """Bound the reason, which may quote a client."""
        if self.reason is not None:
            object.__setattr__(self, "reason", one_line(self.reason))

    @property
    def id(self) -> str:
        """The id in node ids and in the report."""
        return str(CellId(self.client, self.scenario, self.key_type))

    @property
    def outcome(self) -> str:
        """The verdict with the detail that expectations may name."""
        detail = self.cached_kind if self.verdict == "accepted" else self.reason
        return ": ".join(filter(None, (self.verdict, detail)))

    @property
    def as_expected(self) -> bool | None:
        """Whether the outcome is as declared; None if none is declared, and for news."""
        return None if self.expected is None or self.news else self._matches

    @property
    def news(self) -> bool:
        """Whether the verdict differs, on a version of the client that was not measured before."""
        declared = self.may_be_news and self.expected is not None
        return declared and self.conclusive and not self._matches

    @property
    def _matches(self) -> bool:
        return self.conclusive and f"{self.outcome}:".startswith(f"{self.expected}:")

    @property
    def is_as_it_should_be(self) -> bool:
        """Whether the test passes: as declared or, if nothing is declared, conclusive."""
        return self.conclusive if self.as_expected is None else self.as_expected

    @property
    def client_said(self) -> str | None:
        """The end of the client's output, printable; None if the client was not started."""
        said = self.observation.client_said
        if said is None:
            return None
        text = printable(said.text, keep="\n\t")
        if len(text) <= _MOST_OUTPUT:
            return text
        # From a whole word on, because `masking` would not find the end of a folder's name.
        kept = text[-_MOST_OUTPUT:]
        return "… " + (re.sub(r"\A\S+\s", "", kept) or kept)

    def explain(self) -> str:
        """Return the outcome, output and record for people; one line if nothing was run."""
        said, saw = self.observation.client_said, self.observation.server_saw
        outcome = f"{self.client} in {self.scenario} with {self.key_type}: {self.outcome}"
        if said is None and saw is None:
            return outcome
        return "\n".join(
            (
                outcome,
                f"expected: {self.expected or 'a conclusive verdict'}",
                f"client said (exit code {said.exit_code if said else None}): "
                f"{self.client_said or 'nothing, it was not started'}",
                f"camera saw: {saw}",
                f"command: {self.observation.command}",
            )
        )


def as_control(cell: Cell) -> Cell:
    """Return the control, marked if it shows that its client does not work on this machine.

    It does not work if it sent no ClientHello, hung, or was ended by a signal, although it
    trusts the root of the full chain that the camera presents. A client that connects and exits
    by itself works; if it rejects the full chain, it has changed.
    """
    said, saw = cell.observation.client_said, cell.observation.server_saw
    was_tried = cell.scenario == "full_chain" and cell.observation.obstacle is None
    if not was_tried or said is None or saw is None or cell.verdict != "error":
        return cell
    crashed = said.exit_code is None or said.exit_code < 0
    if saw.client_hello and not crashed:
        return cell
    return replace(cell, reason=f"does not work here: {cell.reason}", works=False)


def not_asked(client: Client, scenario: Scenario, key_type: KeyType, control: Cell) -> Cell:
    """Return the error cell of a client that hung in a control or rejected the full chain."""
    because = control.reason
    if control.verdict != "error":
        because = f"the full chain was not accepted ({control.outcome})"
    cell = unmeasured(client, scenario, key_type, f"not asked: {because}")
    return replace(cell, blocked_by=control)


def unmeasured(client: Client, scenario: Scenario, key_type: KeyType, because: str) -> Cell:
    """Return the error cell of a measurement that could not be made."""
    return unobserved(client, scenario, key_type, "error", because)


def unobserved(
    client: Client, scenario: Scenario, key_type: KeyType, verdict: Verdict, reason: str
) -> Cell:
    """Return the cell of a client that was not started: `error` or `not_applicable`."""
    does_not_apply = verdict == "not_applicable"
    return Cell(
        client=client.name,
        scenario=scenario.name,
        key_type=key_type,
        verdict=verdict,
        reason=reason,
        expected="not_applicable" if does_not_apply else client.expected.get(scenario.name),
        conclusive=does_not_apply,
        observation=Observation(None, None, had_issuer=False),
    )
