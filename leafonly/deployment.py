"""A deployed camera before every client: what it presents is read, and its name is its own.

The scenarios are those that need no control over the server: what the camera presents says
which. Two controls guard each client as always, measured on the emulator beside the camera.
"""

import contextlib
import ipaddress
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import cast

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from leafonly.cameras import Endpoint
from leafonly.cameras.deployed import REFUSED, DeployedCamera
from leafonly.cameras.emulator import Emulator
from leafonly.cell import Cell, unobserved
from leafonly.certificate import aia_urls, dns_names, is_issued_by
from leafonly.clients import Client
from leafonly.clients.at_name import at_name, hindrance
from leafonly.clients.client import Testimony
from leafonly.look import Look, Trusted, classify, quietly, read_certificates
from leafonly.look_sentences import shown
from leafonly.pki import KEY_TYPES, KeyType, der
from leafonly.read_host import read_host
from leafonly.run import Bench, Staged
from leafonly.scenario import SCENARIOS, Scenario
from leafonly.stage import StageError
from leafonly.target import Target
from leafonly.verdict import Observation, ServerSaw

__all__ = ["Deployed", "Deployment", "key_name", "read_deployed"]


@dataclass(frozen=True)
class Deployed:
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
        """The scenarios that this camera stages by itself."""
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
        """The others: who holds them has them stored."""
        return [each for each in self.trusted or () if not is_issued_by(each, each)]

    @property
    def key_type(self) -> KeyType:
        """The leaf's key; of more kinds than the harness makes, all named alike."""
        return cast(KeyType, key_name(self.presented[0].public_key()))


def key_name(key: object) -> str:
    """Name a public key as `KeyType` does: `p521`, `rsa4096`, `ed25519`."""
    if isinstance(key, ec.EllipticCurvePublicKey):
        return f"p{key.curve.key_size}"
    if isinstance(key, rsa.RSAPublicKey):
        return f"rsa{key.key_size}"
    return "ed25519" if isinstance(key, ed25519.Ed25519PublicKey) else "other"


def read_deployed(
    target: Target, name: str | None, trusted: Sequence[x509.Certificate] | None
) -> Deployed:
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
    with quietly():
        presented = read_host(target, given)
        certificates = read_certificates(presented)
        called = given or _only_name(certificates[0], target)
        look = classify(Target(called, target.port), certificates, Trusted(trusted), presented)
    return Deployed(target, called, certificates, look, trusted)


class Deployment(Bench):
    """A bench on which a deployed camera is met under its own name.

    Args:
        camera: The deployed one.
        directory: An empty folder for the cells' files.
        deployed: What was read of it.

    """

    def __init__(self, camera: DeployedCamera, directory: Path, deployed: Deployed) -> None:
        super().__init__(camera, directory / "deployed")
        self._deployed, self._host = deployed, deployed.name
        self._is_native = deployed.trusted is None
        self._has_refused = False
        self._beside = _Beside(directory / "beside", deployed.name, is_native=self._is_native)

    def __exit__(self, *details: object) -> None:
        """Stop what the controls were measured on, too."""
        self._beside.__exit__(None, None, None)
        super().__exit__(None, None, None)

    def measure(self, client: Client, scenario: Scenario, key_type: KeyType) -> Cell:
        """Measure one cell; a client that nobody can lead to this name does not apply."""
        why = hindrance(client, native=self._is_native)
        if why is not None:
            return unobserved(client, scenario, key_type, "not_applicable", why)
        return super().measure(client, scenario, key_type)

    def _measured_control(self, client: Client, control: Scenario, key_type: KeyType) -> Cell:
        return self._beside.measure(client, control, KEY_TYPES[0])

    def _measure_alone(self, client: Client, scenario: Scenario, key_type: KeyType) -> Cell:
        # Nobody knows the secrets of this camera's answers; and what entries declare was
        # measured with leaves and roots of our own making.
        testimony: Testimony = "stub" if client.testimony == "stub" else "request"
        asked = replace(client, testimony=testimony, expected={})
        cell = super()._measure_alone(asked, scenario, key_type)
        if scenario.aia and client.fetches_issuer and cell.reason == "missing_issuer":
            # Nobody saw whether it was fetched, so another may be the one that is unknown.
            return replace(cell, reason="other")
        return cell

    @contextlib.contextmanager
    def _serving(
        self, scenario: Scenario, key_type: KeyType, aia: str | None
    ) -> Iterator[Endpoint]:
        with self._camera.serve(()) as endpoint:
            here = Target(endpoint.address, endpoint.port)
            now = read_host(here, self._host).certificates[: len(self._deployed.presented)]
            if list(now) != [der(each) for each in self._deployed.presented]:
                raise StageError("the camera presents something else than when this run began")
            endpoint.settle()
            yield endpoint

    def _observe(self, client: Client, scenario: Scenario, key_type: KeyType) -> Observation:
        self._has_refused = False  # one client at a time comes to a deployed camera
        observation = super()._observe(client, scenario, key_type)
        if not self._has_refused:
            return observation
        because = "; it asks for a certificate" if self._deployed.look.asks_for_certificate else ""
        return replace(observation, obstacle=REFUSED + because)

    def _ask_camera(self, stage: Staged) -> ServerSaw:
        saw = super()._ask_camera(stage)
        seen = stage.endpoint.connections[stage.seen_before :]
        self._has_refused = any(each.error == REFUSED for each in seen)
        return saw

    def _as_run(self, client: Client, scenario: Scenario) -> Client:
        online = scenario.aia is not None
        return at_name(client, self._host, native=self._is_native, online=online)

    def _holding(
        self, scenario: Scenario
    ) -> tuple[Sequence[x509.Certificate], Sequence[x509.Certificate]]:
        anchors = self._deployed.roots if scenario.holds_root else [self._stranger.root]
        holds_issuer = scenario.holds_intermediate == "issuer"
        return anchors, self._deployed.intermediates if holds_issuer else ()


class _Beside(Bench):
    """Where the controls are measured: chains of our own under the camera's name."""

    def __init__(self, directory: Path, host: str, *, is_native: bool) -> None:
        super().__init__(Emulator(), directory)
        self._host, self._is_native = host, is_native

    def _as_run(self, client: Client, scenario: Scenario) -> Client:
        # By its own trust a client must reject our chain; for it to accept one, it must be
        # told of our root.
        native = self._is_native and not scenario.holds_root
        return at_name(client, self._host, native=native)


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
