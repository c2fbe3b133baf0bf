"""One time limit for all that is done with one host, its name's resolution included."""

import socket
import threading
import time

__all__ = ["Deadline", "connect"]


class Deadline:
    """A moment after which nothing is waited for.

    Args:
        seconds: From now.

    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._end = time.monotonic() + seconds

    def remaining(self) -> float:
        """Return the seconds that are left.

        Raises:
            TimeoutError: There are none.

        """
        left = self._end - time.monotonic()
        if left <= 0:
            raise TimeoutError(f"timed out after {self._seconds:g} s")
        return left

    def part(self, share: float) -> "Deadline":
        """Return a deadline within this one, after this share of what is left of it."""
        return Deadline(share * self.remaining())


def connect(host: str, port: int, deadline: Deadline) -> socket.socket:
    """Connect to the first of a host's addresses that answers.

    A host with a silent IPv6 address and one that answers by IPv4 is common, so no address
    but the last takes more than half of the time that is left.

    Raises:
        OSError: None does, the name does not resolve, or the time is over.

    """
    addresses = _resolve(host, port, deadline)
    failure: OSError = OSError(f"{host} has no address")
    for number, (family, kind, protocol, _, address) in enumerate(addresses, 1):
        share = 1.0 if number == len(addresses) else 0.5
        connection = socket.socket(family, kind, protocol)
        try:
            connection.settimeout(deadline.remaining() * share)
            connection.connect(address)
        except OSError as error:
            connection.close()
            failure = error
        else:
            return connection
    raise failure


_Addresses = list[tuple[socket.AddressFamily, socket.SocketKind, int, str, tuple[str, int]]]


def _resolve(host: str, port: int, deadline: Deadline) -> _Addresses:
    """Resolve in a thread, because the resolver's own time limit cannot be set."""
    found: list[object] = []

    def resolve() -> None:
        try:
            found.append(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
        except (OSError, UnicodeError) as error:  # the latter: no label that IDNA can encode
            found.append(error)

    resolver = threading.Thread(target=resolve, name=f"resolve-{host[:50]}", daemon=True)
    resolver.start()
    resolver.join(deadline.remaining())
    if not found:
        raise TimeoutError("timed out while its name was resolved")
    if isinstance(found[0], OSError):
        raise found[0]
    if isinstance(found[0], UnicodeError):
        raise OSError(f"no host name: {found[0]}")
    return found[0]  # type: ignore[return-value]
