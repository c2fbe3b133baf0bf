"""Cameras: everything that presents a certificate. One protocol, one file per kind."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Literal, NamedTuple, Protocol

from cryptography.hazmat.primitives.serialization import Encoding

from leafonly.certificates.chain import Chain, der, pem
from leafonly.tls.message_size import CERTIFICATE_MESSAGE_LIMIT

__all__ = [
    "DER_CALLS",
    "METHODS",
    "Camera",
    "CameraError",
    "CameraInfo",
    "Connection",
    "Endpoint",
    "FirmwareLimit",
    "Load",
    "LoadRefused",
    "Served",
    "Ways",
    "loads_for",
]

Served = Literal["leaf", "partial_chain", "full_chain"]
"""What a camera is asked to present."""


class CameraError(Exception):
    """The camera is missing or does not work. The message is one line."""


class LoadRefused(CameraError):
    """The camera refused to load a certificate or key. The message is its firmware's."""


class FirmwareLimit(LoadRefused):
    """The camera cannot present this kind of chain or key at all. The message says what it lacks.

    The loaded files are not at fault: the camera refuses every chain of this kind.
    """


class Load(NamedTuple):
    """The two arguments of one `load_cert_chain(certificate, key)` call on the camera."""

    certificate: bytes
    key: bytes

    def __repr__(self) -> str:
        """Return only the sizes, because a key must not reach a log."""
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


class Ways(NamedTuple):
    """The loading methods for the leaf alone, and for a chain, whole or in part."""

    leaf: str = "der_leaf"
    full_chain: str = "der_appended"


DER_CALLS = Ways()
"""The methods that load the leaf and the full chain on most firmwares."""


def loads_for(served: Served, chain: Chain, ways: Ways = DER_CALLS) -> list[Load]:
    """Return the calls that make a camera present the leaf alone, or as much of the chain.

    Args:
        served: What is to be presented.
        chain: The chain.
        ways: The camera's own methods for it (`CameraInfo.ways`).

    """
    if served == "leaf":
        return METHODS[ways.leaf](chain)
    return METHODS[ways.full_chain](chain.partial if served == "partial_chain" else chain)


@dataclass
class Connection:
    """What the camera saw of one TCP connection.

    Attributes:
        client_hello: A ClientHello arrived.
        server_name: The SNI in it, None if there was none.
        handshake_completed: The handshake completed on the camera's side.
        alert: The name of the alert that the client sent, if any (RFC 8446 section 6).
        request: The first line of what the client sent after the handshake.
        token: The secret in the response to this request, once it was sent.
        error: The TLS library's message if the handshake failed.
        client_left: The client ended the connection, and not the camera or the network: it sent
            a close_notify or, where a relay cannot read it, its socket closed first.

    """

    client_hello: bool = False
    server_name: str | None = None
    handshake_completed: bool = False
    alert: str | None = None
    request: str | None = None
    token: str | None = field(default=None, repr=False)
    error: str | None = None
    client_left: bool = False


class Endpoint(Protocol):
    """A camera that serves one chain on a loopback port."""

    @property
    def address(self) -> str:
        """The IP address it listens on."""

    @property
    def port(self) -> int:
        """The TCP port it listens on."""

    def settle(self) -> None:
        """Wait until the record of every connection so far is complete."""

    @property
    def connections(self) -> Sequence[Connection]:
        """All connections so far, in the order accepted; complete after `settle`."""


@dataclass(frozen=True)
class CameraInfo:
    """The identity of a camera, and what is known of its firmware.

    Attributes:
        kind: `emulator`, `micropython`, `serial` or another word for what it is.
        description: What it is, in a few words.
        firmware: What its firmware calls itself, if that is known.
        tls_version: Its TLS library.
        link: How clients reach it.
        ways: The loading method for the leaf alone, and for the full chain.
        message_limit: Bytes of a Certificate message that it can send.

    """

    kind: str
    description: str
    firmware: str | None
    tls_version: str | None
    link: str
    ways: Ways = DER_CALLS
    message_limit: int = CERTIFICATE_MESSAGE_LIMIT


class Camera(Protocol):
    """Anything that can present a chain."""

    def info(self) -> CameraInfo:
        """Return the identity of this camera."""

    def serve(self, loads: Sequence[Load]) -> AbstractContextManager[Endpoint]:
        """Load certificates as the calls say, and serve them until the context ends.

        Raises:
            LoadRefused: The camera refuses to load them.
            CameraError: The camera is gone.

        """

    def close(self) -> None:
        """Leave the camera as it was before.

        Raises:
            CameraError: That failed, or the camera has changed.

        """
