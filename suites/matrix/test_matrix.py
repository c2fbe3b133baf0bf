"""Which clients connect to a camera that presents only its leaf, and why the others do not."""

from collections.abc import Callable

import pytest

from fixtures.run_config import CellRequest
from leafonly.harness.cell import Cell


def test_cell(
    cell_request: CellRequest,
    measure: Callable[[CellRequest], Cell],
    record_cell: Callable[[Cell], None],
    why_skipped: Callable[[CellRequest, Cell], str | None],
) -> None:
    """One client in one scenario has the verdict that was measured before."""
    cell = measure(cell_request)
    record_cell(cell)
    if because := why_skipped(cell_request, cell):
        pytest.skip(because)
    if not cell.is_as_it_should_be:
        pytest.fail(cell.explain(), pytrace=False)
