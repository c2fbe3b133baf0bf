"""`serve --walk-up`: a page on which people test their own devices, and its report."""

import datetime as dt
import signal
import sys
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

from leafonly.certificates.printable import printable
from leafonly.command_line.credentials import asked_password, trusted_certificates
from leafonly.command_line.messages import fail, unknown
from leafonly.distribution import reports_folder

if TYPE_CHECKING:
    from leafonly.walk_up.page_server import Site
    from leafonly.walk_up.plan import Plan
    from leafonly.walk_up.visitors import Device

__all__ = ["add_options", "is_given", "serve"]

_REPORT = f"{reports_folder()}/walk-up"
_PORT, _LAST_PORT = 8440, 65000
_EVERYWHERE = "0.0.0.0"  # noqa: S104  # compared with, never a default
_OPTIONS = ("address", "port", "scenarios", "credentials", "domain", "trust", "report_dir")


def add_options(parser: ArgumentParser) -> None:
    """Declare `--walk-up` and the options that go with it."""
    group = parser.add_argument_group("for devices that cannot be automated")
    group.add_argument(
        "--walk-up",
        action="store_true",
        help="serve a page on which people test their own phone, television or laptop",
    )
    described: dict[str, tuple[str, type, str]] = {
        "address": (
            "ADDR",
            str,
            "an IPv4 address of this computer, or 0.0.0.0 for all; default: 127.0.0.1, which "
            "only this computer can reach",
        ),
        "port": ("N", int, f"of the page; the scenarios follow; default: {_PORT}"),
        "scenarios": ("NAMES", str, "some of absent, aia, visited; the controls are always there"),
        "credentials": ("DIR", Path, "your certificate as the CA delivered it; default: a test CA"),
        "trust": ("FILE", Path, "the root of a private CA that issued your certificate"),
        "domain": ("NAME", str, "the name by which devices ask for the camera"),
        "report-dir": ("DIR", Path, f"where the report is written; default: {_REPORT}"),
    }
    for name, (metavar, kind, text) in described.items():
        group.add_argument(f"--{name}", type=kind, metavar=metavar, help=text)


def is_given(options: Namespace) -> bool:
    """Return whether `--walk-up` is given.

    Raises:
        ValueError: One of its options is given without it, or a cell is given with it.

    """
    if options.walk_up:
        if options.cell is not None:
            raise ValueError(f"--walk-up serves no cell: leave {options.cell} out")
        return True
    for name in _OPTIONS:
        if getattr(options, name) is not None:
            raise ValueError(f"--{name.replace('_', '-')} goes with --walk-up, which is not given")
    return False


def serve(options: Namespace) -> int:
    """Serve the page until Enter, Ctrl-C or SIGTERM, and write the report.

    Raises:
        ValueError: An option has a wrong value.
        OSError: A port is not free, or the report cannot be written.

    """
    from leafonly.audit.finding import NotCheckedError
    from leafonly.harness.preflight import PreflightError
    from leafonly.walk_up.opening import addresses_at, opened

    address = options.address or "127.0.0.1"
    port = _PORT if options.port is None else options.port
    if not 0 <= port <= _LAST_PORT:
        raise ValueError(f"--port={port}: give a port from 1 to {_LAST_PORT}, or 0 for any")
    started, directory = dt.datetime.now(dt.UTC), options.report_dir or Path(_REPORT)
    try:
        plan = _plan(options, addresses_at(address))
        # Made before the first device is tested: a wrong folder would lose all results at the end.
        directory.mkdir(parents=True, exist_ok=True)
        plan.site.finished = lambda device: _tell(device, plan.site)
        with (
            _ended_by_sigterm(),
            opened(address, port, plan.site, plan.offers) as page,
            suppress(KeyboardInterrupt),
        ):
            _introduce(plan.site, page.port)
            _wait_for_the_end()
    except (NotCheckedError, PreflightError) as error:
        return fail(f"serve: {error}")
    _write_report(plan, started, directory)
    return 0


def _plan(options: Namespace, addresses: tuple[str, ...]) -> "Plan":
    from leafonly.audit.files.credentials import read_directory
    from leafonly.tls.client_hello import sni_name
    from leafonly.walk_up.plan import own_plan, test_plan

    scenarios = _scenarios(options.scenarios)
    domain = options.domain and sni_name(options.domain)
    if options.domain and domain is None:
        raise ValueError(f"--domain={options.domain} is an address: give a name")
    domain = domain.decode() if domain else None
    if options.credentials is None:
        return test_plan(addresses, domain, scenarios)
    credentials = read_directory(options.credentials, asked_password)
    private = trusted_certificates(options.trust) if options.trust else ()
    return own_plan(addresses, credentials, domain, scenarios, private)


def _scenarios(text: str | None) -> list[str]:
    from leafonly.walk_up.chains import TEST_SCENARIOS

    names = [name.strip() for name in text.split(",")] if text else list(TEST_SCENARIOS)
    for name in names:
        if name not in TEST_SCENARIOS:
            raise ValueError(unknown("scenario", name, TEST_SCENARIOS))
    return names


def _introduce(site: "Site", port: int) -> None:
    """Print the page's addresses, which devices can reach it, and what visitors must do."""
    from leafonly.walk_up.opening import addresses_at, is_loopback
    from leafonly.walk_up.page_server import fingerprint, root_name

    urls = [f"http://{address}:{port}/" for address in site.addresses]
    is_local = all(map(is_loopback, site.addresses))
    if not is_local:
        _print_qr_code(urls[0])
    print("Open this page on the device to be tested:", *urls, sep="\n  ")
    if is_local:
        others = [each for each in addresses_at(_EVERYWHERE) if not is_loopback(each)]
        also = f" For devices in its network: --address={others[0]}" if others else ""
        print(f"Only this computer can reach it.{also}")
    else:
        print("Every device in the networks of these addresses can reach it.")
    # The ports' URLs are not printed, because a visitor who opens one and continues past the
    # browser's warning makes that browser's verdict worthless.
    print(
        "The page tests:", *(f"{name} on port {at}" for name, at in site.ports.items()), sep="\n  "
    )
    if site.root is None:
        print(
            f"Nothing has to be installed, but {site.domain} must resolve to {site.addresses[0]}."
        )
    else:
        print(
            f"It offers the test root ({root_name(site.root)}), whose key is only in this process."
        )
        print(f"The root's SHA-256 fingerprint:\n  {fingerprint(site.root)}")
    print("Press Enter or Ctrl-C to end the test and to write the report.", flush=True)


def _print_qr_code(url: str) -> None:
    """Print a QR code, black on white whatever the terminal's colors are."""
    import io

    import segno

    drawn = io.StringIO()
    segno.make(url, micro=False).terminal(drawn, compact=True, border=2)
    with suppress(LookupError, UnicodeEncodeError):  # the URL is printed anyway
        drawn.getvalue().encode(sys.stdout.encoding or "ascii")
        before, after = ("\x1b[97;40m", "\x1b[0m") if sys.stdout.isatty() else ("", "")
        for line in drawn.getvalue().splitlines():
            print(f"{before}{line}{after}")


def _tell(device: "Device", site: "Site") -> None:
    """Print a device's verdicts, once it has completed all scenarios."""
    judged = device.judgements(site.visitors.scenarios)
    verdicts = ", ".join(f"{name} {each.verdict}" for name, each in judged.items())
    with suppress(OSError):  # the visitor gets an answer even if the terminal is gone
        print(printable(f"{device.name}: {verdicts}"), flush=True)


@contextmanager
def _ended_by_sigterm() -> Iterator[None]:
    """Let SIGTERM end the test as Ctrl-C does, so that its report is written."""

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _wait_for_the_end() -> None:
    """Return when Enter was pressed; raise KeyboardInterrupt at a signal."""
    try:
        input()
    except (EOFError, RuntimeError):  # RuntimeError: there is no stdin at all
        # Without a terminal, as a service or under nohup, only a signal ends it.
        while not (sys.stdin and sys.stdin.isatty()):
            time.sleep(1)


def _write_report(plan: "Plan", started: dt.datetime, directory: Path) -> None:
    """Write report.json and report.html; nothing if no device was tested."""
    from leafonly.report.document import document, write
    from leafonly.walk_up.rows import camera_row, cell_rows, client_rows

    devices = plan.site.visitors.devices
    if not devices:
        print("No device was tested, so no report was written.")
        return
    cells = cell_rows(plan.site.visitors, plan.key_type)
    report = document(
        run={
            "kind": plan.kind,
            "options": {"walk_up": True},
            "complete": True,
            "exit_status": 0,
            "tests_planned": len(cells),
            "tests_run": len(cells),
        },
        started=started,
        camera=camera_row(),
        clients=client_rows(devices),
        cells=cells,
        others={},
    )
    write(report, directory)
    print(report["summary"]["sentence"])
    print(f"report: {directory / 'report.html'}")
