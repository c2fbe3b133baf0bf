"""Choose the camera that `--camera=` names."""

import contextlib
import functools
from collections.abc import Callable
from dataclasses import dataclass

from leafonly.cameras import Camera, CameraError
from leafonly.cameras.board.camera import BoardLink, SerialCamera
from leafonly.cameras.board.repl import boards
from leafonly.cameras.board.wifi import Wifi, wifi_from_environment
from leafonly.cameras.emulator.camera import Emulator
from leafonly.cameras.emulator.profiles import DEFAULT, profile_called
from leafonly.cameras.host_list import targets
from leafonly.cameras.micropython import MicroPython
from leafonly.cameras.remote import RemoteCamera
from leafonly.tls.address import Target

__all__ = ["ChosenCamera", "board_port", "camera_from_option", "remote_targets"]


@dataclass(frozen=True)
class ChosenCamera:
    """The camera that a user asks for.

    Attributes:
        open: Opens it; raises CameraError if the camera cannot be used.
        is_shared: The camera presents several chains at a time, to several processes.
        keeps_key_here: A private key that the camera gets stays in this process.

    """

    open: Callable[[], Camera]
    is_shared: bool = False
    keeps_key_here: bool = False


def camera_from_option(
    text: str,
    link: BoardLink = "usb",
    ask_wifi: Callable[[], Wifi | None] = wifi_from_environment,
) -> ChosenCamera:
    """Return the camera that a user asks for.

    Args:
        text: `emulator` or `emulator:FIRMWARE`; `micropython` or `micropython:PATH`; a serial
            port, by its name, as `id:SERIAL` (its serial number), or `auto` if only one board
            is plugged in;
            `HOST:PORT` of a remote host, or `@FILE` with a list of these.
        link: How clients reach a board on a serial port.
        ask_wifi: Returns the Wi-Fi that a board joins for its `network` link.

    Raises:
        CameraError: There is no such camera. One line says why and what to do.

    """
    kind, colon, firmware = text.partition(":")
    if kind == "emulator":
        try:
            profile = profile_called(firmware) if colon else DEFAULT
        except ValueError as error:
            raise CameraError(f"--camera={text}: {error}") from error
        emulator = functools.partial(Emulator, profile)
        return ChosenCamera(emulator, is_shared=True, keeps_key_here=True)
    return ChosenCamera(_other_camera(text, link, ask_wifi))


def _other_camera(
    text: str, link: BoardLink, ask_wifi: Callable[[], Wifi | None]
) -> Callable[[], Camera]:
    kind, _, rest = text.partition(":")
    if kind == "micropython":
        return functools.partial(MicroPython, rest or "micropython")
    if text == "auto":
        return functools.partial(SerialCamera, _only_board(), link, ask_wifi)
    if kind == "id":
        return functools.partial(SerialCamera, _board_called(rest), link, ask_wifi)
    if _is_port(text):
        return functools.partial(SerialCamera, text, link, ask_wifi)
    if hosts := remote_targets(text):
        return functools.partial(RemoteCamera, hosts)
    raise CameraError(
        f"--camera={text}: no such kind of camera: use emulator[:FIRMWARE], micropython[:PATH], "
        "a serial port (/dev/ttyACM0, COM3), id:SERIAL, auto, HOST:PORT or @FILE"
    )


def board_port(text: str) -> str:
    """Return the serial port that `auto`, `id:SERIAL` or a port's own name stands for.

    Raises:
        CameraError: It is no serial port of this machine, or no such board is plugged in.

    """
    kind, _, rest = text.partition(":")
    if text == "auto":
        return _only_board()
    if kind == "id":
        return _board_called(rest)
    if _is_port(text) and "://" not in text:
        return text
    raise CameraError(
        f"--camera={text}: not a serial port of this machine: use a port (/dev/ttyACM0, COM3), "
        "id:SERIAL or auto"
    )


def remote_targets(text: str) -> list[Target]:
    """Return the remote hosts that `--camera=HOST:PORT` or `@FILE` names; none for other cameras.

    Raises:
        CameraError: The list cannot be read.

    """
    if text.startswith("@"):
        try:
            return targets(text)
        except (OSError, ValueError) as error:
            raise CameraError(f"--camera={text}: {error}") from error
    kind, _, rest = text.rpartition(":")
    if _is_port(text) or kind in ("", "id", "micropython", "emulator") or not rest.isdigit():
        return []
    try:
        return targets(text)
    except ValueError as error:
        raise CameraError(f"--camera={text}: {error}") from error


def _is_port(text: str) -> bool:
    is_com = text[:3].upper() == "COM" and text[3:].isdigit()
    return text.startswith("/") or is_com or "://" in text


def _only_board() -> str:
    found = boards()
    if not found:
        raise CameraError(
            "--camera=auto: no board is plugged in: use a data cable, and plug the camera in"
        )
    if len(found) > 1:
        names = ", ".join(f"{port} (id:{number})" for port, number in found)
        raise CameraError(f"--camera=auto: {len(found)} boards are plugged in: name one of {names}")
    return found[0][0]


def _board_called(serial_number: str) -> str:
    found = boards()
    with contextlib.suppress(StopIteration):
        return next(port for port, number in found if number == serial_number)
    names = ", ".join(f"id:{number}" for _, number in found)
    hint = f"name one of {names}" if names else "use a data cable, and plug the camera in"
    raise CameraError(f"--camera=id:{serial_number}: no such board is plugged in: {hint}")
