"""The checks of all entries when they are loaded, so that a mistake is found before a run."""

import re
from collections.abc import Iterable, Mapping
from typing import get_args

from leafonly.certificates.chain import KEY_TYPES
from leafonly.clients.build import PROGRAMS
from leafonly.clients.client import Client, Kind, NameOverride, Testimony
from leafonly.clients.measured import SCENARIO_NAMES
from leafonly.clients.own_trust import Roots

__all__ = ["validated"]

_ALWAYS = {"python", "programs", "program", "home"}
_IN_CELLS = _ALWAYS | {"trust", "empty", "host", "port", "address", "url", "urls"}


def validated(clients: Iterable[Client]) -> dict[str, Client]:
    """Return the clients by name.

    Raises:
        ValueError: Two clients have the same name, or a field of an entry has an unknown value: a
            kind, a placeholder, a program, a scenario. One line: the client, the value, and the
            known values.

    """
    by_name: dict[str, Client] = {}
    for client in clients:
        if client.name in by_name:
            raise ValueError(f"client {client.name}: two clients have this name; rename one")
        for fault in _faults(client):
            raise ValueError(f"client {client.name}: {fault}")
        by_name[client.name] = client
    for client in by_name.values():
        mended = client.mends.clients if client.mends else ()
        for fault in _unknown("mends", mended, by_name):
            raise ValueError(f"client {client.name}: {fault}")
    return by_name


def _faults(client: Client) -> Iterable[str]:
    if not re.fullmatch(r"[\w.+-]+", client.name):
        yield "its name has other characters than letters, digits, and _.+-"
    yield from _unknown("kind", [client.kind], get_args(Kind))
    yield from _unknown("testimony", [client.testimony], get_args(Testimony))
    yield from _unknown("roots", [client.own_roots or "system"], get_args(Roots))
    yield from _unknown("cannot", client.cannot, (*SCENARIO_NAMES, *KEY_TYPES))
    yield from _faults_of_version(client)
    yield from _faults_of_commands(client)


def _unknown(field: str, values: Iterable[str], known: Iterable[str]) -> Iterable[str]:
    for value in values:
        if value not in known:
            yield f"{field}={value!r} is unknown; known are {', '.join(known)}"


def _faults_of_version(client: Client) -> Iterable[str]:
    if not client.version_command:
        yield "it has no version command; give version=PATTERN"
    try:
        groups = re.compile(client.version_pattern).groupindex
    except re.error as error:
        yield f"version={client.version_pattern!r} is no regular expression: {error}"
    else:
        known = ("version", "stack_version", "stack", "module")
        yield from _unknown("a group of version", groups, known)


def _faults_of_commands(client: Client) -> Iterable[str]:
    override = client.name_override
    settings: dict[str, Mapping[str, str]] = {"environment": client.environment}
    commands = {"run": client.command, "own_trust": client.own_trust_command or ()}
    if isinstance(override, NameOverride):
        commands["name_override"] = override.options
        settings["name_override"] = override.environment
    for field, words in commands.items():
        yield from _unknown_placeholders(field, words, _IN_CELLS)
    for field, variables in settings.items():
        yield from _unknown_placeholders(field, variables.values(), _IN_CELLS - {"urls"})
    yield from _unknown_placeholders("version_run", client.version_command, _ALWAYS)
    if left := [word for word in commands["own_trust"] if "{trust}" in word]:
        yield f"own_trust still names the store in {left[0]!r}; give the command without it"


def _unknown_placeholders(field: str, words: Iterable[str], known: set[str]) -> Iterable[str]:
    for word in words:
        for name in re.findall(r"\{(\w+)\}", word):
            if name not in known:
                yield f"{field} has the unknown placeholder {{{name}}} in {word!r}"
        if "{urls}" in word and word != "{urls}":
            yield f"{field} has {{urls}} inside {word!r}; it must be an argument of its own"
        program = re.search(r"\{programs\}/([\w./-]+)", word)
        if program and not (PROGRAMS / program[1]).exists():
            yield f"{field} names {program[1]}, which is not in leafonly/clients/programs/"
