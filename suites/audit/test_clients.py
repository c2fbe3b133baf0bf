"""Which clients will connect to a camera with these credentials."""

from collections.abc import Callable, Iterable

import pytest

from fixtures.run_config import CellRequest
from leafonly.audit.finding import Finding, NotCheckedError
from leafonly.harness.cell import Cell

Record = Callable[[Iterable[Finding]], None]

REMEDY = (
    "what would help: a gateway in front of the camera that presents the full chain, or a "
    "firmware that does (suites/presentation shows whether this one can)"
)


def test_chain_is_served(fault_of_chain: str | None, record_findings: Record) -> None:
    """The full chain verifies by this machine's clock; otherwise no client can be measured."""
    if fault_of_chain is not None:
        remedy = "correct this fault; clients use this machine's clock, also with --at"
        record_findings([Finding("blocker", fault_of_chain, remedy, "chain_is_served")])
        pytest.fail(fault_of_chain, pytrace=False)


def test_client(
    own_request: CellRequest,
    measure_own: Callable[[CellRequest], Cell],
    record_cell: Callable[[Cell], None],
) -> None:
    """One client connects under the camera's real name, if `--require` names it."""
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
