"""The visitors' devices as rows of the report."""

from collections.abc import Iterable, Iterator

from leafonly.cameras.emulator.camera import Emulator
from leafonly.harness.scenario import Scenario
from leafonly.harness.verdict import Judgement, Observation, ServerSaw
from leafonly.report.rows import CameraRow, CellRow, ClientRow, ServerSawRow
from leafonly.walk_up.visitors import Device, Visitors

__all__ = ["camera_row", "cell_rows", "client_rows"]


def camera_row() -> CameraRow:
    """Return the row of what presents the certificates: the emulator's TLS, on other ports."""
    info = Emulator().info()
    return {
        "kind": info.kind,
        "description": info.description,
        "firmware": info.firmware,
        "tls_version": info.tls_version,
        "link": "network",
    }


def client_rows(devices: Iterable[Device]) -> list[ClientRow]:
    """Return the row of each device. What a browser calls itself is no proof of its version."""
    return [
        {
            "name": each.name,
            "stack": "not known",
            "stack_version": None,
            "version": None,
            "kind": "walk-up",
            "available": True,
            "unavailable_because": None,
            "install": "leafonly serve --walk-up",
        }
        for each in devices
    ]


def cell_rows(visitors: Visitors, key_type: str) -> list[CellRow]:
    """Return the cells of all devices."""
    return [row for each in visitors.devices for row in _of_device(each, visitors, key_type)]


def _of_device(device: Device, visitors: Visitors, key_type: str) -> Iterator[CellRow]:
    judged = device.judgements(visitors.scenarios)
    for scenario in visitors.scenarios:
        yield _row(device, scenario, key_type, judged[scenario.name])


def _row(device: Device, scenario: Scenario, key_type: str, judged: Judgement) -> CellRow:
    observation = device.seen.get(scenario.name)
    # Nothing else is expected, because no other such device was ever measured.
    expected = scenario.correct if scenario.control else None
    return {
        "id": f"{device.name}-{scenario.name}-{key_type}",
        "client": device.name,
        "scenario": scenario.name,
        "key_type": key_type,
        "verdict": judged.verdict,
        "reason": judged.reason,
        "expected": expected,
        "as_expected": None if expected is None else judged.verdict == expected,
        "news": False,
        "conclusive": judged.verdict != "error",
        "seconds": round(observation.seconds, 3) if observation else 0.0,
        "client_said": _said(device, observation),
        "server_saw": _saw(observation.server_saw) if observation else None,
        "command": "",
        "cached_kind": None,
    }


def _said(device: Device, observation: Observation | None) -> str | None:
    if observation is None or observation.client_said is None:
        return None
    said = observation.client_said
    word = "the browser loaded it" if said.exit_code == 0 else said.text
    return f"{word}\nThe browser calls itself: {device.user_agent or '(nothing)'}"


def _saw(saw: ServerSaw | None) -> ServerSawRow | None:
    if saw is None:
        return None
    return {
        "handshake_completed": saw.handshake_completed,
        "alert": saw.alert,
        "request_seen": saw.request_seen,
        "aia_fetches": saw.aia_fetches,
    }
