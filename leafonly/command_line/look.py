"""`look`: say whether a deployed camera presents a complete chain."""

import argparse
from argparse import Namespace
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from leafonly.certificates.printable import printable
from leafonly.command_line.messages import Add, described, fail

if TYPE_CHECKING:
    from leafonly.cameras.look_outcome import Outcome
    from leafonly.cameras.look_result import Look, SeenCertificate
    from leafonly.tls.address import Target

__all__ = ["add"]

_FORMATS = ("text", "json", "prometheus", "nagios")
_UNKNOWN = 3  # a monitoring plugin's exit code if it could not run

_Judge = Callable[["Target", "Look"], "Outcome"]


def add(command: Add) -> None:
    """Declare the command."""
    parser = command(
        "look",
        "say whether a deployed camera presents a complete chain",
        "Exit code 0 if every host does, 1 if one does not, 2 if a host or a file is not usable. "
        "With --format=nagios 0, 1, 2 and 3 are OK, WARNING, CRITICAL and UNKNOWN.",
    )
    parser.add_argument("host", help="HOST, HOST:PORT, or @FILE with one of these on each line")
    parser.add_argument("--trust", type=Path, metavar="FILE", help="the trusted roots, as PEM")
    parser.add_argument(
        "--expires-within",
        type=_days,
        metavar="DAYS",
        help="exit 1 also if a certificate expires within this number of days",
    )
    parser.add_argument(
        "--expect",
        type=Path,
        metavar="DIR",
        help="exit 1 also if the host does not present the certificates in this folder of "
        "certbot, acme.sh or a CA",
    )
    parser.add_argument(
        "--format", choices=_FORMATS, default="text", metavar="FORMAT", help=", ".join(_FORMATS)
    )
    parser.add_argument(
        "--json", dest="format", action="store_const", const="json", help="--format=json"
    )
    parser.add_argument(
        "-v", "--verbose", action="store_true", help="print every detail of each host in @FILE"
    )
    parser.set_defaults(run=_run)


def _days(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 5):
        raise argparse.ArgumentTypeError(
            f"{printable(text, 20)!r} is not a number of days, such as 30"
        )
    return int(text)


def _run(options: Namespace) -> int:
    """Look at one host or many.

    Returns:
        0 if a strict client accepts every chain, 1 if not, 2 if a host or file cannot be used;
        with `--format=nagios`, the exit code of a monitoring plugin.

    """
    from leafonly.cameras.host_list import targets
    from leafonly.cameras.look import Trusted, look_at_all, quietly

    try:
        hosts = targets(options.host)
        with quietly():
            trusted = Trusted.of_file(options.trust) if options.trust else Trusted()
            judge = _judge(options)
    except (OSError, ValueError) as error:
        return _unusable(options, described(error))
    looks = zip(hosts, look_at_all(hosts, trusted), strict=True)
    return _show(options, (judge(host, look) for host, look in looks))


def _unusable(options: Namespace, message: str) -> int:
    if options.format != "nagios":
        return fail(f"look: {message}")
    print(f"LEAFONLY UNKNOWN - {printable(' '.join(message.split()), 1000).replace('|', '/')}")
    return _UNKNOWN


def _judge(options: Namespace) -> _Judge:
    """Return the function that applies `--expires-within` and `--expect` to a look.

    Raises:
        ValueError: The folder of `--expect` cannot be used.

    """
    from leafonly.cameras.look_outcome import Outcome, compare

    within = options.expires_within
    if options.expect is None:
        return lambda host, look: Outcome(look, within)
    issued = _issued_in(options.expect)
    return lambda host, look: Outcome(look, within, compare(look, issued(host.host)))


def _issued_in(folder: Path) -> "Callable[[str], list[SeenCertificate]]":
    """Return the function that finds a host's leaf in a folder, with its intermediates.

    Raises:
        ValueError: The folder cannot be read, or holds no leaf.

    """
    import datetime as dt

    from leafonly.audit.files.credentials import read_directory
    from leafonly.cameras.look_result import SeenCertificate
    from leafonly.certificates.paths import longest_path

    # No password: an encrypted key stays closed, because only certificates are compared.
    credentials = read_directory(folder, lambda path: None)
    if credentials.leaf is None:
        raise ValueError(f"--expect: {folder} holds no leaf certificate: name the CA's folder")

    def issued(host: str) -> list[SeenCertificate]:
        leaf = credentials.about(host).leaf
        assert leaf is not None  # checked above
        at = dt.datetime.now(dt.UTC)
        path = longest_path(leaf, credentials.intermediates)
        return [SeenCertificate.of(each, at) for each in path]

    return issued


def _show(options: Namespace, outcomes: "Iterable[Outcome]") -> int:
    is_list = options.host.startswith("@")
    if options.format == "text":
        return _show_text(outcomes, is_short=is_list and not options.verbose)
    from leafonly.cameras.look_data import as_json, nagios, prometheus

    found = list(outcomes)
    if options.format == "nagios":
        output, code = nagios(found)
        print(output)
        return code
    if options.format == "json":
        import json

        rows = [as_json(each) for each in found]
        print(json.dumps(rows if is_list else rows[0], indent=1))
    else:
        print(*prometheus(found), sep="\n")
    return 0 if all(each.is_good for each in found) else 1


def _show_text(outcomes: "Iterable[Outcome]", *, is_short: bool) -> int:
    """Print each host as soon as it is known."""
    import shutil

    from leafonly.cameras.look_text import details, verdict_line

    width, code = shutil.get_terminal_size((80, 24)).columns, 0
    for number, each in enumerate(outcomes):
        if not is_short and number:
            print()
        for line in [verdict_line(each)] if is_short else details(each, width):
            print(printable(line), flush=True)
        code = code if each.is_good else 1
    return code
