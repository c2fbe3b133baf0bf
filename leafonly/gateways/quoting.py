"""What may enter a gateway's configuration: names of a few characters, and quoted paths."""

import re
from pathlib import Path

__all__ = ["bare", "check_name", "check_path", "quoted"]

_NAME = re.compile(r"(?!-)[A-Za-z0-9.-]{1,253}")
_REFUSED = "\\${}"
"""Variables and escapes: nginx and HAProxy expand `$`, Caddy `{...}`, and all read `\\`."""


def check_name(what: str, name: str) -> str:
    """Return a host name or an IPv4 address.

    Raises:
        ValueError: It has other characters than letters, digits, hyphens and dots.

    """
    if not _NAME.fullmatch(name) or not any(c.isalnum() for c in name):
        raise ValueError(
            f"{what} {name!r}: a gateway's configuration takes letters, digits, hyphens and dots "
            "only: write an international name as xn--..., a camera as NAME or IPv4 address"
        )
    return name


def check_path(path: Path) -> Path:
    """Return a path, made absolute, that every gateway's configuration can name.

    Raises:
        ValueError: It has a character that a configuration would read as something else.

    """
    text = str(path.absolute())
    bad = sorted({c for c in text if c in _REFUSED or not (c.isprintable() or c == " ")})
    if bad or text != text.strip():
        raise ValueError(
            f"{text!r}: a gateway's configuration cannot name a path with "
            f"{' '.join(map(ascii, bad)) or 'a space at its end'}: use another folder"
        )
    return Path(text)


def quoted(text: object) -> str:
    """Return a text in double quotes, which nginx, HAProxy, Caddy and YAML read in the same way.

    `check_path` has refused the characters that they read differently.
    """
    return '"' + str(text).replace('"', '\\"') + '"'


def bare(text: object) -> str:
    """Return a text as it is: stunnel reads a value to the end of its line (stunnel(8))."""
    return str(text)
