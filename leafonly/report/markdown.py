"""The result of a run in Markdown, for a pull request or the summary of a GitHub Actions step.

Text from outside is escaped, so that GitHub shows it as text: no markup, no link, no mention of a
user, no reference to an issue (GitHub Flavored Markdown 0.29, sections
6.1 and 6.9; mentions and references are broken by a zero-width space, as Renovate does).
"""

import re
from collections.abc import Iterator, Sequence

from leafonly.certificates.printable import printable
from leafonly.report.behaviours import behaviours
from leafonly.report.counting import many, names
from leafonly.report.rows import FindingRow, RemedyRow, Report
from leafonly.report.summary import outcome, rows, surprises

__all__ = ["MOST_BYTES", "escaped", "inline", "markdown"]

MOST_BYTES = 100_000
"""GitHub refuses more than 1 MiB for one step, and more than 65,536 characters for a comment."""

_LONGEST_TEXT = 2000  # characters of one text from outside
_LONGEST_LINES = 8000  # of the lines to copy of a remedy
_MOST_ROWS = 20  # of a list
_MARKUP = re.compile(r"([\\`*_{}\[\]<>#|~&$])")
_ISSUE = re.compile(r"\b(GH)-(?=\d)", re.IGNORECASE)  # GitHub's other way to write `#`
_BLOCK = re.compile(r"^(\d*)([-+=.)])")  # a list, a line or a heading, at the start of a paragraph


def markdown(report: Report) -> str:
    """Return the result: sentence, counts, failures, findings, behaviours, best remedy."""
    blocks = [
        "## leafonly",
        f"**{escaped(report['summary']['sentence'])}**",
        *_counts(report),
        *_list("Required to connect, but does not", report["summary"]["failed_requirements"]),
        *_list("Not as expected", [f"{name}: {outcome(cell)}" for name, cell in surprises(report)]),
        *_findings(report["findings"]),
        *_behaviours(report),
        *_remedy(report["remedies"][:1]),
    ]
    return _bounded(blocks)


def escaped(text: str) -> str:
    """Return a text escaped for a line of its own."""
    return _BLOCK.sub(r"\1\\\2", inline(text))


def inline(text: str) -> str:
    """Return a text escaped for the middle of a line, where it cannot begin a list."""
    safe = _MARKUP.sub(r"\\\1", printable(" ".join(text.split()), _LONGEST_TEXT))
    # GitHub makes a link of an address even after a backslash.
    safe = safe.replace("://", "&#58;//").replace("www.", "www&#46;")
    safe = safe.replace("@", "@&#8203;").replace("\\#", "\\#&#8203;")
    return _ISSUE.sub(r"\1&#8203;-", safe)


def _counts(report: Report) -> Iterator[str]:
    counts = report["summary"]["counts"]
    if not counts:
        return
    rows = ["| scenario | accepted | rejected | no verdict | does not apply |"]
    rows.append("|---|--:|--:|--:|--:|")
    for scenario, count in counts.items():
        numbers = (count["accepted"], count["rejected"], count["error"], count["not_applicable"])
        rows.append(f"| {escaped(scenario)} | {' | '.join(map(str, numbers))} |")
    yield "\n".join(rows)


def _list(title: str, texts: Sequence[str]) -> Iterator[str]:
    if texts:
        rows = [f"- {escaped(each)}" for each in texts[:_MOST_ROWS]]
        if len(texts) > _MOST_ROWS:
            rows.append(f"- and {len(texts) - _MOST_ROWS} more")
        yield f"### {title}\n\n" + "\n".join(rows)


def _findings(findings: Sequence[FindingRow]) -> Iterator[str]:
    """Yield the lists of blockers and warnings; other findings need no action."""
    for severity, title in (("blocker", "Blockers"), ("warning", "Warnings")):
        chosen = [each for each in findings if each["severity"] == severity]
        yield from _list(title, [_finding(each) for each in chosen])


def _finding(finding: FindingRow) -> str:
    remedy = f" Remedy: {finding['remedy']}" if finding["remedy"] else ""
    return f"{finding['check']}: {finding['message']}.{remedy}"


def _behaviours(report: Report) -> Iterator[str]:
    """Yield the table of behaviours; nothing for a single row."""
    drawn = rows(report)
    if len(drawn) < 2:
        return
    groups = behaviours(report)
    clients = len({client["name"] for client, _, _ in drawn})
    lines = ["| clients | behaviour | which |", "|--:|---|---|"]
    lines += [
        f"| {each.count} | {escaped(each.name)} | {escaped(names(each.clients))} |"
        for each in groups[:_MOST_ROWS]
    ]
    if len(groups) > _MOST_ROWS:
        lines.append(f"| | and {len(groups) - _MOST_ROWS} more | |")
    yield f"### {many(clients, 'client')}, {many(len(groups), 'behaviour')}"
    yield "\n".join(lines)


def _remedy(best: Sequence[RemedyRow]) -> Iterator[str]:
    for remedy in best:
        yield f"### Best remedy: {escaped(remedy['name'])}"
        tried = "" if remedy["tried"] else " It was not tried in this run."
        fixed, failing = remedy["cells_fixed"], remedy["cells_failing"]
        yield f"{escaped(remedy['how'])} It makes {fixed} of {failing} failing cells accept.{tried}"
        for step in remedy["steps"]:
            yield escaped(step["text"])
            if step["lines"]:
                yield _fenced(step["lines"])


def _fenced(lines: str) -> str:
    """Return a code block whose fence is longer than any fence in the lines."""
    text = printable(lines.replace("\r\n", "\n"), _LONGEST_LINES, keep="\n\t").rstrip("\n")
    fence = "`" * max(3, *(len(each) + 1 for each in re.findall("`+", text)), 3)
    return f"{fence}\n{text}\n{fence}"


def _bounded(blocks: Sequence[str]) -> str:
    """Return the joined blocks, without the last ones if they do not fit."""
    kept: list[str] = []
    size = 0
    for block in blocks:
        size += len(block.encode("utf-8", "replace")) + 2
        if size > MOST_BYTES:
            kept.append("The rest does not fit here: see the report.")
            break
        kept.append(block)
    return "\n\n".join(kept) + "\n"
