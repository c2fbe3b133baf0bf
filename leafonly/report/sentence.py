"""What a run comes to, in a few sentences: the first thing that a report says."""

from collections.abc import Callable, Mapping, Sequence

from leafonly.report.counting import (
    conclusive,
    failed_requirements,
    many,
    names,
    same_row,
    the_intermediates,
)
from leafonly.report.rows import CellRow, FindingRow, ReportBody, Run

__all__ = ["headline", "presentation_sentence", "sentence"]

_PRESENTATION = "presentation"  # the check of the finding that speaks of the camera
_DEPLOYED = "deployed_chain"  # the check of the findings that speak of deployed ones
_NOTHING = "No client was asked."
_MOST_BLOCKERS = 2  # named in the sentence; the findings list them all

_SITUATIONS = {
    "absent": "Leaf alone",
    "cached": "With the intermediate installed on the client",
    "visited": "After a visit to a server that presents the full chain",
    "aia": "If the leaf says where to fetch the intermediate (AIA)",
    "aia_dead": "If the address in the leaf never answers",
    "wrong_cached": "With an intermediate of another key installed on the client",
    "partial_chain": "Leaf and its issuer presented, the other intermediates missing",
    "cached_first": "With only the lowest intermediate installed on the client",
    "aia_two": "If two missing intermediates can be fetched (AIA)",
    "aia_three": "If three missing intermediates can be fetched (AIA)",
    "full_chain": "Full chain",
    "untrusted_root": "Full chain of a root that the client does not trust",
}
_ALWAYS_SAID = ("absent", "cached")
_SAID_IF_ACCEPTED = (*("visited", "aia", "partial_chain", "cached_first", "aia_two", "aia_three"),)


def sentence(report: ReportBody) -> str:
    """Return the result of a run in a few sentences, what failed first.

    Args:
        report: As in report.json; `summary` may be missing.

    """
    parts = [
        *_of_failures(report),
        *_OF_KIND[report["run"]["kind"]](report),
        _of_gateways(report),
        _of_clocks(report),
    ]
    return " ".join(filter(None, parts)) or _NOTHING


def headline(report: ReportBody) -> str:
    """Return the sentence; of a matrix, what failed and the first of its results.

    The results of other runs are about one certificate, and none of them can be left out.
    """
    if report["run"]["kind"] != "matrix":
        return sentence(report)
    result = next(filter(None, _of_matrix(report)), None)
    return " ".join(filter(None, (*_of_failures(report), result))) or _NOTHING


def _of_failures(report: ReportBody) -> list[str | None]:
    run = report["run"]
    return [_of_requirements(report), None if run["complete"] else _of_an_early_end(run)]


def _of_presentation(report: ReportBody) -> list[str | None]:
    return [presentation_sentence(report)]


def presentation_sentence(report: ReportBody) -> str | None:
    """Say what the presentation suite found out about the camera; None if it did not run."""
    messages = (each["message"] for each in report["findings"] if each["check"] == _PRESENTATION)
    return next(messages, None)


def _of_requirements(report: ReportBody) -> str | None:
    failed = failed_requirements(report)
    rejecting = [f"{_named(each)} ({each['reason']})" for each in failed if _rejects(each)]
    others = [f"{_named(each)} ({each['reason']})" for each in failed if not _rejects(each)]
    said = []
    if rejecting:
        said.append(f"{names(rejecting)} {'do' if len(rejecting) > 1 else 'does'} not connect")
    if others:
        said.append(f"no verdict on {names(others)}")
    return f"FAILED: --require is not met: {'; '.join(said)}." if said else None


def _named(cell: CellRow) -> str:
    scenario = cell["scenario"]
    return str(cell["client"] if scenario == "absent" else f"{cell['client']} in {scenario}")


def _rejects(cell: CellRow) -> bool:
    return bool(cell["verdict"] == "rejected")


def _of_an_early_end(run: Run) -> str:
    if "tests_planned" not in run or "tests_run" not in run:
        return "Stopped early; some tests did not run."
    planned = many(run["tests_planned"], "test")
    return f"Stopped after {run['tests_run']} of {planned}; the rest did not run."


def _of_clocks(report: ReportBody) -> str | None:
    """Say that `--at` does not move the clock of the clients."""
    at = report["run"]["options"].get("at")
    if not at or not any(cell["command"] for cell in report["cells"]):
        return None
    return f"Two clocks: the files were judged as of {at}, the clients by this machine's clock."


def _of_matrix(report: ReportBody) -> list[str | None]:
    measured = {cell["scenario"] for cell in report["cells"]}
    said = [each for each in _ALWAYS_SAID if each in measured]
    for scenario in _SAID_IF_ACCEPTED:
        if any(cell["verdict"] == "accepted" for cell in conclusive(report, scenario)):
            said.append(scenario)
    if "absent" not in measured:
        said = [each for each in _SITUATIONS if each in measured]
    asked = len(conclusive(report, "absent"))
    return [*(_of_situation(report, each, asked) for each in said), *_of_the_odd(report)]


def _of_situation(report: ReportBody, scenario: str, in_absent: int) -> str:
    """Count the clients that connect; in short where `absent` has just said the number."""
    cells = conclusive(report, scenario)
    connect = [cell for cell in cells if cell["verdict"] == "accepted"]
    if not cells:
        count = "no client gave a verdict"
    elif len(cells) == 1:
        count = "the one client tested " + ("connects" if connect else "does not connect")
    else:
        count = f"{len(connect)} of {len(cells)}"
        same_again = scenario != "absent" and len(cells) == in_absent
        count += "" if same_again else " clients connect"
    anchors = sum(cell["cached_kind"] == "anchors" for cell in connect)
    if anchors:
        trust = "it trusts" if len(connect) == 1 else f"{anchors} of them {_trust(anchors)}"
        count += f" ({trust} the intermediate itself)"
    elif scenario in _SAID_IF_ACCEPTED and len(cells) > 1:
        count += f" ({names([cell['client'] for cell in connect])})" if connect else ""
    situation = _SITUATIONS[scenario]
    if scenario == "cached":
        situation = situation.replace("the intermediate", the_intermediates(report))
    return f"{situation}: {count}."


def _of_the_odd(report: ReportBody) -> list[str | None]:
    """Say what there is besides verdicts that were measured before."""
    by_client: dict[str, list[CellRow]] = {}
    for cell in report["cells"]:
        by_client.setdefault(cell["client"], []).append(cell)
    silent = {
        name: next(cell["reason"] for cell in cells if not cell["conclusive"])
        for name, cells in by_client.items()
        if not any(cell["verdict"] in ("accepted", "rejected") for cell in cells)
        and not all(cell["conclusive"] for cell in cells)
    }
    doubtful = sum(
        not cell["conclusive"] for cell in report["cells"] if cell["client"] not in silent
    )
    news = [cell["id"] for cell in report["cells"] if cell["news"]]
    differ = "cell differs" if len(news) == 1 else "cells differ"
    other = "what was measured with other versions of the same clients"
    return [
        f"No verdict on {names([f'{name} ({why})' for name, why in silent.items()])}."
        if silent
        else None,
        f"No verdict in {many(doubtful, 'more cell' if silent else 'cell')}." if doubtful else None,
        f"News: {len(news)} {differ} from {other}: {names(news)}." if news else None,
    ]


def _of_gateways(report: ReportBody) -> str | None:
    """Count the failing cells that each gateway mends; None if none was tried."""
    counted = [
        f"{row['cells_fixed']} of {row['cells_failing']} through {row['name']}"
        for row in report["remedies"]
        if row["kind"] == "gateway"
    ]
    return f"Of the failing cells, accepted: {names(counted)}." if counted else None


def _of_remote_host(report: ReportBody) -> list[str | None]:
    """Say what remote hosts present and, for a single one, which clients connect to it."""
    findings = [each for each in report["findings"] if each["check"] == _DEPLOYED]
    complete = sum(each["severity"] == "info" for each in findings)
    if len(findings) > 1:
        return [f"{complete} of {many(len(findings), 'camera')} present a complete chain."]
    said: list[str | None] = [f"{each['message']}." for each in findings]
    for scenario in ("full_chain", "absent", "aia"):
        asked = conclusive(report, scenario)
        if asked:
            stored = _with_stored(report, asked)
            said.append(f"As it is, {_who_connects(*_split(asked))}{stored}.")
    return [*said, *_of_the_odd(report)]


def _of_own_certificate(report: ReportBody) -> list[str | None]:
    return [_of_files(report["findings"]), *_of_clients(report)]


def _of_files(findings: Sequence[FindingRow]) -> str | None:
    """Say whether the files may be deployed: blockers are named, warnings counted."""
    if not findings:
        return None  # the clients alone were run
    blockers = [each["message"] for each in findings if each["severity"] == "blocker"]
    counted = many(sum(each["severity"] == "warning" for each in findings), "warning")
    if not blockers:
        return f"No blocker and {counted} in the files."
    named = "; ".join(blockers[:_MOST_BLOCKERS])
    if len(blockers) > _MOST_BLOCKERS:
        named += f"; and {len(blockers) - _MOST_BLOCKERS} more"
    how_many = many(len(blockers), "blocker")
    return f"Not to be deployed like this: {how_many} and {counted} in the files: {named}."


def _of_clients(report: ReportBody) -> list[str | None]:
    """Say who connects to the user's own leaf, presented alone."""
    absent = list(conclusive(report, "absent"))
    # A client that fetches the intermediate is judged by `aia`.
    fetching = [cell for cell in conclusive(report, "aia") if not same_row(cell, absent)]
    absent += fetching
    connect, fail = _split(absent)
    full = conclusive(report, "full_chain")
    # They refuse the certificate however it is presented, so their other cells say nothing.
    never = [cell for cell in full if cell["verdict"] == "rejected"]
    known = {*connect, *fail, *(cell["client"] for cell in never)}
    unknown = {cell["client"] for cell in report["cells"]} - known
    said: list[str | None] = []
    if absent:
        fetched, _ = _split(fetching)
        by_fetching = f" ({names(fetched)} by fetching the intermediate)" if fetched else ""
        stored = _with_stored(report, absent)
        said.append(f"With the leaf alone {_who_connects(connect, fail)}{by_fetching}{stored}.")
    elif full and len(never) < len(full):
        said.append(f"With the full chain {_who_connects(_split(full)[0], [])}.")
    if never:
        reasons = ", ".join(sorted({str(cell["reason"]) for cell in never}))
        refusing = _who_connects([], [cell["client"] for cell in never])
        said.append(f"Even with the full chain {refusing} ({reasons}).")
    accepting = {cell["client"] for cell in full} - {cell["client"] for cell in never}
    unknown -= accepting if not absent else set()
    if unknown:
        said.append(f"Nothing is known of {many(len(unknown), 'other client')}.")
    return said


def _split(cells: Sequence[CellRow]) -> tuple[list[str], list[str]]:
    """List the clients that connect, and those that do not."""
    connect = [cell["client"] for cell in cells if cell["verdict"] == "accepted"]
    return connect, [cell["client"] for cell in cells if cell["verdict"] == "rejected"]


def _who_connects(connect: Sequence[str], fail: Sequence[str]) -> str:
    do_not = "does not" if len(fail) == 1 else "do not"
    if not fail:
        return f"{names(connect)} connect{'s' if len(connect) == 1 else ''}"
    if connect:
        return f"{_who_connects(connect, [])}, {names(fail)} {do_not}"
    if len(fail) > 6:
        return f"none of {len(fail)} clients connects"
    return f"{names(fail)} {do_not} connect"


def _trust(count: int) -> str:
    return "trusts" if count == 1 else "trust"


def _with_stored(report: ReportBody, absent: Sequence[CellRow]) -> str:
    """Say how many of the same clients connect with the intermediate in their store."""
    cached = [cell for cell in conclusive(report, "cached") if same_row(cell, absent)]
    if not cached:
        return ""
    stored = [cell for cell in cached if cell["verdict"] == "accepted"]
    anchors = sum(cell["cached_kind"] == "anchors" for cell in stored)
    themselves = (
        f" ({anchors} of them {_trust(anchors)} the intermediate itself)" if anchors else ""
    )
    count = f"{len(stored)} of {len(cached)} {'does' if len(stored) == 1 else 'do'}"
    stored_ones = the_intermediates(report)
    return f"; with {stored_ones} installed on the client, {count}{themselves}"


_OF_KIND: Mapping[str, Callable[[ReportBody], list[str | None]]] = {
    "own_certificate": _of_own_certificate,
    "remote_host": _of_remote_host,
    "matrix": _of_matrix,
    "gateway": _of_matrix,
    "presentation": _of_presentation,
}
