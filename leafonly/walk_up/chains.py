"""What each port presents: chains of a test authority, or the user's own certificate."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from cryptography import x509

from leafonly.certificates.authority import Authority
from leafonly.certificates.chain import Chain, KeyType, PrivateKey
from leafonly.certificates.inspection import aia_urls
from leafonly.harness.preflight import check_leaf
from leafonly.harness.scenario import SCENARIOS, Scenario
from leafonly.harness.subjects.own_certificate import OwnCertificate

__all__ = [
    "OWN_SCENARIOS",
    "TEST_SCENARIOS",
    "Offer",
    "TestChains",
    "own_offers",
]

TEST_SCENARIOS = ("absent", "aia", "full_chain", "visited", "untrusted_root")
"""In the order in which a browser is tested."""

OWN_SCENARIOS = ("absent", "aia", "full_chain", "untrusted_root")
"""The scenarios of a user's own certificate, whose leaf allows either `absent` or `aia`.

The leaf alone is tested first, because a browser may remember an intermediate that it has seen."""


@dataclass(frozen=True)
class Offer:
    """What one port presents: as much of a chain as the scenario asks for."""

    scenario: Scenario
    chain: Chain

    @property
    def presented(self) -> Sequence[x509.Certificate]:
        """The certificates, the leaf first."""
        return self.chain.full if self.scenario.served == "full_chain" else (self.chain.leaf,)

    @property
    def key(self) -> PrivateKey:
        """The leaf's private key."""
        assert self.chain.key is not None  # it was issued here, or checked with the files
        return self.chain.key


class TestChains:
    """Chains of a test root that is made for this run.

    The authorities' keys are dropped when the chains are issued, so that no other certificate can
    be issued below a root that visitors are asked to trust.

    Args:
        hosts: The names and addresses by which browsers ask for the ports.
        key_type: The leaves' keys.

    """

    __test__ = False  # pytest would take it for a test class, by its name

    def __init__(self, hosts: Sequence[str], key_type: KeyType = "p256") -> None:
        self._hosts, self._key_type = hosts, key_type
        self._full_chain = Authority()
        self.root = self._full_chain.root

    def offers(
        self, scenarios: Sequence[str], aia: Callable[[x509.Certificate], str]
    ) -> list[Offer]:
        """Return what is presented in each scenario. Call this once.

        A browser may remember the intermediates that it has seen. Therefore `absent` and `aia`
        each have an intermediate that no other port presents. `visited` has the intermediate of
        `full_chain`.

        Args:
            scenarios: Names out of `TEST_SCENARIOS`.
            aia: Takes the intermediate that a browser may fetch, and returns its URL.

        """
        main = self._full_chain
        alone, fetched, stranger = Authority(under=main), Authority(under=main), Authority()
        issuers = {"absent": alone, "aia": fetched, "untrusted_root": stranger}
        url = aia(fetched.intermediates[0])
        del self._full_chain
        return [
            self._offer(issuers.get(name, main), name, url if name == "aia" else None)
            for name in scenarios
        ]

    def _offer(self, authority: Authority, name: str, url: str | None) -> Offer:
        first, *also = self._hosts
        chain = authority.issue(first, self._key_type, aia=url, also=also)
        for host in self._hosts:
            check_leaf(chain, host)
        return Offer(SCENARIOS[name], chain)


def own_offers(subject: OwnCertificate, leaf: x509.Certificate) -> list[Offer]:
    """Return what is presented of the user's own certificate.

    Args:
        subject: The user's chain, and the stranger's for the control.
        leaf: The user's leaf. If it says where its issuer is (AIA), a browser may fetch it
            there, so that the leaf alone is the scenario `aia`.

    Raises:
        PreflightError: The chain is at fault, so that a rejection would show nothing.

    """
    subject.check_chain()
    left_out = "absent" if aia_urls(leaf) else "aia"
    offers = []
    for name in OWN_SCENARIOS:
        if name != left_out:
            to_serve = subject.to_serve(SCENARIOS[name], subject.key_type, "")
            assert to_serve.chain is not None
            offers.append(Offer(SCENARIOS[name], to_serve.chain))
    return offers
