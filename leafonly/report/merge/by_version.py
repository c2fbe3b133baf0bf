"""The behaviour of each client by version, from several reports."""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import NamedTuple

from leafonly.report.diff.order import Word
from leafonly.report.merge.fleet import Fleet, Measured

__all__ = ["Since", "since_version", "sort_key"]

_VERDICTS: tuple[Word, ...] = ("yes", "anchor", "no")


class Since(NamedTuple):
    """A client from one version to another, between which its verdicts are the same.

    Attributes:
        client: Its name.
        oldest: The first version, and in brackets its TLS library.
        newest: The last one.
        measured: How many versions were measured, these two included.
        words: Scenario -> its verdict; where machines with one version differ, theirs.

    """

    client: str
    oldest: str
    newest: str
    measured: int
    words: Mapping[str, str]


def since_version(fleet: Fleet, scenarios: Sequence[str]) -> Iterator[Since]:
    """Yield the clients that were measured in several versions, one row for each behaviour."""
    for client in fleet.measured:
        versions = _by_version(client, scenarios)
        if len(versions) > 1:
            for _, group in groupby(versions, key=lambda each: each[1]):
                rows = list(group)
                yield Since(client.label, rows[0][0], rows[-1][0], len(rows), rows[0][1])


def _by_version(client: Measured, scenarios: Sequence[str]) -> list[tuple[str, dict[str, str]]]:
    """Return each version, the oldest first, and its verdict in each scenario."""
    machines: dict[str, list[str]] = {}
    for machine, version in client.versions.items():
        machines.setdefault(version, []).append(machine)
    found = []
    for version in sorted(machines, key=sort_key):
        words = {name: _said(client.words[name], machines[version]) for name in scenarios}
        if any(words.values()):
            found.append((version, words))
    return found


def _said(words: Mapping[str, Word], machines: Sequence[str]) -> str:
    by_word = {
        word: [each for each in machines if words.get(each) == word]
        for word in dict.fromkeys(words.get(each) for each in machines)
        if word in _VERDICTS
    }
    if len(by_word) == 1:
        return str(next(iter(by_word)))
    return ", ".join(f"{word} ({', '.join(names)})" for word, names in by_word.items())


def sort_key(version: str) -> tuple[int, ...]:
    """Return the sort key of a version: its numbers from the left."""
    return tuple(int(number[:9]) for number in re.findall(r"\d+", version))
