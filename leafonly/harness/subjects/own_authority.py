"""Our own authority: chains made for this run, which clients can only know from us."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import replace

from cryptography import x509

from leafonly.certificates.authority import Authority
from leafonly.certificates.chain import Chain, KeyType
from leafonly.certificates.hierarchy import CLASSIC, Hierarchy
from leafonly.certificates.issuer_site import IssuerSite, Response
from leafonly.clients import Client
from leafonly.harness.scenario import Scenario
from leafonly.harness.subjects.subject import Holding, ToServe

__all__ = ["OwnAuthority", "served_chain"]


class OwnAuthority:
    """The subject of the matrix, and of the controls that any other subject needs.

    Args:
        host: The name in the leaves.
        as_run: Changes how a client is run; None to run it as its entry says.
        response: What the issuer's site responds with, of this authority; None for the
            intermediate as DER.
        hierarchy: What stands above the leaves.

    """

    def __init__(
        self,
        host: str = "localhost",
        as_run: Callable[[Client, Scenario], Client] | None = None,
        response: Callable[[Authority], Response] | None = None,
        hierarchy: Hierarchy = CLASSIC,
    ) -> None:
        self.host = host
        self._run_as = as_run
        self._authority = hierarchy.authority()
        self._hierarchy = hierarchy
        self._stranger = Authority()
        answer = response(self._authority) if response else None
        self._site = IssuerSite(self._authority.intermediates[0], answer)
        # Cells share nothing that a client could remember, so they may share a leaf.
        self._plain: dict[KeyType, Chain] = {}
        self._guard = threading.Lock()

    def to_serve(self, scenario: Scenario, key_type: KeyType, cell: str) -> ToServe:
        """Return a chain of this authority; its leaf names an AIA URL if the scenario has one."""
        visited = self._authority.issue(self.host, key_type) if scenario.visited else None
        return served_chain(
            scenario,
            self._chain(scenario, key_type, cell),
            visited_before=visited,
            fetches=lambda: self._site.fetches(cell),
            fetched_all=lambda: self._site.fetched(cell) >= self._hierarchy.needed,
        )

    def _chain(self, scenario: Scenario, key_type: KeyType, cell: str) -> Chain:
        if scenario.aia is not None:
            url = self._site.url(cell, dead=scenario.aia == "dead")
            chain = self._authority.issue(self.host, key_type, aia=url)
            above = range(2, len(chain.full))
            if scenario.aia == "dead" or not above:
                return chain
            urls = [self._site.url(cell, number=number) for number in above]
            naming = replace(chain, intermediates=self._authority.naming_issuers(urls))
            self._site.publish(cell, naming.intermediates)
            return naming
        with self._guard:
            if key_type not in self._plain:
                self._plain[key_type] = self._authority.issue(self.host, key_type)
            return self._plain[key_type]

    def holding(self, scenario: Scenario) -> Holding:
        """Return the roots, and the intermediates that the client's store has."""
        # A stranger's root, not an empty store: many clients refuse to start without one.
        anchors = (self._authority if scenario.holds_root else self._stranger).anchors
        intermediates = self._authority.intermediates
        stored: dict[str | None, Sequence[x509.Certificate]] = {
            None: (),
            "all": intermediates,
            "first": intermediates[:1],
            "rotated": (self._authority.rotated_intermediate, *intermediates[1:]),
        }
        return Holding(anchors, stored[scenario.holds_intermediate])

    def as_run(self, client: Client, scenario: Scenario) -> Client:
        """Return the client as its entry says, or as the constructor's `as_run` changes it."""
        return self._run_as(client, scenario) if self._run_as else client

    def why_not_runnable(self, client: Client) -> str | None:
        """Return None: every client can be given our root."""
        del client
        return None

    def expected(self, client: Client, scenario: Scenario) -> str | None:
        """Return what was measured; of a client that was never measured, what a control asks."""
        correct = scenario.correct if scenario.control else None
        return client.expected.get(scenario.name, correct)

    def close(self) -> None:
        """Stop the issuer's web site."""
        self._site.close()


def served_chain(
    scenario: Scenario,
    chain: Chain,
    *,
    visited_before: Chain | None = None,
    fetches: Callable[[], int] | None = None,
    fetched_all: Callable[[], bool] | None = None,
) -> ToServe:
    """Return how a camera presents as much of a chain as the scenario asks for."""
    presented = {"leaf": (chain.leaf,), "partial_chain": chain.partial.full}
    return ToServe(
        presented=presented.get(scenario.served, chain.full),
        served=scenario.served,
        chain=chain,
        visited_before=visited_before,
        fetches=fetches,
        fetched_all=fetched_all,
    )
