"""Find out which clients are installed, and which versions they and their TLS libraries have."""

import atexit
import functools
import importlib.machinery
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

from leafonly.certificates.printable import one_line, printable
from leafonly.clients.bounded import bounded
from leafonly.clients.build import PROGRAMS, NotBuiltError
from leafonly.clients.client import Client, Kind
from leafonly.clients.library_version import Library
from leafonly.clients.process import bare_environment, end_running, run
from leafonly.clients.telling_line import telling_line

__all__ = [
    "PROGRAMS",
    "Found",
    "cache_directory",
    "fill",
    "find",
    "find_all",
    "find_programs",
    "program_of",
]

_MOST_OUTPUT = 16 * 1024  # characters of a version command's output that are searched
_TIME_LIMIT = 30  # seconds for a version command; the slowest takes 2 on a quiet machine


@dataclass(frozen=True)
class Found:
    """A client as it is on this machine: an entry of `clients` in the report."""

    name: str
    stack: str
    stack_version: str | None
    version: str | None
    kind: Kind
    available: bool
    unavailable_because: str | None
    install: str

    def __post_init__(self) -> None:
        """Bound the texts from a version command."""
        for name in ("version", "stack_version", "unavailable_because"):
            if (text := getattr(self, name)) is not None:
                object.__setattr__(self, name, one_line(text))


def cache_directory() -> Path:
    """Return the folder that keeps compiled client programs between runs."""
    if given := os.environ.get("XDG_CACHE_HOME"):
        return Path(given) / "leafonly"
    try:
        return Path.home() / ".cache" / "leafonly"
    except RuntimeError:  # no HOME, and no entry in the list of users
        return _scratch()


@functools.cache
def _scratch() -> Path:
    """Return a folder of this process alone, because other users could create a known name."""
    directory = Path(tempfile.mkdtemp(prefix="leafonly-"))
    atexit.register(shutil.rmtree, directory, ignore_errors=True)
    return directory


def program_of(client: Client) -> str:
    """Return the path of a client's built program; empty if it has no `build`.

    Raises:
        subprocess.CalledProcessError: The compiler failed; its output is in `stderr`.
        NotBuiltError: The program is only built on request, and is not built.

    """
    if client.build is None:
        return ""
    if not client.build.by_hand:
        return str(client.build.make(cache_directory()))
    built = client.build.find(cache_directory())
    if built is None:
        raise NotBuiltError(f"it is not built yet: python -m leafonly build {client.name}")
    return str(built)


def fill(text: str, values: Mapping[str, str]) -> str:
    """Return the text with its placeholders filled in; other braces stay as they are."""
    return re.sub(r"\{(\w+)\}", lambda match: values.get(match[1], match[0]), text)


def find_programs(clients: Mapping[str, Client]) -> dict[str, Found]:
    """Return which clients' programs exist, without starting one: all versions are unknown."""
    return {name: _programs_of(each) for name, each in clients.items()}


def find_all(
    clients: Mapping[str, Client], looked: Callable[[int, int], None] = lambda done, count: None
) -> dict[str, Found]:
    """Return what `find` returns for each client. Several version commands run at a time.

    Args:
        clients: The clients, by name.
        looked: Called after each client with the number done, and the number of all.

    """
    found: dict[str, Found] = {}
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        try:
            for name, each in zip(clients, pool.map(find, clients.values()), strict=True):
                found[name] = each
                looked(len(found), len(clients))
        except BaseException:  # Ctrl-C: a version command may hang
            pool.shutdown(wait=False, cancel_futures=True)
            end_running()
            raise
    return found


def find(client: Client) -> Found:
    """Return whether a client is available, and its versions.

    A client is available if it starts, its version command exits as declared, and the command
    prints a version of a TLS library that this client can have.
    """
    found = _programs_of(client)
    if not found.available or not client.version_command:
        return found
    try:
        match = _said_version(client)
        library = _library(client, match)
        version = _version(client, match, library)
    except subprocess.CalledProcessError as error:
        why = telling_line(printable(str(error.stderr), keep="\n\t"))
        return _absent(client, f"it does not compile here: {why}")
    except (NotBuiltError, _NoVersionError) as error:
        return _absent(client, str(error))
    except OSError as error:
        return _absent(client, f"it does not start here: {error}")
    return _found(client, library, version)


def _programs_of(client: Client) -> Found:
    """Return a client with unknown versions; unavailable if one of its programs is missing."""
    missing = [need for need in client.executables if not _is_here(need)]
    if missing:
        return _without(client, missing[0])
    try:
        if client.build is not None and client.build.by_hand:
            program_of(client)
    except NotBuiltError as error:
        return _absent(client, str(error))
    return _found(client, Library("", client.stack.name), None)


class _NoVersionError(Exception):
    """The output of the version command is not that of the client. One line: why."""


def _said_version(client: Client) -> re.Match[str]:
    text = _version_text(client)
    match = re.search(client.version_pattern, text, re.DOTALL)
    if match is None:
        raise _NoVersionError(f"its version command printed no version: {telling_line(text)}")
    return match


def _version_text(client: Client) -> str:
    with tempfile.TemporaryDirectory(prefix="leafonly-") as home:
        values = {
            "python": sys.executable,
            "programs": str(PROGRAMS),
            "program": program_of(client),
            "home": home,
        }
        finished = run(
            [fill(word, values) for word in client.version_command],
            environment=bare_environment(Path(home)),
            directory=Path(home),
            time_limit=_TIME_LIMIT,
        )
    # It goes to the terminal and into the report.
    said = bounded(finished.stdout + finished.stderr, _MOST_OUTPUT).replace("\r\n", "\n")
    text = printable(said, keep="\n\t")
    code = finished.exit_code
    if code is None:
        raise _NoVersionError(f"its version command did not end within {_TIME_LIMIT} s")
    if code < 0:
        raise OSError(telling_line(text, f"signal {-code} ended it"))
    if code != client.version_exit_code:
        why = telling_line(text)
        raise _NoVersionError(f"its version command ends with exit code {code}: {why}")
    return text


def _library(client: Client, match: re.Match[str]) -> Library:
    """Return the program's TLS library: as it prints, else as `Client.asks_library` finds."""
    groups = match.groupdict()
    asked = None
    ask = client.asks_library
    if ask and not (groups.get("stack") and groups.get("stack_version")):
        program = (
            Path(groups["module"]) if groups.get("module") else _file_of(client.executables[0])
        )
        asked = ask(program) if program else None
    stack = groups.get("stack") or (asked and asked.stack)
    if stack and stack not in client.stack.names:
        known = " or ".join(client.stack.names)
        raise _NoVersionError(
            f"its TLS library is {stack[:40]}; leafonly knows this client only with {known}"
        )
    version = (groups.get("stack_version") or (asked.version if asked else ""))[:_LONGEST_VERSION]
    if version and not _has_digit(version):
        raise _NoVersionError(f"it printed no version of its TLS library: {version}")
    # If the program may have one of several libraries, the likeliest one is not named.
    return Library(version, stack or ("unknown" if client.stack.others else client.stack.name))


def _version(client: Client, match: re.Match[str], library: Library) -> str:
    version = (match.groupdict().get("version") or library.version)[:_LONGEST_VERSION]
    if not _has_digit(version):
        text = version or telling_line(match.string)
        raise _NoVersionError(f"its version command printed no version: {text}")
    return version


def _has_digit(version: str) -> bool:
    return any(character.isdigit() for character in version)


_LONGEST_VERSION = 80


def _found(client: Client, library: Library, version: str | None) -> Found:
    return Found(
        name=client.name,
        stack=library.stack or client.stack.name,
        stack_version=library.version or None,
        version=version,
        kind=client.kind,
        available=True,
        unavailable_because=None,
        install=client.install.on(sys.platform),
    )


def _absent(client: Client, because: str) -> Found:
    return Found(
        name=client.name,
        stack=client.stack.name,
        stack_version=None,
        version=None,
        kind=client.kind,
        available=False,
        unavailable_because=because,
        install=client.install.on(sys.platform),
    )


def _without(client: Client, need: str) -> Found:
    if need.startswith("python:"):
        package = need.removeprefix("python:")
        return _absent(client, f"the Python package {package} is not installed")
    # Debian puts servers into /usr/sbin, and only root has it on PATH.
    if shutil.which(need, path="/usr/sbin"):
        found = _absent(client, f"{need} is in /usr/sbin, which is not on PATH")
        return replace(found, install='PATH="$PATH:/usr/sbin"')
    return _absent(client, f"{need} is not on PATH")


def _is_here(need: str) -> bool:
    if need.startswith("python:"):
        return importlib.util.find_spec(need.removeprefix("python:")) is not None
    return shutil.which(need) is not None


def _file_of(need: str) -> Path | None:
    """Return an executable's file, or the compiled part of a Python package."""
    if not need.startswith("python:"):
        found = shutil.which(need)
        return Path(found) if found else None
    spec = importlib.util.find_spec(need.removeprefix("python:"))
    if spec is None or spec.origin is None:
        return None
    suffixes = tuple(importlib.machinery.EXTENSION_SUFFIXES)
    compiled = (p for p in sorted(Path(spec.origin).parent.iterdir()) if p.name.endswith(suffixes))
    return next(compiled, None)
