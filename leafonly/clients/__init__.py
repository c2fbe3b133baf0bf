"""The clients: one entry each. To add one, see CONTRIBUTING.md; to delete one, delete it."""

from leafonly.clients import (
    browsers,
    command_line,
    downloads,
    internet,
    jvm,
    native,
    proxies,
    pypi,
    python,
    runtimes,
    rust,
    scripting,
)
from leafonly.clients.client import Client

__all__ = ["CLIENTS", "Client"]

_FAMILIES = (
    *(browsers, command_line, downloads, internet, jvm, native, proxies, pypi, python),
    *(runtimes, rust, scripting),
)

CLIENTS: dict[str, Client] = {
    client.name: client for family in _FAMILIES for client in family.CLIENTS
}
