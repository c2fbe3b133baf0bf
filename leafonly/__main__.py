"""`python -m leafonly`: what one wants of the engine without pytest."""

import argparse
import sys
import tempfile
from pathlib import Path

from leafonly.clients import CLIENTS
from leafonly.pki import KEY_TYPES
from leafonly.scenario import SCENARIOS

__all__ = ["main"]


def main(arguments: list[str] | None = None) -> int:
    """Run one subcommand, and give the exit code.

    Args:
        arguments: What follows the program's name; None for the command line's own.

    """
    parser = argparse.ArgumentParser(prog="python -m leafonly")
    commands = parser.add_subparsers(dest="command", required=True)
    stage = commands.add_parser("stage", help="set one cell up, and serve it until Enter")
    stage.add_argument("cell", help="as in the report: curl-absent-p256")
    options = parser.parse_args(arguments)
    return _stage(options.cell)


def _stage(cell: str) -> int:
    """Serve one cell, and print the command that a user can run against it by hand."""
    from leafonly.cameras.emulator import Emulator
    from leafonly.run import Bench

    client, scenario, key_type = (*cell.rsplit("-", 2), "", "")[:3]
    if client not in CLIENTS or scenario not in SCENARIOS or key_type not in KEY_TYPES:
        print(f"{cell} is no cell; a cell is CLIENT-SCENARIO-KEYTYPE", file=sys.stderr)
        return 2
    with (
        tempfile.TemporaryDirectory(prefix="leafonly-") as directory,
        Bench(Emulator(), Path(directory)) as bench,
        bench.staged(CLIENTS[client], SCENARIOS[scenario], key_type) as at,
    ):
        print(f"The camera serves {scenario} on port {at.endpoint.port}. In another terminal:\n")
        print(f"cd {at.invocations[0].directory}")
        for invocation in at.invocations:
            print(invocation.shell())
        input("\nEnter ends it. ")
    return 0


if __name__ == "__main__":
    sys.exit(main())
