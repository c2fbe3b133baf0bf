"""The parts of a merged report: many machines in one matrix."""

from dataclasses import dataclass
from typing import NamedTuple

from leafonly.report.counting import many
from leafonly.report.diff.order import Word
from leafonly.report.rows import CellRow, Report

__all__ = ["ByWord", "Conflict", "Deviation", "Fleet", "Machine", "Measured", "Place", "Row"]

ByWord = dict[Word, list[str]]
"""A verdict's word -> the machines on which it was that."""


class Machine(NamedTuple):
    """One machine: its name, and its report."""

    name: str
    report: Report


class Place(NamedTuple):
    """The facts about one machine."""

    name: str
    system: str
    python: str
    camera: str
    day: str
    clients: int


class Row(NamedTuple):
    """A client with one key type, on the machines on which all its verdicts are the same.

    Attributes:
        client: Its name.
        machines: These machines; empty if every machine that measured the client is among them.
        found: The versions of the client, with the machines that have each.
        cells: Scenario -> the cell of one of the machines.
        conflicts: The scenarios in which other machines with the same versions have another
            verdict.

    """

    client: str
    machines: list[str]
    found: dict[str, list[str]]
    cells: dict[str, CellRow]
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
    """Clients whose verdicts in a scenario depend on the machine in the same way."""

    scenario: str
    by_word: ByWord
    clients: list[Measured]


class Conflict(NamedTuple):
    """A client with different verdicts on machines with the same versions."""

    client: str
    versions: str
    scenario: str
    by_word: ByWord


@dataclass(frozen=True)
class Fleet:
    """Many machines in one matrix. All texts are short and printable.

    Attributes:
        places: The machines, in the order in which they were named.
        scenarios: The scenarios that any machine measured, in reading order.
        measured: Every client and key type.
        rows: The rows of the matrix; machines with the same verdicts share a row.
        connecting: Scenario -> machine -> how many clients connect, of how many with a verdict.
        deviations: Verdicts that depend on the machine.
        conflicts: Verdicts that differ although the versions are the same.

    """

    places: list[Place]
    scenarios: list[str]
    measured: list[Measured]
    rows: list[Row]
    connecting: dict[str, dict[str, tuple[int, int]]]
    deviations: list[Deviation]
    conflicts: list[Conflict]

    @property
    def headline(self) -> str:
        """A sentence: how many clients have verdicts that depend on the machine."""
        differ = len({each.name for one in self.deviations for each in one.clients})
        shared = many(self._shared, "client")
        said = f"Of {shared} that ran on several machines, {differ} have different verdicts there."
        if self.conflicts:
            said += f" {many(len(self.conflicts), 'conflict')}: same versions, other verdicts."
        return said

    @property
    def detail(self) -> str:
        """Sentences: the numbers of clients and machines, and of cells without a verdict."""
        clients = many(len(self._machines_of), "client")
        said = f"{clients} on {many(len(self.places), 'machine')}."
        words = [
            w for each in self.measured for found in each.words.values() for w in found.values()
        ]
        if "ERROR" in words:
            said += f" No verdict in {many(words.count('ERROR'), 'cell')}."
        return said

    @property
    def _shared(self) -> int:
        return sum(len(machines) > 1 for machines in self._machines_of.values())

    @property
    def _machines_of(self) -> dict[str, set[str]]:
        found: dict[str, set[str]] = {}
        for each in self.measured:
            found.setdefault(each.name, set()).update(each.versions)
        return found

    @property
    def telling(self) -> list[str]:
        """The scenarios in which not all clients have the same verdict."""
        return [
            scenario
            for scenario in self.scenarios
            if len({word for each in self.measured for word in each.words[scenario].values()}) > 1
        ]
