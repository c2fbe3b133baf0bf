"""The default trust stores of clients, which they use without a store of ours."""

from dataclasses import dataclass
from typing import Literal

__all__ = ["AS_RUN", "NOT_TESTED", "Command", "NoneOfItsOwn", "NotTested", "OwnTrust", "Roots"]

Command = str | tuple[str, ...]
"""A shell line, which is split and never given to a shell; or its words."""

Roots = Literal["system", "package", "program"]


@dataclass(frozen=True)
class OwnTrust:
    """The default trust store of a client.

    Attributes:
        run: The command that uses it. Empty: as `Client.run`, with the word `native` in place
            of `{trust}` (the contract of programs/README.md). In both cases, variables of
            `Client.environment` with `{trust}` or `{empty}` in them are left out.
        roots: The place of its roots: the system's store, a file of a package, or the program
            itself, to which no test root can be added.
        adds: A store that the client is given adds to these roots. Otherwise it replaces them.

    """

    run: Command = ""
    roots: Roots = "system"
    adds: bool = False


AS_RUN = OwnTrust()


@dataclass(frozen=True)
class NotTested:
    """The default trust store was not tested; `why` continues a sentence for users."""

    why: str


NOT_TESTED = NotTested("this client's default trust store has not been tested")


@dataclass(frozen=True)
class NoneOfItsOwn:
    """The client has no default trust store; `why` continues a sentence for users."""

    why: str
