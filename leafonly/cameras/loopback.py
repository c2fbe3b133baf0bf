"""Where every camera is met: a port on this machine's loopback."""

import socket
from collections.abc import Iterator, Sequence

from leafonly.cameras import Connection

__all__ = ["LoopbackEndpoint"]


class LoopbackEndpoint:
    """One port on 127.0.0.1 and, where there is one, on ::1; the base of every endpoint.

    A derived class accepts with `_who_waits`, keeps its accounts in `_connections`, and closes
    `_listeners`, which do not block.

    Raises:
        OSError: No port is free.

    """

    def __init__(self) -> None:
        self._listeners = _listen_on_loopback()
        self._connections: list[Connection] = []

    @property
    def address(self) -> str:
        """The IPv4 loopback address."""
        return "127.0.0.1"

    @property
    def port(self) -> int:
        """The port, the same for IPv4 and IPv6."""
        return int(self._listeners[0].getsockname()[1])

    @property
    def connections(self) -> Sequence[Connection]:
        """All connections so far, in the order accepted."""
        return tuple(self._connections)

    @staticmethod
    def _who_waits(listener: socket.socket) -> Iterator[socket.socket]:
        """Accept every client in a listener's queue, and wait for no further one."""
        while True:
            try:
                yield listener.accept()[0]
            except BlockingIOError:
                return
            except ConnectionAbortedError:
                continue  # this one is gone, but another may stand behind it


def _listen_on_loopback() -> list[socket.socket]:
    """Listen on one port number on both loopback addresses.

    `localhost` may mean either. Were the number free to others on ::1, another run's camera
    could answer this one's client.

    Raises:
        OSError: No port is free.

    """
    for _ in range(50):
        v4 = socket.create_server(("127.0.0.1", 0), backlog=128)
        v4.setblocking(False)
        if not _has_ipv6_loopback():
            return [v4]
        try:
            v6 = socket.create_server(
                ("::1", v4.getsockname()[1]), family=socket.AF_INET6, backlog=128
            )
        except OSError:
            v4.close()
            continue
        v6.setblocking(False)
        return [v4, v6]
    raise OSError("no port is free on both loopback addresses")


def _has_ipv6_loopback() -> bool:
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        return False
    return True
