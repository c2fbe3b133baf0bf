"""The comparison of two reports' other rows: what the camera presents, and the findings."""

from collections.abc import Sequence

from leafonly.audit.finding import Finding
from leafonly.report.diff.results import Direction, NotCompared, Part, Result, one_sided
from leafonly.report.rows import FindingRow, PresentationRow, Report
from leafonly.report.shown import by_key, shown

__all__ = ["findings", "presentation"]

_PRESENTATION = "presentation"  # the check whose finding summarises `presentation`
_DEPLOYED = ("deployed_chain", "deployed_warning")  # the checks of `cameras/look.py`
_AUDIT = "files"
_LOOK = "deployed chain"


def presentation(before: Report, after: Report) -> Part:
    """Return the comparison of each way to load a chain: presenting more of it is better.

    For deployed cameras `findings` compares instead, because more of an unknown chain is not
    always better.

    Raises:
        ValueError: A report lists a way twice.

    """
    if before["run"]["kind"] == "remote_host":
        return Part([], 0, [])
    old, new = (
        by_key(report["presentation"], lambda row: row["method"]) for report in (before, after)
    )
    results, same = [], 0
    for method in old.keys() & new.keys():
        was, now = _presented(old[method]), _presented(new[method])
        if was == now:
            same += 1
            continue
        direction: Direction = "better" if now > was else "worse"
        why = f"presents {'more' if now > was else 'less'} of the chain"
        texts = _count(was), _count(now)
        results.append(Result(direction, "presentation", *texts, why, shown(method)))
    return Part(results, same, one_sided("ways to load a chain tried", old, new))


def _presented(row: PresentationRow) -> int:
    return (row["presented"] or 0) if row["loaded"] else -1


def _count(presented: int) -> str:
    return "not loaded" if presented < 0 else f"presents {presented}"


def findings(before: Report, after: Report) -> Part:
    """Return the comparison of the audit's checks, and of deployed cameras.

    More blockers are worse, then more warnings. A check without a finding found no fault: if both
    reports have findings of the audit, both made every check. A deployed camera always has a
    finding.
    """
    old, new = (_by_subject(report["findings"]) for report in (before, after))
    audited = all(any(part == _AUDIT for part, _ in each) for each in (old, new))
    results, same, unchecked = [], 0, []
    subjects = old.keys() & new.keys()
    if audited:
        subjects |= {each for each in old.keys() | new.keys() if each[0] == _AUDIT}
    for subject in subjects:
        part, name = subject
        rows = old.get(subject, []), new.get(subject, [])
        if any(_is_unchecked(row) for row in (*rows[0], *rows[1])):
            unchecked.append(shown(name))
            continue
        was, now = map(_gravity, rows)
        if was == now:
            same += 1
            continue
        direction: Direction = "worse" if now > was else "better"
        why = "faults found" if now > was else "faults gone"
        results.append(Result(direction, part, _counted(was), _counted(now), why, shown(name)))
    rest = [{name for part, name in each if (part, name) not in subjects} for each in (old, new)]
    not_checked = NotCompared("checks that one of the reports could not make", sorted(unchecked))
    return Part(results, same, [*one_sided("checks made", *rest), not_checked])


def _by_subject(rows: Sequence[FindingRow]) -> dict[tuple[str, str], list[FindingRow]]:
    """Return the findings by check or, for deployed cameras, by camera."""
    found: dict[tuple[str, str], list[FindingRow]] = {}
    for row in rows:
        subject = (_AUDIT, row["check"])
        if row["check"] in _DEPLOYED:
            # The message is `HOST:PORT: what was seen`.
            subject = (_LOOK, row["message"].partition(": ")[0])
        if row["check"] != _PRESENTATION:
            found.setdefault(subject, []).append(row)
    return found


def _is_unchecked(row: FindingRow) -> bool:
    return Finding(row["severity"], row["message"]).is_unchecked


def _gravity(rows: Sequence[FindingRow]) -> tuple[int, int]:
    severities = [row["severity"] for row in rows]
    return severities.count("blocker"), severities.count("warning")


def _counted(gravity: tuple[int, int]) -> str:
    counts = zip(gravity, ("blocker", "warning"), strict=True)
    return ", ".join(f"{count} {name}" for count, name in counts if count) or "no fault"
