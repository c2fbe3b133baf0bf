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
    """Return the exit code of one subcommand, after running it.

    2 means that the command could not run. One line on stderr says why.

    Args:
        arguments: What follows the program's name; None for the command line's own.

    """
    if isinstance(sys.stdout, io.TextIOWrapper):
        # Without this, a locale without UTF-8 would end the command.
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
    """Return the parser. If a shell asks for completions, print them and end the process."""
    if "_ARGCOMPLETE" in os.environ:
        import argcomplete

        argcomplete.autocomplete(parser)
    return parser


def _give_stdout_up() -> None:
    """Discard the rest of the output, because flushing it at exit would fail again."""
    try:
        if sys.stdout is not None:
            sys.stdout.flush()
    except OSError:
        with suppress(OSError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


if __name__ == "__main__":
    sys.exit(main())
