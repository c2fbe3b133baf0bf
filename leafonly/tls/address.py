"""Where a TLS server is: one host and port."""

import ipaddress
from dataclasses import dataclass

__all__ = ["Target", "is_address", "target"]


@dataclass(frozen=True)
class Target:
    """One host, by name or address, and its TCP port."""

    host: str
    port: int

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"


def target(text: str, default_port: int | None = 443) -> Target:
    """Return the host and port that `HOST`, `HOST:PORT` or `[IPv6]:PORT` names.

    Args:
        text: One of these.
        default_port: For a host without one; None demands one.

    Raises:
        ValueError: The text is not of that form.

    """
    host, colon, port = text.rpartition(":")
    bare_ipv6 = text.count(":") > 1 and not text.startswith("[")
    if not colon or text.endswith("]") or bare_ipv6:
        host, port = text, str(default_port or "")
    host = host.removeprefix("[").removesuffix("]")
    if not host or not port.isdigit() or not 0 < int(port) < 65536 or set(host) & set("/@ "):
        raise ValueError(f"{text} is not HOST, HOST:PORT or @FILE")
    return Target(host, int(port))


def is_address(host: str) -> bool:
    """Return whether a host is an IP address, and not a name."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
