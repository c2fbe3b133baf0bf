"""Which clients will connect to a camera with these credentials."""

from collections.abc import Callable, Iterable

import pytest

from fixtures.run_config import CellRequest
from leafonly.audit.finding import Finding, NotCheckedError
from leafonly.harness.cell import Cell

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
    own_request: CellRequest,
    measure_own: Callable[[CellRequest], Cell],
    record_cell: Callable[[Cell], None],
) -> None:
    """One client connects under the camera's real name, if it was required to."""
    try:
        cell = measure_own(own_request)
    except NotCheckedError as error:
        pytest.skip(f"not measured: {error}")
    record_cell(cell)
    if own_request.required and cell.verdict != "accepted":
        pytest.fail(f"{cell.explain()}\n{REMEDY}", pytrace=False)
    if cell.verdict == "not_applicable":
        pytest.skip(cell.reason or "not applicable")
    if cell.verdict == "error":
        pytest.skip(f"{own_request.client.name}: {cell.reason}")
