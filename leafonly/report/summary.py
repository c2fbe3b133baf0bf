"""What a report comes to, in one sentence and in the order in which tables show it."""

from collections.abc import Mapping, Sequence
from typing import Any

__all__ = [
    "COMPLETE",
    "MARKS",
    "cell_word",
    "is_staged",
    "presentation_sentence",
    "rows",
    "scenario_names",
    "sentence",
    "surprises",
]

Cell = Mapping[str, Any]
COMPLETE = "run_is_complete"
"""The check of the finding that tests are missing from a report."""
_PRESENTATION = "presentation"  # the check of the finding that speaks of the camera
_DEPLOYED = "deployed_chain"  # the check of the findings that speak of deployed ones
_MOST_BLOCKERS = 2  # named in the sentence; the findings list them all
_MOST_NAMES = 6

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


def is_staged(report: Mapping[str, Any]) -> bool:
    """Whether the cells are of chains of our own making, as clients have met them before.

    The others are the rehearsal of a user's own credentials, or meet a deployed camera.
    """
    return all(each["check"] in (COMPLETE, _PRESENTATION) for each in report["findings"])


def sentence(report: Mapping[str, Any]) -> str:
    """Say the verdict of a whole run: in one sentence, or of an audit with clients in a few."""
    about_run = [each for each in report["findings"] if each["check"] == COMPLETE]
    if about_run:
        others = [each for each in report["findings"] if each["check"] != COMPLETE]
        return f"{about_run[0]['message']}. {sentence({**report, 'findings': others})}"
    deployed = [each for each in report["findings"] if each["check"] == _DEPLOYED]
    if deployed:
        return _of_deployed(report, deployed)
    if not is_staged(report):
        return " ".join(filter(None, (_of_files(report["findings"]), _of_rehearsal(report))))
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
    text += _with_stored(report, absent, "it")
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


def _of_deployed(report: Mapping[str, Any], findings: Sequence[Mapping[str, Any]]) -> str:
    """Say what deployed cameras present and, of a single one, who connects to it."""
    complete = sum(each["severity"] == "info" for each in findings)
    if len(findings) > 1:
        return f"{complete} of {_many(len(findings), 'camera')} present a complete chain."
    text = f"{findings[0]['message']}."
    for scenario in ("full_chain", "absent", "aia"):
        asked = _conclusive(report, scenario)
        connect = [cell["client"] for cell in asked if cell["verdict"] == "accepted"]
        fail = [cell["client"] for cell in asked if cell["verdict"] == "rejected"]
        if asked:
            stored = _with_stored(report, asked, "the intermediate")
            text += f" As it is, {_who_connects(connect, fail)}{stored}."
    return text


def _of_files(findings: Sequence[Mapping[str, Any]]) -> str:
    """Say whether the files may be deployed: blockers are named, warnings counted."""
    blockers = [each["message"] for each in findings if each["severity"] == "blocker"]
    counted = _many(sum(each["severity"] == "warning" for each in findings), "warning")
    if not blockers:
        return f"No blocker and {counted} in the files."
    named = "; ".join(blockers[:_MOST_BLOCKERS])
    if len(blockers) > _MOST_BLOCKERS:
        named += f"; and {len(blockers) - _MOST_BLOCKERS} more"
    how_many = _many(len(blockers), "blocker")
    return f"Not to be deployed like this: {how_many} and {counted} in the files: {named}."


def _of_rehearsal(report: Mapping[str, Any]) -> str | None:
    """Say who connects to the user's own leaf, presented alone; None if nobody was asked."""
    absent = _conclusive(report, "absent")
    # Who fetches the intermediate never is without it.
    fetching = [cell for cell in _conclusive(report, "aia") if not _among(cell, absent)]
    absent = [*absent, *fetching]
    connect = [cell["client"] for cell in absent if cell["verdict"] == "accepted"]
    fail = [cell["client"] for cell in absent if cell["verdict"] == "rejected"]
    full = _conclusive(report, "full_chain")
    # They refuse the certificate however it is presented, so their other cells say nothing.
    never = [cell for cell in full if cell["verdict"] == "rejected"]
    known = {*connect, *fail, *(cell["client"] for cell in never)}
    unknown = {cell["client"] for cell in report["cells"]} - known
    said = []
    if absent:
        said.append(f"With the leaf alone {_who_connects(connect, fail)}")
        fetched = [cell["client"] for cell in fetching if cell["verdict"] == "accepted"]
        said[0] += f" ({_names(fetched)} by fetching the intermediate)" if fetched else ""
        said[0] += _with_stored(report, absent, "the intermediate")
    if never:
        reasons = ", ".join(sorted({cell["reason"] for cell in never}))
        refusing = _who_connects([], [cell["client"] for cell in never])
        said.append(f"Even with the full chain {refusing} ({reasons})")
    if unknown:
        said.append(f"Nothing is known of {_many(len(unknown), 'other client')}")
    return " ".join(f"{each}." for each in said) or None


def _who_connects(connect: Sequence[str], fail: Sequence[str]) -> str:
    do_not = "does not" if len(fail) == 1 else "do not"
    if not fail:
        return f"{_names(connect)} connect{'s' if len(connect) == 1 else ''}"
    if connect:
        return f"{_who_connects(connect, [])}, {_names(fail)} {do_not}"
    if len(fail) > _MOST_NAMES:
        return f"none of {len(fail)} clients connects"
    return f"{_names(fail)} {do_not} connect"


def _with_stored(report: Mapping[str, Any], absent: Sequence[Cell], it: str) -> str:
    """Say how many of the same clients connect with the intermediate in their store."""
    asked = {_row(cell) for cell in absent}
    cached = [cell for cell in _conclusive(report, "cached") if _row(cell) in asked]
    if not cached:
        return ""
    stored = [cell for cell in cached if cell["verdict"] == "accepted"]
    anchors = sum(cell["cached_kind"] == "anchors" for cell in stored)
    outright = f" ({anchors} of them by trusting it outright)" if anchors else ""
    return f"; {len(stored)} of {len(cached)} do with {it} in their store{outright}"


def _names(names: Sequence[str]) -> str:
    shown, more = list(names[:_MOST_NAMES]), len(names) - _MOST_NAMES
    if more > 0:
        shown.append(_many(more, "other"))
    return " and ".join(filter(None, (", ".join(shown[:-1]), shown[-1])))


def presentation_sentence(report: Mapping[str, Any]) -> str | None:
    """Say what the presentation suite found out about the camera; None if it did not run."""
    messages = (each["message"] for each in report["findings"] if each["check"] == _PRESENTATION)
    return next(messages, None)


def _accepting(report: Mapping[str, Any], scenario: str) -> list[str]:
    cells = _conclusive(report, scenario)
    return sorted(cell["client"] for cell in cells if cell["verdict"] == "accepted")


def _among(cell: Cell, others: Sequence[Cell]) -> bool:
    return _row(cell) in map(_row, others)


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
