"""`answer`: print docs/answer.md, which is generated from a report."""

from argparse import Namespace
from pathlib import Path

from leafonly.certificates.printable import printable
from leafonly.command_line.messages import Add

__all__ = ["add"]


def add(command: Add) -> None:
    """Declare the command."""
    parser = command("answer", "print docs/answer.md, which is generated from a report")
    parser.add_argument("report", type=Path, metavar="REPORT", help="a report.json")
    parser.set_defaults(run=_run)


def _run(options: Namespace) -> int:
    from leafonly.report.answer import markdown
    from leafonly.report.document import read

    text = markdown(read(options.report), options.report.as_posix())
    print(printable(text, keep="\n"), end="")
    return 0
