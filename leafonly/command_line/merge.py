"""`merge`: put the reports of several machines into one matrix."""

from argparse import Namespace
from pathlib import Path

from leafonly.command_line.messages import Add

__all__ = ["add"]


def add(command: Add) -> None:
    """Declare the command."""
    parser = command(
        "merge",
        "put the reports of several machines into one matrix",
        "It says which verdicts depend on the machine.",
    )
    parser.add_argument(
        "reports",
        nargs="+",
        metavar="[NAME=]REPORT",
        help="a report.json, and a name for its machine; default: its operating system",
    )
    parser.add_argument("-o", "--output", type=Path, metavar="FILE", help="draw an HTML file, too")
    parser.add_argument("--markdown", action="store_true", help="print Markdown")
    parser.add_argument(
        "--since-version",
        action="store_true",
        help="print since which version each client does what, as Markdown",
    )
    parser.set_defaults(run=_run)


def _run(options: Namespace) -> int:
    from leafonly.command_line.pages import write_page
    from leafonly.report.document import read
    from leafonly.report.merge import drawing
    from leafonly.report.merge.fleet import Machine
    from leafonly.report.merge.table import merged
    from leafonly.report.terminal import width_of_stdout

    machines, paths = [], []
    for argument in options.reports:
        name, path = _named(argument)
        report = read(path)
        machines.append(Machine(name or report["host"]["os"], report))
        paths.append(path)
    fleet = merged(machines)
    if options.output is not None:
        write_page(options.output, drawing.html(fleet), paths)
    if options.since_version:
        print(drawing.since(fleet), end="")
    elif options.markdown:
        print(drawing.markdown(fleet), end="")
    else:
        print(drawing.text(fleet, width_of_stdout() or 80), end="")
    return 0


def _named(argument: str) -> tuple[str, Path]:
    """Return the name and the file of `NAME=FILE`; a file's own name may have a `=`."""
    name, sign, path = argument.partition("=")
    if not sign or Path(argument).exists():
        return "", Path(argument)
    if not name or not path:
        raise ValueError(f"{argument} is not NAME=FILE")
    return name, Path(path)
