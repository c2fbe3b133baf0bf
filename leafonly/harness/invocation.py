"""A client's command for one cell, ready to be started."""

import shlex
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from leafonly.cameras import Endpoint
from leafonly.clients import Client
from leafonly.clients.discovery import PROGRAMS, fill, program_of
from leafonly.clients.process import Finished, bare_environment, run

__all__ = ["Invocation", "invocations"]

_MOST_PICTURE = 1 << 20  # bytes of a client's picture that are kept
_PNG = b"\x89PNG\r\n\x1a\n"  # RFC 2083 section 3.1


@dataclass(frozen=True)
class Invocation:
    """A client's command, with everything that is needed to repeat the cell by hand."""

    argv: tuple[str, ...]
    environment: dict[str, str]
    directory: Path
    stdin: str
    stdin_stays_open: bool = False

    def start(self, time_limit: float) -> Finished:
        """Return how the client ended, and its output; `time_limit` is in seconds.

        Raises:
            OSError: The program cannot be started.

        """
        return run(
            self.argv,
            environment=self.environment,
            directory=self.directory,
            stdin=self.stdin,
            stdin_stays_open=self.stdin_stays_open,
            time_limit=time_limit,
        )

    def picture(self) -> bytes | None:
        """Return the error page that a browser's program saved as PNG; None without one."""
        path = self.directory / "refusal.png"
        # The program may be hostile: a link could lead anywhere, and a pipe would block.
        if path.is_symlink() or not path.is_file():
            return None
        with path.open("rb") as file:
            data = file.read(_MOST_PICTURE + 1)
        return data if data.startswith(_PNG) and len(data) <= _MOST_PICTURE else None

    def shell(self) -> str:
        """Return the command as a POSIX shell line, to be run in the cell's directory."""
        variables = (f"{name}={value}" for name, value in self.environment.items())
        others = [each for each in variables if not each.startswith("PATH=")]
        words = " ".join(map(self._quoted, [*others, *self.argv]))
        line = f'env -i PATH="$PATH" {words}'
        if not self.stdin:
            return line
        given = f"printf %s {shlex.quote(self.stdin)}"
        return f"({given}; sleep 5) | {line}" if self.stdin_stays_open else f"{given} | {line}"

    def _quoted(self, word: str) -> str:
        """Return a word quoted for a shell, with `$PWD` in place of the cell's directory."""
        parts = word.split(str(self.directory))
        return '"$PWD"'.join(shlex.quote(each) if each else "" for each in parts) or "''"


def invocations(
    client: Client, directory: Path, store: str, host: str, endpoints: Sequence[Endpoint | None]
) -> tuple[Invocation, ...]:
    """Return a client's commands for the endpoints that are not None, in this order.

    One command visits all of them if the client can visit several URLs in one process. Otherwise
    there is one command for each.
    """
    visited = [each for each in endpoints if each is not None]
    groups = [visited] if client.visits_in_one_process else [[each] for each in visited]
    return tuple(_invocation(client, directory, store, host, group) for group in groups)


def _invocation(
    client: Client, directory: Path, store: str, host: str, endpoints: Sequence[Endpoint]
) -> Invocation:
    urls = [f"https://{host}:{each.port}/" for each in endpoints]
    home = directory / "home"
    values = {
        "python": sys.executable,
        "programs": str(PROGRAMS),
        "program": program_of(client),
        "home": str(home),
        "trust": store,
        "empty": str(directory / "empty"),
        "host": host,
        "address": endpoints[-1].address,
        "port": str(endpoints[-1].port),
        "url": urls[-1],
    }
    argv: list[str] = []
    for word in client.command:
        argv += urls if word == "{urls}" else [fill(word, values)]
    environment = bare_environment(home) | {
        name: fill(value, values) for name, value in client.environment.items()
    }
    return Invocation(tuple(argv), environment, directory, client.stdin, client.stdin_stays_open)
