"""A deployed camera before every client: what it presents is read, and its name is its own.

The scenarios are those that need no control over the server: what the camera presents says
which. Two controls guard each client as always, measured on the emulator beside the camera.
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
    """What was read of a deployed camera.

    Attributes:
        target: Where it is.
        name: What clients call it.
        presented: Its certificates, in the order sent.
        look: What they are.
        trusted: What the user says clients trust, roots and others; None for each client's own.

    """

    target: Target
    name: str
    presented: Sequence[x509.Certificate]
    look: Look
    trusted: Sequence[x509.Certificate] | None = field(repr=False)

    @property
    def scenarios(self) -> tuple[Scenario, ...]:
        """The scenarios that what this camera presents allows."""
        if self.look.missing is None:
            # What is a control elsewhere is the question here.
            return (replace(SCENARIOS["full_chain"], control=False),)
        alone = SCENARIOS["aia" if aia_urls(self.presented[0]) else "absent"]
        return (alone, SCENARIOS["cached"]) if self.intermediates else (alone,)

    @property
    def roots(self) -> Sequence[x509.Certificate]:
        """The roots among what clients are to trust."""
        return [each for each in self.trusted or () if is_issued_by(each, each)]

    @property
    def intermediates(self) -> Sequence[x509.Certificate]:
        """The others, which clients hold in the scenario `cached`."""
        return [each for each in self.trusted or () if not is_issued_by(each, each)]

    @property
    def key_type(self) -> KeyType:
        """The leaf's key; of more kinds than the harness makes, all named alike."""
        return cast(KeyType, self.look.certificates[0].key)


def read_remote_host(
    target: Target, name: str | None, trusted: Sequence[x509.Certificate] | None
) -> RemoteChain:
    """Look at a deployed camera.

    Args:
        target: Where it is.
        name: What clients call it; None for the host itself or, where that is an address,
            for the one name in its leaf.
        trusted: What clients trust; None for each client's own.

    Raises:
        FlightError: It cannot be reached, or presents nothing.
        ValueError: A certificate cannot be read, or its name cannot be told.

    """
    given = name or _as_name(target.host)
    with quietly(), contained():
        presented = read_host(target, given)
        certificates = read_certificates(presented)
        called = as_host_name(given or _only_name(certificates[0], target))
        look = classify(Target(called, target.port), certificates, Trusted(trusted), presented)
    return RemoteChain(target, called, certificates, look, trusted)


class RemoteHost:
    """A camera in use, met under its own name; it presents what it has.

    Args:
        read: What was read of it.

    """

    def __init__(self, read: RemoteChain) -> None:
        self._read = read
        self.host = read.name
        self._is_native = read.trusted is None
        self._stranger = Authority()

    def to_serve(self, scenario: Scenario, key_type: KeyType, cell: str) -> ToServe:
        """Return what was read when the run began: nothing can be loaded."""
        del scenario, key_type, cell
        asks = "it asks for a certificate" if self._read.look.asks_for_certificate else ""
        return ToServe(presented=self._read.presented, if_refused=asks)

    def holding(self, scenario: Scenario) -> Holding:
        """Return what the user says clients trust, or an unrelated root."""
        anchors = self._read.roots if scenario.holds_root else [self._stranger.root]
        holds_issuer = scenario.holds_intermediate == "all"
        return Holding(anchors, self._read.intermediates if holds_issuer else ())

    def as_run(self, client: Client, scenario: Scenario) -> Client:
        """Return the client at the real name.

        The secrets in this camera's answers are unknown, so that the client's request must do
        as the proof that it accepted.
        """
        testimony: Testimony = "stub" if client.testimony == "stub" else "request"
        online = scenario.aia is not None
        asked = at_name(client, self.host, own_trust=self._is_native, online=online)
        return replace(asked, testimony=testimony)

    def why_not_runnable(self, client: Client) -> str | None:
        """Return why the client cannot be run at this name; None if it can."""
        return why_not_runnable(client, own_trust=self._is_native)

    def expected(self, client: Client, scenario: Scenario) -> str | None:
        """Return None: what entries declare was measured with chains of our own authority."""
        del client, scenario
        return None

    def close(self) -> None:
        """Nothing was started."""


def remote_bench(camera: Camera, read: RemoteChain, directory: Path) -> Bench:
    """Return a bench for a remote host, with its controls on the emulator under the same name."""
    is_native = read.trusted is None

    def as_run(client: Client, scenario: Scenario) -> Client:
        # By its own trust a client must reject our chain; for it to accept one, it must be
        # told of our root.
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
            f"{target}: clients are led by name, and its leaf has several or none ({found}): "
            "say which by --domain=NAME"
        )
    return names[0]
