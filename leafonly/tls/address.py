"""Where deployed cameras are: one host and port, or a list of them."""

from dataclasses import dataclass
from pathlib import Path

from leafonly.certificates.regular_file import read_regular_file

__all__ = ["Target", "targets"]


@dataclass(frozen=True)
class Target:
    """One host, by name or address, and its TCP port."""

    host: str
    port: int

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"


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
        return [_target(text, default_port)]
    try:
        lines = read_regular_file(Path(text[1:])).decode("utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise ValueError(f"{text[1:]} is no text in UTF-8: {error}") from error
    hosts = [line.partition("#")[0].strip() for line in lines]
    found = [_target(host, default_port or 443) for host in hosts if host]
    if not found:
        raise ValueError(f"{text[1:]} names no host")
    return found


def _target(text: str, default_port: int | None) -> Target:
    host, colon, port = text.rpartition(":")
    bare_ipv6 = text.count(":") > 1 and not text.startswith("[")
    if not colon or text.endswith("]") or bare_ipv6:
        host, port = text, str(default_port or "")
    host = host.removeprefix("[").removesuffix("]")
    if not host or not port.isdigit() or not 0 < int(port) < 65536 or set(host) & set("/@ "):
        raise ValueError(f"{text} is not HOST, HOST:PORT or @FILE")
    return Target(host, int(port))
