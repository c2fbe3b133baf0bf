"""A cell, measured: a row of the report, and what people are told of it."""

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

_MOST_WORDS = 2000  # characters of a client's words that a report keeps


@dataclass(frozen=True)
class Cell:
    """One client in one scenario with one key type, measured; a row of the report's `cells`.

    `reason` is from the closed list when rejected, a sentence for `error` and
    `not_applicable`. `expected` is None where nothing is declared. `may_be_news` is True where
    `expected` was measured with other versions than the one that was asked. `works` is False
    for a control whose client never came to the camera, hung or crashed; `blocked_by` is the
    control because of which the client was not asked.
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
        """Its name in node ids and in the report."""
        return str(CellId(self.client, self.scenario, self.key_type))

    @property
    def outcome(self) -> str:
        """The verdict with the detail that expectations may name."""
        detail = self.cached_kind if self.verdict == "accepted" else self.reason
        return ": ".join(filter(None, (self.verdict, detail)))

    @property
    def as_expected(self) -> bool | None:
        """Whether the outcome is as declared; None where nothing is, and for news."""
        return None if self.expected is None or self.news else self._matches

    @property
    def news(self) -> bool:
        """Whether a version that was never measured gave another verdict than those that were."""
        declared = self.may_be_news and self.expected is not None
        return declared and self.conclusive and not self._matches

    @property
    def _matches(self) -> bool:
        return self.conclusive and f"{self.outcome}:".startswith(f"{self.expected}:")

    @property
    def is_as_it_should_be(self) -> bool:
        """Whether a run passes: as declared or, where nothing is, at least conclusive."""
        return self.conclusive if self.as_expected is None else self.as_expected

    @property
    def client_said(self) -> str | None:
        """What the client printed, safe to show: the end of it; None if it was not started."""
        said = self.observation.client_said
        if said is None:
            return None
        text = printable(said.text, keep="\n\t")
        if len(text) <= _MOST_WORDS:
            return text
        # From a whole word on: the end of a folder's name would no longer be known as one.
        kept = text[-_MOST_WORDS:]
        return "… " + (re.sub(r"\A\S+\s", "", kept) or kept)

    def explain(self) -> str:
        """Return the outcome and both accounts, for people; one line if nothing was run."""
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

    So it is if the client never sent a ClientHello, did not end, or was ended by a signal,
    though it trusts the root of the full chain that it was presented. A client that came and
    ended by itself works: if it rejects the full chain, or contradicts itself, it has changed.
    """
    said, saw = cell.observation.client_said, cell.observation.server_saw
    tried = cell.scenario == "full_chain" and cell.observation.obstacle is None
    if not tried or said is None or saw is None or cell.verdict != "error":
        return cell
    crashed = said.exit_code is None or said.exit_code < 0
    if saw.client_hello and not crashed:
        return cell
    return replace(cell, reason=f"does not work here: {cell.reason}", works=False)


def not_asked(client: Client, scenario: Scenario, key_type: KeyType, full_chain: Cell) -> Cell:
    """Return the error cell of a client that did not accept the full chain."""
    because = full_chain.reason
    if full_chain.verdict != "error":
        because = f"the full chain was not accepted ({full_chain.outcome})"
    cell = unmeasured(client, scenario, key_type, f"not asked: {because}")
    return replace(cell, blocked_by=full_chain)


def unmeasured(client: Client, scenario: Scenario, key_type: KeyType, because: str) -> Cell:
    """Give the cell of a measurement that could not be made: an error, and no verdict."""
    return unobserved(client, scenario, key_type, "error", because)


def unobserved(
    client: Client, scenario: Scenario, key_type: KeyType, verdict: Verdict, reason: str
) -> Cell:
    """Return a cell whose client was not run: an error, or not applicable, and why."""
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
