"""A MicroPython board in software: a serial port that mpremote takes for one.

The port is a pty behind a symlink, because mpremote reads paths under /dev/pts without
time-outs. A supervisor stands between it and a second pty, the controlling terminal of a real
MicroPython process, so that the port outlives the process: a soft reset starts a new process
on the same port, a hard one takes the port away and brings it back, as USB does.

    python tests/helpers/software_board.py DIRECTORY [RING]

makes one to play with: its port is DIRECTORY/ttyACM0, its flash DIRECTORY/flash, and it lasts
until its standard input ends. With a receive ring of RING bytes it discards what does not fit,
and says in the end how much that was.
"""

import contextlib
import fcntl
import os
import pty
import select
import shutil
import signal
import subprocess
import sys
import termios
import threading
import time
import tty
from collections.abc import Callable
from pathlib import Path

_AGENT = Path(__file__).with_name("software_board_agent.py")
_HARD_RESET = 3
_WHILE_AWAY = 0.3  # seconds that the port is gone over a hard reset


def micropython_program() -> str | None:
    """Find the MicroPython unix program: LEAFONLY_MICROPYTHON, PyPI's, or on PATH."""
    return (
        os.environ.get("LEAFONLY_MICROPYTHON")
        or shutil.which("micropython", path=str(Path(sys.executable).parent))
        or shutil.which("micropython")
    )


class SoftwareBoard:
    """A board whose flash is a folder.

    Attributes:
        port: The path to give to mpremote.
        flash: The folder.
        cold_starts: How often it was powered on or reset; main.py runs then, and only then.
        to_board: Called with all that the host sends, before the board gets it; what it
            returns is what the board gets.
        to_host: The same for the other direction.
        lost: How many bytes did not fit into its receive ring, and were discarded.

    Args:
        program: The MicroPython unix program.
        directory: An empty folder for its port and its flash.
        ring: Bytes of its receive ring. Without one it makes the host wait, as TinyUSB does.
        pause: Seconds that it stands still whenever bytes come, as a garbage collection makes
            it: whatever comes in that time has to fit into the ring.
    """

    def __init__(
        self, program: str, directory: Path, *, ring: int | None = None, pause: float = 0.03
    ) -> None:
        self.lost = 0
        self._ring, self._pause = ring, pause
        self.port = directory / "ttyACM0"
        self.flash = directory / "flash"
        self.flash.mkdir(exist_ok=True)
        self.cold_starts = 0
        self.to_board: Callable[[bytes], bytes] = lambda data: data
        self.to_host: Callable[[bytes], bytes] = lambda data: data
        self._program = program
        self._process: subprocess.Popen[bytes] | None = None
        self._outer = self._outer_far = self._inner = -1
        self._starting = False
        self._commands: list[Callable[[], None]] = []
        self._wake, self._woken = os.pipe()
        self._over = False
        self._plug()
        self._start("cold")
        self._thread = threading.Thread(target=self._run, name="software-board", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """End the process and remove the port."""
        self._do(self._finish)
        self._thread.join()
        os.close(self._wake)
        os.close(self._woken)

    def unplug(self) -> None:
        """Pull the cable."""
        self._do(self._unplug)

    def plug_in(self) -> None:
        """Put the cable back in; the board starts."""
        self._do(self._plug)
        self.reset()

    def reset(self) -> None:
        """Press the reset button of a board behind a UART bridge: its port stays."""
        self._do(lambda: self._start("cold"))

    def say(self, data: bytes) -> None:
        """Print something that nobody asked for."""
        self._do(lambda: self._tell_host(data))

    def _do(self, command: Callable[[], None]) -> None:
        self._commands.append(command)
        os.write(self._woken, b"c")

    def _plug(self) -> None:
        # Held open at both ends: the host may close the port and open it again.
        self._outer, self._outer_far = pty.openpty()
        tty.setraw(self._outer_far)
        self.port.unlink(missing_ok=True)
        self.port.symlink_to(os.ttyname(self._outer_far))

    def _unplug(self) -> None:
        self._stop()
        if self._outer >= 0:
            self.port.unlink()
            os.close(self._outer_far)
            os.close(self._outer)
            self._outer = -1

    def _finish(self) -> None:
        self._unplug()
        self._over = True

    def _start(self, how: str) -> None:
        self._stop()
        self.cold_starts += how == "cold"
        self._inner, far = pty.openpty()
        self._terminal = os.ttyname(far)
        self._starting = True
        _make_ctrl_c_interrupt(far)

        def own_the_terminal() -> None:
            os.setsid()
            fcntl.ioctl(0, termios.TIOCSCTTY, 0)

        self._process = subprocess.Popen(
            [self._program, str(_AGENT), how],
            stdin=far,
            stdout=far,
            stderr=far,
            cwd=self.flash,
            preexec_fn=own_the_terminal,
        )
        os.close(far)

    def _stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None
            os.close(self._inner)
            self._inner = -1
            self._starting = False

    def _run(self) -> None:
        while not self._over:
            # A Ctrl-C would end a program that is only starting, or interrupt its boot.py; a
            # board's port appears later than that.
            outer = -1 if self._starting else self._outer
            watched = [self._wake, *(fd for fd in (outer, self._inner) if fd >= 0)]
            ready, _, _ = select.select(watched, [], [])
            if self._outer in ready:
                self._hear_host()
            if self._inner in ready:
                self._hear_process()
            if self._wake in ready:
                os.read(self._wake, 1)
                self._commands.pop(0)()

    def _hear_host(self) -> None:
        """Pass bytes on to the inner pty or, without a board behind it, to nobody."""
        data = os.read(self._outer, 4096)
        if self._ring is None or self._process is None:
            self._give_board(self.to_board(data))
            return
        self._process.send_signal(signal.SIGSTOP)
        time.sleep(self._pause)
        while select.select([self._outer], [], [], 0)[0]:
            data += os.read(self._outer, 4096)
        data = self.to_board(data)
        # A ring of n bytes holds n - 1. A Ctrl-C never gets into it.
        room = self._ring - 1 - self._unread() + data.count(b"\x03")
        self.lost += max(0, len(data) - room)
        self._give_board(data[:room])
        self._process.send_signal(signal.SIGCONT)

    def _give_board(self, data: bytes) -> None:
        if self._inner >= 0:
            os.write(self._inner, data)

    def _unread(self) -> int:
        """Return how many bytes the process has not read yet from its terminal."""
        far = os.open(self._terminal, os.O_RDONLY | os.O_NOCTTY | os.O_NONBLOCK)
        try:
            return int.from_bytes(fcntl.ioctl(far, termios.FIONREAD, bytes(4)), sys.byteorder)
        finally:
            os.close(far)

    def _hear_process(self) -> None:
        try:
            data = os.read(self._inner, 4096)
        except OSError:  # the process has closed its terminal
            data = b""
        if data:
            if self._starting:
                self._starting = b"\0" not in data
                data = data.replace(b"\0", b"")
            self._tell_host(self.to_host(data))
            return
        assert self._process is not None
        if self._process.wait() != _HARD_RESET:
            self._start("soft")
            return
        self._unplug()
        time.sleep(_WHILE_AWAY)
        # Whoever sees its port finds it started, and counted.
        self._start("cold")
        self._plug()

    def _tell_host(self, data: bytes) -> None:
        if self._outer >= 0:
            with contextlib.suppress(OSError):
                os.write(self._outer, data)


def _make_ctrl_c_interrupt(terminal: int) -> None:
    """Pass bytes as they are, but let Ctrl-C send SIGINT, and lose no byte around it."""
    tty.setraw(terminal)
    settings = termios.tcgetattr(terminal)
    settings[3] |= termios.ISIG | termios.NOFLSH
    for other in (termios.VQUIT, termios.VSUSP):
        settings[6][other] = b"\0"
    termios.tcsetattr(terminal, termios.TCSANOW, settings)


def main() -> None:
    program = micropython_program()
    if program is None:
        sys.exit("no micropython program: uv sync --inexact --extra micropython")
    ring = int(sys.argv[2]) if len(sys.argv) > 2 else None
    board = SoftwareBoard(program, Path(sys.argv[1]), ring=ring)
    print(board.port, flush=True)
    sys.stdin.read()
    board.close()
    if ring is not None:
        print(f"{board.lost} bytes lost", flush=True)


if __name__ == "__main__":
    main()
