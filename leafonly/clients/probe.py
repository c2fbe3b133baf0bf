"""Find out which clients are on this machine, and which versions of what they are."""

import importlib.util
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path

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

    """
    return str(client.build(cache_directory())) if client.build else ""


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
        return _absent(client, f"{missing[0].removeprefix('python:')} is not on this machine")
    try:
        text = _version_text(client)
    except subprocess.CalledProcessError as error:
        words = str(error.stderr).strip().splitlines() or ["no word why"]
        return _absent(client, f"it does not compile here: {words[-1]}")
    except OSError as error:
        return _absent(client, f"it does not start here: {error}")
    match = re.search(client.version_pattern, text, re.DOTALL)
    if client.version_pattern and not match:
        last = (text.strip().splitlines() or ["it printed nothing"])[-1]
        return _absent(client, f"it does not say its version: {last[:120]}")
    groups = match.groupdict() if match else {}
    return Found(
        name=client.name,
        stack=groups.get("stack") or client.stack,
        stack_version=groups.get("stack_version") or _library_version(client),
        version=groups.get("version"),
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
        return finished.stdout + finished.stderr


def _library_version(client: Client) -> str | None:
    program = shutil.which(client.needs[0]) if client.library else None
    return client.library(Path(program)) if client.library and program else None
