"""Which clients will connect to a camera with these credentials."""

from collections.abc import Callable

import pytest

from fixtures.rehearsal import Rehearsed
from leafonly.rehearsal import Rehearsal
from leafonly.run import Cell, unmeasured

REMEDY = (
    "what would help: a gateway in front of the camera that presents the full chain, or a "
    "firmware that can (suites/presentation finds out)"
)


def test_client(
    rehearsed: Rehearsed, rehearsal: Rehearsal | str, record_cell: Callable[[Cell], None]
) -> None:
    """One client connects under the camera's real name, if it was required to."""
    client, scenario = rehearsed.client, rehearsed.scenario
    if isinstance(rehearsal, str):
        if rehearsed.required:
            pytest.fail(f"{client.name} cannot be asked: {rehearsal}", pytrace=False)
        pytest.skip(f"not rehearsed: {rehearsal}")
    asked = (client, scenario, rehearsal.key_type)
    hindrance = rehearsed.hindrance
    cell = unmeasured(*asked, hindrance) if hindrance else rehearsal.measure(*asked)
    record_cell(cell)
    if rehearsed.required and cell.verdict != "accepted":
        pytest.fail(f"{cell.explain()}\n{REMEDY}", pytrace=False)
    if cell.verdict in ("error", "not_applicable"):
        pytest.skip(f"{client.name}: {cell.reason}")
