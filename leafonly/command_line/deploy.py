"""`deploy`: put a certificate and its key onto a board. The only command that writes to one."""

import os
import sys
from argparse import Namespace
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from leafonly.certificates.printable import printable
from leafonly.command_line.credentials import asked_password, trusted_certificates
from leafonly.command_line.messages import Add, complain, described, fail

if TYPE_CHECKING:
    from leafonly.audit import Evidence
    from leafonly.deploy.deployment import Preview
    from leafonly.deploy.plan import Plan
    from leafonly.deploy.verification import Verification

__all__ = ["add"]

_LINEAGE = "RENEWED_LINEAGE"  # which certbot sets for its --deploy-hook

_MORE = (
    "This is the only command that writes to a board. It asks before it writes. "
    "Exit code 0: deployed, and the board was seen to serve it. 1: refused or rolled back, "
    "the board has its previous files. 2: it could not run or lost the board; the message "
    "says what is on the board. docs/deploy.md explains every step."
)


def add(command: Add) -> None:
    """Declare the command."""
    parser = command(
        "deploy",
        "put a certificate and its private key onto a board",
        _MORE,
    )
    parser.add_argument(
        "--credentials",
        type=Path,
        metavar="DIR",
        help=f"a folder from certbot, acme.sh or a CA; default: ${_LINEAGE}, which certbot sets",
    )
    parser.add_argument(
        "--camera", required=True, metavar="PORT", help="the serial port, id:SERIAL, or auto"
    )
    parser.add_argument(
        "--to", default="tls", metavar="FOLDER", help="the folder on the board; default: tls"
    )
    parser.add_argument(
        "--names",
        metavar="LEAF,KEY,...",
        help="the names of the files: leaf, key, then each intermediate; default: server.der,"
        "server.key.der,intermediate.der,intermediate2.der,...",
    )
    parser.add_argument(
        "--check",
        metavar="HOST:PORT",
        help="where the board's own program serves; without it, a script on the board serves the "
        "files over the cable",
    )
    parser.add_argument("--trust", type=Path, metavar="FILE", help="your private CA's root, as PEM")
    parser.add_argument(
        "--firmware",
        default="openmv-5.0",
        metavar="NAME",
        help="the board's firmware, named as in --camera=emulator:NAME; default: openmv-5.0",
    )
    parser.add_argument("--domain", metavar="NAME", help="the camera's name; default: the leaf's")
    parser.add_argument("--yes", action="store_true", help="write without asking")
    parser.add_argument(
        "--dry-run",
        action="store_true",
        help="write nothing; print what would be written, and the lines for main.py",
    )
    parser.set_defaults(run=_run)


def _run(options: Namespace) -> int:
    """Deploy.

    Returns:
        0 if the board serves what was issued, 1 if it has its previous files, 2 if something
        was not usable or the board was lost.

    """
    from leafonly.audit.finding import NotCheckedError
    from leafonly.cameras import CameraError
    from leafonly.cameras.choose import board_port
    from leafonly.cameras.emulator.profiles import profile_called
    from leafonly.deploy import Refused, RolledBack, Unfinished
    from leafonly.deploy.deployment import Deployment
    from leafonly.deploy.plan import check_folder, check_names, judge, make_plan

    try:
        folder = check_folder(options.to)
        names = check_names(options.names) if options.names else []
        profile = profile_called(options.firmware)
        evidence = _evidence(options, profile.message_limit)
        for warning in judge(evidence):
            _say(f"{warning.check}: {warning}")
        plan = make_plan(evidence, folder, names, profile)
        port = board_port(options.camera)
        verification = _verification(options.check, port, evidence.domain)
        Deployment(port, plan, verification, _Asking(options, plan), _say).run()
        if not options.dry_run:
            _say(f"deployed: {evidence.domain}, valid until {evidence.leaf.not_valid_after_utc:%F}")
    except (Refused, RolledBack) as error:
        for line in str(error).splitlines():
            complain(f"deploy: {line}")
        return 1
    except Unfinished as error:
        return fail(f"deploy: {error}")
    except (CameraError, NotCheckedError, OSError, ValueError) as error:
        return fail(f"deploy: {described(error)}")
    return 0


def _evidence(options: Namespace, message_limit: int) -> "Evidence":
    """Return the evidence of the credentials, for a board with this limit of a Certificate message.

    Raises:
        ValueError: The credentials or the roots are not given or cannot be read.

    """
    import datetime as dt

    from leafonly.audit import Evidence, read_directory
    from leafonly.audit.context import normal_name
    from leafonly.certificates.paths import roots_in

    directory = options.credentials or Path(os.environ.get(_LINEAGE, ""))
    if not options.credentials and not os.environ.get(_LINEAGE):
        raise ValueError("nothing to deploy: give --credentials DIR")
    domain = normal_name(options.domain) if options.domain else None
    credentials = read_directory(directory, asked_password)
    return Evidence(
        credentials.about(domain) if domain else credentials,
        dt.datetime.now(dt.UTC),
        domain,
        private=roots_in(trusted_certificates(options.trust) if options.trust else ()),
        message_limit=message_limit,
    )


def _say(line: str) -> None:
    print(printable(line), flush=True)


def _verification(check: str | None, port: str, name: str) -> "Verification":
    from leafonly.deploy.verification import OverCable, OverNetwork
    from leafonly.tls.address import target

    return OverNetwork(target(check)) if check else OverCable(port, name)


class _Asking:
    """Shows what will be written, and asks for confirmation unless --yes is given."""

    def __init__(self, options: Namespace, plan: "Plan") -> None:
        self._options, self._plan = options, plan

    def __call__(self, preview: "Preview") -> bool:
        """Return whether to go on.

        Raises:
            Refused: The answer is not yes.
            ValueError: There is no terminal to ask.

        """
        from leafonly.deploy import Refused
        from leafonly.deploy.loader import main_lines

        _say(f"on the board at {self._options.camera}, whose program is stopped:")
        for line in preview.lines():
            _say(f"  {line}")
        if self._options.dry_run:
            names = self._plan.names if self._options.names else self._plan.names[:5]
            print(f"nothing was written; for main.py:\n\n{main_lines(preview.path, names)}", end="")
            return False
        if self._options.yes or not preview.writes:
            return True
        if not sys.stdin.isatty():
            raise ValueError("nothing was written, because there is no terminal: add --yes")
        answer = ""
        with suppress(EOFError):
            answer = input("Write this to the board, the private key included? [y/N] ")
        if answer.strip().lower() not in ("y", "yes"):
            raise Refused("nothing was written, as you said")
        return True
