"""Where a TLS server is: one host and port."""

import ipaddress
import re
from dataclasses import dataclass

__all__ = ["Target", "as_host_name", "is_address", "target"]

# Letters, digits, hyphens (RFC 1123 section 2.1), and the underscores that some names have; a dot
# at the end says that no search domain is added (RFC 1034 section 3.1).
_HOST_NAME = re.compile(r"(?!-)[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*\.?", re.ASCII)

_LONGEST_HOST = 253  # RFC 1035 section 2.3.4, without the dot at the end


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
        default_port: For a host without a port; None if a port is required.

    Raises:
        ValueError: The text is not of that form. The message is one printable line.

    """
    host, colon, port = text.rpartition(":")
    bare_ipv6 = text.count(":") > 1 and not text.startswith("[")
    if not colon or text.endswith("]") or bare_ipv6:
        host, port = text, str(default_port or "")
    host = host.removeprefix("[").removesuffix("]")
    is_port = port.isascii() and port.isdigit() and len(port) < 6 and 0 < int(port) < 65536
    if not is_port or not host or not host.isprintable() or set(host) & set("/@ []"):
        raise ValueError(f"{_shown(text)} is not HOST, HOST:PORT or @FILE")
    if len(host) > _LONGEST_HOST:
        raise ValueError(f"{_shown(text)} is longer than a host name can be")
    return Target(host, int(port))


def as_host_name(text: str) -> str:
    """Return a host name or address that is safe in a client's command line.

    A name in a certificate is hostile text. socat would run a program for `name,exec:...`, and
    a hyphen would begin an option.

    Raises:
        ValueError: It is neither a host name nor an IP address.

    """
    if is_address(text):
        return text
    if len(text) > _LONGEST_HOST or not _HOST_NAME.fullmatch(text):
        raise ValueError(f"{text[:80]!r} is not a host name: use letters, digits, hyphens and dots")
    return text


def _shown(text: str) -> str:
    return "".join(c if c.isprintable() else "?" for c in text[:_LONGEST_HOST])


def is_address(host: str) -> bool:
    """Return whether a host is an IP address, and not a name."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
