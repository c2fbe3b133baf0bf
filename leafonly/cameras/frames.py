"""What goes over the line between host and camera: text lines that no byte can disturb.

A frame is one line: STX, a letter, eight hexadecimal digits, base64, LF. The first four digits
are the payload's bytes added up, modulo 65536, the others the length of what follows them, in
bytes. Everything but STX and LF is printable, so Ctrl-C
appears on the line only when it is meant, and always stops the camera's script; bytes that
others print between two frames are told from frames, and a damaged frame is noticed.

Host to camera: `C` a piece of certificate, `K` of key, `L` load them, `S` that was all; `O`
a client has come, `D` data, `E` it has no more, `Q` quit. Camera to host: `H` its packet size,
`L` loaded, `X` refused (in its words), `P` serving (at this address and port), `A` one packet
has been taken off the line, `D` data, `R` the report that ends a connection.
"""

import binascii
from typing import NamedTuple

__all__ = ["ACKNOWLEDGED", "WINDOW", "Damaged", "Frame", "FrameReader", "encode"]

WINDOW = 2
"""Packets that may be on their way to the camera, each not yet answered by an `A`."""

ACKNOWLEDGED = frozenset("CKD")
"""The kinds of frame that the camera answers by an `A`."""

_STX, _END_OF_SCRIPT = 2, 4
_MOST_GARBAGE = 1 << 16  # bytes kept of what is no frame, to find out what happened
_LONGEST_LINE = 1 << 12  # bytes; the camera's longest frame is a sixth of that


class Damaged(Exception):
    """A frame arrived that is not what was sent."""


class Frame(NamedTuple):
    """One message: what it is about, and its content."""

    kind: str
    payload: bytes


def encode(kind: str, payload: bytes = b"") -> bytes:
    """Write a frame."""
    text = binascii.b2a_base64(payload)
    return b"\x02%b%04x%04x%b" % (kind.encode(), sum(payload) & 0xFFFF, len(text), text)


def _decode(line: bytes) -> Frame:
    try:
        payload = binascii.a2b_base64(line[10:], strict_mode=True)
        kind = line[1:2].decode("ascii")
        checksum, length = int(line[2:6], 16), int(line[6:10], 16)
    except ValueError as error:
        raise Damaged("a frame is damaged") from error
    # The line comes here without its LF.
    if sum(payload) & 0xFFFF != checksum or len(line) + 1 - 10 != length:
        raise Damaged("a frame is damaged: its checksum is wrong")
    return Frame(kind, payload)


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

    def feed(self, data: bytes) -> list[Frame]:
        """Read on, and give the frames that are now complete.

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
            frames.append(_decode(line[start:]))
        if len(self._line) > _LONGEST_LINE:
            raise Damaged("a frame does not end")
        if _STX not in self._line:
            self._note(bytes(self._line))
            self._line.clear()
        return frames

    def _note(self, data: bytes) -> None:
        self.garbage += data[: _MOST_GARBAGE - len(self.garbage)]
