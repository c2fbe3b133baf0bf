"""What a camera's firmware prints enters messages as short printable text."""

import os
import socket
import time
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace

import pytest

from leafonly.cameras import CameraError, Load, LoadRefused
from leafonly.cameras.board.repl import Repl
from leafonly.cameras.micropython import MicroPython
from leafonly.cameras.relay import Relay
from leafonly.cameras.script.frames import FrameWriter
from leafonly.cameras.script.link import CableLink, Event

HOSTILE = "\x1b]0;owned\x07\u202e" + "x" * 5000


def program(folder: Path, prints: str) -> str:
    """Write a program that prints this, by printf(1)."""
    path = folder / "micropython"
    path.write_text(f"#!/bin/sh\nprintf '{prints}'\n")
    path.chmod(0o755)
    return str(path)


@pytest.mark.skipif(os.name != "posix", reason="a shell script is started")
def test_the_identity_of_a_program(tmp_path: Path) -> None:
    prints = r"micropython\n1.29\033[2J\nmbedTLS \377\n" + "x" * 1000
    info = MicroPython(program(tmp_path, prints)).info()
    assert info.firmware == "MicroPython 1.29?[2J"
    assert info.tls_version == "mbedTLS \ufffd"


@pytest.mark.skipif(os.name != "posix", reason="a shell script is started")
def test_a_program_that_prints_no_text(tmp_path: Path) -> None:
    with pytest.raises(CameraError, match="is not MicroPython"):
        MicroPython(program(tmp_path, r"\377\376"))


@pytest.mark.parametrize("complaint", [b"\r\n", b"Traceback\r\n" + HOSTILE.encode()])
def test_what_a_board_raises(complaint: bytes) -> None:
    repl = Repl.__new__(Repl)
    repl._port = "/dev/ttyACM0"
    repl._transport = SimpleNamespace(exec_raw=lambda *_: (b"", complaint))
    with pytest.raises(CameraError) as raised:
        repl.run("1 / 0")
    assert str(raised.value).isprintable()
    assert len(str(raised.value)) < 300


class Line:
    """A line to a camera that has said everything already."""

    def __init__(self, frames: Sequence[bytes]) -> None:
        self._frames = list(frames)

    def read(self) -> bytes:
        time.sleep(0.001)
        return self._frames.pop(0) if self._frames else b""

    def write(self, data: bytes) -> None:
        pass


def test_why_a_board_refuses_a_certificate() -> None:
    camera = FrameWriter()
    said = [camera.encode("H", b"2048"), camera.encode("X", HOSTILE[:1500].encode())]
    link = CableLink(Line(said), "board")
    try:
        with pytest.raises(LoadRefused) as raised:
            link.load([Load(b"certificate", b"key")])
    finally:
        link.stop_reading()
    assert str(raised.value).isprintable()
    assert len(str(raised.value)) <= 1000


class ReportingLink:
    """A link whose camera reports on a connection as soon as it has a byte of it."""

    failure: str | None = None
    relay: Relay

    def open(self) -> None:
        pass

    def room(self) -> int:
        return 4096

    def send(self, data: bytes) -> None:
        self.relay.hear(Event("report", b"0\n\n\n" + HOSTILE.encode()))

    def end(self) -> None:
        pass

    def fail(self, because: str) -> None:
        self.failure = because


def test_why_a_handshake_failed() -> None:
    link = ReportingLink()
    relay = link.relay = Relay(link)
    try:
        with socket.create_connection((relay.address, relay.port)) as client:
            client.sendall(b"\x16\x03\x01")
            assert client.recv(1) == b""
        relay.settle()
        (seen,) = relay.connections
    finally:
        relay.close()
    assert seen.error
    assert seen.error.isprintable()
    assert len(seen.error) <= 1000
