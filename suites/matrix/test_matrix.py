"""Which clients connect to a camera that presents only its leaf, and why the others do not."""

from collections.abc import Callable

import pytest

from fixtures.settings import Question
from leafonly.cell import Cell


def test_cell(
    question: Question, measure: Callable[[Question], Cell], record_cell: Callable[[Cell], None]
) -> None:
    """One client in one scenario does what it was seen to do."""
    cell = measure(question)
    record_cell(cell)
    if cell.verdict == "not_applicable":
        pytest.skip(cell.reason or "not applicable")
    if not cell.is_as_it_should_be:
        pytest.fail(cell.explain(), pytrace=False)
