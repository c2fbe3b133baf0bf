"""The command line: `python -m leafonly COMMAND`, or `leafonly COMMAND` where it is installed.

Each subcommand imports what it needs itself, because `look` must not wait for the clients.
"""

import argparse
import io
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from leafonly.certificates.printable import printable
from leafonly.command_line import parser, unknown

if TYPE_CHECKING:
    from leafonly.certificates.chain import KeyType
    from leafonly.clients import Client
    from leafonly.harness.scenario import Scenario

__all__ = ["main"]

_PIPE_CLOSED = 141  # what a shell reports of a program that SIGPIPE ended: 128 + 13
_INTERRUPTED = 130  # the same of SIGINT


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one subcommand, and return the exit code.

    2 means that it could not run: one line on stderr says why.

    Args:
        arguments: What follows the program's name; None for the command line's own.

    """
    if isinstance(sys.stdout, io.TextIOWrapper):
        # A locale without UTF-8 is no reason to fail.
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        try:
            code = _run(parser().parse_args(arguments))
        except SystemExit as end:  # for --help, --version, and what cannot be parsed
            code = end.code if isinstance(end.code, int) else 2
        if sys.stdout is not None:
            sys.stdout.flush()
    except KeyboardInterrupt:
        return _INTERRUPTED
    except BrokenPipeError:
        _give_stdout_up()
        return _PIPE_CLOSED
    except (OSError, ValueError) as error:
        _complain(_described(error))
        _give_stdout_up()
        return 2
    return code


def _run(options: argparse.Namespace) -> int:
    match options.command:
        case "look":
            return _look(options.host, options.trust, as_json=options.json)
        case "serve":
            return _serve(options.cell)
        case "clients":
            return _clients(options.names)
        case "build":
            return _build(options.names)
        case "docs":
            return _docs()
        case "answer":
            return _answer(options.report)
        case _:
            return _report(options.report, options.output)


def _look(host: str, trust: Path | None, *, as_json: bool) -> int:
    """Look at one host or many.

    Returns:
        0 if a strict client accepts every chain, 1 if not, 2 if a host or file is none.

    """
    from leafonly.cameras.host_list import targets
    from leafonly.cameras.look import Trusted, look_at_all, quietly

    try:
        hosts = targets(host)
        with quietly():
            trusted = Trusted.of_file(trust) if trust else Trusted()
    except (OSError, ValueError) as error:
        _complain(f"look: {_described(error)}")
        return 2
    found = list(look_at_all(hosts, trusted))
    if as_json:
        import dataclasses
        import json

        rows = [dataclasses.asdict(each) for each in found]
        print(json.dumps(rows if host.startswith("@") else rows[0], indent=1))
    else:
        for each in found:
            print(f"{printable(each.target)}: {printable(each.verdict)}")
    return 0 if all(each.complete for each in found) else 1


def _serve(cell: str) -> int:
    """Serve one cell, and print the command that a user can run against it by hand."""
    from leafonly.certificates.chain import KEY_TYPES
    from leafonly.clients import CLIENTS
    from leafonly.clients.cell_id import CellId
    from leafonly.clients.discovery import find
    from leafonly.harness.scenario import SCENARIOS

    try:
        client, scenario, key_type = CellId.parse(cell)
    except ValueError as error:
        return _fail(str(error))
    if client not in CLIENTS:
        return _fail(unknown("client", client, CLIENTS))
    if scenario not in SCENARIOS:
        return _fail(unknown("scenario", scenario, SCENARIOS))
    if key_type not in KEY_TYPES:
        return _fail(unknown("key type", key_type, KEY_TYPES))
    found = find(CLIENTS[client])
    if not found.available:
        return _fail(f"{client}: {found.unavailable_because}; install it with: {found.install}")
    return _serve_until_enter(CLIENTS[client], SCENARIOS[scenario], key_type)


def _serve_until_enter(client: "Client", scenario: "Scenario", key_type: "KeyType") -> int:
    import tempfile

    from leafonly.cameras import CameraError
    from leafonly.cameras.emulator.camera import Emulator
    from leafonly.harness.bench import Bench
    from leafonly.harness.preflight import PreflightError
    from leafonly.harness.subjects.own_authority import OwnAuthority
    from leafonly.tls.flight import FlightError

    try:
        with (
            tempfile.TemporaryDirectory(prefix="leafonly-") as directory,
            Bench(Emulator(), OwnAuthority(), Path(directory)) as bench,
            bench.staged(client, scenario, key_type) as at,
        ):
            print(f"The camera serves {scenario.name} on port {at.endpoint.port}.")
            print(f"Run this in another terminal:\n\ncd {at.invocations[0].directory}")
            for invocation in at.invocations:
                print(invocation.shell())
            # Without a terminal, input() ends at once.
            with suppress(EOFError, KeyboardInterrupt):
                input("\nPress Enter to end it. ")
    except (CameraError, FlightError, PreflightError) as error:
        return _fail(f"{client.name} in {scenario.name} cannot be served: {error}")
    return 0


def _clients(names: Sequence[str]) -> int:
    from leafonly.clients.discovery import find_all
    from leafonly.report.rows import client_row
    from leafonly.report.terminal import client_list, width_of_stdout

    found = find_all(_named(names))
    rows = [client_row(each) for each in found.values()]
    print(printable(client_list(rows, width_of_stdout()), keep="\n"))
    return 0


def _build(names: Sequence[str]) -> int:
    """Build the named clients, or all that are built only by hand; 1 if one cannot be built."""
    import subprocess

    from leafonly.clients.discovery import cache_directory

    code = 0
    for name, client in _named(names).items():
        if client.build is None or not (names or client.build.by_hand):
            if names:
                print(f"{name}: nothing to build, because it is not made from source")
            continue
        try:
            print(f"{name}: {client.build.make(cache_directory())}", flush=True)
        except subprocess.CalledProcessError as error:
            code = 1
            _complain(f"{name}: {error}")
            print(f"{error.stdout}{error.stderr}", file=sys.stderr)
        except (OSError, ValueError) as error:
            code = 1
            _complain(f"{name}: {_described(error)}")
    return code


def _named(names: Sequence[str]) -> "dict[str, Client]":
    """Return the named clients, or all; raise ValueError for a name that no client has."""
    from leafonly.clients import CLIENTS

    for name in names:
        if name not in CLIENTS:
            raise ValueError(unknown("client", name, CLIENTS))
    return {name: CLIENTS[name] for name in names or CLIENTS}


def _docs() -> int:
    from leafonly.clients.catalogue import markdown

    print(markdown(), end="")
    return 0


def _answer(path: Path) -> int:
    from leafonly.report.answer import markdown
    from leafonly.report.document import read

    print(printable(markdown(read(path), path.as_posix()), keep="\n"), end="")
    return 0


def _report(path: Path, output: Path | None) -> int:
    from leafonly.report.document import read
    from leafonly.report.html import render

    output = output or path.with_suffix(".html")
    if output == path:
        raise ValueError(f"{path} is the report itself: name another file with -o")
    html = render(read(path))
    # JSON can hold halves of a character, which UTF-8 cannot.
    output.write_text(html, encoding="utf-8", errors="replace")
    print(output)
    return 0


def _fail(message: str) -> int:
    _complain(message)
    return 2


def _complain(message: str) -> None:
    print(f"leafonly: {printable(' '.join(message.split()))}", file=sys.stderr)


def _described(error: Exception) -> str:
    """Say what went wrong in one line, without Python's error numbers."""
    if isinstance(error, OSError) and error.strerror:
        return ": ".join(str(part) for part in (error.filename, error.strerror) if part)
    return str(error) or type(error).__name__


def _give_stdout_up() -> None:
    """Send what is left for stdout nowhere: flushing it at exit would fail once more."""
    try:
        if sys.stdout is not None:
            sys.stdout.flush()
    except OSError:
        with suppress(OSError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


if __name__ == "__main__":
    sys.exit(main())
