"""A camera that has waited for long is given the same time for a frame as any other."""

import threading
import time

from leafonly.cameras.script.frames import FrameWriter
from leafonly.cameras.script.link import CableLink
from tests.helpers.waiting import until


class SlowLine:
    """A line that takes its time for what is sent, while the link's own thread reads."""

    def __init__(self, said: bytes) -> None:
        self._said = iter([said])
        self.reads = 0
        self.is_given_up = threading.Event()

    def read(self) -> bytes:
        time.sleep(0.001)
        self.reads += 1
        return next(self._said, b"")

    def write(self, data: bytes) -> None:
        enough = self.reads + 3
        until(lambda: self.reads > enough or self.is_given_up.is_set())


def test_a_frame_is_not_lost_while_it_is_sent() -> None:
    line = SlowLine(FrameWriter().encode("W"))
    link = CableLink(line, "camera")
    link.listener = lambda event: line.is_given_up.set()
    try:
        until(lambda: link._camera_waits)
        link._moved -= 60  # seconds that no client has come
        link.send(b"hello")
        assert link.failure is None
    finally:
        link.stop_reading()
