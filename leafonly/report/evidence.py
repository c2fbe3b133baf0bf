"""The evidence of a report by client, with equal observations shown once.

Most clients print the same in many cells, except for a port, a token or the time. Such cells
share one observation, which quotes the first of them unchanged. `report.json` has every output.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from leafonly.report.headings import HEADINGS, REASONS, Look, look
from leafonly.report.rows import CellRow, ClientRow, Report, ServerSawRow
from leafonly.report.summary import rows

__all__ = ["ClientEvidence", "Observed", "anchors", "evidence"]

_IN_A_LINK = re.compile(r"[A-Za-z0-9_.+-]{1,120}")
# Differences between cells that mean nothing: tokens, addresses, ports, process numbers, times.
# Error numbers have fewer digits, so they are kept.
_CHANCE = re.compile(
    r"\b(?=[a-fA-F]*\d)[0-9a-fA-F]{6,}\b|\b0x[0-9a-f]{6,}\b|\b\d{4,}\b|[(\[]\d{4,}(?::\d+)*[)\]]"
    r"|\b\d{1,2}:\d{2}(?!\d)(?::\d{2}\S*)?|\b\d+\.\d{3,}\b|\b\d+(?:\.\d+)? ?(?:ms|s|sec|seconds)\b"
)
_LONGEST_QUOTE = 1200  # characters of a message; a trace of Java has five times as many
_ENOUGH = 1000  # characters at the end of a shortened message that decide whether two are equal

_VERDICTS = {
    "accepted": "accepted",
    "rejected": "rejected",
    "error": "no verdict",
    "not_applicable": "does not apply",
}


class Observed(NamedTuple):
    """One observation, and the cells in which it was made.

    `cells` has the anchor in the page, the look, the scenario's heading and the row of each.
    `expected` is the outcome that was measured before, if it differs. `varies` is true if ports
    or times differ between the cells.
    """

    verdict: str
    reason: str | None
    expected: str | None
    news: bool
    cells: Sequence[tuple[str, Look, str, CellRow]]
    said: str | None
    saw: str
    varies: bool
    pictures: Sequence[str]


class ClientEvidence(NamedTuple):
    """The evidence of one client; `commands` has each command with the scenarios it ran in."""

    client: ClientRow
    anchor: str
    observed: Sequence[Observed]
    commands: Sequence[tuple[str, str]]


def anchors(ids: Sequence[str], prefix: str) -> Mapping[str, str]:
    """Return the anchor in the page for each id: the id if a link can contain it, else a number."""
    return {
        each: each if _IN_A_LINK.fullmatch(each) else f"{prefix}-{number}"
        for number, each in enumerate(ids)
    }


def evidence(report: Report, pictures: Mapping[str, str]) -> list[ClientEvidence]:
    """Return the evidence of each client that has a cell, in the order of the matrix.

    Args:
        report: As in report.json.
        pictures: The error pages of browsers in Base64, by the cell's id.

    """
    places = anchors([cell["id"] for cell in report["cells"]], "cell")
    by_client: dict[str, list[CellRow]] = {}
    for cell in report["cells"]:
        by_client.setdefault(cell["client"], []).append(cell)
    clients = {client["name"]: client for client, _, _ in rows(report)}
    # A client may have the name of a cell, so its anchor has a prefix.
    named = {name: f"at-{each}" for name, each in anchors(list(clients), "client").items()}
    return [
        ClientEvidence(
            client,
            named[name],
            _observations(by_client[name], places, pictures),
            _commands(by_client[name]),
        )
        for name, client in clients.items()
    ]


def _observations(
    cells: Sequence[CellRow], places: Mapping[str, str], pictures: Mapping[str, str]
) -> list[Observed]:
    groups = _grouped(cells, _what_was_observed)
    return [_observed(group, places, pictures) for group in groups]


def _observed(
    cells: Sequence[CellRow], places: Mapping[str, str], pictures: Mapping[str, str]
) -> Observed:
    first = cells[0]
    reason = first["reason"]
    known = REASONS.get(reason or "") if first["verdict"] == "rejected" else None
    return Observed(
        verdict=_VERDICTS[first["verdict"]],
        reason=known or reason,
        expected=first["expected"] if _differs(first) else None,
        news=first["news"],
        cells=[(places[cell["id"]], look(cell), _words(cell["scenario"]), cell) for cell in cells],
        said=_end_of(first["client_said"]),
        saw=_saw(first["server_saw"]),
        varies=any(cell["client_said"] != first["client_said"] for cell in cells),
        pictures=list(
            dict.fromkeys(pictures[cell["id"]] for cell in cells if cell["id"] in pictures)
        ),
    )


def _differs(cell: CellRow) -> bool:
    return cell["news"] or (cell["as_expected"] is False and cell["conclusive"])


def _grouped(cells: Sequence[CellRow], key: Callable[[CellRow], object]) -> list[Sequence[CellRow]]:
    groups: dict[object, list[CellRow]] = {}
    for cell in cells:
        groups.setdefault(key(cell), []).append(cell)
    return list(groups.values())


def _what_was_observed(cell: CellRow) -> object:
    said = None if cell["client_said"] is None else _without_chance(cell["client_said"])
    expected = cell["expected"] if _differs(cell) else None
    judged = (cell["verdict"], cell["reason"], expected, cell["news"])
    return (*judged, said, _saw(cell["server_saw"]))


def _end_of(said: str | None) -> str | None:
    """Return the end of a message, where a program names its error; report.json has more."""
    if said is None or len(said) <= _LONGEST_QUOTE:
        return said
    kept = said[-_LONGEST_QUOTE:]
    return "… " + (kept.partition("\n")[2] or kept)


def _without_chance(text: str) -> str:
    # If the beginning was cut off, an equal message may begin some characters earlier.
    end = _CHANCE.sub("#", text)
    return end[-_ENOUGH:] if text.startswith("…") else end


def _commands(cells: Sequence[CellRow]) -> list[tuple[str, str]]:
    started = [cell for cell in cells if cell["command"]]
    groups = _grouped(started, lambda cell: _without_chance(cell["command"]))
    if len(groups) == 1:
        return [("in every cell", groups[0][0]["command"])]
    return [(_named(group), group[0]["command"]) for group in groups]


def _named(cells: Sequence[CellRow]) -> str:
    return ", ".join(dict.fromkeys(_words(cell["scenario"]) for cell in cells))


def _words(scenario: str) -> str:
    heading = HEADINGS.get(scenario)
    if heading is None:
        return scenario
    said = heading.more not in ("", "control")
    return f"{heading.title} {heading.more}" if said else heading.title


def _saw(saw: ServerSawRow | None) -> str:
    """Return the camera's record in words."""
    if saw is None:
        return "nothing: the client was not started"
    parts = [
        "handshake completed" if saw["handshake_completed"] else "handshake not completed",
        f"alert {saw['alert']}" if saw["alert"] else "no alert",
        "a request" if saw["request_seen"] else "no request",
    ]
    if saw["aia_fetches"]:
        count = saw["aia_fetches"]
        parts.append(f"the issuer was fetched {'once' if count == 1 else f'{count} times'}")
    return ", ".join(parts)
