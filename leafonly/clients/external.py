"""External clients: programs of the user that follow the TryTLS stub contract.

The contract (stubs/README.md of ouspg/trytls): `STUB HOST PORT [CA_BUNDLE]` exits
with 0, and the last line on standard output is `ACCEPT`, `REJECT` or `UNSUPPORTED`. The lines
before it are the reason. Any other exit code is an error of the stub itself.
"""

import os
import re
import shlex
import shutil
import sys
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from leafonly.clients.client import Client, Install
from leafonly.clients.error_messages import BORINGSSL, GNUTLS, GO, JSSE, NODE, OPENSSL, RUSTLS
from leafonly.clients.refusal import together
from leafonly.clients.stack import Stack

__all__ = ["stub_clients"]

# The interpreters of scripts without a `#!` line. Most of TryTLS's stubs are such scripts.
_INTERPRETERS = {
    ".js": "node",
    ".lua": "lua",
    ".mjs": "node",
    ".php": "php",
    ".pl": "perl",
    ".py": "python3",
    ".rb": "ruby",
    ".sh": "sh",
    ".tcl": "tclsh",
}


_UNKNOWN = Stack("unknown", together((OPENSSL, BORINGSSL, GNUTLS, NODE, RUSTLS, GO, JSSE)))


@dataclass(frozen=True)
class _Stub:
    """A value of `--client`: the name in it, the command, and the file of the stub."""

    given: str | None
    command: tuple[str, ...]
    file: Path

    def name(self, folders: int) -> str:
        """Return the given name, or the file's name with this many folders before it."""
        if self.given:
            return self.given
        is_run = self.file.stem.lower() == "run"  # the name of every stub of TryTLS
        parts = [*self.file.parent.parts[1:], *([] if is_run else [self.file.stem])]
        return re.sub(r"[^\w.+-]+", "_", "-".join(parts[-1 - folders :]) or self.file.stem)

    def client(self, name: str) -> Client:
        """Return the client. Only its controls have an expected verdict."""
        return Client(
            name=name,
            kind="library",
            stack=_UNKNOWN,
            needs=(),
            run=(*self.command, "{host}", "{port}", "{trust}"),
            testimony="stub",
            install=Install(anywhere="brought by the user"),
        )


def stub_clients(
    values: Sequence[str], taken: Collection[str], directory: Path
) -> dict[str, Client]:
    """Return the clients in the values of `--client`, by name.

    A value is a file or a command line, with or without `NAME=` before it. If two clients have
    the same name, folders are put before the names that were not given.

    Args:
        values: As the user wrote them.
        taken: Names of other clients.
        directory: The user's working directory; clients start in another one.

    Raises:
        ValueError: A value is not a client. One line: the value, and what to write instead.

    """
    stubs = [_parsed(value, directory) for value in values]
    folders = [0] * len(stubs)
    while True:
        names = [stub.name(depth) for stub, depth in zip(stubs, folders, strict=True)]
        same = [i for i, name in enumerate(names) if name in taken or names.count(name) > 1]
        if not same:
            return {name: stub.client(name) for name, stub in zip(names, stubs, strict=True)}
        longer = [i for i in same if stubs[i].name(folders[i] + 1) != names[i]]
        if not longer:
            raise ValueError(
                f"--client={values[same[-1]]}: there is already a client {names[same[-1]]}; "
                f"name this one: --client=NAME={shlex.quote(shlex.join(stubs[same[-1]].command))}"
            )
        for i in longer:
            folders[i] += 1


def _parsed(value: str, directory: Path) -> _Stub:
    match = re.fullmatch(r"([\w.+-]+)=(.+)", value, re.DOTALL)
    given, command = (match[1], match[2]) if match else (None, value)
    if (directory / value).is_file():
        given, command = None, value
    try:
        words = _words(command, directory)
    except ValueError as error:
        raise ValueError(f"--client={value}: {error}") from error
    files = [Path(word) for word in words[1:] if Path(word).is_absolute()]
    scripts = [path for path in files if path.is_file()]
    return _Stub(given, tuple(words), scripts[-1] if scripts else Path(words[0]))


def _words(command: str, directory: Path) -> list[str]:
    """Return the words of a command line, with paths that are valid in every directory."""
    if (directory / command).is_file():
        words = [command]  # a path may contain blanks
    else:
        # On Windows, paths contain backslashes.
        words = shlex.split(command, posix=sys.platform != "win32")
    if not words:
        raise ValueError("it names no program; write a file or a command line")
    if (directory / words[0]).exists() or shutil.which(words[0]) is None:
        _check(words[0], directory)
    return [_absolute(word, directory) for word in words]


def _absolute(word: str, directory: Path) -> str:
    """Return an absolute path if the word is a file or folder; otherwise the word."""
    path = directory / word
    # Not resolved: python in a virtual environment links to a python outside of it.
    if path.exists() and word not in ("", ".", ".."):
        return os.path.normpath(path)
    if Path(word).suffix in _INTERPRETERS and not word.startswith("-"):
        raise ValueError(f"{word} does not exist")
    return word


def _check(word: str, directory: Path) -> None:
    """Raise ValueError if a file cannot be started. One line, with what to write instead."""
    path = directory / word
    if path.is_dir():
        raise ValueError(f"{word} is a folder: name the program in it")
    if not path.is_file():
        where = "" if "/" in word else ", and no program of that name is on PATH"
        raise ValueError(f"{word} does not exist{where}")
    with path.open("rb") as file:
        head = file.read(256)
    first = head.partition(b"\n")[0].decode("utf-8", "replace")
    has_interpreter = first.startswith("#!")
    # Of "#!/usr/bin/env python3" and "#!/bin/bash -e": python3 and bash.
    named = [Path(each).name for each in first[2:].split()] if has_interpreter else []
    named = named[1:] if named[:1] == ["env"] else named
    interpreter = (named or [_INTERPRETERS.get(path.suffix, "INTERPRETER")])[0]
    instead = f"--client={shlex.quote(f'{interpreter} {shlex.quote(word)}')}"
    # Compiled programs have zero bytes in their header (ELF, Mach-O, PE).
    is_script = b"\0" not in head and sys.platform != "win32"
    if is_script and not has_interpreter:
        raise ValueError(f"{word} has no #! line, so it cannot be started: write {instead}")
    if not os.access(path, os.X_OK):
        raise ValueError(f"{word} cannot be executed: chmod +x it, or write {instead}")
