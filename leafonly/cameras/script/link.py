"""The host's side of the device script: load certificates, open connections, hear reports."""

import collections
import queue
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Literal, NamedTuple, Protocol

from leafonly.cameras import CameraError, FirmwareLimit, Load, LoadRefused
from leafonly.cameras.script.frames import (
    EMPTY,
    LOST,
    SMALLEST_BUFFER,
    Damaged,
    Frame,
    FrameReader,
    FrameWriter,
    frame_size,
    packet_for,
)
from leafonly.certificates.printable import one_line, printable

__all__ = [
    "DEVICE_SCRIPT",
    "NETWORK_SCRIPT",
    "STORAGE_SCRIPT",
    "STORED_SCRIPT",
    "CableLink",
    "Event",
    "Gone",
    "Line",
    "end_waiting",
]

DEVICE_SCRIPT = Path(__file__).parent / "device" / "leafonly_device.py"
NETWORK_SCRIPT = DEVICE_SCRIPT.with_name("leafonly_network.py")
STORAGE_SCRIPT = DEVICE_SCRIPT.with_name("leafonly_storage.py")
STORED_SCRIPT = DEVICE_SCRIPT.with_name("leafonly_stored.py")

_ANSWER = 15.0  # seconds for the script to load a key, the slowest thing it does unasked
_LOSS = 4.0  # seconds that a camera which waits may need to take a frame off the line
_TAKES_ONE = "this firmware takes one certificate"  # the device script's exception
_ONE_CERTIFICATE = "this firmware takes one certificate only (MicroPython before 1.22)"
_OPEN: "set[CableLink]" = set()
_BANNERS = (b"MicroPython v", b"OpenMV v", b"soft reboot", b">>> ")


class Gone(Exception):
    """The line is closed: unplugged, or the program has ended."""


class Line(Protocol):
    """A way to the camera's stdin and stdout."""

    def read(self) -> bytes:
        """Return the bytes that arrive within a moment. Raises Gone."""

    def write(self, data: bytes) -> None:
        """Send bytes. Raises Gone."""


class Event(NamedTuple):
    """A message of the camera about the open connection."""

    kind: Literal["data", "report", "room", "failed", "lost"]
    payload: bytes = b""


class CableLink:
    """Connections inside the frames; the base of every link, since all load that way.

    Args:
        line: To the device script, which has been started.
        name: What users call this camera, for messages.

    One thread reads the line. `listener` is called from it, or from another, with events.

    """

    def __init__(self, line: Line, name: str) -> None:
        self.listener: Callable[[Event], None] = lambda event: None
        self.failure: str | None = None
        self._line, self._name = line, name
        self._reader, self._writer = FrameReader(), FrameWriter()
        self._answers: queue.SimpleQueue[Frame] = queue.SimpleQueue()
        self._buffer = SMALLEST_BUFFER
        self._packet = packet_for(SMALLEST_BUFFER)
        self._on_their_way: collections.deque[int] = collections.deque()  # sizes of frames
        self._opening = False
        self._camera_waits = False
        self._moved = self._heard = time.monotonic()
        self._changed = threading.Condition()
        self._closing = False
        self._thread = threading.Thread(target=self._read_all, name="camera-line", daemon=True)
        self._thread.start()
        _OPEN.add(self)

    def load(self, loads: Sequence[Load]) -> None:
        """Send certificates and keys, and make the camera load them.

        Raises:
            LoadRefused: With the text of the exception on the camera.
            FirmwareLimit: Its firmware takes one certificate only.
            CameraError: The camera does not answer.

        """
        self._adapt_to(self._answer("H").payload)
        for certificate, key in loads:
            self._send_pieces("C", certificate)
            self._send_pieces("K", key)
            self._put("L")
            self._answer("L")
        self._put("S")

    def start(self) -> None:
        """Wait until the camera serves."""
        self._answer("P")

    def open(self) -> None:
        """Tell the camera that a client has connected, together with its first bytes."""
        self._opening = True

    def room(self) -> int:
        """Return how many bytes the camera takes now."""
        return self._line_room()

    def send(self, data: bytes) -> None:
        """Send what the client sent: not more than there is `room` for."""
        self._put("D", data)

    def end(self) -> None:
        """Tell the camera that the client sends no more."""
        self._put("E")

    def quit(self) -> None:
        """Ask the script to end."""
        self._put("Q")

    def expect_the_end(self) -> None:
        """Stop treating a closed line as a failure."""
        self._closing = True

    def stop_reading(self) -> None:
        """Stop reading, so that others can use the line."""
        self._closing = True
        _OPEN.discard(self)
        self._thread.join()

    def fail(self, because: str) -> None:
        """Mark this link as failed, and wake all waiting threads."""
        if self.failure is None and not self._closing:
            self.failure = f"{self._name}: {because}"
            self._answers.put(Frame("!", b""))
            with self._changed:
                self._changed.notify_all()
            self.listener(Event("failed", self.failure.encode()))

    def _adapt_to(self, buffer: bytes) -> None:
        if not buffer.isdigit() or int(buffer) < SMALLEST_BUFFER:
            self.fail("the device script does not say how much the camera buffers")
            self._raise_failure()
        self._buffer = int(buffer)
        self._packet = packet_for(self._buffer)

    def _line_room(self) -> int:
        """Return how much content a frame may have now; an `O` and an `E` always fit as well."""
        needed = sum(self._on_their_way) + frame_size(self._packet) + 2 * EMPTY
        return self._packet if needed < self._buffer else 0

    def _put(self, kind: str, payload: bytes = b"") -> None:
        frames = [self._writer.encode("O")] if self._opening else []
        self._opening = False
        frames.append(self._writer.encode(kind, payload))
        with self._changed:
            # Before the frames count as on their way: the camera may have waited for a minute.
            self._moved = time.monotonic()
            self._on_their_way.extend(map(len, frames))
        try:
            self._line.write(b"".join(frames))
        except Gone as error:
            self.fail(str(error))
        self._moved = time.monotonic()

    def _send_pieces(self, kind: str, data: bytes) -> None:
        for start in range(0, len(data), self._packet):
            self._wait_for_room()
            self._put(kind, data[start : start + self._packet])

    def _wait_for_room(self) -> None:
        with self._changed:
            self._changed.wait_for(lambda: self._line_room() or self.failure, _ANSWER)
            if not self._line_room():
                self.fail("the camera takes no more data")
        self._raise_failure()

    def _answer(self, kind: str) -> Frame:
        try:
            frame = self._answers.get(timeout=_ANSWER)
        except queue.Empty:
            self.fail("the device script does not answer")
            raise CameraError(f"{self._name}: the device script does not answer") from None
        # Checked first, because a script that refuses also ends, and that closes the line.
        if frame.kind == "X":
            said = one_line(frame.payload.decode("utf-8", "backslashreplace"))
            raise FirmwareLimit(_ONE_CERTIFICATE) if _TAKES_ONE in said else LoadRefused(said)
        self._raise_failure()
        if frame.kind != kind:
            self.fail(f"the device script answers {frame.kind!r} instead of {kind!r}")
        self._raise_failure()
        return frame

    def _raise_failure(self) -> None:
        if self.failure is not None:
            raise CameraError(self.failure)

    def _read_all(self) -> None:
        try:
            while not self._closing and self.failure is None:
                data = self._line.read()
                for frame in self._reader.feed(data):
                    self._handle(frame)
                if not data:
                    self._look_for_losses()
                elif self._reader.ended:
                    time.sleep(0.05)  # the traceback is on its way
                    self._reader.feed(self._line.read())
                    said = _last_words(self._reader.garbage)
                    self.fail(LOST if LOST in said else f"the device script has ended: {said}")
                elif any(banner in self._reader.garbage for banner in _BANNERS):
                    self.fail("the camera has restarted (does its main.py start a watchdog?)")
                self._heard = time.monotonic() if data else self._heard
        except (Gone, Damaged) as error:
            words = _last_words(self._reader.garbage)
            self.fail(f"{error}; before that: {words}" if words else str(error))

    def _look_for_losses(self) -> None:
        """Give up on a camera that waits for a frame which was sent, or stopped inside of one.

        A camera that computes is not in question: it has not said that it waits.
        """
        now = time.monotonic()
        if self._camera_waits and self._on_their_way and now - self._moved > _LOSS:
            self.fail(f"{LOST}: the camera still waits for what was sent {_LOSS:.0f} s ago")
        elif self._reader.inside and now - self._heard > _LOSS:
            self.fail(f"{LOST}: a frame from the camera stopped in the middle")

    def _handle(self, frame: Frame) -> None:
        if frame.kind in ("A", "W"):
            with self._changed:
                was_full = not self._line_room()
                self._camera_waits, self._moved = frame.kind == "W", time.monotonic()
                if frame.kind == "A" and self._on_their_way:
                    self._on_their_way.popleft()
                self._changed.notify_all()
            if was_full and self._line_room():
                self.listener(Event("room"))
        elif frame.kind == "D":
            self.listener(Event("data", frame.payload))
        elif frame.kind == "R":
            self.listener(Event("report", frame.payload))
        else:
            self._answers.put(frame)


def end_waiting() -> None:
    """Fail all open links, because the user has ended the run."""
    for link in tuple(_OPEN):
        link.fail("the run was ended before the camera answered")


def _last_words(garbage: bytearray) -> str:
    """Return the last line of what was printed, for a message."""
    text = garbage.decode("utf-8", "replace").replace("\x04", "\n").rstrip("> \r\n")
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return printable(lines[-1], 200) if lines else ""
