"""What a file should hold, by its name."""

from pathlib import Path
from typing import Literal

from leafonly.audit.files.generations import IN_ARCHIVE

__all__ = ["SUFFIXES", "Role", "role_of"]

Role = Literal["leaf", "chain", "fullchain", "key", "csr"]

_ROLES: dict[str, Role] = {
    # certbot's live directory (certbot's README there)
    "cert.pem": "leaf",
    "chain.pem": "chain",
    "fullchain.pem": "fullchain",
    "privkey.pem": "key",
    # acme.sh (its wiki, "How to install")
    "ca.cer": "chain",
    "fullchain.cer": "fullchain",
}
_ROLES_BY_SUFFIX: dict[str, Role] = {
    ".key": "key",
    ".csr": "csr",
    ".ca-bundle": "chain",
    ".ca_bundle": "chain",
}
SUFFIXES = frozenset(
    (
        ".pem",
        ".crt",
        ".cer",
        ".cert",
        ".der",
        ".key",
        ".csr",
        ".ca-bundle",
        ".ca_bundle",
        ".p7b",
        ".p7c",
        ".p7s",
        ".pfx",
        ".p12",
    )
)
"""Suffixes of credential files. Other files in a folder count only if they hold credentials."""


def role_of(path: Path) -> Role | None:
    """Return what a file should hold, by its name; None if unknown."""
    name = IN_ARCHIVE.sub(r"\1.pem", path.name.lower())
    return _ROLES.get(name) or _ROLES_BY_SUFFIX.get(path.suffix.lower())
