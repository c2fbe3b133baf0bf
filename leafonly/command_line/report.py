"""`report`: draw a report.json as one HTML file."""

from argparse import Namespace
from pathlib import Path

from leafonly.command_line.messages import Add

__all__ = ["add"]


def add(command: Add) -> None:
    """Declare the command."""
    parser = command("report", "draw a report.json, or what is left of a run, as one HTML file")
    parser.add_argument(
        "report", type=Path, metavar="REPORT", help="a report.json, or unfinished-*.jsonl"
    )
    parser.add_argument(
        "-o",
        "--output",
        type=Path,
        metavar="FILE",
        help="the HTML file; default: REPORT with the suffix .html",
    )
    parser.set_defaults(run=_run)


def _run(options: Namespace) -> int:
    from leafonly.report.document import read, to_json
    from leafonly.report.html import render
    from leafonly.report.unfinished import read_journal

    output = options.output or options.report.with_suffix(".html")
    if output == options.report:
        raise ValueError(f"{output} is the report itself: name another file with -o")
    if options.report.suffix == ".jsonl":
        report = read_journal(options.report)
        as_json = options.report.with_suffix(".json")
        as_json.write_text(to_json(report), encoding="utf-8")
        print(as_json)
    else:
        report = read(options.report)
    html = render(report)
    # JSON can hold halves of a character, which UTF-8 cannot.
    output.write_text(html, encoding="utf-8", errors="replace")
    print(output)
    return 0
