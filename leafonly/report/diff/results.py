"""The parts of a comparison. All texts are short and printable, because reports may be hostile."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal, NamedTuple

from leafonly.report.shown import shown

__all__ = ["Direction", "Group", "NotCompared", "Part", "Result", "Setup", "one_sided"]

Direction = Literal["worse", "better", "other"]


class Result(NamedTuple):
    """One result that changed.

    `what` is a client, a way to load a chain, a check of the files, or a camera; `where` is the
    scenario, or the part of the report.
    """

    direction: Direction
    where: str
    before: str
    after: str
    why: str
    what: str


class Group(NamedTuple):
    """Clients, or other subjects, whose results changed in the same way in the same scenarios."""

    where: str
    before: str
    after: str
    why: str
    names: tuple[str, ...]


class Setup(NamedTuple):
    """Something that may be the cause: a client's version, the camera's firmware, the machine."""

    what: str
    before: str
    after: str


class NotCompared(NamedTuple):
    """Results that were not compared, mostly because only one of the reports has them."""

    why: str
    names: list[str]


@dataclass(frozen=True)
class Part:
    """The comparison of one part of the reports; `same` counts unchanged results."""

    results: list[Result]
    same: int
    not_compared: list[NotCompared]


def one_sided(what: str, old: Collection[str], new: Collection[str]) -> list[NotCompared]:
    """Return the names that only one of the reports has."""
    return [
        NotCompared(f"{what} only {when}", sorted(map(shown, set(mine) - set(others))))
        for when, mine, others in (("before", old, new), ("after", new, old))
    ]
