"""The difference of two reports: what changed, what got better, and what got worse."""

from dataclasses import dataclass

from leafonly.report.counting import many
from leafonly.report.diff.cells import cells
from leafonly.report.diff.findings import findings, presentation
from leafonly.report.diff.results import Direction, Group, NotCompared, Result, Setup
from leafonly.report.rows import Report
from leafonly.report.shown import by_key, shown, versions

__all__ = ["Difference", "compare"]


@dataclass(frozen=True)
class Difference:
    """The difference of two reports."""

    results: list[Result]
    same: int
    setup: list[Setup]
    not_compared: list[NotCompared]

    def count(self, direction: Direction) -> int:
        """Return how many results changed in a direction."""
        return sum(each.direction == direction for each in self.results)

    def groups(self, direction: Direction) -> list[Group]:
        """Return what changed in a direction, grouped by the same change."""
        names: dict[tuple[str, str, str, str], list[str]] = {}
        for each in self.results:
            if each.direction == direction:
                names.setdefault(each[1:5], []).append(each.what)
        places: dict[tuple[str, str, str, tuple[str, ...]], list[str]] = {}
        for (where, *change), whats in names.items():
            before, after, why = change
            places.setdefault((before, after, why, tuple(whats)), []).append(where)
        return [Group(", ".join(where), *key) for key, where in places.items()]

    @property
    def headline(self) -> str:
        """A sentence: how many results got worse, got better, or changed otherwise."""
        worse, better, other = self.count("worse"), self.count("better"), self.count("other")
        if not self.results:
            return "No result changed."
        rest = f"; {other} changed otherwise" if other else ""
        return f"{many(worse, 'result')} got worse and {better} got better{rest}."

    @property
    def detail(self) -> str:
        """A sentence: how many results were compared, and whether some were not."""
        compared = many(len(self.results) + self.same, "result")
        left_out = " Results that only one report has were not compared."
        return f"{compared} compared.{left_out if self.not_compared else ''}"


def compare(before: Report, after: Report) -> Difference:
    """Return what changed from one report to another; `order.change` says what is better.

    Raises:
        ValueError: The reports are of different kinds of runs, have no result in common, or one
            of them lists something twice.

    """
    kinds = [report["run"]["kind"].replace("_", " ") for report in (before, after)]
    if kinds[0] != kinds[1]:
        raise ValueError(
            f"the reports are of a run of kind {kinds[0]} and one of kind {kinds[1]}: "
            "name two of the same kind"
        )
    parts = [part(before, after) for part in (cells, presentation, findings)]
    results = [result for part in parts for result in part.results]
    same = sum(part.same for part in parts)
    if not results and not same:
        raise ValueError(
            "the reports have no result in common: name runs of the same clients and scenarios"
        )
    left_out = [each for part in parts for each in part.not_compared if each.names]
    # By change, and then by client.
    results.sort(key=lambda each: (*each[:-1], each.what.lower()))
    return Difference(results, same, _setup(before, after), left_out)


def _setup(before: Report, after: Report) -> list[Setup]:
    """Return possible causes of changes: camera, machine and options, then clients."""
    old, new = (_circumstances(report) for report in (before, after))
    changed = [Setup(what, old[what], new[what]) for what in old if what in new]
    old_clients, new_clients = (
        by_key(report["clients"], lambda row: row["name"]) for report in (before, after)
    )
    for name in sorted(old_clients.keys() & new_clients.keys(), key=str.lower):
        was, now = old_clients[name], new_clients[name]
        if was["available"] and now["available"]:
            changed.append(Setup(shown(name), versions(was), versions(now)))
    return [each for each in changed if each.before != each.after]


def _circumstances(report: Report) -> dict[str, str]:
    camera, host = report["camera"], report["host"]
    found = {
        "the run": "complete" if report["run"]["complete"] else "stopped early",
        "camera": camera["description"],
        "firmware of the camera": camera["firmware"] or "not known",
        "TLS library of the camera": camera["tls_version"] or "not known",
        "link to the camera": camera["link"],
        "operating system": host["os"],
        "Python": host["python"],
        "leafonly": report["leafonly"],
    }
    for name, value in report["run"]["options"].items():
        found[shown(f"--{name.replace('_', '-')}")] = str(value)
    return {what: shown(text) for what, text in found.items()}
