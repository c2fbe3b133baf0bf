import stat
from pathlib import Path

import pytest

from leafonly.cameras import CameraError, choose
from leafonly.cameras.choose import camera_from_option


def program(path: Path, prints: str) -> str:
    path.write_text(f"#!/bin/sh\nprintf '{prints}'\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return str(path)


def test_the_emulator_is_there_always() -> None:
    assert camera_from_option("emulator").open().info().kind == "emulator"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("emulatr", r"use emulator\[:FIRMWARE\], micropython"),
        ("emulator:", "no firmware profile is called '': use one of openmv-5.0, "),
        ("emulator:esp8266", "openmv-5.0, micropython-1.29, esp32, circuitpython"),
        ("", r"use emulator\[:FIRMWARE\], micropython"),
        ("micropython:/nowhere/micropython", "not on this machine: install the package"),
        ("/dev/no-such-port", "no such port"),
        ("COM", "use emulator"),
        ("camera.example:x", "use emulator"),
        ("camera.example:70000", "is not HOST, HOST:PORT"),
        ("@no/such/file", "No such file"),
    ],
)
def test_what_cannot_be_had_is_said_in_one_line(text: str, words: str) -> None:
    with pytest.raises(CameraError, match=words) as error:
        camera_from_option(text).open()
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("text", ["camera.example:8443", "[::1]:443", "10.0.0.7:443"])
def test_host_and_port_are_a_remote_camera(text: str) -> None:
    info = camera_from_option(text).open().info()
    assert (info.kind, info.description) == ("deployed", text)


def test_a_program_that_is_no_micropython_is_told_from_one_without_tls(tmp_path: Path) -> None:
    with pytest.raises(CameraError, match="is not MicroPython"):
        camera_from_option(f"micropython:{program(tmp_path / 'other', 'cpython')}").open()
    with pytest.raises(CameraError, match="has no tls module"):
        camera_from_option(f"micropython:{program(tmp_path / 'bare', 'micropython')}").open()


@pytest.mark.parametrize(
    ("plugged_in", "text", "words"),
    [
        ([], "auto", "no board is plugged in"),
        (
            [("/dev/a", "1"), ("/dev/b", "2")],
            "auto",
            r"2 boards are plugged in: name one of /dev/a \(id:1\), /dev/b",
        ),
        ([("/dev/a", "1")], "id:7", "no such board is plugged in: name one of id:1"),
        ([], "id:7", "no such board is plugged in: use a data cable"),
        ([("/dev/none-a", "1")], "auto", "/dev/none-a: no such port"),
        ([("/dev/none-a", "1"), ("/dev/none-b", "2")], "id:2", "/dev/none-b: no such port"),
    ],
)
def test_boards_are_found_by_number_or_by_being_alone(
    monkeypatch: pytest.MonkeyPatch, plugged_in: list[tuple[str, str]], text: str, words: str
) -> None:
    monkeypatch.setattr(choose, "boards", lambda: plugged_in)
    with pytest.raises(CameraError, match=words):
        camera_from_option(text).open()
