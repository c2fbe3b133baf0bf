"""Which clients connect to a camera that presents only its leaf, and why the others do not."""

from collections.abc import Callable

import pytest

from fixtures.settings import Question
from leafonly.cell import Cell


def test_cell(
    question: Question,
    measure: Callable[[Question], Cell],
    record_cell: Callable[[Cell], None],
    why_skipped: Callable[[Question, Cell], str | None],
) -> None:
    """One client in one scenario does what it did when it was measured before."""
    cell = measure(question)
    record_cell(cell)
    if because := why_skipped(question, cell):
        pytest.skip(because)
    if not cell.is_as_it_should_be:
        pytest.fail(cell.explain(), pytrace=False)
