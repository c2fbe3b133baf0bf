"""`look`: say whether a deployed camera presents a complete chain."""

from argparse import Namespace
from pathlib import Path

from leafonly.certificates.printable import printable
from leafonly.command_line.messages import Add, described, fail

__all__ = ["add"]


def add(command: Add) -> None:
    """Declare the command."""
    parser = command(
        "look",
        "say whether a deployed camera presents a complete chain",
        "Exit code 0 if every host does, 1 if one does not, 2 if a host or a file is not usable.",
    )
    parser.add_argument("host", help="HOST, HOST:PORT, or @FILE with one of these on each line")
    parser.add_argument("--trust", type=Path, metavar="FILE", help="the trusted roots, as PEM")
    parser.add_argument("--json", action="store_true", help="print JSON instead of lines")
    parser.set_defaults(run=_run)


def _run(options: Namespace) -> int:
    """Look at one host or many.

    Returns:
        0 if a strict client accepts every chain, 1 if not, 2 if a host or file is none.

    """
    from leafonly.cameras.host_list import targets
    from leafonly.cameras.look import Trusted, look_at_all, quietly

    try:
        hosts = targets(options.host)
        with quietly():
            trusted = Trusted.of_file(options.trust) if options.trust else Trusted()
    except (OSError, ValueError) as error:
        return fail(f"look: {described(error)}")
    found = list(look_at_all(hosts, trusted))
    if options.json:
        import dataclasses
        import json

        rows = [dataclasses.asdict(each) for each in found]
        print(json.dumps(rows if options.host.startswith("@") else rows[0], indent=1))
    else:
        for each in found:
            print(f"{printable(each.target)}: {printable(each.verdict)}")
    return 0 if all(each.complete for each in found) else 1
