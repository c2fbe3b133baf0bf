"""A report's summary, and the order and marks of its cells in tables."""

from collections.abc import Mapping

from leafonly.certificates.printable import printable
from leafonly.clients.measured import SCENARIO_NAMES
from leafonly.report.counting import counts, failed_requirements
from leafonly.report.rows import CellRow, ClientRow, Report, ReportBody, Summary
from leafonly.report.sentence import sentence

__all__ = ["MARKS", "Row", "cell_word", "outcome", "rows", "scenario_names", "summary", "surprises"]

Row = tuple[ClientRow, str, Mapping[str, CellRow]]

_LONGEST_REASON = 300  # characters
_FAILED, _SURPRISE, _NEWS = "!", "*", "+"

MARKS = {
    "yes": "the client connects",
    "anchor": "it connects, and would without the root: the stored intermediate is an anchor",
    "no": "the client rejects the certificate",
    "ERROR": "no verdict: see the reason",
    "n/a": "does not apply to this client or camera",
    _FAILED: "required to connect, but does not: the run fails",
    _SURPRISE: "differs from what was measured with this version: the run fails",
    _NEWS: "news: differs from what was measured with other versions of this client",
}


def summary(report: ReportBody) -> Summary:
    """Return the report's `summary`."""
    return {
        "sentence": sentence(report),
        "counts": counts(report),
        "failed_requirements": [cell["id"] for cell in failed_requirements(report)],
    }


def cell_word(report: Report, cell: CellRow) -> str:
    """Return the word for a cell, with a mark if something is special about it; see `MARKS`."""
    words = {"accepted": "yes", "rejected": "no", "error": "ERROR", "not_applicable": "n/a"}
    word = "anchor" if cell["cached_kind"] == "anchors" else words[cell["verdict"]]
    if cell["id"] in report["summary"]["failed_requirements"]:
        return word + _FAILED
    if cell["news"]:
        return word + _NEWS
    # An error needs no mark, because it is no verdict.
    is_other = cell["as_expected"] is False and cell["conclusive"]
    return word + (_SURPRISE if is_other else "")


def scenario_names(report: Report) -> list[str]:
    """Return the scenarios that were measured, in reading order."""
    measured = {cell["scenario"] for cell in report["cells"]}
    return [name for name in SCENARIO_NAMES if name in measured]


def rows(report: Report) -> list[Row]:
    """Return the rows of the matrix: client, key type, and cells by scenario.

    They are sorted by TLS library, client and key type.
    """
    by_row: dict[tuple[str, str], dict[str, CellRow]] = {}
    for cell in report["cells"]:
        by_row.setdefault((cell["client"], cell["key_type"]), {})[cell["scenario"]] = cell
    clients = {client["name"]: client for client in report["clients"]}
    return sorted(
        ((clients[name], key_type, cells) for (name, key_type), cells in by_row.items()),
        key=lambda row: (row[0]["stack"].lower(), row[0]["name"].lower(), row[1]),
    )


def surprises(report: Report) -> list[tuple[str, CellRow]]:
    """Return the cells with another verdict than before, or with none, each with a name.

    Cells of one client that have no verdict for the same reason are one entry, with the first.
    """
    found: dict[object, list[CellRow]] = {}
    for cell in report["cells"]:
        if not cell["conclusive"]:
            reason = str(cell["reason"]).removeprefix("not asked: ")
            found.setdefault((cell["client"], cell["key_type"], reason), []).append(cell)
        elif cell["as_expected"] is False or cell["news"]:
            found[cell["id"]] = [cell]
    return [
        (
            cells[0]["id"] if len(cells) == 1 else f"{cells[0]['client']} in {len(cells)} cells",
            cells[0],
        )
        for cells in found.values()
    ]


def outcome(cell: CellRow) -> str:
    """Return the outcome of such a cell, with what was expected."""
    reason = printable(cell["reason"] or cell["cached_kind"] or "", _LONGEST_REASON)
    if not cell["conclusive"]:
        return f"no verdict: {reason.removeprefix('not asked: ')}"
    verdict = f"{cell['verdict']}: {reason}" if reason else cell["verdict"]
    return f"{verdict} (expected {cell['expected']})"
