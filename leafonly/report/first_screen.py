"""The first screen of a report: warnings, the result in one line, and what changes it."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from leafonly.report.counting import conclusive, failed_requirements, many, names, same_row
from leafonly.report.headings import HEADINGS
from leafonly.report.intermediates import Intermediates, above_the_leaf
from leafonly.report.rows import CellRow, Report
from leafonly.report.sentence import presentation_sentence
from leafonly.report.summary import surprises

__all__ = ["Alarm", "Change", "alarms", "changes", "headline", "lead"]

_SITUATIONS = {
    "absent": "Leaf alone",
    "aia": "Leaf alone",
    "full_chain": "Full chain",
    "cached": "Intermediate installed",
    "visited": "After a visit",
    "aia_dead": "Leaf alone",
    "wrong_cached": "Wrong intermediate installed",
    "untrusted_root": "Unknown root",
}
_CHANGES = {
    "full_chain": "The camera sends the full chain",
    "cached": "The intermediate is installed on the client",
    "aia": "The leaf has the URL of its issuer (AIA)",
    "visited": "The client visited a full-chain server",
}


class Alarm(NamedTuple):
    """One line of the banner; `cell` is the id of its evidence, and `hurts` makes it red."""

    text: str
    cell: str | None
    hurts: bool


class Change(NamedTuple):
    """How many clients connect in a situation that differs from the leaf alone."""

    scenario: str
    title: str
    connect: int
    asked: int
    note: str


def headline(report: Report) -> str:
    """Return the result of a run in one short line."""
    asked = _asked(report)
    if not asked:
        return _without_clients(report)
    remote = report["run"]["kind"] == "remote_host"
    situation = "As deployed" if remote else _situation(asked[0]["scenario"])
    connect = [cell for cell in asked if cell["verdict"] == "accepted"]
    if len(asked) == 1:
        does = "connects" if connect else "does not connect"
        return f"{situation}: {asked[0]['client']} {does}"
    return f"{situation}: {len(connect)} of {len(asked)} clients connect"


def _situation(scenario: str) -> str:
    return _SITUATIONS.get(scenario) or ", ".join(filter(None, HEADINGS[scenario]))


def _asked(report: Report) -> Sequence[CellRow]:
    """Return one cell for each client, of the leaf alone if that was measured."""
    absent = list(conclusive(report, "absent"))
    # A client that fetches the intermediate is judged by `aia`, if the leaf has the URL.
    fetching = [cell for cell in conclusive(report, "aia") if not same_row(cell, absent)]
    others = (conclusive(report, scenario) for scenario in (*_SITUATIONS, *HEADINGS))
    return [*absent, *fetching] or next((cells for cells in others if cells), [])


def _without_clients(report: Report) -> str:
    if report["cells"]:
        return "No client gave a verdict"
    if report["run"]["kind"] == "own_certificate":
        blocked = any(each["severity"] == "blocker" for each in report["findings"])
        return "Not to be deployed like this" if blocked else "No blocker in the files"
    said = presentation_sentence(report)
    if said is None:
        return report["summary"]["sentence"]
    if not said.startswith("limitation confirmed"):
        return "This camera does not present exactly one certificate"
    if "presents the full chain with" in said:
        return "This camera can present the full chain"
    return "This camera presents its leaf alone"


def lead(report: Report) -> str | None:
    """Return a sentence on the files or the deployed camera, if the headline has none."""
    kind, findings = report["run"]["kind"], report["findings"]
    if kind == "own_certificate" and findings:
        severities = [finding["severity"] for finding in findings]
        counts = [many(severities.count(each), each) for each in ("blocker", "warning")]
        return f"{' and '.join(counts)} in the files."
    deployed = [each["message"] for each in findings if each["check"] == "deployed_chain"]
    if kind == "remote_host" and len(deployed) == 1 and report["cells"]:
        return f"{deployed[0]}."
    return None


def changes(report: Report) -> list[Change]:
    """Return how many clients connect in the measured situations other than the headline's."""
    asked = _asked(report)
    told = asked[0]["scenario"] if asked else None
    found = []
    for scenario, title in _CHANGES.items():
        cells = conclusive(report, scenario)
        if cells and scenario != told and report["run"]["kind"] != "presentation":
            connect = [cell for cell in cells if cell["verdict"] == "accepted"]
            above = above_the_leaf(report)
            note = _note(scenario, connect, above)
            if not above.is_one:
                title = title.replace("intermediate is", "intermediates are")
            found.append(Change(scenario, title, len(connect), len(cells), note))
    return found


def _note(scenario: str, connect: Sequence[CellRow], above: Intermediates) -> str:
    if not connect:
        return "no client"
    if scenario == "full_chain":
        return "nothing to do on the clients"
    if scenario == "cached":
        anchors = sum(cell["cached_kind"] == "anchors" for cell in connect)
        complete = len(connect) - anchors
        counted = ((complete, "complete the chain"), (anchors, f"trust {above.themselves}"))
        return ", ".join(f"{count} {what}" for count, what in counted if count)
    return names([cell["client"] for cell in connect])


def alarms(report: Report) -> list[Alarm]:
    """Return the lines of the banner, the worst first; most reports have none."""
    found = [*_failures(report), *_odd(report)]
    status = report["run"].get("exit_status", 0)
    if status and not found:
        found.append(Alarm(f"The run failed: pytest's exit status is {status}", None, True))
    return found


def _failures(report: Report) -> Iterator[Alarm]:
    for cell in failed_requirements(report):
        why = f" ({cell['reason']})" if cell["reason"] else ""
        yield Alarm(f"Required to connect, but does not: {cell['client']}{why}", cell["id"], True)
    for finding in report["findings"]:
        if finding["severity"] == "blocker":
            yield Alarm(f"Blocker: {finding['message']}", None, True)
    if not report["run"]["complete"]:
        planned = many(report["run"].get("tests_planned", 0), "test")
        run = report["run"].get("tests_run", 0)
        yield Alarm(f"Stopped after {run} of {planned}; the rest did not run", None, True)


def _odd(report: Report) -> Iterator[Alarm]:
    required = set(report["summary"]["failed_requirements"])
    for name, cell in surprises(report):
        if cell["id"] in required:
            continue
        if not cell["conclusive"]:
            yield Alarm(f"No verdict: {name} ({cell['reason']})", cell["id"], False)
            continue
        reason = f" ({cell['reason']})" if cell["reason"] else ""
        was = f"; measured before: {cell['expected']}" if cell["expected"] else ""
        kind = "News" if cell["news"] else "Differs from before"
        yield Alarm(f"{kind}: {name} {cell['verdict']}{reason}{was}", cell["id"], not cell["news"])
    at = report["run"]["options"].get("at")
    if at and any(cell["command"] for cell in report["cells"]):
        clocks = f"the files were judged as of {at}, the clients by this machine's clock"
        yield Alarm(f"Two clocks: {clocks}", None, False)
