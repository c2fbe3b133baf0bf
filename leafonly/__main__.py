# PYTHON_ARGCOMPLETE_OK
"""The command line: `python -m leafonly COMMAND`, or `leafonly COMMAND` where it is installed."""

import io
import os
import sys
from argparse import ArgumentParser
from collections.abc import Sequence
from contextlib import suppress

from leafonly.command_line.messages import complain, described
from leafonly.command_line.parser import parser

__all__ = ["main"]

_PIPE_CLOSED = 141  # what a shell reports of a program that SIGPIPE ended: 128 + 13
_INTERRUPTED = 130  # the same of SIGINT


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one subcommand, and return the exit code.

    2 means that it could not run: one line on stderr says why.

    Args:
        arguments: What follows the program's name; None for the command line's own.

    """
    if isinstance(sys.stdout, io.TextIOWrapper):
        # A locale without UTF-8 is no reason to fail.
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        try:
            options = _completed(parser()).parse_args(arguments)
            code: int = options.run(options)
        except SystemExit as end:  # for --help, --version, and what cannot be parsed
            code = end.code if isinstance(end.code, int) else 2
        if sys.stdout is not None:
            sys.stdout.flush()
    except KeyboardInterrupt:
        return _INTERRUPTED
    except BrokenPipeError:
        _give_stdout_up()
        return _PIPE_CLOSED
    except (OSError, ValueError) as error:
        complain(described(error))
        _give_stdout_up()
        return 2
    return code


def _completed(parser: ArgumentParser) -> ArgumentParser:
    """Return the parser; if a shell asks how a command goes on, answer, and end the process."""
    if "_ARGCOMPLETE" in os.environ:
        import argcomplete

        argcomplete.autocomplete(parser)
    return parser


def _give_stdout_up() -> None:
    """Send what is left for stdout nowhere: flushing it at exit would fail once more."""
    try:
        if sys.stdout is not None:
            sys.stdout.flush()
    except OSError:
        with suppress(OSError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


if __name__ == "__main__":
    sys.exit(main())
