"""The clients: one entry each. To add one, see CONTRIBUTING.md; to delete one, delete it."""

from leafonly.clients.client import Client
from leafonly.clients.entries import (
    browsers,
    c_libraries,
    command_line,
    fetching_tools,
    jvm,
    mended,
    proxies,
    python_core,
    python_extras,
    runtimes,
    rust,
    scripting,
)
from leafonly.clients.validation import validated

__all__ = ["CLIENTS", "Client"]

_FAMILIES = (
    *(browsers, c_libraries, command_line, fetching_tools, jvm, mended, proxies),
    *(python_core, python_extras, runtimes, rust, scripting),
)

CLIENTS: dict[str, Client] = validated(client for family in _FAMILIES for client in family.CLIENTS)
