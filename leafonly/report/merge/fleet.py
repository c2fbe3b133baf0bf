"""Many machines in one matrix: what the merged report consists of."""

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
    """What a reader should know of one machine."""

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
        machines: These machines; empty if they are all that measured the client.
        found: The versions of the client, and the machines that have each.
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
    def headline(self) -> str:
        """The verdicts of how many clients depend on the machine."""
        differ = len({each.name for one in self.deviations for each in one.clients})
        shared = many(self._shared, "client")
        said = f"Of {shared} that ran on several machines, {differ} have different verdicts there."
        if self.conflicts:
            said += f" {many(len(self.conflicts), 'conflict')}: same versions, other verdicts."
        return said

    @property
    def detail(self) -> str:
        """How many clients and machines there are, and how many cells have no verdict."""
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
