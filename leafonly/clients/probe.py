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
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from leafonly.clients.build import NotBuiltError
from leafonly.clients.client import Client
from leafonly.clients.process import bare_environment, run

__all__ = ["PROGRAMS", "Found", "cache_directory", "fill", "find", "find_all", "program_of"]

PROGRAMS = Path(__file__).parent / "programs"


@dataclass(frozen=True)
class Found:
    """A client as it is on this machine; the report's `clients` are these."""

    name: str
    stack: str
    stack_version: str | None
    version: str | None
    kind: str
    available: bool
    unavailable_because: str | None
    install: str

    def as_json(self) -> dict[str, object]:
        """Give the report's fields."""
        return asdict(self)


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
        raise NotBuiltError(f"it is not built yet: python -m leafonly.clients {client.name}")
    return str(built)


def fill(text: str, values: Mapping[str, str]) -> str:
    """Fill in placeholders; braces that are none stay as they are."""
    return re.sub(r"\{(\w+)\}", lambda match: values.get(match[1], match[0]), text)


def find_all(clients: Mapping[str, Client]) -> dict[str, Found]:
    """Look for clients, several at a time: each costs a start of its program."""
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        return dict(zip(clients, pool.map(find, clients.values()), strict=True))


def find(client: Client) -> Found:
    """Look for one client, and ask it for its versions."""
    missing = [need for need in client.needs if not _is_here(need)]
    if missing:
        return _without(client, missing[0])
    try:
        text = _version_text(client)
    except subprocess.CalledProcessError as error:
        why = _last_words(str(error.stderr), "no word why")
        return _absent(client, f"it does not compile here: {why}")
    except NotBuiltError as error:
        return _absent(client, str(error))
    except OSError as error:
        return _absent(client, f"it does not start here: {error}")
    match = re.search(client.version_pattern, text, re.DOTALL)
    if client.version_pattern and not match:
        why = _last_words(text, "it printed nothing")
        return _absent(client, f"it does not say its version: {why}")
    groups = match.groupdict() if match else {}
    return Found(
        name=client.name,
        stack=groups.get("stack") or client.stack,
        stack_version=groups.get("stack_version") or _library_version(client, groups.get("module")),
        version=groups.get("version"),
        kind=client.kind,
        available=True,
        unavailable_because=None,
        install=client.install.on(sys.platform),
    )


def _last_words(text: str, otherwise: str) -> str:
    return (text.strip().splitlines() or [otherwise])[-1][:120]


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


def _version_text(client: Client) -> str:
    if not client.version_command:
        return ""
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
            time_limit=60,
        )
        text = finished.stdout + finished.stderr
        if finished.exit_code is not None and finished.exit_code < 0:
            raise OSError(_last_words(text, f"signal {-finished.exit_code} ended it"))
        return text


def _library_version(client: Client, module: str | None) -> str | None:
    if client.library is None:
        return None
    program = Path(module) if module else _file_of(client.needs[0])
    return client.library(program) if program else None


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
