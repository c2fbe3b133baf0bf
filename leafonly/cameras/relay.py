"""Forward clients on this machine's loopback to a camera elsewhere, one after the other.

A camera's script serves one client at a time. Browsers open several connections, and do not use
all of them. So a client waits here until it sends its first byte. Client and camera each have a
time limit.
"""

import collections
import contextlib
import socket
import threading
import time
from dataclasses import dataclass, field
from typing import Protocol

from leafonly.cameras import CameraError, Connection
from leafonly.cameras.loopback import LoopbackEndpoint, readable
from leafonly.cameras.script.frames import LOST
from leafonly.cameras.script.link import Event
from leafonly.certificates.printable import one_line
from leafonly.tls.alerts import ClientTap

__all__ = ["Link", "Relay"]

# Seconds. A board takes up to 25 for an RSA handshake (others' measurements on RP2040).
_CAMERA_TURN = 60.0
_LAST_TURN = 30.0  # for a camera to report, once it knows that the client has ended
_CONNECTION = 300.0  # for one connection in all, whatever the camera keeps sending
_CLIENT_TURN = 30.0
_CLIENT_TURN_WITH_QUEUE = 2.0  # for an idle client after its handshake; browsers keep some
_STRAGGLERS = 1.0  # for connections whose client is gone but whose socket another holds
_FAREWELL = 5.0  # for a client to close after the answer


class Link(Protocol):
    """The connection to a camera that serves one client at a time."""

    @property
    def failure(self) -> str | None:
        """Why it can no longer be used."""

    def open(self) -> None:
        """Begin a connection; a report will end it."""

    def room(self) -> int:
        """Return how many bytes may be sent now."""

    def send(self, data: bytes) -> None:
        """Send what the client sent."""

    def end(self) -> None:
        """Tell the camera that the client sends no more."""

    def fail(self, because: str) -> None:
        """Mark the link as failed."""


@dataclass
class _Client:
    socket: socket.socket
    seen: Connection = field(default_factory=Connection)
    tap: ClientTap = field(default_factory=ClientTap)
    ready: bool = False
    ended: bool = False
    client_is_next: bool = False
    since: float = field(default_factory=time.monotonic)
    begun: float = field(default_factory=time.monotonic)


class Relay(LoopbackEndpoint):
    """An endpoint on loopback whose camera is at the other end of a link."""

    def __init__(self, link: Link) -> None:
        super().__init__("camera-relay")
        self._link = link
        self._waiting: list[_Client] = []
        self._active: _Client | None = None
        self._leaving: list[_Client] = []
        self._events: collections.deque[Event] = collections.deque()
        self._settling: float | None = None
        self._settled = threading.Event()
        self._closing = False
        self._begin()

    def settle(self) -> None:
        """Wait until the camera has reported on every connection.

        Raises:
            CameraError: The camera is gone, so it never will.

        """
        self._settled.clear()
        self._settling = time.monotonic()
        self._notify()
        self._await(self._settled)
        if self._link.failure is not None:
            raise CameraError(self._link.failure)
        self._raise_trouble()

    def close(self) -> None:
        """End every connection and free the port."""
        with contextlib.suppress(CameraError):
            self.settle()
        self._closing = True
        self._notify()
        self._thread.join()

    def hear(self, event: Event) -> None:
        """Take an event of the link, from any thread."""
        client = self._active
        if event.kind == "data" and client is not None:
            # Sent at once, without waking the relay: one client is active until the report.
            try:
                client.socket.sendall(event.payload)
            except OSError:
                event = Event("lost")
            else:
                client.client_is_next, client.since = True, time.monotonic()
                return
        self._events.append(event)
        self._notify()

    def _run(self) -> None:
        try:
            while not self._closing:
                self._step()
        finally:
            for each in (*self._waiting, *self._leaving, *filter(None, [self._active])):
                each.socket.close()

    def _step(self) -> None:
        active = self._active
        may_speak = [active] if active and not active.ended and self._link.room() else []
        clients = [c for c in self._waiting if not c.ready] + may_speak + self._leaving
        by_socket = {client.socket: client for client in clients}
        ready = readable([*self._listeners, self._wake, *by_socket], 0.25)
        if self._wake in ready:
            self._wake.recv(4096)
        settling = self._settling
        while self._events:
            self._handle(self._events.popleft())
        for listener in self._listeners:
            if listener in ready or settling:
                self._accept(listener)
        for each in ready:
            client = by_socket.get(each)
            if client is not None:
                self._read(client)
        if self._link.failure is not None:
            self._drop_all(self._link.failure)
        self._start_next()
        self._check_time_limits()
        if settling and self._active is None and not self._waiting:
            self._settling = None
            self._settled.set()

    def _accept(self, listener: socket.socket) -> None:
        for accepted in self._accept_all(listener):
            client = _Client(accepted)
            accepted.settimeout(_FAREWELL)
            # A flight comes in several pieces; waiting for acknowledgements costs 40 ms.
            accepted.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._connections.append(client.seen)
            self._waiting.append(client)

    def _read(self, client: _Client) -> None:
        try:
            if client in self._waiting:
                client.ready = bool(client.socket.recv(1, socket.MSG_PEEK))
                if not client.ready:
                    self._waiting.remove(client)
                    self._leave(client)
            elif client is self._active:
                # There is no room while the camera still reads the previous client's data.
                if room := self._link.room():
                    self._pass_on(client, client.socket.recv(room))
            elif client in self._leaving and not client.socket.recv(4096):
                self._leaving.remove(client)
                client.socket.close()
        except OSError as error:
            # Client and relay are both on loopback, so that no network can be the cause.
            client.seen.client_left = client.seen.client_left or client is self._active
            self._lose(client, str(error) or type(error).__name__)

    def _pass_on(self, client: _Client, data: bytes) -> None:
        client.client_is_next, client.since = False, time.monotonic()
        if not data:
            client.seen.client_left = True
            self._end(client)
            return
        client.tap.feed(data)
        client.seen.client_hello = client.tap.client_hello
        client.seen.server_name = client.tap.server_name
        client.seen.alert = client.tap.alert
        self._link.send(data)

    def _lose(self, client: _Client, because: str) -> None:
        """Drop a client whose socket is broken."""
        client.seen.error = client.seen.error or because
        if client is self._active:
            self._end(client)
            return
        for group in (self._waiting, self._leaving):
            if client in group:
                group.remove(client)
        client.socket.close()

    def _end(self, client: _Client) -> None:
        if not client.ended:
            client.ended = True
            client.client_is_next, client.since = False, time.monotonic()
            self._link.end()

    def _handle(self, event: Event) -> None:
        client = self._active
        if client is None:
            return
        if event.kind == "lost":
            self._lose(client, "the client is gone")
        elif event.kind == "report":
            _note(event.payload, client.seen)
            if LOST in (client.seen.error or ""):
                self._link.fail(LOST)
            self._active = None
            self._leave(client)

    def _leave(self, client: _Client) -> None:
        """Close our side and read to the client's end, because unread bytes cause a reset."""
        client.since = time.monotonic()
        try:
            client.socket.shutdown(socket.SHUT_WR)
        except OSError:
            client.socket.close()
        else:
            self._leaving.append(client)

    def _start_next(self) -> None:
        if self._active is None and self._link.failure is None:
            client = next((each for each in self._waiting if each.ready), None)
            if client is not None:
                self._waiting.remove(client)
                client.since = client.begun = time.monotonic()
                self._active = client
                self._link.open()
                # This client has sent something already.
                self._read(client)

    def _check_time_limits(self) -> None:
        now = time.monotonic()
        for client in [c for c in self._leaving if now - c.since > _FAREWELL]:
            self._lose(client, "the client did not close")
        if self._settling and now - self._settling > _STRAGGLERS:
            # What such a client sent last, and its end, may be here and not read yet.
            silent = [c for c in self._waiting if not c.ready and not readable([c.socket], 0)]
            for client in silent:
                self._lose(client, "the client sent nothing")
            if self._active is not None and not readable([self._active.socket], 0):
                self._end(self._active)
        for client in [c for c in self._waiting if not c.ready and now - c.since > _CLIENT_TURN]:
            self._lose(client, "the client stayed silent")
        active = self._active
        if active is None:
            return
        if now - active.begun > _CONNECTION:
            self._link.fail(f"the camera has not ended a connection within {_CONNECTION:.0f} s")
        elif active.client_is_next:
            idle = active.tap.encrypted and any(each.ready for each in self._waiting)
            if now - active.since > (_CLIENT_TURN_WITH_QUEUE if idle else _CLIENT_TURN):
                active.seen.error = active.seen.error or "the client stayed silent"
                self._end(active)
        elif active.ended and now - active.since > _LAST_TURN:
            self._link.fail(f"the camera has not answered for {_LAST_TURN:.0f} s")
        elif now - active.since > _CAMERA_TURN:
            # The camera may wait for the rest of a message.
            self._end(active)

    def _drop_all(self, because: str) -> None:
        for client in [*self._waiting, *filter(None, [self._active])]:
            client.seen.error = because
            self._leave(client)
        self._waiting.clear()
        self._active = None


def _note(report: bytes, seen: Connection) -> None:
    """Enter the device script's report on a connection (`talk` in its source)."""
    lines = [line.decode("utf-8", "backslashreplace") for line in report.split(b"\n", 3)]
    completed, request, token, error = (*lines, "", "", "", "")[:4]
    seen.handshake_completed = completed == "1"
    seen.request = request or None
    seen.token = token or None
    seen.error = one_line(error) or seen.error
