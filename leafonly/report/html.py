"""The report as one HTML file without references to anything outside it."""

import functools
from base64 import b64encode
from collections.abc import Mapping

from leafonly.report.page import draw
from leafonly.report.rows import Report
from leafonly.report.summary import (
    MARKS,
    cell_word,
    rows,
    scenario_names,
    surprises,
)

__all__ = ["render"]

_GRAVITY = ("blocker", "warning", "info")


def render(report: Report, pictures: Mapping[str, bytes] | None = None) -> str:
    """Draw a report: sentence, matrix, surprises, remedies, then the evidence, folded away.

    Everything in a report that came from outside is escaped.

    Args:
        report: As in report.json.
        pictures: What browsers showed when they refused, as PNG, by the cell's name.

    """
    return draw(
        "report.html.j2",
        report=report,
        sentence=report["summary"]["sentence"],
        scenarios=scenario_names(report),
        rows=rows(report),
        surprises=surprises(report),
        findings=sorted(report["findings"], key=lambda each: _GRAVITY.index(each["severity"])),
        is_matrix=report["run"]["kind"] == "matrix",
        word=functools.partial(cell_word, report),
        marks=MARKS,
        pictures={cell: b64encode(png).decode() for cell, png in (pictures or {}).items()},
    )
