"""The report on a terminal of 80 columns."""

import re
import shutil
import sys
from collections.abc import Iterator, Sequence

from rich.console import Group, RenderableType
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from leafonly.clients.debian import apt_packages
from leafonly.distribution import extras_command
from leafonly.report.rows import ClientRow, Report
from leafonly.report.summary import MARKS, cell_word, rows, scenario_names

__all__ = ["client_list", "matrix", "width_of_stdout"]

_COLOURS = {"yes": "green", "anchor": "yellow", "no": "red", "ERROR": "magenta", "n/a": "dim"}
_EXTRA = re.compile(r"--extra (\S+)|leafonly\[([\w-]+)\]")


def matrix(report: Report) -> RenderableType:
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


def width_of_stdout() -> int | None:
    """Return the terminal's columns, at least 80; None if the output goes to a file or a pipe."""
    return max(80, shutil.get_terminal_size().columns) if sys.stdout.isatty() else None


def client_list(clients: Sequence[ClientRow], width: int | None = None) -> str:
    """List clients, one line each, then the commands that install what is missing.

    Args:
        clients: Rows of the report's `clients`.
        width: Columns to which the lines of clients are cut; None for no limit.

    """
    heading = {"name": "client", "kind": "kind", "version": "version", "stack": "TLS library"}
    rows = [{**heading, "available": True, "stack_version": None}, *clients]
    names, versions = (
        max(len(str(row[field] or "-")) for row in rows) for field in ("name", "version")
    )
    lines = []
    for row in rows:
        start = f"{row['name']:<{names}} {row['kind']:<12}"
        library = f"{row['stack']} {row['stack_version'] or ''}".rstrip()
        lines.append(
            f"{start} {row['version'] or '-':<{versions}} {library}"
            if row["available"]
            else f"{start} no: {row['install']} ({row['unavailable_because']})"
        )
    if width is not None:
        lines = [line if len(line) <= width else line[: width - 1] + "…" for line in lines]
    return "\n".join((*lines, *_missing(clients)))


def _missing(clients: Sequence[ClientRow]) -> Iterator[str]:
    """Say how many clients are missing, and give one command for each way of installing them."""
    hints = [str(client["install"]) for client in clients if not client["available"]]
    if not hints:
        return
    yield f"\n{len(hints)} of {len(clients)} clients are not on this machine."
    commands = {
        "apt install": sorted({word for hint in hints for word in apt_packages(hint)}),
        "python -m leafonly build": [""] if any("leafonly build" in hint for hint in hints) else [],
    }
    for command, words in commands.items():
        if words:
            yield f"{command} {' '.join(words)}".rstrip()
    extras = {clone or wheel for hint in hints for clone, wheel in _EXTRA.findall(hint)}
    if extras:
        yield extras_command(sorted(extras))
