"""`python -m leafonly`: what one wants of the engine without pytest.

Each subcommand imports what it needs itself: `look` must not wait for the clients.
"""

import argparse
import sys
from contextlib import suppress
from pathlib import Path

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
    commands.add_parser("clients", help="print docs/clients.md: what is known of each client")
    answer = commands.add_parser("answer", help="print docs/answer.md, drawn from a report")
    answer.add_argument("report", type=Path, help="a report.json")
    look = commands.add_parser("look", help="say whether a deployed camera's chain is complete")
    look.add_argument("host", help="HOST, HOST:PORT, or @FILE with one of these on each line")
    look.add_argument("--trust", type=Path, metavar="FILE", help="the trusted roots, as PEM")
    look.add_argument("--json", action="store_true", help="for machines")
    options = parser.parse_args(arguments)
    if options.command == "look":
        return _look(options.host, options.trust, as_json=options.json)
    if options.command == "clients":
        return _clients()
    if options.command == "answer":
        return _answer(options.report)
    return _stage(options.cell)


def _answer(path: Path) -> int:
    import json

    from leafonly.report.answer import markdown

    print(markdown(json.loads(path.read_text(encoding="utf-8")), path.as_posix()), end="")
    return 0


def _clients() -> int:
    from leafonly.clients.catalogue import markdown

    print(markdown(), end="")
    return 0


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
        print(f"look: {error}", file=sys.stderr)
        return 2
    found = list(look_at_all(hosts, trusted))
    if as_json:
        import dataclasses
        import json

        rows = [dataclasses.asdict(each) for each in found]
        print(json.dumps(rows if host.startswith("@") else rows[0], indent=1))
    else:
        for each in found:
            print(f"{_printable(each.target)}: {_printable(each.verdict)}")
    return 0 if all(each.complete for each in found) else 1


def _printable(text: str) -> str:
    """Make a host's words fit for a terminal: its names may be anything."""
    return "".join(character if character.isprintable() else "?" for character in text)


def _stage(cell: str) -> int:
    """Serve one cell, and print the command that a user can run against it by hand."""
    import tempfile

    from leafonly.cameras.emulator.camera import Emulator
    from leafonly.certificates.chain import KEY_TYPES
    from leafonly.clients import CLIENTS
    from leafonly.clients.discovery import find
    from leafonly.harness.bench import Bench
    from leafonly.harness.scenario import SCENARIOS
    from leafonly.harness.subjects.own_authority import OwnAuthority

    client, scenario, key_type = (*cell.rsplit("-", 2), "", "")[:3]
    if client not in CLIENTS or scenario not in SCENARIOS or key_type not in KEY_TYPES:
        print(f"{cell} is no cell; a cell is CLIENT-SCENARIO-KEYTYPE", file=sys.stderr)
        return 2
    found = find(CLIENTS[client])
    if not found.available:
        why = found.unavailable_because
        print(f"{client}: {why}; to have it: {found.install}", file=sys.stderr)
        return 2
    with (
        tempfile.TemporaryDirectory(prefix="leafonly-") as directory,
        Bench(Emulator(), OwnAuthority(), Path(directory)) as bench,
        bench.staged(CLIENTS[client], SCENARIOS[scenario], key_type) as at,
    ):
        print(f"The camera serves {scenario} on port {at.endpoint.port}. In another terminal:\n")
        print(f"cd {at.invocations[0].directory}")
        for invocation in at.invocations:
            print(invocation.shell())
        # Whoever starts it without a terminal, or presses Ctrl-C, ends it, too.
        with suppress(EOFError, KeyboardInterrupt):
            input("\nEnter ends it. ")
    return 0


if __name__ == "__main__":
    sys.exit(main())
