"""The matrix as a table of characters, for any width."""

from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len, set_cell_size
from rich.text import Text

from leafonly.certificates.printable import printable
from leafonly.clients.measured import MUST_REJECT
from leafonly.report.rows import Report
from leafonly.report.shown import folded
from leafonly.report.summary import MARKS, Row, cell_word, rows, scenario_names

__all__ = ["matrix", "wrapped"]

_COLOURS = {"yes": "green", "anchor": "yellow", "no": "red", "ERROR": "magenta", "n/a": "dim"}
_LONGEST_NAME = 200  # characters of a name or a version
_LONGEST_TEXT = 4000
_LEAST_NAME, _LEAST_LIBRARY = 12, 8  # columns; a narrower one would be of no use
_GAP = " "


@dataclass(frozen=True)
class _Widths:
    """Columns of the terminal for each column of the table; 0 for one that is left out."""

    client: int
    library: int
    scenarios: Sequence[int]


def matrix(report: Report, width: int = 80) -> Text:
    """Return the matrix: a row for each client, a column for each scenario, and a legend.

    If the width does not suffice, the library is cut, then left out. Then the headings are cut,
    and then the clients' names. Verdicts are never cut.
    """
    scenarios, drawn = scenario_names(report), rows(report)
    words = [
        [cell_word(report, cells[name]) if name in cells else "" for name in scenarios]
        for _, _, cells in drawn
    ]
    labels, libraries = _labels(drawn), [_library(row) for row in drawn]
    widest = [max(map(len, column)) for column in zip(*words, strict=True)]
    widths = _widths(width, labels, libraries, _least(scenarios, widest))
    lines = _headings(scenarios, widths)
    for label, library, row in zip(labels, libraries, words, strict=True):
        line = Text(_cut(label, widths.client))
        if widths.library:
            line.append(_GAP).append(_cut(library, widths.library), "dim")
        for name, word, columns in zip(scenarios, row, widths.scenarios, strict=True):
            line.append(_GAP).append(word.ljust(columns), _colour(name, word))
        lines.append(line)
    return Text("\n").join([*lines, Text(), *_legend(scenarios, words, widths, width)])


def wrapped(text: str, width: int, indent: int = 0) -> str:
    """Return a text from outside in lines, bounded and without control characters."""
    return folded(printable(text, _LONGEST_TEXT), width, indent)


def _labels(drawn: Sequence[Row]) -> list[str]:
    several_keys = len({key_type for _, key_type, _ in drawn}) > 1
    names = [(printable(row["name"], _LONGEST_NAME), key_type) for row, key_type, _ in drawn]
    return [f"{name} {key_type}" if several_keys else name for name, key_type in names]


def _library(row: Row) -> str:
    client, _, _ = row
    return printable(f"{client['stack']} {client['stack_version'] or ''}".strip(), _LONGEST_NAME)


def _least(scenarios: Sequence[str], widest: Sequence[int]) -> list[tuple[int, int]]:
    """Return the columns that each scenario needs, and those for its whole heading."""
    return [
        (max(3, word), max(3, word, *map(len, name.split("_", 1))))
        for name, word in zip(scenarios, widest, strict=True)
    ]


def _widths(
    width: int, labels: Sequence[str], libraries: Sequence[str], columns: list[tuple[int, int]]
) -> _Widths:
    client = max(map(cell_len, ("client", *labels)))
    library = max(map(cell_len, ("TLS library", *libraries)))
    scenarios = [liked for _, liked in columns]
    left = width - client - sum(scenarios) - len(scenarios)
    if left > _LEAST_LIBRARY:
        return _Widths(client, min(library, left - 1), scenarios)
    for _ in range(max(0, -left)):
        spare = [has - least for has, (least, _) in zip(scenarios, columns, strict=True)]
        if any(spare):
            scenarios[spare.index(max(spare))] -= 1
    left = width - sum(scenarios) - len(scenarios)
    return _Widths(min(client, max(_LEAST_NAME, left)), 0, scenarios)


def _headings(scenarios: Sequence[str], widths: _Widths) -> list[Text]:
    halves = [name.split("_", 1) for name in scenarios]
    upper = [first if rest else "" for first, *rest in halves]
    lower = [rest[0] if rest else first for first, *rest in halves]
    lines = []
    for client, library, names in (("", "", upper), ("client", "TLS library", lower)):
        words = [(client, widths.client)]
        if widths.library:
            words.append((library, widths.library))
        words += [(n[:w], w) for n, w in zip(names, widths.scenarios, strict=True)]
        line = _GAP.join(_cut(word, columns) for word, columns in words)
        lines.append(Text(line.rstrip(), "bold"))
    return lines if any(upper) else lines[1:]


def _legend(
    scenarios: Sequence[str], words: Sequence[Sequence[str]], widths: _Widths, width: int
) -> list[Text]:
    """Return lines that explain the words and marks in the table, and headings that were cut."""
    used = {_plain(word) for row in words for word in row}
    used |= {word.removeprefix(_plain(word)) for row in words for word in row}
    lines = [f"{word}: {what}" for word, what in MARKS.items() if word in used]
    parts = zip((name.split("_", 1) for name in scenarios), widths.scenarios, strict=True)
    if any(max(map(len, names)) > columns for names, columns in parts):
        lines.insert(0, f"columns: {', '.join(scenarios)}")
    return [Text(wrapped(line, width, indent=2), "dim") for line in lines]


def _cut(text: str, columns: int) -> str:
    if cell_len(text) <= columns:
        return set_cell_size(text, columns)
    return set_cell_size(text, max(0, columns - 2)) + ".."


def _colour(scenario: str, word: str) -> str:
    plain = _plain(word)
    colour = _COLOURS.get(plain, "")
    # A correct client rejects these chains, so here `no` is not red and `yes` is.
    if scenario in MUST_REJECT and plain in ("yes", "anchor", "no"):
        colour = "" if plain == "no" else "red"
    return f"{colour} bold".strip() if word != plain else colour


def _plain(word: str) -> str:
    """Return a word without its mark."""
    return word.rstrip("!*+")
