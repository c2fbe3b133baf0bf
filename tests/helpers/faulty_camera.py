"""A camera that breaks off: true TLS bytes up to a record of its flight, then a fault.

It stands in front of the emulator and forwards what both sides say. A TLS 1.2 camera sends
each handshake message in a record of its own, so a phase of the handshake is a number of records.
"""

import contextlib
import itertools
import select
import socket
import struct
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from leafonly.cameras import CameraInfo, Connection, Endpoint, Load
from leafonly.cameras.emulator.camera import Emulator
from tests.helpers.servers import listening
from tests.helpers.waiting import LONGEST

_RECORD_HEADER = 5  # bytes, RFC 5246 section 6.2.1
_RESETS = struct.pack("ii", 1, 0)  # SO_LINGER: close() sends RST
_PIECE = 1 << 16  # bytes


@dataclass(frozen=True)
class Fault:
    """What a camera does in place of its next record, when that record is due.

    Attributes:
        after: So many whole records of the camera arrive: ServerHello, Certificate,
            ServerKeyExchange, ServerHelloDone; ChangeCipherSpec, Finished; its answer.
        end: How it ends: with RST, with FIN, not at all, or it goes on as if nothing was.
        half: The first half of the next record arrives, too.
        at_once: It does not wait until the next record is due, which the client may have to
            say something for.
        instead: Makes what arrives before that end, of the record that is due.

    """

    after: int
    end: Literal["reset", "close", "silence", "goes on"] = "reset"
    half: bool = False
    at_once: bool = False
    instead: Callable[[bytes], bytes] | None = None


def alert(number: int) -> Callable[[bytes], bytes]:
    """Return what makes a fatal alert (RFC 8446 section 6) of any record."""
    return lambda _: bytes((21, 3, 3, 0, 2, 2, number))


def damaged(record: bytes) -> bytes:
    """Return a record whose last byte is another: of a signature, or of what is encrypted."""
    return record[:-1] + bytes((record[-1] ^ 1,))


def no_certificates(_: bytes) -> bytes:
    """Return the record of a Certificate message without one (RFC 5246 section 7.4.2)."""
    return bytes((22, 3, 3, 0, 7, 11, 0, 0, 3, 0, 0, 0))


class FaultyEndpoint:
    """An endpoint whose first connection, which leafonly's own check makes, is sound."""

    def __init__(
        self,
        inner: Endpoint,
        port: int,
        ended: Sequence[threading.Event],
        struck: threading.Event,
    ) -> None:
        self._inner, self._ended, self._struck = inner, ended, struck
        self.address, self.port = "127.0.0.1", port

    def settle(self) -> None:
        for each in list(self._ended):
            assert each.wait(LONGEST), "a client or the camera holds on"
        self._inner.settle()

    @property
    def connections(self) -> Sequence[Connection]:
        if not self._struck.is_set():
            return self._inner.connections
        # The emulator behind cannot know that this camera ended the connection.
        return [replace(each, client_left=False) for each in self._inner.connections]


class FaultyCamera:
    """An emulator with a fault.

    Args:
        fault: What each connection but the first of an endpoint meets.
        spares_chains: Only the leaf alone is served with the fault, so that controls are sound.

    """

    def __init__(self, fault: Fault, *, spares_chains: bool = False) -> None:
        self._fault, self._spares_chains = fault, spares_chains
        self._sound = Emulator()

    def info(self) -> CameraInfo:
        return self._sound.info()

    def close(self) -> None:
        pass

    @contextlib.contextmanager
    def serve(self, loads: Sequence[Load]) -> Iterator[Endpoint]:
        with self._sound.serve(loads) as inner:
            if self._spares_chains and len(loads) > 1:
                yield inner
                return
            with in_front_of(inner, self._fault, sound=1) as endpoint:
                yield endpoint


@contextlib.contextmanager
def in_front_of(inner: Endpoint, fault: Fault, *, sound: int) -> Iterator[FaultyEndpoint]:
    """Give a port whose connections, but for the first `sound` ones, meet a fault."""
    numbers = itertools.count(1)
    ended: list[threading.Event] = []
    struck = threading.Event()

    def forward(client: socket.socket) -> None:
        here = threading.Event()
        ended.append(here)
        met = None if next(numbers) <= sound else fault
        try:
            with socket.create_connection((inner.address, inner.port), 10) as camera:
                pass_on_both(client, camera, met, struck)
        finally:
            here.set()

    with listening(forward) as port:
        yield FaultyEndpoint(inner, port, ended, struck)


def pass_on_both(
    client: socket.socket,
    camera: socket.socket,
    fault: Fault | None = None,
    struck: threading.Event | None = None,
) -> None:
    """Pass bytes on, both ways, until one side ends or the record comes that the fault replaces.

    `struck` is set if that record came.
    """
    unsent, passed = b"", 0
    while ready := select.select([client, camera], [], [], 30)[0]:
        if client in ready and not _pass_on(client, camera):
            return
        if camera not in ready:
            continue
        data = camera.recv(_PIECE)
        unsent += data
        while record := _first_record(unsent):
            is_due = fault is not None and passed == fault.after
            if not is_due:
                client.sendall(record)
                unsent, passed = unsent[len(record) :], passed + 1
            if fault is not None and (is_due or (fault.at_once and passed == fault.after)):
                if struck is not None:
                    struck.set()
                _break_off(client, record, fault)
                if fault.end == "goes on":
                    unsent, passed, fault = unsent[len(record) :], passed + 1, None
                    continue
                data = b""
                break
        if not data:
            if fault is None:
                client.shutdown(socket.SHUT_WR)
            while _pass_on(client, camera):
                pass
            return


def _pass_on(sender: socket.socket, receiver: socket.socket) -> bool:
    data = sender.recv(_PIECE)
    receiver.sendall(data)
    return bool(data)


def _break_off(client: socket.socket, record: bytes, fault: Fault) -> None:
    before = fault.instead(record) if fault.instead else b""
    client.sendall(record[: len(record) // 2] if fault.half else before)
    if fault.end == "reset":
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESETS)
        client.close()
    elif fault.end == "close":
        client.shutdown(socket.SHUT_WR)


def _first_record(data: bytes) -> bytes:
    """Return the first record if it is complete; otherwise nothing."""
    size = _RECORD_HEADER + int.from_bytes(data[3:5], "big")
    return data[:size] if len(data) >= _RECORD_HEADER and len(data) >= size else b""
