"""A board's REPL behind a serial port, through mpremote: the only file that knows mpremote.

mpremote is MicroPython's own tool; its transport module says that its interface will change.
"""

import contextlib
import errno
import math
import os
import struct
import time
from collections.abc import Callable
from pathlib import Path

import serial
from mpremote import transport_serial
from mpremote.transport import TransportError
from mpremote.transport_serial import SerialTransport
from serial.tools import list_ports

from leafonly.cameras import CameraError
from leafonly.cameras.script.link import Gone
from leafonly.certificates.printable import printable

__all__ = ["Repl", "boards", "wait_for_return"]

# Any rate but 921600 (and, from firmware 4.8.1, 12000000), at which an OpenMV Cam speaks the
# protocol of its IDE instead.
_BAUD = 115200
_PROMPT = 3.0  # seconds for a board to stop what it does and show its prompt; it has two tries
_RESTART = 15.0  # for boot.py too
_PATIENCE = 60.0  # for one command, and for silence in a longer one: the longest is one file
_STARTING = 30.0  # for a script to be pasted
_MOST_OUTPUT = 1 << 24  # bytes that one command may print
_MOST_WORDS = 200  # characters of a board's traceback in a message
_PROBLEMS = (TransportError, OSError, struct.error, TypeError)  # TypeError: pyserial, closed port

# mpremote prints what it did not understand. Redirecting sys.stdout would not do: it belongs to
# the whole process, and pytest exchanges it, too, while a thread waits for a board.
vars(transport_serial)["print"] = lambda *_: None


def boards() -> list[tuple[str, str]]:
    """Return the ports of the USB devices that are plugged in, with their serial numbers."""
    ports = [port for port in list_ports.comports() if port.vid is not None]
    return sorted((port.device, port.serial_number or "") for port in ports)


def wait_for_return(port: str) -> None:
    """Wait until a board's port has disappeared and come back, after a reset.

    Raises:
        CameraError: The port does not come back.

    """
    if "://" in port:
        return
    # A board behind a UART bridge keeps its port, so the end of its reset cannot be seen.
    _wait(lambda: not _is_present(port), 3.0)
    if not _wait(lambda: _is_present(port), 20.0):
        raise CameraError(f"{port}: the board did not come back after its reset: replug it")


def _wait(condition: Callable[[], bool], limit: float) -> bool:
    end = time.monotonic() + limit
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


def _is_present(port: str) -> bool:
    if os.name == "nt":
        return any(each.device.upper() == port.upper() for each in list_ports.comports())
    return Path(port).exists()


class Repl:
    """The raw REPL of one board, and the line to a script that was started in it.

    Args:
        port: As pyserial names it; `rfc2217://` and other URLs too.

    Raises:
        CameraError: The port is missing or busy, or nothing there is MicroPython.

    """

    def __init__(self, port: str) -> None:
        self._port = port
        try:
            self._transport = SerialTransport(port, baudrate=_BAUD, timeout=5)
        except _PROBLEMS as error:
            raise CameraError(f"{port}: {_why_not_open(port)}") from error
        self._transport.serial.write_timeout = 10
        self._deadline = math.inf
        self._watch_the_clock()

    def _watch_the_clock(self) -> None:
        """End every command of mpremote at `_deadline`, whatever the board sends.

        mpremote 1.29 checks its limits only while nothing arrives, and for a path under
        /dev/pts not even then; but it asks for what is waiting before each byte it reads.
        """
        self._transport.is_pty = False
        port, waiting = self._transport.serial, self._transport.serial.inWaiting

        def waiting_in_time() -> int:
            if time.monotonic() > self._deadline:
                raise TransportError("the command does not end")
            return int(waiting())

        port.inWaiting = waiting_in_time

    def enter(self, *, restart: bool = False) -> None:
        """Interrupt the running program, and get the raw REPL's prompt.

        Args:
            restart: Restart MicroPython, which frees all memory.

        Raises:
            CameraError: Nothing answers.

        """
        try:
            try:
                self._get_prompt(restart)
            except _PROBLEMS:
                # A line that the firmware printed in between, or a Ctrl-C that came late:
                # mpremote takes it for another answer.
                self._get_prompt(restart)
        except _PROBLEMS as error:
            raise CameraError(
                f"{self._port}: nothing there answers as MicroPython: close OpenMV IDE and every "
                "other program that uses the board, press its reset button, and try again"
            ) from error

    def _get_prompt(self, restart: bool) -> None:
        transport = self._transport
        self._deadline = time.monotonic() + 2 * _PROMPT + (3 * _RESTART if restart else 0)
        transport.serial.timeout = 5
        # mpremote gives it up for good when it did not understand one answer.
        transport.use_raw_paste = True
        transport.enter_raw_repl(soft_reset=False, timeout_overall=_PROMPT)
        if restart:
            transport.enter_raw_repl(soft_reset=True, timeout_overall=_RESTART)
        # Only an answer to a question shows that the prompt was the last thing it said.
        output, _ = transport.exec_raw("print('@', 6 * 7)", timeout=_PROMPT)
        if b"@ 42" not in output:
            raise TransportError("no answer to the first question")

    def run(self, code: str, *, limit: float = _PATIENCE) -> str:
        """Return what code prints.

        Args:
            code: MicroPython.
            limit: Seconds that it may take.

        Raises:
            CameraError: The code raises an exception or takes too long, or the board is gone.

        """
        output = bytearray()

        def take(data: bytes) -> None:
            output.extend(data)
            if len(output) > _MOST_OUTPUT:
                raise TransportError(f"it has printed more than {_MOST_OUTPUT} bytes")

        self._deadline = time.monotonic() + limit
        try:
            # Collected here, because mpremote copies all that it has for each new byte.
            _, complaint = self._transport.exec_raw(code, _PATIENCE, take)
        except _PROBLEMS as error:
            raise CameraError(f"{self._port}: the board does not answer: {error}") from error
        if complaint:
            lines = complaint.decode("utf-8", "replace").split("\n")
            last = next((line.strip() for line in reversed(lines) if line.strip()), "(nothing)")
            raise CameraError(f"{self._port}: the board says: {printable(last, _MOST_WORDS)}")
        return output.rstrip(b"\x04").decode("utf-8", "backslashreplace")

    def ask(self, code: str, *, limit: float = _PATIENCE) -> list[str]:
        """Return the lines that code prints with "@" at the beginning, without that mark.

        Other lines are left out, because a board's firmware may print some at any time.

        Raises:
            CameraError: As for `run`.

        """
        return [
            line[1:] for line in self.run(code, limit=limit).splitlines() if line.startswith("@")
        ]

    def start(self, code: str) -> None:
        """Run code that will read from and write to this line."""
        self._deadline = time.monotonic() + _STARTING
        try:
            self._transport.exec_raw_no_follow(code)
            self._transport.serial.timeout = 0.05
        except _PROBLEMS as error:
            raise CameraError(f"{self._port}: the board does not answer: {error}") from error

    def read(self) -> bytes:
        """Return the bytes that arrive within 0.05 s."""
        port = self._transport.serial
        try:
            data: bytes = port.read(1)
            return data + port.read(port.in_waiting) if data else data
        except _PROBLEMS as error:
            raise Gone("the board was unplugged, or has reset itself") from error

    def write(self, data: bytes) -> None:
        """Send bytes."""
        try:
            self._transport.serial.write(data)
        except _PROBLEMS as error:
            raise Gone("the board was unplugged, or has reset itself") from error

    def reset(self) -> None:
        """Reset the board as by its button, so that its main.py starts again."""
        with contextlib.suppress(CameraError):
            self.start("import machine; machine.reset()")

    def close(self) -> None:
        """Free the port."""
        with contextlib.suppress(*_PROBLEMS):
            self._transport.close()


def _why_not_open(port: str) -> str:
    """Return why a port does not open. mpremote hides the reason; pyserial has it."""
    try:
        serial.serial_for_url(port, exclusive=True).close()
    except ValueError:
        return "not the name of a serial port"
    except OSError as error:
        # pyserial tells the operating system's reason, on Windows only in words.
        number = error.errno
        if number is None and "PermissionError" in str(error):
            number = errno.EBUSY
        return {
            errno.ENOENT: "no such port: is the camera plugged in, and the cable one for data?",
            errno.EACCES: "no permission: add yourself to the group that owns the port (dialout)",
            errno.EBUSY: "busy: close OpenMV IDE and every other program that uses the board",
            errno.EAGAIN: "busy: close OpenMV IDE and every other program that uses the board",
        }.get(number or 0, f"the port does not open: {error}")
    return "the port did not open at first: try again"
