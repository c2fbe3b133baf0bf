"""The report on a terminal of 80 columns."""

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Group, RenderableType
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from leafonly.report.summary import MARKS, cell_word, rows, scenario_names

__all__ = ["client_table", "matrix"]

_COLOURS = {"yes": "green", "anchor": "yellow", "no": "red", "ERROR": "magenta", "n/a": "dim"}


def matrix(report: Mapping[str, Any]) -> RenderableType:
    """Draw the matrix: clients by TLS library down, scenarios across, the legend below."""
    names = scenario_names(report)
    several_keys = len({cell["key_type"] for cell in report["cells"]}) > 1
    labelled = [
        (f"{client['name']} {key_type}" if several_keys else client["name"], client, cells)
        for client, key_type, cells in rows(report)
    ]
    headings = [name.replace("_", "\n") for name in names]
    widths = [max(3, *map(len, heading.split())) + 1 for heading in headings]
    longest = max((len(label) for label, _, _ in labelled), default=0)
    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0))
    table.add_column("client", no_wrap=True)
    # What the others leave of 80 columns: the version can be looked up, the verdicts cannot.
    left = max(8, 80 - sum(widths) - longest - 2)
    table.add_column("TLS library", no_wrap=True, style="dim", max_width=left)
    for heading, width in zip(headings, widths, strict=True):
        table.add_column(heading, min_width=width - 1)
    used: set[str] = set()
    for label, client, cells in labelled:
        words = [cell_word(report, cells[name]) if name in cells else "" for name in names]
        used.update(_plain(word) for word in words)
        used.update(word.removeprefix(_plain(word)) for word in words)
        library = f"{client['stack']} {client['stack_version'] or ''}".strip()
        table.add_row(escape(label), escape(library), *map(_coloured, words))
    legend = [Text(f"{word}: {what}", style="dim") for word, what in MARKS.items() if word in used]
    return Group(table, Text(), *legend)


def _coloured(word: str) -> Text:
    plain = _plain(word)
    return Text(word, style=_COLOURS.get(plain, "") + (" bold" if word != plain else ""))


def _plain(word: str) -> str:
    """Remove the mark."""
    return word.rstrip("!*+")


def client_table(clients: Sequence[Mapping[str, Any]]) -> RenderableType:
    """Draw the list of clients: which are here, in which versions, and how to get the others."""
    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0))
    for heading in ("client", "kind", "version", "TLS library", "here"):
        table.add_column(heading)
    for client in clients:
        here = "yes" if client["available"] else f"no: {client['install']}"
        table.add_row(
            *(
                escape(str(word or "-"))
                for word in (
                    client["name"],
                    client["kind"],
                    client["version"],
                    f"{client['stack']} {client['stack_version'] or ''}".strip(),
                    here,
                )
            )
        )
    return table
