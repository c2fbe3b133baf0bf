"""What a walk-up test serves, and under which names: decided before any port is open."""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from cryptography import x509

from leafonly.audit import Evidence
from leafonly.audit.files.credentials import Credentials
from leafonly.certificates.chain import KEY_TYPES
from leafonly.certificates.paths import Issuers
from leafonly.clients import CLIENTS
from leafonly.harness.scenario import CONTROLS, SCENARIOS
from leafonly.harness.subjects.own_certificate import OwnCertificate
from leafonly.report.rows import RunKind
from leafonly.walk_up.chains import TEST_SCENARIOS, Offer, TestChains, own_offers
from leafonly.walk_up.page_server import ISSUER_PATH, Site
from leafonly.walk_up.visitors import Visitors

__all__ = ["Plan", "own_plan", "test_plan"]


@dataclass(frozen=True)
class Plan:
    """What is served.

    Attributes:
        site: The page and the visitors.
        offers: Takes the port of the page, and returns what the other ports present.
        key_type: The leaves' key type.
        kind: The run's kind, for the report.

    """

    site: Site
    offers: Callable[[int], Sequence[Offer]]
    key_type: str
    kind: RunKind


def test_plan(addresses: tuple[str, ...], domain: str | None, scenarios: Sequence[str]) -> Plan:
    """Return the plan of a test authority that is made now.

    Args:
        addresses: The addresses of the page.
        domain: The name by which browsers ask for the ports; None for the page's address.
        scenarios: The wanted scenarios; the controls are added.

    """
    controls = [each.name for each in CONTROLS]
    names = [name for name in TEST_SCENARIOS if name in scenarios or name in controls]
    chains = TestChains((domain,) if domain else addresses)
    site = Site(_visitors(names), addresses, domain)
    site.root = chains.root

    def offers(port: int) -> Sequence[Offer]:
        def url_of(intermediate: x509.Certificate) -> str:
            site.issuer = intermediate
            return f"http://{addresses[0]}:{port}{ISSUER_PATH}"

        return chains.offers(names, url_of)

    return Plan(site, offers, KEY_TYPES[0], "matrix")


def own_plan(
    addresses: tuple[str, ...],
    credentials: Credentials,
    domain: str | None,
    scenarios: Sequence[str],
    private: Sequence[x509.Certificate] = (),
) -> Plan:
    """Return the plan of the user's own certificate.

    Args:
        addresses: The addresses of the page.
        credentials: The user's files, with the private key.
        domain: The camera's name; None for the one in the leaf.
        scenarios: The wanted scenarios; the controls are added.
        private: Roots of a private CA, which the devices trust.

    Raises:
        NotCheckedError: The files do not make a chain that can be served.
        PreflightError: The chain is at fault, so that a rejection would show nothing.

    """
    about = credentials.about(domain) if domain else credentials
    evidence = Evidence(about, dt.datetime.now(dt.UTC), domain, private=Issuers(private))
    subject = OwnCertificate(evidence)
    offers = [
        each
        for each in own_offers(subject, evidence.leaf)
        if each.scenario.name in scenarios or each.scenario.control
    ]
    # The CA's site is elsewhere.
    visitors = _visitors([each.scenario.name for each in offers], sees_fetches=False)
    site = Site(visitors, addresses, subject.host)
    return Plan(site, lambda port: offers, subject.key_type, "own_certificate")


def _visitors(names: Sequence[str], *, sees_fetches: bool = True) -> Visitors:
    taken = {name.casefold() for name in CLIENTS}
    return Visitors([SCENARIOS[name] for name in names], taken, sees_fetches=sees_fetches)
