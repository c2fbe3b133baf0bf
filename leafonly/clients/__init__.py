"""The clients: one entry each. To add one, see CONTRIBUTING.md; to delete one, delete it."""

from leafonly.clients import command_line, python, runtimes
from leafonly.clients.client import Client

__all__ = ["CLIENTS", "Client"]

CLIENTS: dict[str, Client] = {
    client.name: client for client in (*command_line.CLIENTS, *python.CLIENTS, *runtimes.CLIENTS)
}
