"""`clients`: list the clients, their versions, and how to install what is missing."""

from argparse import Namespace
from collections.abc import Sequence
from typing import TYPE_CHECKING

from leafonly.certificates.printable import printable
from leafonly.command_line.messages import Add, unknown

if TYPE_CHECKING:
    from leafonly.clients import Client

__all__ = ["add", "named"]


def add(command: Add) -> None:
    """Declare the command."""
    parser = command(
        "clients", "list the clients, their versions, and how to install what is missing"
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help="list only these clients")
    parser.set_defaults(run=_run)


def _run(options: Namespace) -> int:
    from leafonly.clients.discovery import find_all
    from leafonly.report.rows import client_row
    from leafonly.report.terminal import client_list, width_of_stdout

    found = find_all(named(options.names))
    rows = [client_row(each) for each in found.values()]
    print(printable(client_list(rows, width_of_stdout()), keep="\n"))
    return 0


def named(names: Sequence[str]) -> "dict[str, Client]":
    """Return the named clients, or all; raise ValueError for a name that no client has."""
    from leafonly.clients import CLIENTS

    for name in names:
        if name not in CLIENTS:
            raise ValueError(unknown("client", name, CLIENTS))
    return {name: CLIENTS[name] for name in names or CLIENTS}
