"""What goes over the line between host and camera: text lines that no byte can disturb.

A frame is one line: STX, a letter, eight hexadecimal digits, base64, LF. The first four digits
are a running total of this direction, modulo 65536: the letters and contents of all frames up
to this one. So a frame that never arrived is noticed at the next one. The other four are the
length of the base64 with its LF, in bytes. Everything but STX and LF is printable, so Ctrl-C
appears on the line only when it is meant, and always stops the camera's script. Bytes that
others print between two frames are told from frames.

Host to camera: `C` a piece of certificate, `K` of key, `L` load them, `S` that was all; `O`
a client has come, `D` data, `E` it has no more, `Q` quit. Camera to host: `H` the size of its
input buffer, `L` loaded, `X` refused (with the exception's text), `P` serving (at this address
and port), `W` it waits for a frame, `A` a frame has been taken off the line, `D` data, `R` the
report that ends a connection.

The camera sends one `A` for each frame, before it computes. The frames that it has not
answered are never more than its input buffer holds, because some boards discard what does not
fit.
"""

import binascii
from typing import NamedTuple

__all__ = [
    "EMPTY",
    "LOST",
    "SMALLEST_BUFFER",
    "Damaged",
    "Frame",
    "FrameReader",
    "FrameWriter",
    "frame_size",
    "packet_for",
]

LOST = "bytes were lost on the cable"

EMPTY = 11
"""Bytes of a frame without content."""

SMALLEST_BUFFER = 256
"""Bytes. MicroPython's STM32 boards have 256 (the smallest of their mpconfigboard.h) to 1024
on USB, and its UARTs 260 (ports/esp32/mphalport.c, main.c of ports/stm32)."""

_FRAMES = 2  # full frames on their way, so that the camera finds the next one when it looks
_LONGEST_PACKET = 744  # bytes; the device script takes frames of up to 1100
_STX, _END_OF_SCRIPT = 2, 4
_MOST_GARBAGE = 1 << 16  # bytes kept of what is no frame, to find out what happened
_LONGEST_LINE = 1 << 12  # bytes; the camera's longest frame is a quarter of that


class Damaged(Exception):
    """A frame arrived that is not what was sent, or one before it never arrived."""


class Frame(NamedTuple):
    """One message: what it is about, and its content."""

    kind: str
    payload: bytes


def frame_size(content: int) -> int:
    """Return the bytes on the line of a frame with this many bytes of content."""
    return EMPTY + -(-content // 3) * 4


def packet_for(buffer: int) -> int:
    """Return the most content a frame may have for an input buffer of this many bytes.

    Two such frames fit with the `O` and the `E` of a connection. A ring of n bytes holds n - 1
    (MicroPython's py/ringbuf.h, ports/stm32/usbd_cdc_interface.c).
    """
    line = (buffer - 1 - 2 * EMPTY) // _FRAMES
    return min(_LONGEST_PACKET, (line - EMPTY) // 4 * 3)


class FrameWriter:
    """Writes the frames of one direction, and keeps their running total."""

    def __init__(self) -> None:
        self._total = 0

    def encode(self, kind: str, payload: bytes = b"") -> bytes:
        """Return the next frame as it goes over the line."""
        self._total = _add(self._total, kind, payload)
        text = binascii.b2a_base64(payload)
        return b"\x02%b%04x%04x%b" % (kind.encode(), self._total, len(text), text)


class FrameReader:
    """Takes frames out of what the camera prints.

    Attributes:
        garbage: What was printed that is no frame, in case it tells what went wrong.
        ended: The raw REPL has said, by its 0x04, that the script is over.

    """

    def __init__(self) -> None:
        self.garbage = bytearray()
        self.ended = False
        self._line = bytearray()
        self._total = 0

    @property
    def inside(self) -> bool:
        """Whether a frame has begun that has not ended yet."""
        return bool(self._line)

    def feed(self, data: bytes) -> list[Frame]:
        """Read on, and return the frames that are now complete.

        Raises:
            Damaged: A frame is not as it was sent.

        """
        if not self.ended and _END_OF_SCRIPT in data:
            data, _, rest = data.partition(bytes((_END_OF_SCRIPT,)))
            frames = self._frames(data)
            self.ended = True
            self._note(bytes(self._line) + rest)
            return frames
        if self.ended:
            self._note(data)
            return []
        return self._frames(data)

    def _frames(self, data: bytes) -> list[Frame]:
        frames = []
        self._line += data
        while (end := self._line.find(b"\n")) >= 0:
            line = bytes(self._line[:end])
            del self._line[: end + 1]
            start = line.find(_STX)
            if start < 0:
                self._note(line + b"\n")
                continue
            self._note(line[:start])
            frames.append(self._decode(line[start:]))
        # What precedes a frame is no part of it, and does not make it too long.
        start = self._line.find(_STX)
        noise = bytes(self._line if start < 0 else self._line[:start])
        self._note(noise)
        del self._line[: len(noise)]
        if len(self._line) > _LONGEST_LINE:
            raise Damaged(f"{LOST}: a frame does not end")
        return frames

    def _decode(self, line: bytes) -> Frame:
        try:
            payload = binascii.a2b_base64(line[10:], strict_mode=True)
            kind = line[1:2].decode("ascii")
        except ValueError as error:
            raise Damaged(f"{LOST}: a frame from the camera is damaged") from error
        self._total = _add(self._total, kind, payload)
        # The line comes here without its LF.
        if line[2:10] != b"%04x%04x" % (self._total, len(line) + 1 - 10):
            raise Damaged(f"{LOST}: a frame from the camera is missing or damaged")
        return Frame(kind, payload)

    def _note(self, data: bytes) -> None:
        self.garbage += data[: _MOST_GARBAGE - len(self.garbage)]


def _add(total: int, kind: str, payload: bytes) -> int:
    return (total + sum(kind.encode()) + sum(payload)) & 0xFFFF
