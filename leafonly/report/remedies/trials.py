"""Trials: cells in which a client fails with the leaf alone, beside cells with a remedy."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypedDict

from leafonly.report.counting import many
from leafonly.report.rows import CellRow, ReportBody

__all__ = ["Counts", "Trial", "compared", "failing_cells", "with_verdict"]


class Counts(TypedDict):
    """The fields of a RemedyRow that say how well it worked."""

    tried: bool
    cells_fixed: int
    cells_failing: int
    clients_fixed: list[str]


@dataclass(frozen=True)
class Trial:
    """What a remedy was tried on.

    Attributes:
        failing: Cells in which a client rejects the leaf alone, and that have a counterpart
            with the remedy.
        fixed: Those of them whose counterpart is accepted.

    """

    failing: Sequence[CellRow]
    fixed: Sequence[CellRow]

    @property
    def counts(self) -> Counts:
        """The fields of its row."""
        return {
            "tried": bool(self.failing),
            "cells_fixed": len(self.fixed),
            "cells_failing": len(self.failing),
            "clients_fixed": self.clients,
        }

    @property
    def clients(self) -> list[str]:
        """The clients that connect by it, by name."""
        return sorted({cell["client"] for cell in self.fixed})

    @property
    def before_and_after(self) -> str:
        """Both counts, in a sentence."""
        count = many(len({cell["client"] for cell in self.failing}), "client")
        return f"Before: 0 of {count} connect. After: {len(self.clients)}."


def with_verdict(report: ReportBody, scenario: str) -> list[CellRow]:
    """List the cells of a scenario that have a verdict of accepted or rejected."""
    return [
        cell
        for cell in report["cells"]
        if cell["scenario"] == scenario
        and cell["conclusive"]
        and cell["verdict"] in ("accepted", "rejected")
    ]


def failing_cells(report: ReportBody) -> list[CellRow]:
    """List the cells in which a client rejects the leaf alone because of the chain.

    A client that also rejects the full chain has another fault, so no remedy is for it.
    """
    return [cell for cell in with_verdict(report, "absent") if cell["verdict"] == "rejected"]


def compared(report: ReportBody, scenario: str, clients: Iterable[str] | None = None) -> Trial:
    """Return how the failing cells fare in another scenario.

    Args:
        report: With the cells.
        scenario: In which the remedy is in effect.
        clients: Only these; None for all.

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
