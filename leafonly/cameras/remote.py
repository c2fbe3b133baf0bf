"""A camera that is deployed already: what it presents is met as it is.

Clients reach it through this machine's loopback, where the records that pass are the second
witness. They stay encrypted: nothing is opened, and nothing changed.
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
from leafonly.tls.passive_observer import Witness

__all__ = ["REFUSED", "RemoteCamera"]

REFUSED = "the camera refused the client with an alert"
"""The `error` of a connection that the camera ended, and not the client."""

_CONNECT = 10.0  # seconds
_LONGEST_ANSWER = 10.0  # seconds after a request; a camera's page may be a stream without end
_PIECE = 16384  # bytes


class RemoteCamera:
    """One deployed camera, or a list of them, which can only be looked at."""

    def __init__(self, targets: Sequence[Target]) -> None:
        self._targets = targets

    def info(self) -> CameraInfo:
        """Say what this camera is."""
        one = len(self._targets) == 1
        return CameraInfo(
            kind="deployed",
            description=str(self._targets[0]) if one else f"{len(self._targets)} hosts of a list",
            firmware=None,
            tls_version=None,
            link="network",
        )

    def close(self) -> None:
        """Nothing was changed."""

    @contextlib.contextmanager
    def serve(self, loads: Sequence[Load]) -> Iterator[Relay]:
        """Let clients reach it until the context ends; `loads` must be empty.

        Raises:
            LoadRefused: There is something to load.
            OSError: No loopback port is free.

        """
        if loads or len(self._targets) != 1:
            raise LoadRefused("what a deployed camera presents cannot be changed from here")
        way = _Way(self._targets[0])
        endpoint = Relay(way)
        way.listener = endpoint.hear
        try:
            yield endpoint
        finally:
            endpoint.close()


class _Way:
    """Connections to a camera over TCP, one after the other, and what passes there."""

    def __init__(self, target: Target) -> None:
        self.listener: Callable[[Event], None] = lambda event: None
        self.failure: str | None = None
        self._target = target
        self._socket: socket.socket | None = None
        self._witness = Witness()
        self._client_ended = threading.Event()

    def open(self) -> None:
        """Connect to the camera."""
        self._witness = Witness()
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
        """Say how many bytes are sent at once."""
        return _PIECE

    def send(self, data: bytes) -> None:
        """Send what the client sent."""
        self._witness.hear_client(data)
        # The camera may have closed already; that is noticed where its answer is read.
        if self._socket:
            with contextlib.suppress(OSError):
                self._socket.sendall(data)

    def end(self) -> None:
        """Tell the camera that the client sends no more."""
        self._client_ended.set()
        self._witness.client_ends()
        if self._socket:
            with contextlib.suppress(OSError):
                self._socket.shutdown(socket.SHUT_WR)

    def fail(self, because: str) -> None:
        """Give this camera up."""
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
                        self._witness.hear_server(data)
                        self.listener(Event("data", data))
                except OSError as failure:
                    error = str(failure)
                    break
                is_last = self._witness.request_seen or self._client_ended.is_set()
                if is_last and deadline is None:
                    deadline = time.monotonic() + _LONGEST_ANSWER
            self._socket = None
        completed = "1" if self._witness.handshake_completed else ""
        request = "(encrypted)" if self._witness.request_seen else ""
        error = REFUSED if self._witness.server_refused else error
        self.listener(Event("report", "\n".join((completed, request, "", error)).encode()))
