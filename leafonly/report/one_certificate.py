"""The result of a run about one certificate: the user's own files, or deployed cameras."""

from collections.abc import Sequence

from leafonly.report.counting import conclusive, many, names, same_row, trust
from leafonly.report.intermediates import above_the_leaf
from leafonly.report.rows import CellRow, FindingRow, ReportBody

__all__ = ["of_own_certificate", "of_remote_host"]

_DEPLOYED = "deployed_chain"  # the check of findings about deployed cameras
_MOST_BLOCKERS = 2  # that the sentence names; the findings list them all


def of_remote_host(report: ReportBody) -> list[str | None]:
    """Return sentences: what remote hosts present, and which clients connect to a single one."""
    findings = [each for each in report["findings"] if each["check"] == _DEPLOYED]
    complete = sum(each["severity"] == "info" for each in findings)
    if len(findings) > 1:
        return [f"{complete} of {many(len(findings), 'camera')} present a complete chain."]
    said: list[str | None] = [f"{each['message']}." for each in findings]
    for scenario in ("full_chain", "absent", "aia"):
        asked = conclusive(report, scenario)
        if asked:
            stored = _with_stored(report, asked)
            said.append(f"As it is, {_connecting(*_split(asked))}{stored}.")
    return said


def of_own_certificate(report: ReportBody) -> list[str | None]:
    """Return sentences: whether the files may be deployed, and which clients connect."""
    return [_of_files(report["findings"]), *_of_clients(report)]


def _of_files(findings: Sequence[FindingRow]) -> str | None:
    """Return whether the files may be deployed, with blockers named and warnings counted."""
    if not findings:
        return None  # only clients were run
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
    """Return which clients connect to the user's own leaf, presented alone."""
    absent = list(conclusive(report, "absent"))
    # A client that fetches the intermediate is judged by `aia`.
    fetching = [cell for cell in conclusive(report, "aia") if not same_row(cell, absent)]
    absent += fetching
    connect, fail = _split(absent)
    full = conclusive(report, "full_chain")
    # They reject the certificate even with the full chain, so their other cells do not count.
    never = [cell for cell in full if cell["verdict"] == "rejected"]
    known = {*connect, *fail, *(cell["client"] for cell in never)}
    unknown = {cell["client"] for cell in report["cells"]} - known
    said: list[str | None] = []
    if absent:
        fetched, _ = _split(fetching)
        by_fetching = f" ({names(fetched)} by fetching the intermediate)" if fetched else ""
        stored = _with_stored(report, absent)
        said.append(f"With the leaf alone {_connecting(connect, fail)}{by_fetching}{stored}.")
    elif full and len(never) < len(full):
        said.append(f"With the full chain {_connecting(_split(full)[0], [])}.")
    if never:
        reasons = ", ".join(sorted({str(cell["reason"]) for cell in never}))
        refusing = _connecting([], [cell["client"] for cell in never])
        said.append(f"Even with the full chain {refusing} ({reasons}).")
    accepting = {cell["client"] for cell in full} - {cell["client"] for cell in never}
    unknown -= accepting if not absent else set()
    if unknown:
        said.append(f"Nothing is known of {many(len(unknown), 'other client')}.")
    return said


def _split(cells: Sequence[CellRow]) -> tuple[list[str], list[str]]:
    """Return the clients that connect, and those that do not."""
    connect = [cell["client"] for cell in cells if cell["verdict"] == "accepted"]
    return connect, [cell["client"] for cell in cells if cell["verdict"] == "rejected"]


def _connecting(connect: Sequence[str], fail: Sequence[str]) -> str:
    do_not = "does not" if len(fail) == 1 else "do not"
    if not fail:
        return f"{names(connect)} connect{'s' if len(connect) == 1 else ''}"
    if connect:
        return f"{_connecting(connect, [])}, {names(fail)} {do_not}"
    if len(fail) > 6:
        return f"none of {len(fail)} clients connects"
    return f"{names(fail)} {do_not} connect"


def _with_stored(report: ReportBody, absent: Sequence[CellRow]) -> str:
    """Return how many of the same clients connect with the intermediate in their store."""
    cached = [cell for cell in conclusive(report, "cached") if same_row(cell, absent)]
    if not cached:
        return ""
    stored = [cell for cell in cached if cell["verdict"] == "accepted"]
    anchors = sum(cell["cached_kind"] == "anchors" for cell in stored)
    above = above_the_leaf(report)
    themselves = f" ({anchors} of them {trust(anchors)} {above.themselves})" if anchors else ""
    count = f"{len(stored)} of {len(cached)} {'does' if len(stored) == 1 else 'do'}"
    return f"; with {above.named} installed on the client, {count}{themselves}"
