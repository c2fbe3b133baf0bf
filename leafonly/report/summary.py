"""What a report comes to, in one sentence and in the order in which tables show it."""

from collections.abc import Mapping, Sequence
from typing import Any

__all__ = [
    "MARKS",
    "cell_word",
    "presentation_sentence",
    "rows",
    "scenario_names",
    "sentence",
    "surprises",
]

Cell = Mapping[str, Any]
Row = tuple[Mapping[str, Any], str, Mapping[str, Cell]]

MARKS = {
    "yes": "the client connects",
    "anchor": "it connects, and would without the root: the stored intermediate is an anchor",
    "no": "the client rejects the certificate",
    "ERROR": "no verdict: see the reason",
    "n/a": "does not apply to this client",
    "*": "not as this client was seen to do before",
}


def cell_word(cell: Cell) -> str:
    """Give the word for a cell, one of `MARKS`, with a star if it is a surprise."""
    words = {"accepted": "yes", "rejected": "no", "error": "ERROR", "not_applicable": "n/a"}
    word = "anchor" if cell["cached_kind"] == "anchors" else words[cell["verdict"]]
    return word + ("*" if cell["as_expected"] is False else "")


def scenario_names(report: Mapping[str, Any]) -> list[str]:
    """List the scenarios that were measured, in the order of the schema."""
    order = (
        *("full_chain", "untrusted_root", "absent", "cached"),
        *("visited", "aia", "aia_dead", "wrong_cached"),
    )
    measured = {cell["scenario"] for cell in report["cells"]}
    return [name for name in order if name in measured]


def rows(report: Mapping[str, Any]) -> list[Row]:
    """Group the cells into the rows of the matrix: client, key type, cells by scenario.

    Clients of one TLS library stand together; key types follow each other.
    """
    by_row: dict[tuple[str, str], dict[str, Cell]] = {}
    for cell in report["cells"]:
        by_row.setdefault((cell["client"], cell["key_type"]), {})[cell["scenario"]] = cell
    clients = {client["name"]: client for client in report["clients"]}
    return sorted(
        ((clients[name], key_type, cells) for (name, key_type), cells in by_row.items()),
        key=lambda row: (row[0]["stack"].lower(), row[0]["name"].lower(), row[1]),
    )


def surprises(report: Mapping[str, Any]) -> list[Cell]:
    """List the cells that are not as declared, and those without a verdict."""
    return [
        cell for cell in report["cells"] if cell["as_expected"] is False or not cell["conclusive"]
    ]


def sentence(report: Mapping[str, Any]) -> str:
    """Say the verdict of a whole run in one sentence."""
    if not report["cells"]:
        return presentation_sentence(report) or "No client was asked."
    absent = _conclusive(report, "absent")
    if not absent:
        return "No client gave a conclusive verdict on a leaf without its intermediate."
    connect = [cell for cell in absent if cell["verdict"] == "accepted"]
    text = (
        f"With the leaf alone and the intermediate absent, {len(connect)} of "
        f"{_many(len(absent), 'client')} connect"
    )
    asked = {_row(cell) for cell in absent}
    cached = [cell for cell in _conclusive(report, "cached") if _row(cell) in asked]
    if cached:
        stored = [cell for cell in cached if cell["verdict"] == "accepted"]
        anchors = sum(cell["cached_kind"] == "anchors" for cell in stored)
        text += f"; {len(stored)} of {len(cached)} do with it in their store"
        if anchors:
            text += f" ({anchors} of them by trusting it outright)"
    fetching = _accepting(report, "aia")
    if fetching:
        text += f"; {_many(len(fetching), 'client')} can fetch it if the leaf says where (AIA)"
    visiting = _accepting(report, "visited")
    if visiting:
        names = ", ".join(visiting)
        text += f"; {_many(len(visiting), 'client')} can remember it from a visit ({names})"
    doubtful = len(report["cells"]) - sum(cell["conclusive"] for cell in report["cells"])
    if doubtful:
        text += f"; {_many(doubtful, 'cell')} without a verdict"
    return text + "."


def presentation_sentence(report: Mapping[str, Any]) -> str | None:
    """Say what the presentation suite found out about the camera; None if it did not run."""
    messages = (each["message"] for each in report["findings"] if each["check"] == "presentation")
    return next(messages, None)


def _accepting(report: Mapping[str, Any], scenario: str) -> list[str]:
    cells = _conclusive(report, scenario)
    return sorted(cell["client"] for cell in cells if cell["verdict"] == "accepted")


def _row(cell: Cell) -> tuple[str, str]:
    return cell["client"], cell["key_type"]


def _conclusive(report: Mapping[str, Any], scenario: str) -> Sequence[Cell]:
    """Find the conclusive cells of a scenario, one per client: of its first key type."""
    first: dict[str, Cell] = {}
    for cell in report["cells"]:
        wanted = cell["scenario"] == scenario and cell["verdict"] in ("accepted", "rejected")
        if wanted and cell["conclusive"]:
            first.setdefault(cell["client"], cell)
    return list(first.values())


def _many(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
