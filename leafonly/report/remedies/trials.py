"""Trials: cells in which a client fails with the leaf alone, compared with a remedy's cells."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypedDict

from leafonly.report.counting import many
from leafonly.report.rows import CellRow, ReportBody

__all__ = ["Counts", "Trial", "compared", "failing_cells", "with_verdict"]


class Counts(TypedDict):
    """The fields of a RemedyRow that count its effect."""

    tried: bool
    cells_fixed: int
    cells_failing: int
    clients_fixed: list[str]


@dataclass(frozen=True)
class Trial:
    """The cells on which a remedy was tried.

    Attributes:
        failing: Cells in which a client rejects the leaf alone, and that have a counterpart
            with the remedy.
        fixed: The failing cells whose counterpart is accepted.

    """

    failing: Sequence[CellRow]
    fixed: Sequence[CellRow]

    @property
    def counts(self) -> Counts:
        """The fields of the remedy's row."""
        return {
            "tried": bool(self.failing),
            "cells_fixed": len(self.fixed),
            "cells_failing": len(self.failing),
            "clients_fixed": self.clients,
        }

    @property
    def clients(self) -> list[str]:
        """The names of the clients that connect with the remedy."""
        return sorted({cell["client"] for cell in self.fixed})

    @property
    def before_and_after(self) -> str:
        """A sentence with the number of clients that connect before and after."""
        count = many(len({cell["client"] for cell in self.failing}), "client")
        return f"Before: 0 of {count} connect. After: {len(self.clients)}."


def with_verdict(report: ReportBody, scenario: str) -> list[CellRow]:
    """Return the cells of a scenario with the verdict `accepted` or `rejected`."""
    return [
        cell
        for cell in report["cells"]
        if cell["scenario"] == scenario
        and cell["conclusive"]
        and cell["verdict"] in ("accepted", "rejected")
    ]


def failing_cells(report: ReportBody) -> list[CellRow]:
    """Return the cells in which a client rejects the leaf alone because of the chain.

    A client that also rejects the full chain has another fault; its `absent` is not conclusive.
    """
    return [cell for cell in with_verdict(report, "absent") if cell["verdict"] == "rejected"]


def compared(report: ReportBody, scenario: str, clients: Iterable[str] | None = None) -> Trial:
    """Return the failing cells, and those of them that are accepted in another scenario.

    Args:
        report: The report.
        scenario: The scenario with the remedy.
        clients: The clients to compare; None for all.

    """
    others = {(cell["client"], cell["key_type"]): cell for cell in with_verdict(report, scenario)}
    chosen = None if clients is None else set(clients)
    failing = [
        cell
        for cell in failing_cells(report)
        if (cell["client"], cell["key_type"]) in others
        and (chosen is None or cell["client"] in chosen)
    ]
    fixed = [
        cell
        for cell in failing
        if others[cell["client"], cell["key_type"]]["verdict"] == "accepted"
    ]
    return Trial(failing, fixed)
