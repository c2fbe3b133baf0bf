"""What can be asked on the command line, and what is said where it cannot be understood."""

import argparse
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, NoReturn

from leafonly import __version__
from leafonly.certificates.printable import printable

__all__ = ["parser", "unknown"]

_MOST_NAMES = 10  # that are listed in an error message

_Add = Callable[..., argparse.ArgumentParser]


class _Parser(argparse.ArgumentParser):
    """A parser whose errors are one line, with the name that was probably meant."""

    def error(self, message: str) -> NoReturn:
        """End with one line, where argparse would also print the usage."""
        self.exit(
            2, f"{self.prog}: {printable(' '.join(message.split()))}; see {self.prog} --help\n"
        )

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        # What argparse calls for `choices`, from Python 3.11 to 3.14.
        if action.choices is not None and value not in action.choices:
            what = str(action.metavar).lower()
            self.exit(2, f"{self.prog}: {unknown(what, value, action.choices)}\n")


def parser() -> argparse.ArgumentParser:
    """Return the parser; `command` is the subcommand's name among what it parses."""
    is_script = Path(sys.argv[0]).stem == "leafonly"
    whole = _Parser(
        prog="leafonly" if is_script else "python -m leafonly",
        description="Which clients connect to a camera that presents only its leaf certificate? "
        "The suites run under pytest (see pytest --help); these commands do the rest.",
        allow_abbrev=False,
    )
    version = f"leafonly {__version__}"
    whole.add_argument("--version", action="version", version=version, help="print the version")
    commands = whole.add_subparsers(dest="command", metavar="COMMAND", required=True)

    def add(name: str, text: str, more: str = "") -> argparse.ArgumentParser:
        description = f"{text[0].upper()}{text[1:]}. {more}"
        return commands.add_parser(name, help=text, description=description, allow_abbrev=False)

    _add_camera_commands(add)
    _add_client_commands(add)
    _add_report_commands(add)
    return whole


def _add_camera_commands(add: _Add) -> None:
    look = add(
        "look",
        "say whether a deployed camera presents a complete chain",
        "Exit code 0 if every host does, 1 if one does not, 2 if a host or a file is not usable.",
    )
    look.add_argument("host", help="HOST, HOST:PORT, or @FILE with one of these on each line")
    look.add_argument("--trust", type=Path, metavar="FILE", help="the trusted roots, as PEM")
    look.add_argument("--json", action="store_true", help="print JSON instead of lines")
    serve = add(
        "serve",
        "serve the chain of one cell until Enter is pressed",
        "It also prints the command that runs the client of that cell.",
    )
    serve.add_argument(
        "cell", metavar="CELL", help="CLIENT-SCENARIO-KEYTYPE, as in reports: curl-absent-p256"
    )


def _add_client_commands(add: _Add) -> None:
    clients = add("clients", "list the clients, their versions, and how to install what is missing")
    clients.add_argument("names", nargs="*", metavar="NAME", help="list only these clients")
    build = add(
        "build",
        "build the clients that are made from other people's packages",
        "A run never builds them, because that takes minutes and asks a package registry. "
        "Once they are built, every run finds them.",
    )
    build.add_argument("names", nargs="*", metavar="NAME", help="build only these clients")


def _add_report_commands(add: _Add) -> None:
    docs = add("docs", "print a document that is generated from the code")
    docs.add_argument(
        "document", choices=["clients"], metavar="DOCUMENT", help="clients: docs/clients.md"
    )
    answer = add("answer", "print docs/answer.md, which is generated from a report")
    report = add("report", "draw a report.json as one HTML file")
    for command in (answer, report):
        command.add_argument("report", type=Path, metavar="REPORT", help="a report.json")
    report.add_argument(
        "-o",
        "--output",
        type=Path,
        metavar="FILE",
        help="the HTML file; default: REPORT with the suffix .html",
    )


def unknown(what: str, value: str, known: Iterable[str]) -> str:
    """Say that a name is unknown, and which was probably meant."""
    import difflib

    names = list(known)
    close = difflib.get_close_matches(value, names, n=1)
    if close:
        hint = f"did you mean {close[0]}?"
    elif len(names) > _MOST_NAMES:
        hint = "`python -m leafonly clients` lists them"
    else:
        hint = f"there are: {', '.join(names)}"
    return f"unknown {what} {printable(value)!r}; {hint}"
