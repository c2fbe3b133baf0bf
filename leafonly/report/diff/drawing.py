"""A difference for a terminal, in Markdown, and as an HTML page."""

from collections.abc import Iterator

from leafonly.report.diff.difference import Difference
from leafonly.report.diff.results import Direction
from leafonly.report.page import draw
from leafonly.report.rows import Report
from leafonly.report.shown import folded, in_markdown, shown

__all__ = ["HEADINGS", "html", "markdown", "text"]

HEADINGS: dict[Direction, str] = {
    "worse": "Worse",
    "better": "Better",
    "other": "Changed, neither better nor worse",
}


def text(difference: Difference, width: int) -> str:
    """Return the difference for a terminal of this width, with the result first and last."""
    result = folded(f"{difference.headline} {difference.detail}", width)
    lines = [result, ""]
    for direction, heading in HEADINGS.items():
        groups = difference.groups(direction)
        lines += [heading] if groups else []
        for where, before, after, why, names in groups:
            lines.append(folded(f"  {where}: {before} → {after} ({why})", width, 2))
            lines.append(folded(f"    {', '.join(names)}", width, 4))
        lines += [""] if groups else []
    if difference.setup:
        lines.append("Changed around it")
        for what, before, after in difference.setup:
            lines.append(folded(f"  {what}: {before} → {after}", width, 2))
        lines.append("")
    if difference.not_compared:
        lines.append("Not compared")
        for reason, left_out in difference.not_compared:
            lines.append(folded(f"  {reason}: {', '.join(left_out)}", width, 2))
        lines.append("")
    return "\n".join([*lines, result]) + "\n"


def markdown(difference: Difference) -> str:
    """Return the difference in Markdown, for a comment or a job's summary."""
    return "\n".join(_markdown(difference)) + "\n"


def _markdown(difference: Difference) -> Iterator[str]:
    yield f"**{difference.headline}** {difference.detail}"
    for direction, heading in HEADINGS.items():
        if groups := difference.groups(direction):
            yield from ("", f"## {heading}", "", "| where | before | after | why | what |")
            yield "|---|---|---|---|---|"
        for *change, names in groups:
            yield _row(*map(in_markdown, change), ", ".join(map(in_markdown, names)))
    if difference.setup:
        yield from ("", "## Changed around it", "", "| what | before | after |", "|---|---|---|")
        for each in difference.setup:
            yield _row(*map(in_markdown, each))
    if difference.not_compared:
        yield from ("", "## Not compared", "")
        for why, left_out in difference.not_compared:
            yield f"- {why}: {', '.join(map(in_markdown, left_out))}"


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def html(difference: Difference, before: Report, after: Report) -> str:
    """Return the difference as one HTML file."""
    return draw(
        "diff.html.j2",
        difference=difference,
        headings=HEADINGS,
        sides=[_side("before", before), _side("after", after)],
    )


def _side(name: str, report: Report) -> tuple[str, str]:
    """Return `before` or `after`, and the time, machine and camera of a report."""
    camera, host = report["camera"], report["host"]
    return name, shown(f"{report['started']}, {host['os']}, {camera['description']}")
