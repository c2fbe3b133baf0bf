"""Clients that are examples of application code with which other clients connect."""

from dataclasses import dataclass
from typing import Literal

__all__ = ["Mending"]


@dataclass(frozen=True, kw_only=True)
class Mending:
    """The effect of a client's code as a remedy for other clients.

    Attributes:
        clients: The clients whose applications can use this code.
        scenario: The scenario that shows the effect: `aia` if the code fetches the missing
            intermediate, `cached` if the application brings it along.
        widens: What the application accepts beyond a correct full chain, or which new risk it
            takes; in sentences for users.
        cost: What the code needs, in a sentence for users.

    """

    clients: tuple[str, ...]
    scenario: Literal["aia", "cached"]
    widens: str
    cost: str
