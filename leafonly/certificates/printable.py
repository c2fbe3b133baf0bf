"""Text from outside, made safe to show."""

__all__ = ["one_line", "printable"]

_MOST = 1000  # characters; the longest that leafonly itself writes has about 400


def printable(text: str, most: int | None = None, *, keep: str = "") -> str:
    """Return a text without control characters, so that it cannot steer a terminal.

    Args:
        text: Anything: a name in a certificate, a program's output, a board's answer.
        most: How many characters are kept; None for all.
        keep: Control characters that may stay, such as a newline.

    """
    return "".join(c if c.isprintable() or c in keep else "?" for c in text)[:most]


def one_line(text: str, most: int = _MOST) -> str:
    """Return a text from outside as one bounded line that cannot steer a terminal.

    What becomes part of a cell, a finding or a client that was found goes through here.
    """
    kept = printable(" ".join(text[: 4 * most].split()))
    return kept if len(kept) <= most else kept[: most - 1] + "…"
