"""A remote host that presents a chain of its own.

Clients connect to a loopback port that forwards the encrypted bytes. leafonly reads the types and
lengths of the TLS records that pass. It cannot decrypt or change them.
"""

import contextlib
import select
import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence

from leafonly.cameras import CameraInfo, Load, LoadRefused
from leafonly.cameras.relay import Relay
from leafonly.cameras.script.link import Event
from leafonly.tls.address import Target
from leafonly.tls.passive_observer import PassiveObserver

__all__ = ["CHANGED", "REFUSED", "RemoteCamera"]

REFUSED = "the camera refused the client with an alert"
"""The `error` of a connection that the camera ended, and not the client."""

CHANGED = "the camera presented other certificates to the client than to leafonly before it"
"""The `error` of a connection without a request: the client judged another chain. A client that
sent its request accepted what it was presented. Not seen in TLS 1.3, which encrypts the chain."""

_CONNECT = 10.0  # seconds
_LONGEST_ANSWER = 10.0  # seconds after a request; a camera's page may be a stream without end
_PIECE = 16384  # bytes


class RemoteCamera:
    """One remote host that clients can connect to, or a list of hosts that can only be read."""

    def __init__(self, targets: Sequence[Target]) -> None:
        self._targets = targets

    def info(self) -> CameraInfo:
        """Return the identity of this camera."""
        one = len(self._targets) == 1
        return CameraInfo(
            kind="deployed",
            description=str(self._targets[0]) if one else f"{len(self._targets)} hosts of a list",
            firmware=None,
            tls_version=None,
            link="network",
        )

    def close(self) -> None:
        """Do nothing, because nothing was changed."""

    @contextlib.contextmanager
    def serve(self, loads: Sequence[Load]) -> Iterator[Relay]:
        """Forward clients to the host until the context ends; `loads` must be empty.

        Raises:
            LoadRefused: There is something to load, or several hosts.
            OSError: No loopback port is free.

        """
        if loads or len(self._targets) != 1:
            raise LoadRefused("leafonly cannot change what a remote host presents")
        link = _HostLink(self._targets[0])
        endpoint = Relay(link)
        link.listener = endpoint.hear
        try:
            yield endpoint
        finally:
            endpoint.close()


class _HostLink:
    """Connections to a host over TCP, one after the other, and the observer of their records."""

    def __init__(self, target: Target) -> None:
        self.listener: Callable[[Event], None] = lambda event: None
        self.failure: str | None = None
        self._target = target
        self._socket: socket.socket | None = None
        self._observer = PassiveObserver()
        self._presented: tuple[bytes, ...] | None = None  # to the first, leafonly's own
        self._client_ended = threading.Event()

    def open(self) -> None:
        """Connect to the camera."""
        self._observer = PassiveObserver()
        self._client_ended.clear()
        try:
            connection = socket.create_connection((self._target.host, self._target.port), _CONNECT)
        except OSError as error:
            self.fail(f"nothing answers: {error}")
            return
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket = connection
        threading.Thread(
            target=self._receive, args=(connection,), name="camera-socket", daemon=True
        ).start()

    def room(self) -> int:
        """Return how many bytes are sent at once."""
        return _PIECE

    def send(self, data: bytes) -> None:
        """Send what the client sent."""
        self._observer.read_client(data)
        # The camera may have closed already; `_receive` notices that.
        if self._socket:
            with contextlib.suppress(OSError):
                self._socket.sendall(data)

    def end(self) -> None:
        """Tell the camera that the client sends no more."""
        self._client_ended.set()
        self._observer.client_closed()
        if self._socket:
            with contextlib.suppress(OSError):
                self._socket.shutdown(socket.SHUT_WR)

    def fail(self, because: str) -> None:
        """Mark this host as failed."""
        if self.failure is None:
            self.failure = f"{self._target}: {because}"
            self.listener(Event("failed", self.failure.encode()))

    def _receive(self, connection: socket.socket) -> None:
        error = ""
        deadline: float | None = None
        with connection:
            while deadline is None or time.monotonic() < deadline:
                try:
                    if select.select([connection], [], [], 0.25)[0]:
                        data = connection.recv(_PIECE)
                        if not data:
                            break
                        self._observer.read_server(data)
                        self.listener(Event("data", data))
                except OSError as failure:
                    error = str(failure)
                    break
                is_last = self._observer.request_seen or self._client_ended.is_set()
                if is_last and deadline is None:
                    deadline = time.monotonic() + _LONGEST_ANSWER
            self._socket = None
        completed = "1" if self._observer.handshake_completed else ""
        request = "(encrypted)" if self._observer.request_seen else ""
        error = self._fault() or error
        self.listener(Event("report", "\n".join((completed, request, "", error)).encode()))

    def _fault(self) -> str | None:
        """Return the camera's fault in this connection; None if there is none."""
        now = self._observer.certificates
        self._presented = now if self._presented is None else self._presented
        if now not in (None, self._presented) and not self._observer.request_seen:
            return CHANGED
        return REFUSED if self._observer.server_refused else None
