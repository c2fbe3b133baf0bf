"""`docs`: print a document that is generated from the code."""

from argparse import Namespace

from leafonly.command_line.messages import Add

__all__ = ["add"]


def add(command: Add) -> None:
    """Declare the command."""
    parser = command("docs", "print a document that is generated from the code")
    parser.add_argument(
        "document", choices=["clients"], metavar="DOCUMENT", help="clients: docs/clients.md"
    )
    parser.set_defaults(run=_run)


def _run(_options: Namespace) -> int:
    from leafonly.clients.catalogue import markdown

    print(markdown(), end="")
    return 0
