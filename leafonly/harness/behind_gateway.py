"""A camera behind a gateway, as one more camera: the gateway presents what the camera cannot.

The bench loads a chain onto it as onto any camera. The gateway presents that chain. The camera
behind it presents a self-signed leaf, the only certificate that the gateway trusts.
"""

import contextlib
import os
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Literal

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from leafonly.cameras import (
    DER_CALLS,
    Camera,
    CameraError,
    CameraInfo,
    Connection,
    Endpoint,
    Load,
    loads_for,
)
from leafonly.cameras.emulator.loading_rules import load
from leafonly.cameras.remote import RemoteCamera
from leafonly.certificates.chain import PrivateKey, pem
from leafonly.certificates.inspection import dns_names
from leafonly.certificates.self_signed import self_signed
from leafonly.gateways import Gateway, GatewayError, Site, free_ports, running
from leafonly.tls.address import Target

__all__ = ["BehindGateway", "Situation"]

Situation = Literal["trusted", "other", "down"]
"""The camera behind the gateway: the one that it trusts, another one, or none."""

_LOOPBACK = "127.0.0.1"


class BehindGateway:
    """A camera that clients reach through a gateway on this machine's loopback.

    Args:
        gateway: The gateway; each `serve` starts its own process.
        camera: The camera behind the gateway. The caller closes it.
        situation: Which camera is there.

    """

    def __init__(self, gateway: Gateway, camera: Camera, situation: Situation = "trusted") -> None:
        self._gateway, self._camera, self._situation = gateway, camera, situation

    def info(self) -> CameraInfo:
        """Return the identity of the camera and the gateway."""
        info = self._camera.info()
        description = f"{info.description}, behind {self._gateway.name}"
        return replace(info, description=description, ways=DER_CALLS)

    def close(self) -> None:
        """Do nothing, because nothing outlives `serve`."""

    @contextlib.contextmanager
    def serve(self, loads: Sequence[Load]) -> Iterator["Endpoint"]:
        """Return an endpoint whose gateway presents the loaded chain until the context ends.

        Raises:
            LoadRefused: The chain cannot be read, or the camera refuses a self-signed leaf.
            CameraError: The gateway does not start, or the camera is gone.

        """
        certificates, key = load(loads)
        (domain, *_) = dns_names(certificates[0])
        with contextlib.ExitStack() as stack:
            # Only its owner can read the folder (mkdtemp), because it holds a key.
            folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="leafonly-gateway-"))
            behind, pinned = stack.enter_context(self._behind(domain))
            site = _site(Path(folder), domain, behind)
            _write(self._gateway, site, certificates, key, pinned)
            try:
                stack.enter_context(running(self._gateway, site.directory, site.listen))
            except (GatewayError, OSError) as error:
                raise CameraError(str(error)) from error
            front = stack.enter_context(RemoteCamera([site.listen]).serve(()))
            yield _BothSides(front, behind)

    @contextlib.contextmanager
    def _behind(self, name: str) -> Iterator[tuple[Endpoint | None, x509.Certificate]]:
        """Return the camera behind, which serves, and the certificate that the gateway trusts."""
        chain = self_signed(name)
        if self._situation == "down":
            yield None, chain.leaf
            return
        pinned = self_signed(name).leaf if self._situation == "other" else chain.leaf
        with self._camera.serve(loads_for("leaf", chain, self._camera.info().ways)) as endpoint:
            yield endpoint, pinned


class _BothSides:
    """The record of clients' connections on both sides of a gateway.

    The gateway terminates the client's TLS, so only the camera behind it sees the request and
    the token. The handshake and the alerts of the client are on the front side.
    """

    def __init__(self, front: Endpoint, behind: Endpoint | None) -> None:
        self._front, self._behind = front, behind
        # In the order in which they were first seen: callers count them.
        self._seen: list[tuple[bool, Connection]] = []
        self._counted = [0, 0]

    @property
    def address(self) -> str:
        """The address that clients connect to."""
        return self._front.address

    @property
    def port(self) -> int:
        """The port that clients connect to."""
        return self._front.port

    def settle(self) -> None:
        """Wait until the record of every connection so far is complete, on both sides."""
        self._front.settle()
        if self._behind is not None:
            self._behind.settle()

    @property
    def connections(self) -> Sequence[Connection]:
        """The clients' connections to the gateway, and the gateway's requests to the camera."""
        for side, endpoint in enumerate((self._front, self._behind)):
            connections = endpoint.connections if endpoint else ()
            new = connections[self._counted[side] :]
            self._counted[side] += len(new)
            self._seen += [(bool(side), each) for each in new]
        return [_request_only(each) if behind else each for behind, each in self._seen]


def _request_only(of_gateway: Connection) -> Connection:
    # The handshake and an alert on this side are the gateway's.
    return Connection(request=of_gateway.request, token=of_gateway.token)


def _site(directory: Path, domain: str, behind: Endpoint | None) -> Site:
    listen, inner, unused = free_ports(3)
    camera = Target(behind.address, behind.port) if behind else Target(_LOOPBACK, unused)
    chain = directory / "fullchain.pem"
    return Site(
        domain=domain,
        camera=camera,
        camera_name=domain,
        camera_certificate=directory / "camera.pem",
        chain=chain,
        key=chain.with_name(f"{chain.name}.key"),
        listen=Target(_LOOPBACK, listen),
        inner_port=inner,
        directory=directory,
    )


def _write(
    gateway: Gateway,
    site: Site,
    chain: Sequence[x509.Certificate],
    key: PrivateKey,
    camera: x509.Certificate,
) -> None:
    (site.directory / gateway.file).write_text(gateway.render(site), encoding="utf-8")
    site.chain.write_bytes(pem(chain))
    site.camera_certificate.write_bytes(pem([camera]))
    # Created with its mode, so that other users can never read it.
    descriptor = os.open(site.key, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
