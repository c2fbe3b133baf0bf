"""`serve`: serve the chain of one cell, and print the command that a user can run against it.

`serve --walk-up` serves a page for other people's devices instead; see `walk_up.py`.
"""

from argparse import Namespace
from contextlib import suppress
from typing import TYPE_CHECKING

from leafonly.command_line import walk_up
from leafonly.command_line.messages import Add, fail, unknown

if TYPE_CHECKING:
    from leafonly.certificates.chain import KeyType
    from leafonly.clients import Client
    from leafonly.harness.scenario import Scenario

__all__ = ["add"]


def add(command: Add) -> None:
    """Declare the command."""
    parser = command(
        "serve",
        "serve the chain of one cell, or a page for other devices, until Enter is pressed",
        "For a cell it also prints the command that runs its client.",
    )
    parser.add_argument(
        "cell",
        nargs="?",
        metavar="CELL",
        help="CLIENT-SCENARIO-KEYTYPE, as in reports: curl-absent-p256",
    )
    walk_up.add_options(parser)
    parser.set_defaults(run=_run)


def _run(options: Namespace) -> int:
    if walk_up.is_given(options):
        return walk_up.serve(options)
    if options.cell is None:
        return fail("serve: give a CELL such as curl-absent-p256, or --walk-up")
    return _serve_cell(options.cell)


def _serve_cell(cell: str) -> int:
    from leafonly.certificates.chain import KEY_TYPES
    from leafonly.clients import CLIENTS
    from leafonly.clients.cell_id import CellId
    from leafonly.clients.discovery import find
    from leafonly.harness.scenario import SCENARIOS

    client, scenario, key_type = CellId.parse(cell)
    if client not in CLIENTS:
        return fail(unknown("client", client, CLIENTS))
    if scenario not in SCENARIOS:
        return fail(unknown("scenario", scenario, SCENARIOS))
    if key_type not in KEY_TYPES:
        return fail(unknown("key type", key_type, KEY_TYPES))
    found = find(CLIENTS[client])
    if not found.available:
        return fail(f"{client}: {found.unavailable_because}; install it with: {found.install}")
    return _serve_until_enter(CLIENTS[client], SCENARIOS[scenario], key_type)


def _serve_until_enter(client: "Client", scenario: "Scenario", key_type: "KeyType") -> int:
    import tempfile
    from pathlib import Path

    from leafonly.cameras import CameraError
    from leafonly.cameras.emulator.camera import Emulator
    from leafonly.harness.bench import Bench
    from leafonly.harness.preflight import PreflightError
    from leafonly.harness.scenario import first_hierarchy
    from leafonly.harness.subjects.own_authority import OwnAuthority
    from leafonly.tls.flight import FlightError

    subject = OwnAuthority(hierarchy=first_hierarchy(scenario))
    try:
        with (
            tempfile.TemporaryDirectory(prefix="leafonly-") as directory,
            Bench(Emulator(), subject, Path(directory)) as bench,
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
        return fail(f"{client.name} in {scenario.name} cannot be served: {error}")
    return 0
