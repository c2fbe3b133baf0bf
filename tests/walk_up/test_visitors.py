"""Verdicts on what browsers and ports have seen, and the bounds of what visitors may say."""

import datetime as dt
import threading

import pytest

from leafonly.cameras import Connection
from leafonly.harness.scenario import SCENARIOS
from leafonly.report.document import document, validate
from leafonly.report.html import render
from leafonly.walk_up import visitors as module
from leafonly.walk_up.attempt import Attempt
from leafonly.walk_up.rows import camera_row, cell_rows, client_rows
from leafonly.walk_up.visitors import Device, RefusedError, Visitors
from tests.helpers.waiting import LONGEST

NAMES = ("absent", "full_chain", "untrusted_root")
PEER = "192.0.2.9"


@pytest.fixture
def visitors() -> Visitors:
    return Visitors([SCENARIOS[name] for name in NAMES], {"curl"})


def begin(visitors: Visitors, device: Device, scenario: str, peer: str = PEER) -> Attempt:
    attempt = visitors.begin(device.id, scenario, peer, "http://page")
    assert attempt is not None
    return attempt


def accept(visitors: Visitors, device: Device, scenario: str) -> None:
    attempt = begin(visitors, device, scenario)
    record(visitors, attempt, request="GET", token=attempt.token, handshake_completed=True)
    visitors.end(device.id, PEER, "loaded", attempt.token)


def fail(visitors: Visitors, device: Device, scenario: str, **seen) -> None:
    record(visitors, begin(visitors, device, scenario), **seen)
    visitors.end(device.id, PEER, "failed", "")


def record(visitors: Visitors, attempt: Attempt, **seen) -> None:
    number = visitors.connected(attempt, Connection(client_hello=True, **seen))
    assert number is not None
    visitors.disconnected(attempt, number)


def outcomes(visitors: Visitors, device: Device) -> dict[str, str]:
    return {n: j.verdict for n, j in device.judgements(visitors.scenarios).items()}


def test_a_failed_request_is_a_rejection_only_beside_an_accepted_full_chain(
    visitors: Visitors,
) -> None:
    device = visitors.enter("", "silent", "")
    fail(visitors, device, "absent")
    fail(visitors, device, "full_chain")
    fail(visitors, device, "untrusted_root")
    assert set(outcomes(visitors, device).values()) == {"error"}
    visitors.enter(device.id, "silent", "")
    fail(visitors, device, "absent")
    accept(visitors, device, "full_chain")
    fail(visitors, device, "untrusted_root")
    expected = {"absent": "rejected", "full_chain": "accepted", "untrusted_root": "rejected"}
    assert outcomes(visitors, device) == expected


@pytest.mark.parametrize(
    ("outcome", "seen"),
    [
        ("timeout", {"client_hello": True}),
        ("failed", None),
        ("failed", {"client_hello": True, "request": "GET / HTTP/1.1"}),
        ("loaded", {"client_hello": True}),
    ],
    ids=["no end", "never came", "a request, and no token", "a token that was never given"],
)
def test_what_proves_nothing_is_an_error(outcome, seen, visitors: Visitors) -> None:
    device = visitors.enter("", "device", "")
    attempt = begin(visitors, device, "absent")
    if seen is not None:
        number = visitors.connected(attempt, Connection(**seen))
        assert number is not None
        visitors.disconnected(attempt, number)
    visitors.end(device.id, PEER, outcome, attempt.token)
    accept(visitors, device, "full_chain")
    fail(visitors, device, "untrusted_root", alert="unknown_ca")
    assert outcomes(visitors, device)["absent"] == "error"


def test_one_that_accepts_everything_is_not_believed(visitors: Visitors) -> None:
    device = visitors.enter("", "device", "")
    for scenario in NAMES:
        accept(visitors, device, scenario)
    assert outcomes(visitors, device)["absent"] == "error"


def test_one_that_leaves_before_the_controls_is_not_believed(visitors: Visitors) -> None:
    device = visitors.enter("", "device", "")
    fail(visitors, device, "absent", alert="unknown_ca")
    assert set(outcomes(visitors, device).values()) == {"error"}


def test_devices_at_one_address_take_turns(
    visitors: Visitors, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = visitors.enter("", "one", ""), visitors.enter("", "other", "")
    begin(visitors, one, "absent")
    assert visitors.begin(other.id, "absent", PEER, "http://page") is None
    begin(visitors, other, "absent", "192.0.2.10")
    visitors.end(other.id, "192.0.2.10", "failed", "")
    with pytest.raises(RefusedError):
        visitors.end(other.id, PEER, "failed", "")
    # A page that was closed does not hold the others up.
    monkeypatch.setattr(module, "_LEASE", 0.0)
    assert visitors.begin(other.id, "full_chain", PEER, "http://page") is not None
    assert one.seen["absent"].client_said is not None
    assert one.seen["absent"].client_said.exit_code is None


def test_a_port_waits_for_the_alert_of_a_browser_that_gave_up(
    visitors: Visitors, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_SETTLING", LONGEST)
    device = visitors.enter("", "device", "")
    attempt = begin(visitors, device, "absent")
    seen = Connection(client_hello=True)
    number = visitors.connected(attempt, seen)
    assert number is not None

    def alert() -> None:
        seen.alert = "unknown_ca"
        visitors.disconnected(attempt, number)

    later = threading.Timer(0.1, alert)
    later.start()
    visitors.end(device.id, PEER, "failed", "")
    later.join()
    saw = device.seen["absent"].server_saw
    assert saw is not None
    assert saw.alert == "unknown_ca"


def test_names_are_printable_short_and_nobody_elses(visitors: Visitors) -> None:
    def name(text: str) -> str:
        return visitors.enter("", text, "").name

    assert name("  Anna's \n phone ") == "Anna's ? phone"
    assert name("Anna's ? phone") == "Anna's ? phone (2)"
    assert name("Curl") == "Curl (2)"
    assert name("") == "device 4"
    assert len(name("x" * 1000)) == 60
    assert name("\x1b[2J\u202e") == "?[2J?"


def test_devices_and_connections_are_bounded(
    visitors: Visitors, monkeypatch: pytest.MonkeyPatch
) -> None:
    device = visitors.enter("", "device", "")
    attempt = begin(visitors, device, "absent")
    numbers = [visitors.connected(attempt, Connection()) for _ in range(100)]
    assert numbers.count(None) == 100 - 32
    monkeypatch.setattr(module, "MOST_DEVICES", 1)
    with pytest.raises(RefusedError, match="which is the limit"):
        visitors.enter("", "another", "")
    for unknown in ("", "x", "\x00"):
        with pytest.raises(RefusedError):
            visitors.begin(unknown, "absent", PEER, "http://page")
    with pytest.raises(RefusedError):
        visitors.begin(device.id, "cached", PEER, "http://page")


def test_the_report_is_valid_and_a_hostile_name_is_inert_in_it(visitors: Visitors) -> None:
    device = visitors.enter("", "<script>alert(1)</script>", "<img src=x onerror=alert(2)>\x1b[2J")
    fail(visitors, device, "absent", alert="unknown_ca")
    accept(visitors, device, "full_chain")
    fail(visitors, device, "untrusted_root", alert="unknown_ca")
    cells = cell_rows(visitors, "p256")
    report = document(
        run={
            "kind": "matrix",
            "options": {},
            "complete": True,
            "exit_status": 0,
            "tests_planned": len(cells),
            "tests_run": len(cells),
        },
        started=dt.datetime.now(dt.UTC),
        camera=camera_row(),
        clients=client_rows(visitors.devices),
        cells=cells,
        others={},
    )
    validate(report)
    assert report["clients"][0]["kind"] == "walk-up"
    html = render(report)
    assert "<script>alert" not in html
    assert "<img src=x" not in html
    assert "\x1b" not in html
    assert report["summary"]["sentence"] == "Leaf alone: the one client tested does not connect."
