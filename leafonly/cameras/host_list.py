"""The remote hosts that a user names: one, or a file with one on each line."""

from pathlib import Path

from leafonly.certificates.regular_file import read_regular_file
from leafonly.tls.address import Target, target

__all__ = ["targets"]


def targets(text: str, *, default_port: int | None = 443) -> list[Target]:
    """Read `HOST`, `HOST:PORT`, `[IPv6]:PORT`, or `@FILE` with one of these on each line.

    Args:
        text: One of these; in the file, `#` begins a comment.
        default_port: For a host without one; None demands one.

    Raises:
        ValueError: Something is not of that form, or the file names nobody.
        OSError: The file cannot be read.

    """
    if not text.startswith("@"):
        return [target(text, default_port)]
    try:
        lines = read_regular_file(Path(text[1:])).decode("utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise ValueError(f"{text[1:]} is no text in UTF-8: {error}") from error
    hosts = [line.partition("#")[0].strip() for line in lines]
    found = [target(host, default_port or 443) for host in hosts if host]
    if not found:
        raise ValueError(f"{text[1:]} names no host")
    return found
