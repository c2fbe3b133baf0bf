"""Run a gateway on a configuration that was written, until the context ends."""

import contextlib
import itertools
import os
import re
import secrets
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from leafonly.certificates.printable import printable
from leafonly.gateways.gateway import Gateway, GatewayError, bare_environment
from leafonly.tls.address import Target

__all__ = ["free_ports", "running"]

_START = 30.0  # seconds; Envoy needs one on a quiet machine
_STOP = 5.0  # seconds for nginx to end its workers, and for Caddy to end its connections
_PAUSE = 0.02  # seconds between two attempts to connect
_MOST_LINE = 300  # characters of what the program says
_MOST_TRIED = 1000  # ports; without a file descriptor, the system refuses each of them
_LOWEST = 10_000  # most services have lower ports
_FIRST_DYNAMIC = 49_152  # RFC 6335 section 6
_DYNAMIC_OF_LINUX = Path("/proc/sys/net/ipv4/ip_local_port_range")  # ip(7)


def free_ports(count: int) -> list[int]:
    """Return different TCP ports of 127.0.0.1 on which no program listens now.

    The system gives none of them to a program that asks for any port: a busy machine can give
    out hundreds before the gateway listens.

    Raises:
        OSError: The system refuses a port.

    """
    with contextlib.ExitStack() as stack:
        # All of them are held at once, because a port that is free may be given twice.
        servers = (
            stack.enter_context(server) for server in map(_server_at, _ports_of_choice()) if server
        )
        return [int(each.getsockname()[1]) for each in itertools.islice(servers, count)]


def _ports_of_choice() -> Iterator[int]:
    """Yield ports below those that the system chooses from, then 0: any port."""
    first = _FIRST_DYNAMIC
    with contextlib.suppress(OSError, ValueError):
        first = int(_DYNAMIC_OF_LINUX.read_text().split()[0])
    choice = range(_LOWEST, first)
    for _ in range(_MOST_TRIED if choice else 0):
        yield secrets.choice(choice)
    yield from itertools.repeat(0)


def _server_at(port: int) -> socket.socket | None:
    try:
        return socket.create_server(("127.0.0.1", port))
    except OSError:
        if port == 0:
            raise
        return None


@contextlib.contextmanager
def running(gateway: Gateway, directory: Path, listen: Target) -> Iterator[None]:
    """Run a gateway on the configuration in a folder, until the context ends.

    Args:
        gateway: The gateway.
        directory: Where its configuration is; the program's log is written beside it.
        listen: Where the configuration lets clients connect.

    Raises:
        GatewayError: The program is missing, ends at once, or never listens.
        OSError: The folder cannot be written to.

    """
    if gateway.path is None:
        raise GatewayError(f"{gateway.program} is not on this machine: {gateway.install}")
    with (directory / "gateway.log").open("wb+") as log:
        # A session of its own: whatever it starts is ended with it.
        process = subprocess.Popen(
            gateway.argv(gateway.run, directory),
            cwd=directory,
            env=bare_environment(directory),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            _await_port(gateway, listen, process, log)
            yield
        finally:
            _end(process)


def _await_port(
    gateway: Gateway, listen: Target, process: "subprocess.Popen[bytes]", log: IO[bytes]
) -> None:
    end = time.monotonic() + _START
    while time.monotonic() < end:
        if process.poll() is not None:
            raise GatewayError(f"{gateway.name} ended at once: {_telling_line(log)}")
        # This connection sends nothing, so no gateway connects to the camera for it.
        with contextlib.suppress(OSError):
            socket.create_connection((listen.host, listen.port), 1).close()
            return
        time.sleep(_PAUSE)
    raise GatewayError(f"{gateway.name} did not listen within {_START:.0f} s: {_telling_line(log)}")


def _telling_line(log: IO[bytes]) -> str:
    log.seek(0)
    lines = log.read().decode("utf-8", "replace").strip().splitlines() or ["it printed nothing"]
    # stunnel marks its errors with [!], and then says what it frees.
    telling = [each for each in lines if re.search(r"\[!\]|error|emerg|alert", each, re.I)] or lines
    return printable(telling[-1], _MOST_LINE)


def _end(process: "subprocess.Popen[bytes]") -> None:
    """End the program, and the processes that it started."""
    process.terminate()
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(_STOP)
    if hasattr(os, "killpg"):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    process.kill()
    process.wait()
