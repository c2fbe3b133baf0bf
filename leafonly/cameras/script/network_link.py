"""Connections over the board's own network; its line brings certificates, keys and reports."""

import contextlib
import socket
import threading

from leafonly.cameras import CameraError
from leafonly.cameras.script.frames import Frame
from leafonly.cameras.script.link import CableLink, Event, Line

__all__ = ["NetworkLink"]

_SENDING = 30.0  # seconds for the camera to take what a client sent


class NetworkLink(CableLink):
    """Connections over TCP; only certificates, keys and reports go over the line.

    Args:
        line: As for `CableLink`.
        name: As for `CableLink`.

    """

    def __init__(self, line: Line, name: str) -> None:
        super().__init__(line, name)
        self._address, self._port = "", 0
        self._socket: socket.socket | None = None
        self._receiver: threading.Thread | None = None

    @property
    def where(self) -> tuple[str, int]:
        """The camera's own address and port."""
        return self._address, self._port

    def start(self) -> None:
        """Wait until the camera serves, and note its address."""
        told = self._answer("P").payload.decode("ascii", "replace")
        self._address, _, port = told.partition(" ")
        if not self._address or not port.isdigit():
            raise CameraError(f"{self._name}: the board has left its network")
        self._port = int(port)

    def open(self) -> None:
        """Connect to the camera."""
        try:
            self._socket = socket.create_connection(self.where, 10)
        except OSError as error:
            self.fail(f"nothing answers at {self._address}:{self._port}: {error}")
            return
        self._socket.settimeout(_SENDING)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._receiver = threading.Thread(
            target=self._receive, args=(self._socket,), name="camera-socket", daemon=True
        )
        self._receiver.start()

    def room(self) -> int:
        """Return how many bytes are sent at once."""
        return 4096

    def send(self, data: bytes) -> None:
        """Send what the client sent."""
        if self._socket is None:
            return
        try:
            self._socket.sendall(data)
        except TimeoutError:
            self.fail(f"the camera has taken no data for {_SENDING:.0f} s")
        except OSError:
            pass  # the script may have closed already; its report says why

    def end(self) -> None:
        """Tell the camera that the client sends no more."""
        if self._socket:
            with contextlib.suppress(OSError):
                self._socket.shutdown(socket.SHUT_WR)

    def stop_reading(self) -> None:
        """Stop reading, so that others can use the line and the network."""
        if self._socket:
            with contextlib.suppress(OSError):
                # Closing alone would not wake the receiver.
                self._socket.shutdown(socket.SHUT_RDWR)
            self._socket.close()
        super().stop_reading()

    def _receive(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                try:
                    data = connection.recv(4096)
                except TimeoutError:
                    continue  # the relay watches the clock
                if not data:
                    return
                self.listener(Event("data", data))

    def _handle(self, frame: Frame) -> None:
        if frame.kind == "R" and self._socket and self._receiver:
            # The script closes before it reports: all that it sent comes first.
            self._receiver.join(5)
            self._socket.close()
        super()._handle(frame)
