"""The rehearsal: the user's own leaf, under its own name, before every client that has one.

The same bench as for the matrix, but the chain is the user's, the name is the leaf's, and a
client trusts what it trusts by itself. The name is led to loopback by each client's own
means; nothing of the system is changed, and the private key stays in this process.
"""

import ipaddress
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from leafonly.audit.evidence import Evidence
from leafonly.audit.finding import NotCheckedError
from leafonly.cameras import Camera
from leafonly.cell import Cell
from leafonly.certificate import aia_urls, ocsp_urls
from leafonly.clients import Client
from leafonly.clients.at_name import at_name, hindrance
from leafonly.pki import Chain, KeyType
from leafonly.run import Bench
from leafonly.scenario import SCENARIOS, Scenario
from leafonly.stage import check_leaf

__all__ = ["REHEARSED", "Rehearsal", "not_rehearsed"]

REHEARSED = ("absent", "cached", "aia")
"""The scenarios that a user's own files allow, beside the two controls; `aia` where the leaf
says where its issuer is, and it may be fetched. The others need leaves that only the harness's
own authority issues."""


class Rehearsal(Bench):
    """A bench on which the user's own chain is measured.

    Args:
        camera: What presents the certificates.
        directory: An empty folder for the cells' files.
        evidence: The user's credentials.
        trusted: The roots that clients are given; None to let each use its own. To hold an
            intermediate besides, a client is given the root above it either way.

    Raises:
        NotCheckedError: There is no leaf, no key, no root, or a key that no camera loads.

    """

    def __init__(
        self,
        camera: Camera,
        directory: Path,
        evidence: Evidence,
        trusted: Sequence[x509.Certificate] | None = None,
    ) -> None:
        self._own, self.key_type = _chain(evidence)
        self._trusted = trusted
        super().__init__(camera, directory)
        self._host = _host(evidence)
        self._strangers = self._stranger.issue(self._host, self.key_type)

    def check_chain(self) -> None:
        """Verify the full chain as of now, as before every cell.

        Raises:
            StageError: It is at fault, so that no client's rejection would say anything.

        """
        check_leaf(self._own, self._host)

    def _chain(self, scenario: Scenario, key_type: KeyType, aia: str | None) -> Chain:
        # Nobody can take a root out of a client's own store, so where none is to be held, a
        # stranger's chain for the same name is presented.
        return self._own if scenario.holds_root else self._strangers

    def _as_run(self, client: Client, scenario: Scenario) -> Client:
        holds_more = scenario.holds_intermediate is not None
        native = self._trusted is None and (client.adds_to_native or not holds_more)
        online = scenario.aia is not None
        return at_name(client, self._host, native=native, holds_more=holds_more, online=online)

    def _measure_alone(self, client: Client, scenario: Scenario, key_type: KeyType) -> Cell:
        # What entries declare was measured with leaves and roots of our own making.
        return replace(super()._measure_alone(client, scenario, key_type), expected=None)

    def _holding(
        self, scenario: Scenario
    ) -> tuple[Sequence[x509.Certificate], Sequence[x509.Certificate]]:
        presented = self._own if scenario.holds_root else self._strangers
        others = presented.intermediates if scenario.holds_intermediate == "issuer" else ()
        return self._trusted or [self._own.root], others


def not_rehearsed(
    client: Client, leaf: x509.Certificate | None, *, native: bool, online: bool
) -> Mapping[str, str]:
    """Say in which scenarios a client cannot be asked about a real name: each with the reason.

    Args:
        client: Who is to be asked, with what it was seen to do.
        leaf: What it is to be asked about; None where there is none.
        native: By the roots that it trusts by itself.
        online: Where the leaf says that its CA is, it may be asked.

    """
    if why := hindrance(client, native=native):
        needs_roots = native and client.native is None and not client.not_led
        why = f"{why}: give roots by --trust=FILE" if needs_roots else why
        return dict.fromkeys(SCENARIOS, why)
    if client.asks_ocsp and not online and leaf is not None and ocsp_urls(leaf):
        why = "this client would ask the CA whether the leaf is revoked: allow it by --online"
        return dict.fromkeys(SCENARIOS, why)
    if leaf is None or not aia_urls(leaf):
        return {"aia": "the leaf does not say where its issuer can be fetched"}
    if not online:
        why = "this client would fetch the intermediate from the CA: allow it by --online"
        fetching = {"absent": why} if client.fetches_issuer else {}
        return {**fetching, "aia": "nothing may be fetched without --online"}
    if client.fetches_issuer:
        return {"absent": "this client fetches the intermediate where the leaf says: see aia"}
    return {}


def _host(evidence: Evidence) -> str:
    try:
        ipaddress.ip_address(evidence.domain)
    except ValueError:
        return evidence.domain
    raise NotCheckedError("clients can be led to a name on loopback, and not to an address")


def _chain(evidence: Evidence) -> tuple[Chain, KeyType]:
    leaf, key = evidence.leaf, evidence.key
    kinds: dict[tuple[type, int], KeyType] = {
        (ec.EllipticCurvePrivateKey, 256): "p256",
        (ec.EllipticCurvePrivateKey, 384): "p384",
        (rsa.RSAPrivateKey, 2048): "rsa2048",
    }
    if not evidence.paths:
        raise NotCheckedError("no root stands above the leaf: name it by --trust=FILE")
    for (kind, size), key_type in kinds.items():
        if isinstance(key, kind) and getattr(key, "key_size", 0) == size:
            assert isinstance(key, ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey)
            root = max(evidence.paths, key=len)[-1]
            return Chain(leaf, tuple(evidence.issuers), root, key), key_type
    raise NotCheckedError("its key is none of P-256, P-384 and RSA-2048, as cameras have")
