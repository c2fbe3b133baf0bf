"""The outcome of a cell, and the order of outcomes that `diff` uses."""

from typing import Literal, NamedTuple

from leafonly.clients.measured import MUST_REJECT
from leafonly.report.rows import CellRow

__all__ = ["NOT_MEASURED", "Change", "Outcome", "change", "outcome"]

Word = Literal["yes", "anchor", "no", "ERROR", "n/a"]
Direction = Literal["same", "better", "worse", "other"]

NOT_MEASURED: Word = "n/a"

_CONTROLS = ("full_chain", "untrusted_root")
_CONNECTS: tuple[Word, ...] = ("yes", "anchor")
_WORDS: dict[str, Word] = {
    "accepted": "yes",
    "rejected": "no",
    "error": "ERROR",
    "not_applicable": "n/a",
}


class Outcome(NamedTuple):
    """The outcome of a cell: its word in tables and, for a rejection, its reason."""

    word: Word
    reason: str | None = None

    def __str__(self) -> str:
        return f"{self.word} ({self.reason})" if self.reason else self.word


class Change(NamedTuple):
    """Whether a second outcome is better than the first, and why in a few words."""

    direction: Direction
    why: str


def outcome(cell: CellRow) -> Outcome:
    """Return the outcome of a cell; a verdict that is not conclusive is `ERROR`."""
    if cell["verdict"] != "not_applicable" and not cell["conclusive"]:
        return Outcome("ERROR")
    if cell["verdict"] == "accepted" and cell["cached_kind"] == "anchors":
        return Outcome("anchor")
    reason = cell["reason"] if cell["verdict"] == "rejected" else None
    return Outcome(_WORDS[cell["verdict"]], reason)


def change(scenario: str, before: Outcome, after: Outcome) -> Change:
    """Return whether an outcome became better or worse for users who must reach the camera.

    The order, best first:

    - In `untrusted_root`, `wrong_cached` and `aia_wrong_issuer` (`MUST_REJECT`): no, yes. A
      client that connects there does not verify the chain.
    - In every other scenario: yes, anchor, no. `anchor` connects too, but trusts the stored
      intermediate itself, which is wider trust than the root alone.

    ERROR has no place in the order, because it is no verdict:

    - A change to ERROR is always worse.
    - A change from ERROR is better if the new verdict is the first of its order, or if the client
      connects where it should. It is worse if the client connects where it must not. Otherwise it
      is neither, because the client may have rejected before.

    Another reason for a rejection is neither. `n/a` is no measurement (`NOT_MEASURED`), so the
    caller does not compare it.
    """
    if before == after:
        return Change("same", "")
    if before.word == after.word == "no":
        return Change("other", "another reason")
    if after.word == "ERROR":
        return Change("worse", "no verdict any more")
    connects = after.word in _CONNECTS
    if scenario in MUST_REJECT:
        return _must_reject(scenario, before, connects)
    if before.word in _CONNECTS and connects:
        return _trust(after)
    if connects:
        how = ", by trusting the intermediate itself" if after.word == "anchor" else ""
        return Change("better", f"connects now{how}")
    if before.word == "ERROR":
        return Change("other", "had no verdict before")
    return Change("worse", f"{_control(scenario)}does not connect any more")


def _must_reject(scenario: str, before: Outcome, connects: bool) -> Change:
    if not connects:
        return Change("better", "rejects what it must")
    if before.word in _CONNECTS:
        return Change("other", "connects where it must not, as before")
    return Change("worse", f"{_control(scenario)}accepts what it must reject")


def _control(scenario: str) -> str:
    return "a control fails: " if scenario in _CONTROLS else ""


def _trust(after: Outcome) -> Change:
    if after.word == "anchor":
        return Change("worse", "wider trust: the intermediate itself is trusted now")
    return Change("better", "narrower trust: the root decides again")
