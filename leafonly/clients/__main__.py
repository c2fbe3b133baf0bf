"""Build the clients whose programs are never built unasked: `python -m leafonly.clients [NAME...]`.

They ask a package registry for other people's code, or take minutes to compile.
"""

import subprocess
import sys
from collections.abc import Sequence

from leafonly.clients import CLIENTS
from leafonly.clients.discovery import cache_directory


def main(names: Sequence[str]) -> int:
    """Build the named clients, or all that are built by hand; give the exit code."""
    waiting = {name: client for name, client in CLIENTS.items() if client.build}
    if not names:
        names = [name for name, client in waiting.items() if client.build and client.build.by_hand]
    failures = 0
    for name in names:
        build = waiting[name].build if name in waiting else None
        if build is None:
            print(f"{name}: no client of that name is built from source")
            failures += 1
            continue
        try:
            print(f"{name}: {build.make(cache_directory())}", flush=True)
        except subprocess.CalledProcessError as error:
            print(f"{name}: {error}\n{error.stdout}{error.stderr}")
            failures += 1
        except (OSError, ValueError) as error:
            print(f"{name}: {error}")
            failures += 1
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
