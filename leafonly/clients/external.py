"""Clients that users bring along, by the TryTLS stub contract.

The contract (stubs/README.md of ouspg/trytls): `STUB HOST PORT [CA_BUNDLE]`; exit code 0 and
a last line `ACCEPT`, `REJECT` or `UNSUPPORTED` on standard output, the lines before it being
the reason; any other exit code is an error of the stub's own.
"""

import os
from pathlib import Path

from leafonly.clients.client import Client, Install
from leafonly.clients.error_messages import (
    BORINGSSL,
    GNUTLS,
    GO,
    JSSE,
    NODE,
    OPENSSL,
    RUSTLS,
    together,
)

__all__ = ["stub_client"]


def stub_client(path: Path) -> Client:
    """Make a client of an executable that speaks the stub contract.

    Nothing is expected of it beyond its controls: nobody has measured it yet.

    Raises:
        ValueError: The file is not there or cannot be executed; one line for people.

    """
    if not path.is_file():
        raise ValueError(f"{path} is not there")
    if not os.access(path, os.X_OK):
        raise ValueError(f"{path} cannot be executed: chmod +x it")
    return Client(
        name=path.stem,
        kind="library",
        stack="unknown",
        needs=(),
        command=(str(path.resolve()), "{host}", "{port}", "{trust}"),
        words=together((OPENSSL, BORINGSSL, GNUTLS, NODE, RUSTLS, GO, JSSE)),
        testimony="stub",
        install=Install(anywhere="brought by the user"),
    )
