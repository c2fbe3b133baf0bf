"""The user's own certificate, served under its real name to clients with their own trust stores.

Each client resolves the name to loopback by its own means. The system is not changed. With the
emulator, the private key stays in this process.
"""

import ipaddress
from collections.abc import Mapping, Sequence

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from leafonly.audit.context import Evidence
from leafonly.audit.finding import NotCheckedError
from leafonly.certificates.authority import Authority
from leafonly.certificates.chain import Chain, KeyType
from leafonly.certificates.inspection import aia_urls, is_self_signed, ocsp_urls
from leafonly.clients import Client
from leafonly.clients.name_override import at_name, why_not_runnable
from leafonly.harness.preflight import check_leaf
from leafonly.harness.scenario import SCENARIOS, Scenario
from leafonly.harness.subjects.own_authority import served_chain
from leafonly.harness.subjects.subject import Holding, ToServe
from leafonly.tls.address import as_host_name

__all__ = ["OWN_SCENARIOS", "OwnCertificate", "why_not_asked"]

OWN_SCENARIOS = ("absent", "cached", "aia")
"""The scenarios that a user's own files allow, beside the two controls. `aia` needs a leaf that
names the URL of its issuer, and `--online`. The other scenarios need leaves that only leafonly's
own authority issues."""


class OwnCertificate:
    """The user's own chain, under the name in its leaf.

    Args:
        evidence: The user's credentials.
        trusted: The file of roots that clients are given; None if each uses its own trust
            store. In `cached`, a client is given a root in any case.

    Raises:
        NotCheckedError: The leaf, its key or a root is missing, or no camera loads such a key.

    """

    def __init__(
        self, evidence: Evidence, trusted: Sequence[x509.Certificate] | None = None
    ) -> None:
        self._own, self.key_type = _chain(evidence)
        # An intermediate in that file would be a trust anchor of most clients, which would then
        # connect although the camera does not send it. `Evidence` takes the same roots.
        self._trusted = [each for each in trusted or () if is_self_signed(each)] or trusted
        self.host = _host(evidence)
        self._unrelated = Authority().issue(self.host, self.key_type)

    def to_serve(self, scenario: Scenario, key_type: KeyType, cell: str) -> ToServe:
        """Return the user's chain; for `untrusted_root`, an unrelated chain for the same name.

        leafonly cannot remove a root from a client's own trust store, so another chain is
        presented.
        """
        del key_type, cell
        return served_chain(scenario, self._presented(scenario))

    def _presented(self, scenario: Scenario) -> Chain:
        return self._own if scenario.holds_root else self._unrelated

    def check_chain(self) -> None:
        """Raise PreflightError if the full chain does not verify now, as before every cell.

        Raises:
            PreflightError: It does not verify, so a client's rejection would mean nothing.

        """
        check_leaf(self._own, self.host)

    def holding(self, scenario: Scenario) -> Holding:
        """Return the roots that clients are given, and the intermediates of the chain."""
        intermediates = self._presented(scenario).intermediates
        others = intermediates if scenario.holds_intermediate == "all" else ()
        return Holding(self._trusted or [self._own.root], others)

    def as_run(self, client: Client, scenario: Scenario) -> Client:
        """Return the client at the real name, with its default trust store if it has one."""
        holds_more = scenario.holds_intermediate is not None
        own_trust = self._trusted is None and (client.adds_to_own_trust or not holds_more)
        online = scenario.aia is not None
        return at_name(client, self.host, own_trust=own_trust, holds_more=holds_more, online=online)

    def why_not_runnable(self, client: Client) -> str | None:
        """Return None, because `why_not_asked` has left such cells out."""
        del client
        return None

    def expected(self, client: Client, scenario: Scenario) -> str | None:
        """Return None, because entries declare outcomes with our own authority's chains."""
        del client, scenario
        return None

    def close(self) -> None:
        """Do nothing, because nothing was started."""


def why_not_asked(
    client: Client, leaf: x509.Certificate | None, *, native: bool, online: bool
) -> Mapping[str, str]:
    """Return the scenarios in which a client cannot be asked about a real name, with reasons.

    Args:
        client: The client, with the outcomes that were measured before.
        leaf: The user's leaf; None if there is none.
        native: The client uses its default trust store.
        online: The client may connect to the CA's addresses in the leaf.

    """
    if why := why_not_runnable(client, own_trust=native):
        needs_roots = native and why == client.why_no_own_trust
        why = f"{why}: give roots with --trust=FILE" if needs_roots else why
        return dict.fromkeys(SCENARIOS, why)
    if client.asks_ocsp and not online and leaf is not None and ocsp_urls(leaf):
        why = "this client would ask the CA whether the leaf is revoked: allow it with --online"
        return dict.fromkeys(SCENARIOS, why)
    if leaf is None or not aia_urls(leaf):
        return {"aia": "the leaf does not say where its issuer can be fetched"}
    if not online:
        why = "this client would fetch the intermediate from the CA: allow it with --online"
        fetching = {"absent": why} if client.fetches_issuer else {}
        return {**fetching, "aia": "nothing may be fetched without --online"}
    if client.fetches_issuer:
        return {"absent": "this client fetches the intermediate where the leaf says: see aia"}
    return {}


def _host(evidence: Evidence) -> str:
    try:
        ipaddress.ip_address(evidence.domain)
    except ValueError:
        try:
            return as_host_name(evidence.domain)
        except ValueError as error:
            raise NotCheckedError(str(error)) from error
    raise NotCheckedError(
        "the certificate is for an address: clients can override only the resolution of a name"
    )


def _chain(evidence: Evidence) -> tuple[Chain, KeyType]:
    leaf, key = evidence.leaf, evidence.key
    kinds: dict[tuple[type, int], KeyType] = {
        (ec.EllipticCurvePrivateKey, 256): "p256",
        (ec.EllipticCurvePrivateKey, 384): "p384",
        (rsa.RSAPrivateKey, 2048): "rsa2048",
    }
    if not evidence.paths:
        raise NotCheckedError("no root was found above the leaf: name it with --trust=FILE")
    for (kind, size), key_type in kinds.items():
        if isinstance(key, kind) and getattr(key, "key_size", 0) == size:
            assert isinstance(key, ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey)
            root = max(evidence.paths, key=len)[-1]
            return Chain(leaf, tuple(evidence.issuers), root, key), key_type
    raise NotCheckedError("the leaf's key is not P-256, P-384 or RSA-2048, which cameras load")
