"""The owner of the certificate under test: our own authority, the user, or a remote host.

They differ in four questions, which the bench asks through the protocol `Subject`: which chain is
served, what a client holds, which command connects to the camera's name, and what is expected.
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
    """What a client holds: its trust anchors, and the intermediates in its store."""

    anchors: Sequence[x509.Certificate]
    intermediates: Sequence[x509.Certificate]


@dataclass(frozen=True)
class ToServe:
    """What is served in one cell.

    Attributes:
        presented: The certificates that the camera must present, the leaf first.
        served: How much of the chain is loaded onto the camera, by the camera's own method.
        chain: The whole chain, which must verify; None for a remote host, which presents its own
            chain, and onto which nothing is loaded.
        visited_before: The chain of the full-chain server that the client visits first.
        fetches: Counts the requests to the leaf's caIssuers URL; None if they cannot be seen.
        fetched_all: Whether the client has fetched every missing intermediate, in the form that
            RFC 5280 requires; None if one request suffices, or if none can be seen.
        is_ours: Leaf and roots were made for this run. What a client holds and can fetch is then
            known, and `premises` checks it.
        if_refused: What to add to the reason if the server refuses the client.

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
    """The owner of the certificate under test."""

    @property
    def host(self) -> str:
        """The name under which clients connect to the camera."""

    def to_serve(self, scenario: Scenario, key_type: KeyType, cell: str) -> ToServe:
        """Return what is served in a scenario.

        Args:
            scenario: The scenario; it says how much is presented, and with which AIA.
            key_type: The leaf's key.
            cell: The label of this measurement, unique in this run.

        """

    def holding(self, scenario: Scenario) -> Holding:
        """Return what a client holds in a scenario."""

    def as_run(self, client: Client, scenario: Scenario) -> Client:
        """Return the client with its command for a scenario."""

    def why_not_runnable(self, client: Client) -> str | None:
        """Return why a client cannot be run with this subject, for users; None if it can."""

    def expected(self, client: Client, scenario: Scenario) -> str | None:
        """Return the outcome that was measured before; None if nothing is expected."""

    def close(self) -> None:
        """Stop what the subject has started."""
