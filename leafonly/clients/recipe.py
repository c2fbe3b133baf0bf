"""Recipes: how a user gives a client the certificates that the camera does not send.

A recipe is made from the client's entry: the trust store, the command, the environment and the
program that the harness uses.
"""

import ast
import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from leafonly.clients.build import PROGRAMS, Build
from leafonly.clients.client import Client
from leafonly.clients.trust_store import BUNDLE

__all__ = ["EXAMPLE", "Recipe", "Step", "recipe"]

EXAMPLE = "cam.example.com"
"""The camera's name if the user's own is not known."""

_ISOLATION = "{empty}"  # what hides the machine's own certificates from a measurement
_WRAPPER = "{programs}/print_file.py"  # `print_file.py FILE COMMAND...`, see the README there
_ABSOLUTE = "{home}/../{trust}"  # for a client that does not take a relative path


@dataclass(frozen=True)
class Step:
    """An instruction, and the lines to copy, if there are any."""

    text: str
    lines: str | None = None


@dataclass(frozen=True)
class Recipe:
    """The steps that give one client a trust store.

    Attributes:
        steps: The steps in order, for a folder that contains the file `BUNDLE`.
        files: The texts of programs that the steps name, by name.

    """

    steps: tuple[Step, ...]
    files: Mapping[str, str]


def recipe(client: Client, host: str = EXAMPLE) -> Recipe:
    """Return the recipe that gives a client the certificates in `BUNDLE`.

    Args:
        client: The client, as its entry declares it.
        host: The camera's name.

    Raises:
        ValueError: The name has characters that a DNS name or an address cannot have. It may
            come from a hostile certificate, and users paste these lines into a shell.

    """
    if not re.fullmatch(r"[A-Za-z0-9._:-]+", host):
        raise ValueError(f"the name {host[:80]!r} is not a DNS name: give the camera's")
    steps = []
    if client.trust.lines:
        about = f"Fill the store of {client.name} from {BUNDLE}."
        if "$PROFILE" in client.trust.store:
            about += " PROFILE is the folder of the browser's profile."
        steps.append(Step(about, "\n".join(client.trust.lines)))
    program, text = _program(client)
    if client.kind == "proxy":
        # Users only need the lines of its configuration that name the trust store.
        lines = _configuration(text, client.command, host)
        steps.append(
            Step("In its configuration, name the file as the trusted certificates.", lines)
        )
        return Recipe(tuple(steps), {} if lines else {program: text})
    if client.kind == "browser":
        steps.append(Step("Start the browser again."))
        return Recipe(tuple(steps), {})
    doing = (
        "Run it like this." if not program else f"Do it as {program} does; it was run like this."
    )
    steps.append(Step(doing, _command(client, host, program)))
    return Recipe(tuple(steps), {program: text} if program else {})


def _command(client: Client, host: str, program: str) -> str:
    """Return the command as a shell line, without the options that only isolate a cell."""
    built = client.build.result if client.build and client.build.source.is_file() else "."
    values = {
        "python": "python3",
        "programs": ".",
        "program": built if built == "." else f"./{built}",
        "home": "$HOME",
        "trust": client.trust.store,
        "host": host,
        "address": host,
        "port": "443",
        "url": f"https://{host}/",
        "urls": f"https://{host}/",
    }
    environment = [
        f"{name}={_quoted(value, values)}"
        for name, value in client.environment.items()
        if _ISOLATION not in value
    ]
    words = [_quoted(word, values) for word in _without_isolation(client.command)]
    line = " ".join([*environment, *words])
    if not client.stdin:
        return line
    return f"printf {shlex.quote(client.stdin.encode('unicode_escape').decode())} | {line}"


def _without_isolation(command: tuple[str, ...]) -> Iterator[str]:
    """Yield the command without the empty folder and its option, and without the wrapper."""
    if command[1:2] == (_WRAPPER,):
        command = command[3:]
    for word, following in zip(command, (*command[1:], ""), strict=True):
        if _ISOLATION not in word and not (following == _ISOLATION and word.startswith("-")):
            yield word


def _quoted(word: str, values: Mapping[str, str]) -> str:
    word = word.replace(_ABSOLUTE, "$PWD/{trust}")
    filled = re.sub(r"\{(\w+)\}", lambda match: values[match[1]], word)
    if "$" not in filled:
        return shlex.quote(filled)
    return '"' + filled.replace('"', '\\"') + '"'


def _program(client: Client) -> tuple[str, str]:
    """Return the name and text of this project's program in the command; empty without one."""
    named = re.findall(r"\{programs\}/([\w./-]+)", " ".join(client.command))
    if client.build is not None:
        path = _source(client.build, client.command)
    elif named and _WRAPPER not in client.command:
        path = PROGRAMS / named[-1]
    else:
        return "", ""
    return path.name, path.read_text(encoding="utf-8")


def _source(build: Build, command: tuple[str, ...]) -> Path:
    """Return the file of a built program: of a project, the one that the command names."""
    if build.source.is_file():
        return build.source
    names = {word.rpartition("/")[2] for word in command}
    return next(each for each in sorted(build.source.rglob("*.*")) if each.stem in names)


def _configuration(program: str, command: tuple[str, ...], host: str) -> str | None:
    """Return the lines of a proxy's configuration that name the trusted certificates."""
    functions = (each for each in ast.parse(program).body if isinstance(each, ast.FunctionDef))
    texts = [
        ast.get_source_segment(program, each) or ""
        for each in functions
        if each.name.split("_")[0] in command
    ]
    lines = [line.strip() for text in texts for line in text.splitlines() if "{trust}" in line]
    plain = [re.sub(r'^\w+ = f"(.*?)".*', r"\1", line).replace('f"', '"') for line in lines]
    return "\n".join(plain).replace("{trust}", BUNDLE).replace("{host}", host) or None
