"""`build`: build the clients that are made from other people's packages."""

import sys
from argparse import Namespace

from leafonly.command_line.clients import named
from leafonly.command_line.messages import Add, complain, described

__all__ = ["add"]


def add(command: Add) -> None:
    """Declare the command."""
    parser = command(
        "build",
        "build the clients that are made from other people's packages",
        "A run never builds them, because that takes minutes and asks a package registry. "
        "Once they are built, every run finds them.",
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help="build only these clients")
    parser.set_defaults(run=_run)


def _run(options: Namespace) -> int:
    """Build the named clients, or all that are built only by hand; 1 if one cannot be built."""
    import subprocess

    from leafonly.clients.discovery import cache_directory

    code = 0
    for name, client in named(options.names).items():
        if client.build is None or not (options.names or client.build.by_hand):
            if options.names:
                print(f"{name}: nothing to build, because it is not made from source")
            continue
        try:
            print(f"{name}: {client.build.make(cache_directory())}", flush=True)
        except subprocess.CalledProcessError as error:
            code = 1
            complain(f"{name}: {error}")
            print(f"{error.stdout}{error.stderr}", file=sys.stderr)
        except (OSError, ValueError) as error:
            code = 1
            complain(f"{name}: {described(error)}")
    return code
