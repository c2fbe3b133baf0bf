"""`summary`: print the result in a report.json, for people, a pull request or a code scanner."""

from argparse import Namespace
from pathlib import Path

from leafonly.command_line.messages import Add

__all__ = ["add"]


def add(command: Add) -> None:
    """Declare the command."""
    parser = command(
        "summary",
        "print the result in a report.json",
        "Plain text, or Markdown for a pull request, or SARIF of what the audit found.",
    )
    parser.add_argument("report", type=Path, metavar="REPORT", help="a report.json")
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--markdown", action="store_true", help="print Markdown")
    form.add_argument(
        "--sarif", action="store_true", help="print the findings as SARIF 2.1.0, for code scanning"
    )
    parser.set_defaults(run=_run)


def _run(options: Namespace) -> int:
    from leafonly.report.document import read

    report = read(options.report)
    if options.markdown:
        from leafonly.report.markdown import markdown

        text = markdown(report)
    elif options.sarif:
        from leafonly.report.sarif import sarif

        text = sarif(report, options.report.name)
    else:
        from leafonly.report.terminal import drawn, result, width_of_stdout

        text = drawn(result(report, width_of_stdout() or 80), colour=False)
    # JSON can hold halves of a character, which UTF-8 cannot.
    print(text.encode("utf-8", "replace").decode(), end="")
    return 0
