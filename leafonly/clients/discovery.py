"""Find out which clients are on this machine, and which versions of what they are."""

import importlib.machinery
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

from leafonly.certificates.printable import printable
from leafonly.clients.build import NotBuiltError
from leafonly.clients.client import Client, Kind
from leafonly.clients.library_version import Library
from leafonly.clients.process import bare_environment, run

__all__ = ["PROGRAMS", "Found", "cache_directory", "fill", "find", "find_all", "program_of"]

PROGRAMS = Path(__file__).parent / "programs"

_TIME_LIMIT = 30  # seconds for a version command; the slowest takes 2 on a quiet machine


@dataclass(frozen=True)
class Found:
    """A client as it is on this machine; the report's `clients` are these."""

    name: str
    stack: str
    stack_version: str | None
    version: str | None
    kind: Kind
    available: bool
    unavailable_because: str | None
    install: str


def cache_directory() -> Path:
    """Where compiled client programs are kept between runs."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "leafonly"


def program_of(client: Client) -> str:
    """Give the path of what a client's `build` made; empty if it builds nothing.

    Raises:
        subprocess.CalledProcessError: The compiler failed; its words are in `stderr`.
        NotBuiltError: It is built by hand only, and has not been.

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
    """Fill in placeholders; braces that are none stay as they are."""
    return re.sub(r"\{(\w+)\}", lambda match: values.get(match[1], match[0]), text)


def find_all(clients: Mapping[str, Client]) -> dict[str, Found]:
    """Look for clients, several at a time: each costs a start of its program."""
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        return dict(zip(clients, pool.map(find, clients.values()), strict=True))


def find(client: Client) -> Found:
    """Look for one client, and ask it for its versions.

    Available means: it starts, its version command ends as declared, and what it prints is a
    version of a TLS library that this client can have.
    """
    missing = [need for need in client.needs if not _is_here(need)]
    if missing:
        return _without(client, missing[0])
    if not client.version_command:
        return _found(client, Library("", client.stack), None)
    try:
        match = _said_version(client)
        library = _library(client, match)
        version = _version(client, match, library)
    except subprocess.CalledProcessError as error:
        why = _telling_line(printable(str(error.stderr), keep="\n\t"))
        return _absent(client, f"it does not compile here: {why}")
    except (NotBuiltError, _NoVersionError) as error:
        return _absent(client, str(error))
    except OSError as error:
        return _absent(client, f"it does not start here: {error}")
    return _found(client, library, version)


class _NoVersionError(Exception):
    """The version command does not show that the client is here. One line: why."""


def _said_version(client: Client) -> re.Match[str]:
    text = _version_text(client)
    match = re.search(client.version_pattern, text, re.DOTALL)
    if match is None:
        raise _NoVersionError(f"it does not say its version: {_telling_line(text)}")
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
    said = (finished.stdout + finished.stderr).replace("\r\n", "\n")
    text = printable(said, keep="\n\t")
    code = finished.exit_code
    if code is None:
        raise _NoVersionError(f"it did not say its version within {_TIME_LIMIT} s")
    if code < 0:
        raise OSError(_telling_line(text, f"signal {-code} ended it"))
    if code != client.version_exit_code:
        why = _telling_line(text)
        raise _NoVersionError(f"its version command ends with exit code {code}: {why}")
    return text


def _library(client: Client, match: re.Match[str]) -> Library:
    """Tell which TLS library is in the program; the program's own message comes first."""
    groups = match.groupdict()
    asked = None
    if client.library and not (groups.get("stack") and groups.get("stack_version")):
        program = Path(groups["module"]) if groups.get("module") else _file_of(client.needs[0])
        asked = client.library(program) if program else None
    stack = groups.get("stack") or (asked and asked.stack)
    if stack and stack not in client.stacks:
        known = " or ".join(client.stacks)
        raise _NoVersionError(f"its TLS library is {stack[:40]}; this client is known with {known}")
    version = (groups.get("stack_version") or (asked.version if asked else ""))[:_LONGEST_VERSION]
    if version and not _has_digit(version):
        raise _NoVersionError(f"it says no version of its TLS library: {version}")
    # Where nothing tells which of several it is, the likeliest one is not named.
    return Library(version, stack or ("unknown" if client.other_stacks else client.stack))


def _version(client: Client, match: re.Match[str], library: Library) -> str:
    version = (match.groupdict().get("version") or library.version)[:_LONGEST_VERSION]
    if not _has_digit(version):
        text = version or _telling_line(match.string)
        raise _NoVersionError(f"it does not say its version: {text}")
    return version


def _has_digit(version: str) -> bool:
    return any(character.isdigit() for character in version)


# How errors begin in compilers, interpreters and shells. The first such line names the cause
# (Perl: "Can't locate LWP.pm", Lua: "module 'ssl' not found"), what follows is its trace.
# Lines that are indented are source code or a trace; Python puts its exception at the end.
_ERROR = re.compile(
    r"(?=\S).*?(error|exception|can't|cannot|unable|not found|no such|denied|failed|does not)",
    re.IGNORECASE,
)
_LONGEST_LINE = 160
_LONGEST_VERSION = 80


def _telling_line(text: str, otherwise: str = "it printed nothing") -> str:
    """Choose the line that says what went wrong; the last one if none looks like it."""
    # What a line that ends with a colon announces stands in the next one (Mono, Erlang).
    lines = re.sub(r":\n\s*", ": ", text.strip()).splitlines() or [otherwise]
    telling = next((line for line in lines if _ERROR.match(line)), lines[-1]).strip()
    return telling if len(telling) <= _LONGEST_LINE else telling[: _LONGEST_LINE - 1] + "…"


def _found(client: Client, library: Library, version: str | None) -> Found:
    return Found(
        name=client.name,
        stack=library.stack or client.stack,
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
        stack=client.stack,
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
        return _absent(client, f"{package} is not among this Python's packages")
    # Where Debian puts servers; on the PATH of root alone.
    if shutil.which(need, path="/usr/sbin"):
        found = _absent(client, f"{need} is in /usr/sbin, which is not on PATH")
        return replace(found, install='PATH="$PATH:/usr/sbin"')
    return _absent(client, f"{need} is not on PATH")


def _is_here(need: str) -> bool:
    if need.startswith("python:"):
        return importlib.util.find_spec(need.removeprefix("python:")) is not None
    return shutil.which(need) is not None


def _file_of(need: str) -> Path | None:
    """Find an executable, or the compiled part of a Python package."""
    if not need.startswith("python:"):
        found = shutil.which(need)
        return Path(found) if found else None
    spec = importlib.util.find_spec(need.removeprefix("python:"))
    if spec is None or spec.origin is None:
        return None
    suffixes = tuple(importlib.machinery.EXTENSION_SUFFIXES)
    compiled = (p for p in sorted(Path(spec.origin).parent.iterdir()) if p.name.endswith(suffixes))
    return next(compiled, None)
