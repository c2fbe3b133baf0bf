"""The base of every camera's endpoint: a port on loopback, and the thread that serves it."""

import contextlib
import selectors
import socket
import threading
import time
from collections.abc import Iterable, Iterator, Sequence

from leafonly.cameras import CameraError, Connection

__all__ = ["LoopbackEndpoint", "readable"]

_PAUSE = 0.05  # seconds until a connection is accepted that this machine had no room for


class LoopbackEndpoint:
    """One port on 127.0.0.1 and, where there is one, on ::1; the base of every endpoint.

    A derived class serves in `_run`, in a thread that `_begin` starts: it accepts with
    `_accept_all` from `_listeners`, which do not block, keeps its accounts in `_connections`,
    and checks its state when `_wake` is readable. Callers stop waiting if the thread ends.

    Args:
        name: Of the thread.

    Raises:
        OSError: No port is free.

    """

    def __init__(self, name: str) -> None:
        self._listeners = _listen_on_loopback()
        self._connections: list[Connection] = []
        self._trouble: str | None = None
        try:
            # Not a pipe: on Windows only sockets can be watched.
            self._wake, self._woken = socket.socketpair()
        except OSError:
            for listener in self._listeners:
                listener.close()
            raise
        self._woken.setblocking(False)
        self._thread = threading.Thread(target=self._run_guarded, name=name, daemon=True)

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

    def _run(self) -> None:
        """Serve until told to end."""
        raise NotImplementedError

    def _begin(self) -> None:
        """Start to serve.

        Raises:
            OSError: This machine starts no further thread.

        """
        try:
            self._thread.start()
        except RuntimeError as error:
            self._close_sockets()
            raise OSError(f"{error}: raise the limit of threads (ulimit -u)") from error

    def _run_guarded(self) -> None:
        try:
            self._run()
        except Exception as error:  # noqa: BLE001  # a caller waits for this thread
            self._trouble = f"the camera's thread has ended: {type(error).__name__}: {error}"
        finally:
            self._close_sockets()

    def _close_sockets(self) -> None:
        for each in (*self._listeners, self._wake, self._woken):
            each.close()

    def _notify(self) -> None:
        # If the buffer is full, the thread is about to wake; if it is closed, it has stopped.
        with contextlib.suppress(OSError):
            self._woken.send(b"w")

    def _await(self, event: threading.Event) -> None:
        """Wait until the thread sets the event, or has ended."""
        while not event.wait(0.5) and self._thread.is_alive():
            pass

    def _raise_trouble(self) -> None:
        if self._trouble is not None:
            raise CameraError(self._trouble)

    def _accept_all(self, listener: socket.socket) -> Iterator[socket.socket]:
        """Accept every client in a listener's queue, without waiting for more."""
        while True:
            try:
                yield listener.accept()[0]
            except BlockingIOError:
                return
            except ConnectionAbortedError:
                continue  # this client is gone, but the queue may have another
            except OSError as error:
                # EMFILE, ENFILE, ENOBUFS, ENOMEM (accept(2)): the client stays in the queue.
                self._note_trouble(error)
                time.sleep(_PAUSE)
                return

    def _note_trouble(self, error: OSError | RuntimeError) -> None:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        self._trouble = (
            f"this machine had no room for another connection ({reason}): raise the limits of "
            "open files and threads (ulimit -n, ulimit -u), or run fewer workers (-n)"
        )


def readable(sockets: Iterable[socket.socket], timeout: float | None) -> set[socket.socket]:
    """Return the sockets that can be read, after at most `timeout` seconds.

    `select.select` takes no descriptor above 1023 (select(2)); this function does.
    """
    kind = getattr(selectors, "PollSelector", selectors.SelectSelector)
    with kind() as selector:
        for each in sockets:
            selector.register(each, selectors.EVENT_READ, each)
        return {key.data for key, _ in selector.select(timeout)}


def _listen_on_loopback() -> list[socket.socket]:
    """Listen on one port number on both loopback addresses.

    `localhost` may resolve to either. If the port were free on ::1, the camera of another run
    could answer this run's client.

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
