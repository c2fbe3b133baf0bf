"""Text from a program, bounded before patterns are searched in it.

Patterns with `.*` in them take time that grows with the square of a line's length. A hostile or
broken program may print a megabyte in one line.
"""

import re

__all__ = ["bounded"]

_MOST = 128 * 1024  # characters; a client's messages about a certificate take less than 20,000
_LONGEST_LINE = 4000
_GAP = "\n[...]\n"
_TOO_LONG = re.compile(rf"(.{{{_LONGEST_LINE}}})(?=.)")


def bounded(text: str, most: int = _MOST) -> str:
    """Return the text without its middle if it is long, and with long lines broken.

    Args:
        text: What a program printed.
        most: How many characters are kept, half of them from each end.

    """
    if len(text) > most:
        half = max(1, most // 2)
        text = text[:half] + _GAP + text[-half:]
    return _TOO_LONG.sub(r"\1\n", text)
