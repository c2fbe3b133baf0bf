"""What the subcommands share: one-line messages, and the type of the function `command`."""

import sys
from argparse import ArgumentParser
from collections.abc import Iterable
from typing import Protocol

from leafonly.certificates.printable import printable

__all__ = ["Add", "complain", "described", "fail", "unknown"]

_MOST_NAMES = 10  # that are listed in an error message


class Add(Protocol):
    """Adds a subcommand: its name, what it does in one line, and more for its own --help."""

    def __call__(
        self, name: str, text: str, more: str = "", *, prefix_chars: str = "-"
    ) -> ArgumentParser:
        """Return the parser of the new command."""
        ...


def unknown(what: str, value: str, known: Iterable[str]) -> str:
    """Return the message that a name is unknown, with the most similar known name."""
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


def fail(message: str) -> int:
    """Print the message to stderr, and return the exit code of a command that could not run."""
    complain(message)
    return 2


def complain(message: str) -> None:
    """Print one line to stderr."""
    print(f"leafonly: {printable(' '.join(message.split()))}", file=sys.stderr)


def described(error: Exception) -> str:
    """Return what went wrong in one line, without Python's error numbers."""
    if isinstance(error, OSError) and error.strerror:
        return ": ".join(str(part) for part in (error.filename, error.strerror) if part)
    return str(error) or type(error).__name__
