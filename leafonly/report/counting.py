"""What is counted in a report: cells by scenario, requirements that failed, and lists of names."""

from collections.abc import Sequence

from leafonly.report.rows import CellRow, ReportBody, VerdictCounts

__all__ = ["conclusive", "counts", "failed_requirements", "many", "names", "same_row", "trust"]

_MOST_NAMES = 6


def counts(report: ReportBody) -> dict[str, VerdictCounts]:
    """Return how many cells of each scenario have each verdict."""
    counted: dict[str, VerdictCounts] = {}
    for cell in report["cells"]:
        none = VerdictCounts(accepted=0, rejected=0, error=0, not_applicable=0)
        counted.setdefault(cell["scenario"], none)[cell["verdict"]] += 1
    return counted


def failed_requirements(report: ReportBody) -> list[CellRow]:
    """List the cells in which a client that `--require` names does not connect.

    Only of the user's own certificate and of a deployed camera can that be required; there,
    nothing else is expected, because what clients do was measured with other chains.
    """
    if report["run"]["kind"] not in ("own_certificate", "remote_host"):
        return []
    return [
        cell
        for cell in report["cells"]
        if cell["expected"] == "accepted" and cell["as_expected"] is False
    ]


def conclusive(report: ReportBody, scenario: str) -> Sequence[CellRow]:
    """List the conclusive cells of a scenario, one per client: of its first key type."""
    first: dict[str, CellRow] = {}
    for cell in report["cells"]:
        wanted = cell["scenario"] == scenario and cell["verdict"] in ("accepted", "rejected")
        if wanted and cell["conclusive"]:
            first.setdefault(cell["client"], cell)
    return list(first.values())


def same_row(cell: CellRow, others: Sequence[CellRow]) -> bool:
    """Say whether one of the others is of the same client and key type."""
    return _row(cell) in map(_row, others)


def _row(cell: CellRow) -> tuple[str, str]:
    return cell["client"], cell["key_type"]


def names(all_names: Sequence[str]) -> str:
    """Join names for a sentence, and count those that would make it too long."""
    shown, more = list(all_names[:_MOST_NAMES]), len(all_names) - _MOST_NAMES
    if more > 0:
        shown.append(many(more, "other"))
    return " and ".join(filter(None, (", ".join(shown[:-1]), shown[-1])))


def many(count: int, noun: str) -> str:
    """Write a number with its noun."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def trust(count: int) -> str:
    """Return the verb for so many clients that trust."""
    return "trusts" if count == 1 else "trust"
