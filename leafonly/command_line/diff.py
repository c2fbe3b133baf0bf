"""`diff`: compare two reports, and say what got better and what got worse."""

from argparse import Namespace
from pathlib import Path

from leafonly.command_line.messages import Add

__all__ = ["add"]


def add(command: Add) -> None:
    """Declare the command."""
    parser = command(
        "diff",
        "compare two reports: what got better, what got worse",
        "The exit code is 1 if something got worse, and 2 if the reports cannot be compared.",
    )
    parser.add_argument("before", type=Path, metavar="BEFORE", help="a report.json")
    parser.add_argument("after", type=Path, metavar="AFTER", help="a later report.json")
    parser.add_argument("--html", type=Path, metavar="FILE", help="draw an HTML file, too")
    parser.add_argument("--markdown", action="store_true", help="print Markdown")
    parser.set_defaults(run=_run)


def _run(options: Namespace) -> int:
    from leafonly.command_line.pages import write_page
    from leafonly.report.diff import drawing
    from leafonly.report.diff.difference import compare
    from leafonly.report.document import read
    from leafonly.report.terminal import width_of_stdout

    before, after = read(options.before), read(options.after)
    difference = compare(before, after)
    if options.html is not None:
        page = drawing.html(difference, before, after)
        write_page(options.html, page, sources=(options.before, options.after))
    if options.markdown:
        print(drawing.markdown(difference), end="")
    else:
        print(drawing.text(difference, width_of_stdout() or 80), end="")
    return 1 if difference.count("worse") else 0
