"""Our own authority: its chains are made for this run, so no client can know them before."""

import functools
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace

from cryptography import x509

from leafonly.certificates.authority import Authority
from leafonly.certificates.chain import Chain, KeyType
from leafonly.certificates.hierarchy import CLASSIC, Hierarchy
from leafonly.certificates.issuer_responses import RESPONSES, Responses
from leafonly.certificates.issuer_site import IssuerSite
from leafonly.clients import Client
from leafonly.harness.scenario import Scenario
from leafonly.harness.subjects.subject import Holding, ToServe

__all__ = ["OwnAuthority", "served_chain"]


class OwnAuthority:
    """The subject of the matrix, and of the controls that any other subject needs.

    Args:
        host: The name in the leaves.
        as_run: Returns a client with another command; None to run it as its entry says.
        responses: The responses of the issuer's site in scenarios in which the URLs in leaf and
            intermediates work.
        hierarchy: The certificates above the leaves.

    """

    def __init__(
        self,
        host: str = "localhost",
        as_run: Callable[[Client, Scenario], Client] | None = None,
        responses: Responses = RESPONSES["live"],
        hierarchy: Hierarchy = CLASSIC,
    ) -> None:
        self.host = host
        self._run_as = as_run
        self._authority = hierarchy.authority()
        self._hierarchy = hierarchy
        self._unrelated = Authority()
        self._site = IssuerSite()
        self._responses = {**RESPONSES, "live": responses}
        # Cells share no client state, so they may share a leaf.
        self._plain: dict[KeyType, Chain] = {}
        self._guard = threading.Lock()

    def to_serve(self, scenario: Scenario, key_type: KeyType, cell: str) -> ToServe:
        """Return a chain of this authority; its leaf names an AIA URL if the scenario has one."""
        visited = self._authority.issue(self.host, key_type) if scenario.visited else None
        served = served_chain(
            scenario,
            self._chain(scenario, key_type, cell),
            visited_before=visited,
            fetches=lambda: self._site.fetches(cell),
            fetched_all=lambda: self._fetched_all(scenario, cell),
        )
        return replace(served, is_ours=True)

    def _chain(self, scenario: Scenario, key_type: KeyType, cell: str) -> Chain:
        if scenario.aia is not None:
            responses = self._responses.get(scenario.aia)
            if responses is not None:
                published = responses(self._authority, functools.partial(self._site.url, cell))
                self._site.publish(cell, published)
            url = self._site.url(cell, dead=responses is None)
            return self._authority.issue(self.host, key_type, aia=url)
        with self._guard:
            if key_type not in self._plain:
                self._plain[key_type] = self._authority.issue(self.host, key_type)
            return self._plain[key_type]

    def _fetched_all(self, scenario: Scenario, cell: str) -> bool:
        """Return whether every missing intermediate was fetched, as DER."""
        if scenario.aia not in ("live", "redirect"):
            return False
        # A redirect leads to a second URL, which has the intermediate.
        urls = 2 if scenario.aia == "redirect" else self._hierarchy.needed
        return self._site.fetched(cell) >= urls

    def holding(self, scenario: Scenario) -> Holding:
        """Return the roots, and the intermediates that the client's store has."""
        roots, intermediates = self._authority.anchors, self._authority.intermediates
        expired = self._authority.expired_intermediates
        anchors: dict[str | None, Sequence[x509.Certificate]] = {
            # An unrelated root, because many clients do not start with an empty store.
            None: self._unrelated.anchors,
            "all": roots,
            "newer": roots[:1],
            "older": roots[1:],
        }
        stored: dict[str | None, Sequence[x509.Certificate]] = {
            None: (),
            "all": intermediates,
            "first": intermediates[:1],
            "rotated": (self._authority.rotated_intermediate, *intermediates[1:]),
            "expired": (expired[0], *intermediates[1:]),
            "expired_cross": (*intermediates[:-1], expired[-1]),
        }
        return Holding(anchors[scenario.holds_roots], stored[scenario.holds_intermediate])

    def as_run(self, client: Client, scenario: Scenario) -> Client:
        """Return the client as its entry says, or as the constructor's `as_run` changes it."""
        return self._run_as(client, scenario) if self._run_as else client

    def why_not_runnable(self, client: Client) -> str | None:
        """Return None, because every client can be given our root."""
        del client
        return None

    def expected(self, client: Client, scenario: Scenario) -> str | None:
        """Return the measured outcome; for a control without one, the correct outcome."""
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
    """Return what is served of a chain: as much as the scenario asks for."""
    presented = {"leaf": (chain.leaf,), "partial_chain": chain.partial.full}
    return ToServe(
        presented=presented.get(scenario.served, chain.full),
        served=scenario.served,
        chain=chain,
        visited_before=visited_before,
        fetches=fetches,
        fetched_all=fetched_all,
    )
