"""From the text of `--camera=` to a camera."""

import contextlib
import functools
from collections.abc import Callable

from leafonly.cameras import Camera, CameraError
from leafonly.cameras.emulator import Emulator
from leafonly.cameras.micropython import MicroPython
from leafonly.cameras.serial import BoardLink, SerialCamera
from leafonly.cameras.transport import boards

__all__ = ["camera_from_option"]


def camera_from_option(text: str, link: BoardLink = "usb") -> Callable[[], Camera]:
    """Find out which camera a user asks for.

    Args:
        text: `emulator`; `micropython` or `micropython:PATH`; a serial port, by its name, as
            `id:SERIAL` (its serial number), or `auto` if only one board is plugged in.
        link: How a board on a serial port is reached by the clients.

    Returns:
        What opens it; that raises CameraError where the camera cannot be used.

    Raises:
        CameraError: There is no such camera; one line says why and what to do.

    """
    kind, _, rest = text.partition(":")
    if text == "emulator":
        return Emulator
    if kind == "micropython":
        return functools.partial(MicroPython, rest or "micropython")
    if text == "auto":
        return functools.partial(SerialCamera, _only_board(), link)
    if kind == "id":
        return functools.partial(SerialCamera, _board_called(rest), link)
    if _is_port(text):
        return functools.partial(SerialCamera, text, link)
    if kind and rest.isdigit():
        raise CameraError(
            f"--camera={text}: what a deployed camera presents cannot be changed from here; "
            f"python -m leafonly look {text} says whether its chain is complete"
        )
    raise CameraError(
        f"--camera={text}: no such kind of camera; there are emulator, micropython[:PATH], a "
        "serial port (/dev/ttyACM0, COM3), id:SERIAL, auto"
    )


def _is_port(text: str) -> bool:
    is_com = text[:3].upper() == "COM" and text[3:].isdigit()
    return text.startswith("/") or is_com or "://" in text


def _only_board() -> str:
    found = boards()
    if not found:
        raise CameraError("--camera=auto: no board is plugged in; is the cable one for data?")
    if len(found) > 1:
        names = ", ".join(f"{port} (id:{number})" for port, number in found)
        raise CameraError(f"--camera=auto: which one? {names}")
    return found[0][0]


def _board_called(serial_number: str) -> str:
    found = boards()
    with contextlib.suppress(StopIteration):
        return next(port for port, number in found if number == serial_number)
    names = ", ".join(f"id:{number}" for _, number in found) or "none is"
    raise CameraError(f"--camera=id:{serial_number}: no such board is plugged in; {names}")
