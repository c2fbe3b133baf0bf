"""Whose certificate is tested. The bench asks a subject four questions and knows no other kinds.

Whose chain is served, what a client holds, how a client is run to meet it by its name, and
what is expected: that is all in which our own authority, the user's own certificate and a
remote host differ.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from cryptography import x509

from leafonly.cameras import Served
from leafonly.certificates.chain import Chain, KeyType
from leafonly.clients import Client
from leafonly.harness.scenario import Scenario

__all__ = ["Holding", "Subject", "ToServe"]


class Holding(NamedTuple):
    """What a client holds: the roots that it trusts, and intermediates beside them."""

    anchors: Sequence[x509.Certificate]
    intermediates: Sequence[x509.Certificate]


@dataclass(frozen=True)
class ToServe:
    """What one cell needs served.

    Attributes:
        presented: The certificates that must be read off the wire, the leaf first.
        served: How much of the chain is loaded onto the camera, by the camera's own method.
        chain: The whole chain, whose leaf must be without fault; None for a remote host, which
            presents what it has, and onto which nothing is loaded.
        visited_before: What a full-chain server presents that the client visits first.
        fetches: Counts the requests for the leaf's issuer at its caIssuers URL; None where
            they cannot be seen.
        fetched_all: Whether the client has fetched every missing intermediate, in the form that
            RFC 5280 wants; None where one request is all that is needed, or none can be seen.
        is_ours: Leaf and roots were made for this run, so that all that a client holds and can
            fetch is known, and is checked.
        if_refused: What to add where the server refuses the client.

    """

    presented: Sequence[x509.Certificate]
    served: Served = "leaf"
    chain: Chain | None = None
    visited_before: Chain | None = None
    fetches: Callable[[], int] | None = None
    fetched_all: Callable[[], bool] | None = None
    is_ours: bool = False
    if_refused: str = ""


class Subject(Protocol):
    """Whose certificate is tested."""

    @property
    def host(self) -> str:
        """The name by which clients ask for the camera."""

    def to_serve(self, scenario: Scenario, key_type: KeyType, cell: str) -> ToServe:
        """Return what is served in a scenario.

        Args:
            scenario: What the camera is asked to present, and with which AIA.
            key_type: The leaf's key.
            cell: A label that no other measurement of this run has.

        """

    def holding(self, scenario: Scenario) -> Holding:
        """Return what a client holds in a scenario."""

    def as_run(self, client: Client, scenario: Scenario) -> Client:
        """Return the client with the command by which it is run in a scenario."""

    def why_not_runnable(self, client: Client) -> str | None:
        """Return why a client does not apply to this subject, in a sentence; None if it does."""

    def expected(self, client: Client, scenario: Scenario) -> str | None:
        """Return the outcome that was measured before; None where nothing is expected."""

    def close(self) -> None:
        """Stop whatever the subject has started."""
