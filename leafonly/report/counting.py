"""Counts of a report: cells by scenario, failed requirements, and lists of names."""

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
    """Return the cells in which a client that `--require` names does not connect.

    `--require` is only for the user's own certificate and for a deployed camera. Their cells have
    no other expectation, because the clients were measured with other chains.
    """
    if report["run"]["kind"] not in ("own_certificate", "remote_host"):
        return []
    return [
        cell
        for cell in report["cells"]
        if cell["expected"] == "accepted" and cell["as_expected"] is False
    ]


def conclusive(report: ReportBody, scenario: str) -> Sequence[CellRow]:
    """Return the conclusive cells of a scenario, one per client, of its first key type."""
    first: dict[str, CellRow] = {}
    for cell in report["cells"]:
        wanted = cell["scenario"] == scenario and cell["verdict"] in ("accepted", "rejected")
        if wanted and cell["conclusive"]:
            first.setdefault(cell["client"], cell)
    return list(first.values())


def same_row(cell: CellRow, others: Sequence[CellRow]) -> bool:
    """Return whether one of the other cells has the same client and key type."""
    return _row(cell) in map(_row, others)


def _row(cell: CellRow) -> tuple[str, str]:
    return cell["client"], cell["key_type"]


def names(all_names: Sequence[str]) -> str:
    """Return names joined for a sentence; those beyond the first six are counted."""
    shown, more = list(all_names[:_MOST_NAMES]), len(all_names) - _MOST_NAMES
    if more > 0:
        shown.append(many(more, "other"))
    return " and ".join(filter(None, (", ".join(shown[:-1]), shown[-1])))


def many(count: int, noun: str) -> str:
    """Return a number with its noun, in the singular or plural."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def trust(count: int) -> str:
    """Return the verb "trust" in the form for this number of clients."""
    return "trusts" if count == 1 else "trust"
