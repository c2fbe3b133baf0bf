"""The remote hosts that a user names: one, or a file with one on each line."""

from pathlib import Path

from leafonly.certificates.regular_file import read_regular_file
from leafonly.tls.address import Target, target

__all__ = ["targets"]


def targets(text: str, *, default_port: int | None = 443) -> list[Target]:
    """Return the hosts in `HOST`, `HOST:PORT`, `[IPv6]:PORT`, or `@FILE` with one on each line.

    Args:
        text: One of these; in the file, `#` begins a comment.
        default_port: For a host without a port; None if a port is required.

    Raises:
        ValueError: The text or a line is not of that form, or the file names no host.
        OSError: The file cannot be read.

    """
    if not text.startswith("@"):
        return [target(text, default_port)]
    try:
        lines = read_regular_file(Path(text[1:])).decode("utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise ValueError(f"{text[1:]} is not UTF-8 text: {error}") from error
    hosts = [line.partition("#")[0].strip() for line in lines]
    found = [target(host, default_port or 443) for host in hosts if host]
    if not found:
        raise ValueError(f"{text[1:]} names no host: write one on each line")
    return found
