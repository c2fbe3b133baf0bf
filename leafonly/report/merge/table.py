"""The reports of several machines, merged."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from leafonly.clients.measured import SCENARIO_NAMES
from leafonly.report.counting import conclusive
from leafonly.report.diff.order import Word, outcome
from leafonly.report.merge.fleet import (
    ByWord,
    Conflict,
    Deviation,
    Fleet,
    Machine,
    Measured,
    Place,
    Row,
)
from leafonly.report.rows import CellRow, ClientRow
from leafonly.report.shown import by_key, shown, versions

__all__ = ["merged"]

_VERDICTS: tuple[Word, ...] = ("yes", "anchor", "no")


def merged(machines: Sequence[Machine]) -> Fleet:
    """Return the machines' reports as one.

    Raises:
        ValueError: Two machines have one name, the reports are of different kinds of runs, none
            has a cell, or one of them lists something twice.

    """
    machines = [Machine(shown(name), report) for name, report in machines]
    for name, count in Counter(machine.name for machine in machines).items():
        if count > 1:
            raise ValueError(f"{count} machines have the name {name}: write NAME=REPORT for each")
    kinds = sorted({machine.report["run"]["kind"].replace("_", " ") for machine in machines})
    if len(kinds) > 1:
        raise ValueError(
            f"the reports are of runs of kind {' and '.join(kinds)}: name reports of one kind"
        )
    return _Table(machines).fleet()


class _Table:
    """The cells of several machines: (client, key type) -> machine -> scenario -> cell."""

    def __init__(self, machines: Sequence[Machine]) -> None:
        self._machines = machines
        self._cells: dict[tuple[str, str], dict[str, dict[str, CellRow]]] = {}
        self._clients: dict[str, dict[str, ClientRow]] = {}
        for name, report in machines:
            self._clients[name] = by_key(report["clients"], lambda row: row["name"])
            for (client, key_type, scenario), cell in by_key(report["cells"], _identity).items():
                by_machine = self._cells.setdefault((client, key_type), {})
                by_machine.setdefault(name, {})[scenario] = cell
        if not self._cells:
            raise ValueError("no report has a cell: name reports of clients that were measured")
        self._several_keys = len({key_type for _, key_type in self._cells}) > 1
        seen = {each for found in self._cells.values() for one in found.values() for each in one}
        self._scenarios = [name for name in SCENARIO_NAMES if name in seen]
        in_order = sorted(self._cells, key=lambda key: (key[0].lower(), key))
        self._measured = {key: self._of_client(*key) for key in in_order}

    def fleet(self) -> Fleet:
        """Return the merged report."""
        return Fleet(
            places=[self._place(machine) for machine in self._machines],
            scenarios=self._scenarios,
            measured=list(self._measured.values()),
            rows=[row for key in self._measured for row in self._rows(key)],
            connecting={name: self._connecting(name) for name in self._scenarios},
            deviations=self._deviations(),
            conflicts=list(self._conflicts()),
        )

    def _of_client(self, client: str, key_type: str) -> Measured:
        by_machine = self._cells[client, key_type]
        return Measured(
            name=shown(client),
            label=shown(f"{client} {key_type}" if self._several_keys else client),
            versions={each: versions(self._clients[each][client]) for each in by_machine},
            words={
                scenario: {
                    machine: outcome(cells[scenario]).word
                    for machine, cells in by_machine.items()
                    if scenario in cells
                }
                for scenario in self._scenarios
            },
        )

    def _place(self, machine: Machine) -> Place:
        report = machine.report
        camera = report["camera"]
        firmware = f", firmware {camera['firmware']}" if camera["firmware"] else ""
        return Place(
            machine.name,
            shown(report["host"]["os"]),
            shown(report["host"]["python"]),
            shown(camera["description"] + firmware),
            report["started"][:10],
            len({cell["client"] for cell in report["cells"]}),
        )

    def _rows(self, key: tuple[str, str]) -> Iterator[Row]:
        """Yield a row for each behaviour of the client."""
        measured, by_machine = self._measured[key], self._cells[key]
        same: dict[tuple[Word | None, ...], list[str]] = {}
        for machine in by_machine:
            words = tuple(measured.words[name].get(machine) for name in self._scenarios)
            same.setdefault(words, []).append(machine)
        conflicts = self._conflicts_of(measured)
        for machines in same.values():
            in_conflict = {
                each.scenario
                for each in conflicts
                if any(machine in names for machine in machines for names in each.by_word.values())
            }
            found = _grouped(measured.versions, machines)
            named = machines if len(same) > 1 else []
            yield Row(measured.label, named, found, by_machine[machines[0]], in_conflict)

    def _connecting(self, scenario: str) -> dict[str, tuple[int, int]]:
        """Return how many clients connect, for each machine that measured the scenario."""
        counted = {}
        for name, report in self._machines:
            cells = conclusive(report, scenario)
            if cells:
                connect = sum(cell["verdict"] == "accepted" for cell in cells)
                counted[name] = connect, len(cells)
        return counted

    def _deviations(self) -> list[Deviation]:
        groups: dict[tuple[object, ...], Deviation] = {}
        for measured in self._measured.values():
            for scenario, words in measured.words.items():
                by_word = _by_word(words, words)
                if len(by_word) > 1:
                    key = scenario, *((word, *names) for word, names in by_word.items())
                    group = groups.setdefault(key, Deviation(scenario, by_word, []))
                    group.clients.append(measured)
        return sorted(groups.values(), key=lambda each: self._scenarios.index(each.scenario))

    def _conflicts(self) -> Iterator[Conflict]:
        for measured in self._measured.values():
            yield from self._conflicts_of(measured)

    def _conflicts_of(self, measured: Measured) -> list[Conflict]:
        """Return the scenarios in which machines with the same versions differ."""
        found = []
        for version, machines in _grouped(measured.versions, measured.versions).items():
            for scenario, words in measured.words.items():
                by_word = _by_word(words, machines)
                if len(by_word) > 1:
                    found.append(Conflict(measured.label, version, scenario, by_word))
        return found


def _identity(cell: CellRow) -> tuple[str, str, str]:
    return cell["client"], cell["key_type"], cell["scenario"]


def _grouped(versions_of: Mapping[str, str], machines: Iterable[str]) -> dict[str, list[str]]:
    """Return the machines by the versions of a client."""
    found: dict[str, list[str]] = {}
    for machine in machines:
        found.setdefault(versions_of[machine], []).append(machine)
    return found


def _by_word(words: Mapping[str, Word], machines: Iterable[str]) -> ByWord:
    """Return the machines by verdict, without those that have none."""
    found: ByWord = {}
    for machine in machines:
        word = words.get(machine)
        if word in _VERDICTS:
            found.setdefault(word, []).append(machine)
    return found
