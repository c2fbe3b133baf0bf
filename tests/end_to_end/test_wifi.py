"""Joining a Wi-Fi: its name and password reach the board's RAM, and nothing else."""

import fcntl
import hashlib
import os
import pty
import re
import select
import subprocess
import termios
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from leafonly.cameras import CameraError, loads_for
from leafonly.cameras.board.camera import SerialCamera
from leafonly.cameras.board.wifi import Wifi
from tests.helpers.board_client import AUTHORITY, get
from tests.helpers.run_pytest import command
from tests.helpers.software_board import SoftwareBoard, micropython_program
from tests.helpers.waiting import LONGEST, until

pytestmark = pytest.mark.skipif(
    micropython_program() is None,
    reason="no micropython program: uv sync --inexact --extra micropython",
)

ROOT = Path(__file__).resolve().parents[2]
WIFI = Wifi('Observatory "7" \N{SNOWFLAKE}', "c0rrect'horse\\battery")

# Firmware with a Wi-Fi, in the board's RAM. Only a digest of the right answer is in its flash.
# Its stack knows no socket options, and its clock does not make a test wait.
FIRMWARE = """\
import binascii, hashlib, socket as real_socket, sys

class WLAN:
    told = None
    def __init__(self, which): pass
    def active(self, on): pass
    def config(self, **settings): raise ValueError("unknown config param")
    def connect(self, name, password=""):
        sha = hashlib.sha256(name.encode() + b" " + password.encode())
        WLAN.told = binascii.hexlify(sha.digest()).decode()
        if {status!r} == "echo":
            raise OSError("cannot join " + name + " with " + password)
    def isconnected(self): return WLAN.told == "{digest}"
    def status(self): return {status!r}
    def ifconfig(self): return ("127.0.0.1", "255.0.0.0", "", "")

class network:
    STA_IF = 0
    STAT_CONNECTING = 1

class Listener:
    def __init__(self):
        self.real = real_socket.socket()
        self.bind, self.listen = self.real.bind, self.real.listen
        self.accept, self.close = self.real.accept, self.real.close
    def setsockopt(self, *option): raise OSError(22)

class socket:
    SOL_SOCKET, SO_REUSEADDR = real_socket.SOL_SOCKET, real_socket.SO_REUSEADDR
    getaddrinfo = real_socket.getaddrinfo
    def socket(): return Listener()

class time:
    def sleep(seconds): pass

network.WLAN = WLAN
sys.modules["network"], sys.modules["socket"], sys.modules["time"] = network, socket, time
"""


@pytest.fixture
def board_with_wifi(tmp_path: Path) -> Iterator[Callable[[object], SoftwareBoard]]:
    boards = []

    def make(status: object = 3) -> SoftwareBoard:
        digest = hashlib.sha256(" ".join(WIFI).encode()).hexdigest()
        (tmp_path / "flash").mkdir()
        (tmp_path / "flash/boot.py").write_text(FIRMWARE.format(status=status, digest=digest))
        boards.append(SoftwareBoard(str(micropython_program()), tmp_path))
        return boards[0]

    yield make
    boards[0].close()


def secrets_in(text: str | bytes) -> list[str]:
    """Find the credentials, also as they look when something has quoted or encoded them."""
    data = text.encode() if isinstance(text, str) else text
    told = [
        secret
        for secret in WIFI
        for form in (secret.encode(), repr(secret)[1:-1].encode(), secret.encode().hex().encode())
        if form in data
    ]
    return sorted(set(told))


def test_a_board_joins_and_serves_in_its_network(
    board_with_wifi: Callable[[], SoftwareBoard],
) -> None:
    board = board_with_wifi()
    asked: list[int] = []

    def ask() -> Wifi:
        asked.append(1)
        return WIFI

    camera = SerialCamera(str(board.port), "network", ask)
    for _ in range(2):
        with camera.serve(loads_for("full_chain", AUTHORITY.issue())) as endpoint:
            assert len(get(endpoint)) == 32
    assert len(asked) == 1
    assert [path.name for path in board.flash.iterdir()] == ["boot.py"]
    camera.close()
    # The restarted board has forgotten it.
    with pytest.raises(CameraError, match="in no network; set LEAFONLY_WIFI_NAME"):
        SerialCamera(str(board.port), "network", lambda: None)


def test_the_environment_names_the_wifi(
    board_with_wifi: Callable[[], SoftwareBoard], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LEAFONLY_WIFI_NAME", WIFI.name)
    monkeypatch.setenv("LEAFONLY_WIFI_PASSWORD", WIFI.password)
    SerialCamera(str(board_with_wifi().port), "network").close()


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (-3, "the password is wrong"),
        (-2, "the board sees no Wi-Fi of that name"),
        (1, "has not connected after 20 s"),
        (77, "the board says 77"),
        ("echo", "the board says OSError.*cannot join .* with "),
    ],
)
def test_a_wifi_that_is_not_joined_is_one_line_without_its_name(
    board_with_wifi: Callable[[object], SoftwareBoard], status: object, words: str
) -> None:
    board = board_with_wifi(status)
    with pytest.raises(CameraError, match=words) as error:
        SerialCamera(str(board.port), "network", lambda: WIFI._replace(password="wrong horse"))
    assert "\n" not in str(error.value)
    assert secrets_in(str(error.value)) == []
    assert "wrong horse" not in str(error.value)
    # It is given back all the same.
    until(lambda: board.cold_starts == 2)


def test_nothing_tells_what_it_is() -> None:
    assert secrets_in(f"{WIFI} {WIFI!r}") == []


class Terminal:
    """A person at a terminal, and the program started there."""

    def __init__(self, command: list[str]) -> None:
        self.seen = ""
        self._near, far = pty.openpty()
        self.process = subprocess.Popen(
            command,
            cwd=ROOT,
            stdin=far,
            stdout=far,
            stderr=far,
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
            env={k: v for k, v in os.environ.items() if not k.startswith("LEAFONLY_WIFI")},
        )
        os.close(far)

    def read_until(self, pattern: str | None) -> None:
        end = time.monotonic() + LONGEST
        while pattern is None or not re.search(pattern, self.seen):
            ready, _, _ = select.select([self._near], [], [], end - time.monotonic())
            assert ready, f"{pattern} did not come: {self.seen}"
            try:
                data = os.read(self._near, 4096)
            except OSError:  # the program has ended
                data = b""
            if not data:
                assert pattern is None, f"{pattern} did not come: {self.seen}"
                return
            self.seen += data.decode()

    def type(self, line: str) -> None:
        os.write(self._near, line.encode() + b"\n")


def test_a_person_is_asked_and_what_they_type_is_nowhere_afterwards(
    board_with_wifi: Callable[[], SoftwareBoard], tmp_path: Path
) -> None:
    board = board_with_wifi()
    reports = tmp_path / "reports"
    terminal = Terminal(
        command(
            *("-vv", "--showlocals", "suites/matrix", "--clients=urllib"),
            *("--scenarios=full_chain", f"--camera={board.port}", "--camera-link=network"),
            *(f"--report-dir={reports}", f"--junitxml={reports}/junit.xml"),
        )
    )
    terminal.read_until("its name")
    terminal.type(WIFI.name)
    terminal.read_until("its password")
    terminal.type(WIFI.password)
    terminal.read_until(None)
    assert terminal.process.wait() == 0, terminal.seen
    assert "1 passed" in terminal.seen
    assert secrets_in(terminal.seen) == []
    written = [path for path in (*reports.rglob("*"), *board.flash.rglob("*")) if path.is_file()]
    assert {"report.json", "report.html", "junit.xml", "boot.py"} <= {p.name for p in written}
    assert [path.name for path in written if secrets_in(path.read_bytes())] == []
