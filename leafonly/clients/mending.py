"""Clients that are a few lines of application code, with which another client connects."""

from dataclasses import dataclass
from typing import Literal

__all__ = ["Mending"]


@dataclass(frozen=True, kw_only=True)
class Mending:
    """What the code of a client is good for.

    Attributes:
        clients: The clients whose applications can use this code.
        scenario: Where its effect is seen: `aia` if it fetches the missing intermediate,
            `cached` if the application brings it along.
        widens: What the application accepts beyond a correct full chain, or which new risk it
            takes; in sentences for users.
        cost: What it needs, in a sentence for users.

    """

    clients: tuple[str, ...]
    scenario: Literal["aia", "cached"]
    widens: str
    cost: str
