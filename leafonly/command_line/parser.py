"""The parser of the command line, and its one-line error messages."""

import argparse
import sys
from pathlib import Path
from typing import Any, NoReturn

from leafonly.certificates.printable import printable
from leafonly.command_line import (
    answer,
    build,
    clients,
    deploy,
    diff,
    docs,
    gateway,
    look,
    merge,
    remedies,
    report,
    serve,
    suites,
    summary,
)
from leafonly.command_line.messages import unknown
from leafonly.distribution import __version__

__all__ = ["parser"]

_COMMANDS = (
    suites,
    look,
    serve,
    deploy,
    gateway,
    remedies,
    clients,
    build,
    summary,
    diff,
    merge,
    report,
    docs,
    answer,
)
"""The order of --help."""


class _Parser(argparse.ArgumentParser):
    """A parser whose errors are one line, with the most similar known name."""

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
    """Return the parser; `run` in what it parses is the function that runs the command."""
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

    def add(
        name: str, text: str, more: str = "", *, prefix_chars: str = "-"
    ) -> argparse.ArgumentParser:
        return commands.add_parser(
            name,
            help=text,
            description=f"{text[0].upper()}{text[1:]}. {more}",
            allow_abbrev=False,
            prefix_chars=prefix_chars,
            add_help=prefix_chars == "-",
        )

    for command in _COMMANDS:
        command.add(add)
    return whole
