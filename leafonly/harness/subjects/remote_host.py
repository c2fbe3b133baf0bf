"""A deployed camera: leafonly reads its chain, and clients connect to it under its own name.

leafonly does not control the server, so what the camera presents decides which scenarios can be
measured. The two controls of each client are measured on the emulator.
"""

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import cast

from cryptography import x509

from leafonly.cameras import Camera
from leafonly.cameras.emulator.camera import Emulator
from leafonly.cameras.look import Look, Trusted, classify, contained, quietly, read_certificates
from leafonly.cameras.look_sentences import shown
from leafonly.certificates.authority import Authority
from leafonly.certificates.chain import KeyType
from leafonly.certificates.inspection import aia_urls, dns_names, is_issued_by
from leafonly.clients import Client
from leafonly.clients.client import Testimony
from leafonly.clients.name_override import at_name, why_not_runnable
from leafonly.harness.bench import Bench
from leafonly.harness.scenario import SCENARIOS, Scenario
from leafonly.harness.subjects.own_authority import OwnAuthority
from leafonly.harness.subjects.subject import Holding, ToServe
from leafonly.tls.address import Target, as_host_name
from leafonly.tls.read_host import read_host

__all__ = ["RemoteChain", "RemoteHost", "read_remote_host", "remote_bench"]


@dataclass(frozen=True)
class RemoteChain:
    """The chain that a deployed camera presents.

    Attributes:
        target: The camera's address.
        name: The name under which clients connect to it.
        presented: Its certificates, in the order sent.
        look: The assessment of these certificates.
        trusted: The certificates of `--trust`, roots and others; None if each client uses its
            own trust store.

    """

    target: Target
    name: str
    presented: Sequence[x509.Certificate]
    look: Look
    trusted: Sequence[x509.Certificate] | None = field(repr=False)

    @property
    def scenarios(self) -> tuple[Scenario, ...]:
        """The scenarios that this chain allows."""
        if self.look.missing is None:
            # Elsewhere it is a control; here it is what the user wants to know.
            return (replace(SCENARIOS["full_chain"], control=False),)
        alone = SCENARIOS["aia" if aia_urls(self.presented[0]) else "absent"]
        return (alone, SCENARIOS["cached"]) if self.intermediates else (alone,)

    @property
    def roots(self) -> Sequence[x509.Certificate]:
        """The roots in `trusted`."""
        return [each for each in self.trusted or () if is_issued_by(each, each)]

    @property
    def intermediates(self) -> Sequence[x509.Certificate]:
        """The other certificates in `trusted`, which clients hold in the scenario `cached`."""
        return [each for each in self.trusted or () if not is_issued_by(each, each)]

    @property
    def key_type(self) -> KeyType:
        """The leaf's key, named like a `KeyType`; it may be of another kind, such as `p521`."""
        return cast(KeyType, self.look.certificates[0].key)


def read_remote_host(
    target: Target, name: str | None, trusted: Sequence[x509.Certificate] | None
) -> RemoteChain:
    """Return the chain that a deployed camera presents.

    Args:
        target: The camera's address.
        name: The name under which clients connect to it; None for the host in `target` or, if
            that is an address, for the one name in the leaf.
        trusted: The certificates of `--trust`; None if each client uses its own trust store.

    Raises:
        FlightError: The camera cannot be reached, or presents no certificate.
        ValueError: A certificate cannot be read, or the leaf has no name or several.

    """
    given = name or _as_name(target.host)
    with quietly(), contained():
        presented = read_host(target, given)
        certificates = read_certificates(presented)
        called = as_host_name(given or _only_name(certificates[0], target))
        look = classify(Target(called, target.port), certificates, Trusted(trusted), presented)
    return RemoteChain(target, called, certificates, look, trusted)


class RemoteHost:
    """The subject of a deployed camera, which presents its own chain.

    Args:
        read: The chain that was read when the run began.

    """

    def __init__(self, read: RemoteChain) -> None:
        self._read = read
        self.host = read.name
        self._is_native = read.trusted is None
        self._unrelated = Authority()

    def to_serve(self, scenario: Scenario, key_type: KeyType, cell: str) -> ToServe:
        """Return the chain that was read when the run began, because nothing can be loaded."""
        del scenario, key_type, cell
        asks = "it asks for a certificate" if self._read.look.asks_for_certificate else ""
        return ToServe(presented=self._read.presented, if_refused=asks)

    def holding(self, scenario: Scenario) -> Holding:
        """Return the certificates of `--trust`, or an unrelated root."""
        anchors = self._read.roots if scenario.holds_root else [self._unrelated.root]
        holds_issuer = scenario.holds_intermediate == "all"
        return Holding(anchors, self._read.intermediates if holds_issuer else ())

    def as_run(self, client: Client, scenario: Scenario) -> Client:
        """Return the client at the real name.

        leafonly does not know the content of this camera's responses, so the client's request is
        the evidence that it accepted.
        """
        testimony: Testimony = "stub" if client.testimony == "stub" else "request"
        online = scenario.aia is not None
        asked = at_name(client, self.host, own_trust=self._is_native, online=online)
        return replace(asked, testimony=testimony)

    def why_not_runnable(self, client: Client) -> str | None:
        """Return why the client cannot connect under this name; None if it can."""
        return why_not_runnable(client, own_trust=self._is_native)

    def expected(self, client: Client, scenario: Scenario) -> str | None:
        """Return None, because entries declare outcomes with our own authority's chains."""
        del client, scenario
        return None

    def close(self) -> None:
        """Do nothing, because nothing was started."""


def remote_bench(camera: Camera, read: RemoteChain, directory: Path) -> Bench:
    """Return a bench for a remote host, with its controls on the emulator under the same name."""
    is_native = read.trusted is None

    def as_run(client: Client, scenario: Scenario) -> Client:
        # With its own trust store, a client must reject our chain. To accept our full chain, it
        # must be given our root.
        return at_name(client, read.name, own_trust=is_native and not scenario.holds_root)

    controls = Bench(Emulator(), OwnAuthority(read.name, as_run), directory / "controls")
    return Bench(camera, RemoteHost(read), directory / "remote", controls)


def _as_name(host: str) -> str | None:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return host
    return None


def _only_name(leaf: x509.Certificate, target: Target) -> str:
    names = [name for name in dns_names(leaf) if not name.startswith("*")]
    if len(names) != 1:
        found = shown(", ".join(names)) or "none"
        raise ValueError(
            f"{target}: clients need one name, and the leaf has several or none ({found}): "
            "give it with --domain=NAME"
        )
    return names[0]
