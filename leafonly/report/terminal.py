"""The report for a terminal or a log: plain characters, and colours on request."""

import io
import re
import shutil
import sys
from collections.abc import Iterator, Sequence

from rich.console import Console
from rich.text import Text

from leafonly.clients.debian import apt_packages
from leafonly.distribution import extras_command
from leafonly.report.rows import ClientRow, Report
from leafonly.report.sentence import headline
from leafonly.report.summary import outcome, surprises
from leafonly.report.text_table import matrix, wrapped

__all__ = ["client_list", "drawn", "result", "section", "width_of_stdout"]

_MOST_ODD = 10  # lines of what is not as expected
_EXTRA = re.compile(r"--extra (\S+)|leafonly\[([\w-]+)\]")


def section(report: Report, width: int) -> Text:
    """Return the end of a run: the result, the matrix, what is not as expected, the headline.

    The headline repeats the beginning of the result, because a long matrix scrolls it away.
    """
    parts = [Text(wrapped(report["summary"]["sentence"], width), "bold")]
    if report["cells"]:
        parts += [matrix(report, width), *_odd(report, width)]
        parts.append(Text(wrapped(headline(report), width), "bold"))
    return Text("\n\n").join(parts)


def result(report: Report, width: int) -> Text:
    """Return the text for a report: the end of its run, the findings, and the best remedy."""
    parts = [section(report, width)]
    for severity in ("blocker", "warning"):
        for each in report["findings"]:
            if each["severity"] == severity:
                found = wrapped(f"{severity:8} {each['check']}: {each['message']}", width, 9)
                remedy = f"{'':9}-> {each['remedy']}" if each["remedy"] else ""
                parts.append(Text("\n".join(filter(None, (found, wrapped(remedy, width, 12))))))
    for best in report["remedies"][:1]:
        parts.append(Text(wrapped(f"Best remedy: {best['name']}. {best['how']}", width, 2)))
    return Text("\n\n").join(parts)


def drawn(text: Text, *, colour: bool) -> str:
    """Return a text with or without a terminal's colours, independent of stdout."""
    console = Console(
        file=io.StringIO(),
        force_terminal=colour,
        color_system="standard" if colour else None,
        no_color=not colour,
        legacy_windows=False,
    )
    with console.capture() as capture:
        for line in text.split("\n", allow_blank=True):
            line.rstrip()
            console.print(line, soft_wrap=True, highlight=False)
    return capture.get()


def _odd(report: Report, width: int) -> list[Text]:
    """Return what is not as expected, one line for each client and cause."""
    odd = surprises(report)
    lines = [wrapped(f"{name}: {outcome(cell)}", width, indent=2) for name, cell in odd[:_MOST_ODD]]
    if len(odd) > _MOST_ODD:
        lines.append(f"and {len(odd) - _MOST_ODD} more: see the report")
    return [Text("\n").join(map(Text, ("Not as expected:", *lines)))] if odd else []


def width_of_stdout() -> int | None:
    """Return the terminal's columns, at least 80; None if the output goes to a file or a pipe."""
    return max(80, shutil.get_terminal_size().columns) if sys.stdout.isatty() else None


def client_list(clients: Sequence[ClientRow], width: int | None = None) -> str:
    """Return a list of clients, one line each, and commands that install the missing ones.

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
    """Yield the number of missing clients, and one command for each way to install them."""
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
