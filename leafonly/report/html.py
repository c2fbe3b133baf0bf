"""The report as one HTML file without references to anything outside it."""

from base64 import b64encode
from collections.abc import Mapping, Sequence

from leafonly.report.advice import advice
from leafonly.report.behaviours import behaviours
from leafonly.report.chain_diagram import links
from leafonly.report.evidence import anchors, evidence
from leafonly.report.first_screen import alarms, changes, headline, lead
from leafonly.report.headings import HEADINGS, KINDS, REACHES, REMEDY_KINDS, Heading
from leafonly.report.page import draw
from leafonly.report.rows import FindingRow, RemedyRow, Report
from leafonly.report.summary import rows, scenario_names

__all__ = ["render"]

_GRAVITY = ("blocker", "warning", "info")


def render(report: Report, pictures: Mapping[str, bytes] | None = None) -> str:
    """Return a report as HTML: first screen, behaviours, matrix, remedies, and folded evidence.

    Text from outside is escaped, bounded, and without characters that change the direction of
    text.

    Args:
        report: As in report.json.
        pictures: The error pages of browsers as PNG, by the cell's id.

    """
    pngs = {cell: b64encode(png).decode() for cell, png in (pictures or {}).items()}
    told = evidence(report, pngs)
    return draw(
        "report.html.j2",
        report=report,
        headline=headline(report),
        lead=lead(report),
        alarms=alarms(report),
        changes=changes(report),
        advice=advice(report),
        links=links(report),
        behaviours=behaviours(report),
        rows=rows(report),
        headings=[(name, HEADINGS.get(name, Heading(name, ""))) for name in scenario_names(report)],
        several_keys=len({cell["key_type"] for cell in report["cells"]}) > 1,
        stacks=sorted({client["stack"] for client, _, _ in rows(report)}, key=str.lower),
        places=anchors([cell["id"] for cell in report["cells"]], "cell"),
        findings=sorted(report["findings"], key=_gravity),
        general=[each for each in report["remedies"] if each["client"] is None],
        recipes=_recipes(report["remedies"]),
        evidence=told,
        client_places={each.client["name"]: each.anchor for each in told},
        is_matrix=report["run"]["kind"] == "matrix",
        kinds=KINDS,
        reaches=REACHES,
        remedy_kinds=REMEDY_KINDS,
    )


def _gravity(finding: FindingRow) -> int:
    return _GRAVITY.index(finding["severity"])


def _recipes(remedies: Sequence[RemedyRow]) -> Mapping[str, Sequence[RemedyRow]]:
    """Return the remedies for single clients, by client."""
    found: dict[str, list[RemedyRow]] = {}
    for each in remedies:
        if each["client"] is not None:
            found.setdefault(each["client"], []).append(each)
    return found
