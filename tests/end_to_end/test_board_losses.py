"""Boards that discard what does not fit into their receive ring: nothing is lost, or it is said."""

import contextlib
import re
import socket
import ssl
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from leafonly.cameras import Camera, CameraError, loads_for
from leafonly.cameras.board.camera import SerialCamera
from leafonly.cameras.emulator.camera import Emulator
from leafonly.cameras.relay import Relay
from leafonly.cameras.script.frames import EMPTY, LOST, frame_size, packet_for
from leafonly.certificates.chain import KeyType
from leafonly.clients import CLIENTS
from leafonly.harness.bench import Bench
from leafonly.harness.scenario import SCENARIOS
from leafonly.harness.subjects.own_authority import OwnAuthority
from leafonly.tls.client_hello import client_hello
from leafonly.tls.flight import parse_flight
from tests.helpers.board_client import AUTHORITY, get, recording
from tests.helpers.software_board import SoftwareBoard, micropython_program

pytestmark = pytest.mark.skipif(
    micropython_program() is None,
    reason="no micropython program: uv sync --inexact --extra micropython",
)

# What the device script asks the firmware for, as these boards answer.
OPENMV_ON_ST_USB = """\
import sys
class pyb:
    USB_VCP = 1
    def repl_uart():
        return None
sys.modules["pyb"] = sys.modules["omv"] = pyb
"""
ST_USB = OPENMV_ON_ST_USB.replace('sys.modules["omv"] = ', "")
STM32_ON_TINYUSB = OPENMV_ON_ST_USB.replace("USB_VCP = 1", "pass")
UART = OPENMV_ON_ST_USB.replace("return None", "return 2")
UNKNOWN_PORT = """\
import sys
class other:
    platform = "a port of next year"
for name in dir(sys):
    if name != "platform":
        setattr(other, name, getattr(sys, name))
sys.modules["sys"] = other
"""
# A write that is late returns short, or None (MicroPython's py/stream.c).
SHORT_WRITES = """\
import sys
class buffer:
    calls = 0
    def write(data):
        buffer.calls += 1
        if buffer.calls % 3 == 0:
            return None
        return real.stdout.buffer.write(bytes(data[:70]))
real = sys
class other:
    class stdout:
        pass
other.stdout.buffer = buffer
for name in dir(sys):
    if name != "stdout":
        setattr(other, name, getattr(sys, name))
sys.modules["sys"] = other
"""
BUFFERS = {
    "openmv": (OPENMV_ON_ST_USB, 1024),
    "stm32": (ST_USB, 256),
    "uart": (UART, 256),
    "unknown": (UNKNOWN_PORT, 256),
    "stm32-tinyusb": (STM32_ON_TINYUSB, 2048),
    "holds-back": ("", 2048),
}
RINGS = {"1024": (OPENMV_ON_ST_USB, 1024), "260": (UART, 260)}

MakeBoard = Callable[..., SoftwareBoard]


@pytest.fixture
def make_board(tmp_path: Path) -> Iterator[MakeBoard]:
    with contextlib.ExitStack() as stack:

        def make(firmware: str, ring: int | None, **options: float) -> SoftwareBoard:
            (tmp_path / "flash").mkdir()
            (tmp_path / "flash/boot.py").write_text(firmware)
            board = SoftwareBoard(str(micropython_program()), tmp_path, ring=ring, **options)
            stack.callback(board.close)
            return board

        yield make


@pytest.fixture
def open_camera() -> Iterator[Callable[[SoftwareBoard], SerialCamera]]:
    with contextlib.ExitStack() as stack:

        def open_it(board: SoftwareBoard) -> SerialCamera:
            camera = SerialCamera(str(board.port))
            stack.callback(close, camera)
            return camera

        yield open_it


def close(camera: SerialCamera) -> None:
    with contextlib.suppress(CameraError):
        camera.close()


def hello_of(size: int) -> bytes:
    """Return a ClientHello record of this size, made long by one extension of no meaning."""
    plain = client_hello("localhost")
    body = plain[9:]  # record header 5, handshake header 4 (RFC 5246 sections 6.2.1, 7.4)
    at = 34  # version, random
    at += 1 + body[at]  # session id
    at += 2 + int.from_bytes(body[at : at + 2], "big")  # cipher suites
    at += 1 + body[at]  # compression methods
    extensions = body[at + 2 :]
    filling = size - len(plain) - 4
    assert filling >= 0
    # A type of the private range (RFC 8446 section 11): servers skip what they do not know.
    extensions += (0xFF77).to_bytes(2, "big") + filling.to_bytes(2, "big") + bytes(filling)
    body = body[:at] + len(extensions).to_bytes(2, "big") + extensions
    message = b"\x01" + len(body).to_bytes(3, "big") + body
    return plain[:3] + len(message).to_bytes(2, "big") + message


def flight_for(endpoint: Relay, hello: bytes) -> list[bytes]:
    with socket.create_connection((endpoint.address, endpoint.port), 30) as connection:
        connection.sendall(hello)
        answer, flight = b"", parse_flight(b"")
        while "ServerHelloDone" not in flight.messages and flight.alert is None:
            data = connection.recv(4096)
            if not data:
                break
            answer += data
            flight = parse_flight(answer)
    return flight.certificates


@pytest.mark.parametrize(("firmware", "buffer"), BUFFERS.values(), ids=BUFFERS)
def test_what_is_on_the_line_is_what_this_firmware_buffers(
    make_board: MakeBoard,
    open_camera: Callable[[SoftwareBoard], SerialCamera],
    firmware: str,
    buffer: int,
) -> None:
    board = make_board(firmware, None)
    camera = open_camera(board)
    sent: list[bytes] = []
    board.to_board = recording(sent.append)
    with camera.serve(loads_for("full_chain", AUTHORITY.issue())) as endpoint:
        assert get(endpoint)
    frames = re.findall(rb"\x02[CKD][^\n]*\n", b"".join(sent))
    longest = max(map(len, frames))
    assert longest == min(frame_size(packet_for(buffer)), longest)
    assert 2 * longest + 2 * EMPTY < buffer


@pytest.mark.parametrize(("firmware", "ring"), RINGS.values(), ids=RINGS)
def test_a_client_hello_of_any_size_arrives_whole(
    make_board: MakeBoard,
    open_camera: Callable[[SoftwareBoard], SerialCamera],
    firmware: str,
    ring: int,
) -> None:
    board = make_board(firmware, ring)
    camera, chain = open_camera(board), AUTHORITY.issue()
    with camera.serve(loads_for("full_chain", chain)) as endpoint:
        for size in (300, 517, 711, 1404, 2500, 4096):
            assert len(flight_for(endpoint, hello_of(size))) == 2, f"{size} bytes"
            endpoint.settle()
        assert get(endpoint)
        endpoint.settle()
    assert board.lost == 0


@pytest.mark.parametrize("key_type", ["p256", "rsa2048"])
@pytest.mark.parametrize(("firmware", "ring"), RINGS.values(), ids=RINGS)
def test_clients_get_the_emulator_s_verdicts_through_a_small_ring(
    make_board: MakeBoard,
    open_camera: Callable[[SoftwareBoard], SerialCamera],
    tmp_path: Path,
    firmware: str,
    ring: int,
    key_type: KeyType,
) -> None:
    board, outcomes = make_board(firmware, ring, pause=0.01), []
    names = ["urllib", "pycurl", "curl-cffi"]
    cameras: tuple[Camera, ...] = (Emulator(), open_camera(board))
    for number, each in enumerate(cameras):
        (tmp_path / str(number)).mkdir()
        with Bench(each, OwnAuthority(), tmp_path / str(number)) as bench:
            outcomes.append(
                {
                    (name, scenario): bench.measure(
                        CLIENTS[name], SCENARIOS[scenario], key_type
                    ).outcome
                    for name in names
                    if name in CLIENTS
                    for scenario in ("full_chain", "absent")
                }
            )
    assert outcomes[0] == outcomes[1]
    assert board.lost == 0


@pytest.mark.parametrize("lose", [1, 12, 400, "all"])
def test_lost_bytes_end_the_cell_within_seconds_and_the_next_one_works(
    make_board: MakeBoard,
    open_camera: Callable[[SoftwareBoard], SerialCamera],
    lose: int | str,
) -> None:
    board = make_board("", None)
    camera, loads = open_camera(board), loads_for("full_chain", AUTHORITY.issue())

    def lossy(data: bytes) -> bytes:
        if b"\x02D" not in data:
            return data
        board.to_board = lambda data: data
        start = data.index(b"\x02D")
        return data[:start] if lose == "all" else data[: -int(lose)]

    with camera.serve(loads) as endpoint:
        board.to_board = lossy
        started = time.monotonic()
        with contextlib.suppress(OSError):
            get(endpoint)
        with pytest.raises(CameraError, match=LOST):
            endpoint.settle()
        # A camera that is not known to wait would have 60.
        assert time.monotonic() - started < 30
    with camera.serve(loads) as endpoint:
        assert get(endpoint)


def test_bytes_lost_while_certificates_are_loaded_are_said(
    make_board: MakeBoard, open_camera: Callable[[SoftwareBoard], SerialCamera]
) -> None:
    board = make_board("", None)
    camera, loads = open_camera(board), loads_for("full_chain", AUTHORITY.issue())

    def lossy(data: bytes) -> bytes:
        at = data.find(b"\x02K")
        if at < 0:
            return data
        board.to_board = lambda data: data
        return data[: at + 40] + data[at + 60 :]

    board.to_board = lossy
    with pytest.raises(CameraError, match=LOST), camera.serve(loads):
        pass
    with camera.serve(loads) as endpoint:
        assert get(endpoint)


def test_a_frame_that_stops_halfway_to_the_host_is_said(
    make_board: MakeBoard, open_camera: Callable[[SoftwareBoard], SerialCamera]
) -> None:
    board = make_board("", None)
    camera, loads = open_camera(board), loads_for("full_chain", AUTHORITY.issue())

    def lossy(data: bytes) -> bytes:
        at = data.find(b"\x02D")
        if at < 0:
            return data
        board.to_host = lambda data: b""
        return data[: at + 40]

    with pytest.raises(CameraError, match=LOST):  # noqa: SIM117
        with camera.serve(loads) as endpoint:
            board.to_host = lossy
            with contextlib.suppress(OSError, ssl.SSLError):
                get(endpoint)
            board.to_host = lambda data: data
            endpoint.settle()
    with camera.serve(loads) as endpoint:
        assert get(endpoint)


def test_a_port_that_takes_a_few_bytes_at_a_time_gets_them_all(
    make_board: MakeBoard, open_camera: Callable[[SoftwareBoard], SerialCamera]
) -> None:
    board = make_board(SHORT_WRITES, None)
    with open_camera(board).serve(loads_for("full_chain", AUTHORITY.issue())) as endpoint:
        assert len(get(endpoint)) == 32
