"""Many machines in one matrix: what the merged report consists of."""

from dataclasses import dataclass
from typing import NamedTuple

from leafonly.report.counting import many
from leafonly.report.diff.order import Word
from leafonly.report.rows import Report

__all__ = ["ByWord", "Conflict", "Deviation", "Fleet", "Machine", "Measured", "Place", "Row"]

ByWord = dict[Word, list[str]]
"""A verdict's word -> the machines on which it was that."""


class Machine(NamedTuple):
    """One machine: its name, and its report."""

    name: str
    report: Report


class Place(NamedTuple):
    """What a reader should know of one machine."""

    name: str
    system: str
    python: str
    camera: str
    day: str
    clients: int


class Row(NamedTuple):
    """A client with one key type, on the machines on which all its verdicts are the same.

    `found` has the versions of the client, and the machines that have each; `conflicts` the
    scenarios in which other machines with the same versions have another verdict.
    """

    client: str
    found: dict[str, list[str]]
    words: dict[str, Word]
    conflicts: set[str]


class Measured(NamedTuple):
    """A client with one key type on all machines that measured it.

    `versions` are by machine, `words` by scenario and machine.
    """

    name: str
    label: str
    versions: dict[str, str]
    words: dict[str, dict[str, Word]]


class Deviation(NamedTuple):
    """Clients whose verdict in a scenario depends on the machine, all in the same way."""

    scenario: str
    by_word: ByWord
    clients: list[Measured]


class Conflict(NamedTuple):
    """A client that has different verdicts though its versions are the same."""

    client: str
    versions: str
    scenario: str
    by_word: ByWord


@dataclass(frozen=True)
class Fleet:
    """Many machines in one matrix. All texts are short and printable.

    Attributes:
        places: The machines, in the order in which they were named.
        scenarios: Those that any machine measured, in reading order.
        measured: Every client and key type.
        rows: The same as a matrix, machines with the same verdicts in one row.
        connecting: Scenario -> machine -> how many clients connect, of how many with a verdict.
        deviations: Verdicts that depend on the machine.
        conflicts: Those that depend on it though the versions are the same.

    """

    places: list[Place]
    scenarios: list[str]
    measured: list[Measured]
    rows: list[Row]
    connecting: dict[str, dict[str, tuple[int, int]]]
    deviations: list[Deviation]
    conflicts: list[Conflict]

    @property
    def sentence(self) -> str:
        """How many clients there are, and the verdicts of how many depend on the machine."""
        machines_of: dict[str, set[str]] = {}
        for each in self.measured:
            machines_of.setdefault(each.name, set()).update(each.versions)
        shared = sum(len(machines) > 1 for machines in machines_of.values())
        differ = len({each.name for one in self.deviations for each in one.clients})
        parts = [
            f"{many(len(machines_of), 'client')} on {many(len(self.places), 'machine')}.",
            f"{many(shared, 'client')} ran on several machines; the verdicts of {differ} of them "
            "depend on the machine.",
        ]
        if self.conflicts:
            parts.append(
                f"{many(len(self.conflicts), 'conflict')}: the versions are the same, "
                "the verdicts are not."
            )
        return " ".join(parts)

    @property
    def telling(self) -> list[str]:
        """The scenarios in which not all clients have the same verdict."""
        return [
            scenario
            for scenario in self.scenarios
            if len({word for each in self.measured for word in each.words[scenario].values()}) > 1
        ]
