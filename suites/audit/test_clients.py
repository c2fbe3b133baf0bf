"""Which clients will connect to a camera with these credentials."""

from collections.abc import Callable

import pytest

from fixtures.settings import Question
from leafonly.audit.finding import NotCheckedError
from leafonly.cell import Cell

REMEDY = (
    "what would help: a gateway in front of the camera that presents the full chain, or a "
    "firmware that can (suites/presentation finds out)"
)


def test_client(
    rehearsed: Question,
    rehearse: Callable[[Question], Cell],
    record_cell: Callable[[Cell], None],
) -> None:
    """One client connects under the camera's real name, if it was required to."""
    try:
        cell = rehearse(rehearsed)
    except NotCheckedError as error:
        pytest.skip(f"not rehearsed: {error}")
    record_cell(cell)
    if rehearsed.required and cell.verdict != "accepted":
        pytest.fail(f"{cell.explain()}\n{REMEDY}", pytrace=False)
    if cell.verdict == "not_applicable":
        pytest.skip(cell.reason or "not applicable")
    if cell.verdict == "error":
        pytest.skip(f"{rehearsed.client.name}: {cell.reason}")
