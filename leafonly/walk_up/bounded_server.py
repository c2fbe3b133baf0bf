"""A TCP server that strangers may reach: the number and time of connections are bounded."""

import os
import socket
import socketserver
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

__all__ = ["LONGEST_CONNECTION", "MOST_CONNECTIONS", "MOST_OF_ONE_PEER", "BoundedServer"]

MOST_CONNECTIONS = 128
"""Connections of one port at a time."""

MOST_OF_ONE_PEER = 32
"""Connections of one port and one address at a time. Browsers open at most six to one port."""

LONGEST_CONNECTION = 30.0
"""Seconds from its start to its end, whatever happens on it."""

Handler = Callable[[Any, Any, Any], socketserver.BaseRequestHandler]


class BoundedServer(socketserver.ThreadingTCPServer):
    """Serves each connection in a thread of its own, within the bounds above.

    Args:
        address: IPv4 address and port to listen on.
        handler: What serves a connection.

    Raises:
        OSError: It cannot listen there.

    """

    daemon_threads = True
    # On Windows, this option would let another program take the port over.
    allow_reuse_address = os.name == "posix"
    request_queue_size = 64

    def __init__(self, address: tuple[str, int], handler: Handler) -> None:
        self._live: dict[Any, tuple[str, float]] = {}
        super().__init__(address, handler)

    @property
    def port(self) -> int:
        """The port that it listens on."""
        return int(self.server_address[1])

    def start(self) -> None:
        """Serve in a thread until `close`."""
        threading.Thread(
            target=self.serve_forever, args=(0.1,), name="walk-up", daemon=True
        ).start()

    def close(self) -> None:
        """Stop listening, and end every connection."""
        self.shutdown()
        self.server_close()
        for connection in list(self._live):
            _end(connection)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Serve a connection, or close it if its peer or the port has too many."""
        peers = [peer for peer, _ in list(self._live.values())]
        peer = client_address[0]
        if len(peers) >= MOST_CONNECTIONS or peers.count(peer) >= MOST_OF_ONE_PEER:
            super().shutdown_request(request)
            return
        self._live[request] = (peer, time.monotonic() + LONGEST_CONNECTION)
        try:
            super().process_request(request, client_address)
        except RuntimeError:  # a limit of threads
            self.shutdown_request(request)

    def shutdown_request(self, request: Any) -> None:
        """Forget a connection that has ended."""
        self._live.pop(request, None)
        super().shutdown_request(request)

    def service_actions(self) -> None:
        """End the connections whose time is over; `serve_forever` calls it."""
        now = time.monotonic()
        for connection, (_, end) in list(self._live.items()):
            if now > end:
                _end(connection)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Print nothing, because a visitor who leaves early causes no error of this program."""


def _end(connection: socket.socket) -> None:
    with suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
