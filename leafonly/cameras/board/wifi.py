"""The Wi-Fi that a board joins. Its name and password are kept in RAM only."""

import binascii
import os
from typing import NamedTuple, Protocol

from leafonly.certificates.printable import printable

__all__ = ["Wifi", "is_in_network", "join", "wifi_from_environment"]

_MEANINGS = {
    "NO_WLAN": "the board has no Wi-Fi that MicroPython's network.WLAN supports",
    "WRONG_PASSWORD": "the password is wrong",
    "NO_AP_FOUND": "the board sees no Wi-Fi of that name (most boards support 2.4 GHz only)",
    "CONNECTING": "the board has not connected after 20 s",
}
"""The device script's reasons not to join a Wi-Fi, named after MicroPython's `network.STAT_...`.
Other reasons are shown unchanged."""


class Wifi(NamedTuple):
    """A Wi-Fi to join. An open one has no password."""

    name: str
    password: str

    def __repr__(self) -> str:
        """Return no value, because neither must reach a log."""
        return "Wifi(...)"


class Board(Protocol):
    """A board in whose RAM the device script is."""

    def ask(self, code: str) -> list[str]:
        """Return the marked lines that code prints."""


def wifi_from_environment() -> Wifi | None:
    """Return the Wi-Fi of LEAFONLY_WIFI_NAME and LEAFONLY_WIFI_PASSWORD; None if not set."""
    name = os.environ.get("LEAFONLY_WIFI_NAME")
    return Wifi(name, os.environ.get("LEAFONLY_WIFI_PASSWORD", "")) if name else None


def is_in_network(board: Board) -> bool:
    """Return whether a board already has an address."""
    return any(board.ask('print("@" + address())'))


def join(board: Board, wifi: Wifi) -> str:
    """Return why a board does not join a Wi-Fi; an empty string if it joins.

    Nothing is written to its flash.

    """
    # As hexadecimal digits, so that no character can end the string in the code.
    name, password = (binascii.hexlify(each.encode()).decode() for each in wifi)
    said = "".join(
        board.ask(
            f'print("@" + join(binascii.unhexlify("{name}").decode(), '
            f'binascii.unhexlify("{password}").decode()))'
        )
    )
    # A board's exception may repeat its arguments.
    for secret in filter(None, wifi):
        said = said.replace(secret, "...")
    return _MEANINGS.get(said, f"the board says {printable(said.strip(), 100)}") if said else ""
