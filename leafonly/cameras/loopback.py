"""Where every camera is met: a port on this machine's loopback."""

import socket

__all__ = ["listen_on_loopback"]


def listen_on_loopback() -> list[socket.socket]:
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
