"""Which clients will connect to a camera with these credentials."""

from collections.abc import Callable, Iterable
from dataclasses import replace

import pytest

from fixtures.rehearsal import Rehearsed
from leafonly.audit.finding import Finding, NotCheckedError
from leafonly.cell import Cell

Record = Callable[[Iterable[Finding]], None]

REMEDY = (
    "what would help: a gateway in front of the camera that presents the full chain, or a "
    "firmware that can (suites/presentation finds out)"
)


def test_chain_is_served(fault_of_chain: str | None, record_findings: Record) -> None:
    """The full chain is good now, by this machine's clock, so that clients can be asked."""
    if fault_of_chain is not None:
        remedy = "mend what is named; --at judges as of another moment, clients ask this clock"
        record_findings([Finding("blocker", fault_of_chain, remedy, "chain_is_served")])
        pytest.fail(fault_of_chain, pytrace=False)


def test_client(
    rehearsed: Rehearsed,
    rehearse: Callable[[Rehearsed], Cell],
    record_cell: Callable[[Cell], None],
) -> None:
    """One client connects under the camera's real name, if it was required to."""
    try:
        cell = rehearse(rehearsed)
    except NotCheckedError as error:
        if rehearsed.required:
            pytest.fail(f"{rehearsed.client.name} cannot be asked: {error}", pytrace=False)
        pytest.skip(f"not rehearsed: {error}")
    record_cell(cell)
    if rehearsed.required and cell.verdict != "accepted":
        required = replace(cell, expected="accepted")
        pytest.fail(f"{required.explain()}\n{REMEDY}", pytrace=False)
    if cell.verdict == "not_applicable":
        pytest.skip(cell.reason or "not applicable")
    if cell.verdict == "error":
        pytest.skip(f"{rehearsed.client.name}: {cell.reason}")
