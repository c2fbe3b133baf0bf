"""Text from outside, made safe to show."""

__all__ = ["printable"]


def printable(text: str, most: int | None = None, *, keep: str = "") -> str:
    """Return a text without control characters, so that it cannot steer a terminal.

    Args:
        text: Anything: a name in a certificate, a program's output, a board's answer.
        most: How many characters are kept; None for all.
        keep: Control characters that may stay, such as a newline.

    """
    return "".join(c if c.isprintable() or c in keep else "?" for c in text)[:most]
