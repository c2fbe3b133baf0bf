"""One time limit for all that is done with one host, its name's resolution included."""

import socket
import threading
import time
from collections.abc import Callable
from typing import TypeVar, cast

__all__ = ["Deadline", "connect", "in_time"]

T = TypeVar("T")


class Deadline:
    """The moment at which all waiting ends.

    Args:
        seconds: From now on.

    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._end = time.monotonic() + seconds

    def remaining(self) -> float:
        """Return the seconds that are left.

        Raises:
            TimeoutError: No time is left.

        """
        left = self._end - time.monotonic()
        if left <= 0:
            raise TimeoutError(f"timed out after {self._seconds:g} s")
        return left

    def part(self, share: float) -> "Deadline":
        """Return an earlier deadline: after this share of the time that is left."""
        return Deadline(share * self.remaining())


def in_time(function: Callable[[], T], deadline: Deadline, doing: str) -> T:
    """Return what a function returns, if it returns before the deadline.

    The function is called in a daemon thread, which goes on after the deadline.

    Args:
        function: What to call. An exception that it raises is raised here.
        deadline: The time limit.
        doing: What the function does, for the error message.

    Raises:
        TimeoutError: The function did not return in time.

    """
    found: list[tuple[T | None, BaseException | None]] = []

    def call() -> None:
        try:
            found.append((function(), None))
        except BaseException as error:  # noqa: BLE001 - raised in the caller's thread
            found.append((None, error))

    thread = threading.Thread(target=call, name=doing[:50], daemon=True)
    thread.start()
    thread.join(deadline.remaining())
    if not found:
        raise TimeoutError(f"timed out while {doing}")
    result, error = found[0]
    if error is not None:
        raise error
    return cast("T", result)


def connect(host: str, port: int, deadline: Deadline) -> socket.socket:
    """Connect to the first of a host's addresses that answers.

    Many hosts have an IPv6 address that does not answer, and an IPv4 address that does. So each
    address but the last gets at most half of the time that is left.

    Raises:
        OSError: No address answers, the name does not resolve, or the time is over.

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
    """Return a host's addresses, in time: the resolver's own time limit cannot be set."""
    try:
        return in_time(
            lambda: cast("_Addresses", socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)),
            deadline,
            "its name was resolved",
        )
    except UnicodeError as error:  # no label that IDNA can encode
        raise OSError(f"not a host name: {error}") from error
