"""The Wi-Fi that a board is to join, named by its user and kept in RAM alone."""

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
"""What the device script says of a Wi-Fi it could not join, after MicroPython's
`network.STAT_...`; anything else is told as it is."""


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
        """Run code and give the lines it printed with a mark."""


def wifi_from_environment() -> Wifi | None:
    """Take the Wi-Fi that LEAFONLY_WIFI_NAME and LEAFONLY_WIFI_PASSWORD name, if one is named."""
    name = os.environ.get("LEAFONLY_WIFI_NAME")
    return Wifi(name, os.environ.get("LEAFONLY_WIFI_PASSWORD", "")) if name else None


def is_in_network(board: Board) -> bool:
    """Return whether a board already has an address."""
    return any(board.ask('print("@" + address())'))


def join(board: Board, wifi: Wifi) -> str:
    """Bring a board into a Wi-Fi. Nothing is written to its flash.

    Returns:
        Why the board did not join; an empty string if it did.

    """
    # As hexadecimal digits, so that nothing in them can end the string it stands in.
    name, password = (binascii.hexlify(each.encode()).decode() for each in wifi)
    said = "".join(
        board.ask(
            f'print("@" + join(binascii.unhexlify("{name}").decode(), '
            f'binascii.unhexlify("{password}").decode()))'
        )
    )
    # What a board says may repeat what it was told.
    for secret in filter(None, wifi):
        said = said.replace(secret, "...")
    return _MEANINGS.get(said, f"the board says {printable(said.strip(), 100)}") if said else ""
