"""Cameras: whatever presents a certificate. One protocol, one file per kind."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Literal, NamedTuple, Protocol

from cryptography.hazmat.primitives.serialization import Encoding

from leafonly.certificates.chain import Chain, der, pem

__all__ = [
    "METHODS",
    "Camera",
    "CameraError",
    "CameraInfo",
    "Connection",
    "Endpoint",
    "Load",
    "LoadRefused",
    "Served",
    "loads_for",
]

Served = Literal["leaf", "full_chain"]
"""What a camera is asked to present."""


class CameraError(Exception):
    """The camera is not there or does not work. One line: what happened and what to do."""


class LoadRefused(CameraError):
    """The camera refused a certificate or key, in the words of its firmware."""


class Load(NamedTuple):
    """The two arguments of one `load_cert_chain(certificate, key)` call on the camera."""

    certificate: bytes
    key: bytes

    def __repr__(self) -> str:
        """Say the sizes alone: a key must not reach a log."""
        return f"Load(certificate={len(self.certificate)} bytes, key={len(self.key)} bytes)"


def _der_leaf(chain: Chain) -> list[Load]:
    return [Load(der(chain.leaf), chain.key_bytes())]


def _der_concatenated(chain: Chain) -> list[Load]:
    return [Load(b"".join(map(der, chain.full)), chain.key_bytes())]


def _der_appended(chain: Chain) -> list[Load]:
    return [Load(der(certificate), chain.key_bytes()) for certificate in chain.full]


def _pem_leaf(chain: Chain) -> list[Load]:
    return [Load(pem([chain.leaf]), chain.key_bytes(Encoding.PEM))]


def _pem_full_chain(chain: Chain) -> list[Load]:
    return [Load(pem(chain.full), chain.key_bytes(Encoding.PEM))]


METHODS: dict[str, Callable[[Chain], list[Load]]] = {
    "der_leaf": _der_leaf,
    "der_concatenated": _der_concatenated,
    "der_appended": _der_appended,
    "pem_leaf": _pem_leaf,
    "pem_full_chain": _pem_full_chain,
}
"""The ways of loading a chain. `der_leaf` is the documented one; `der_appended` loads the
intermediate by a second call with the same key, which DER-only firmware appends to its
list and presents (measured on MicroPython 1.25 to 1.28)."""


def loads_for(served: Served, chain: Chain) -> list[Load]:
    """Give the calls that make a camera present the leaf alone or the full chain."""
    return METHODS["der_leaf" if served == "leaf" else "der_appended"](chain)


@dataclass
class Connection:
    """What the camera saw of one TCP connection.

    Attributes:
        client_hello: A ClientHello arrived.
        server_name: The SNI in it, None if there was none.
        handshake_completed: The handshake ended well on the camera's side.
        alert: The name of the alert the client sent, if any (RFC 8446 section 6).
        request: The first line of what the client sent after the handshake.
        token: The secret of the answer to this very request, once it was sent.
        error: The TLS library's own words where the handshake did not end well.

    """

    client_hello: bool = False
    server_name: str | None = None
    handshake_completed: bool = False
    alert: str | None = None
    request: str | None = None
    token: str | None = field(default=None, repr=False)
    error: str | None = None


class Endpoint(Protocol):
    """A camera serving one presentation on a loopback port."""

    @property
    def address(self) -> str:
        """The IP address it listens on."""

    @property
    def port(self) -> int:
        """The TCP port it listens on."""

    def settle(self) -> None:
        """Wait until every connection that clients have left behind is accounted for."""

    @property
    def connections(self) -> Sequence[Connection]:
        """All connections so far, in the order accepted; complete after `settle`."""


@dataclass(frozen=True)
class CameraInfo:
    """What a camera says it is."""

    kind: str
    description: str
    firmware: str | None
    tls_version: str | None
    link: str


class Camera(Protocol):
    """Something that can be asked to present a chain."""

    def info(self) -> CameraInfo:
        """Say what this camera is."""

    def serve(self, loads: Sequence[Load]) -> AbstractContextManager[Endpoint]:
        """Load certificates as the calls say, and serve them until the context ends.

        Raises:
            LoadRefused: The camera will not have them.
            CameraError: The camera is gone.

        """

    def close(self) -> None:
        """Give the camera back as it was found.

        Raises:
            CameraError: It cannot be, or it is found changed.

        """
