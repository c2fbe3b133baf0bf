"""The cells of two reports compared."""

from collections.abc import Mapping

from leafonly.report.diff import order
from leafonly.report.diff.results import NotCompared, Part, Result, one_sided
from leafonly.report.rows import CellRow, Report
from leafonly.report.shown import by_key, shown

__all__ = ["cells"]

Cells = Mapping[tuple[str, str, str], CellRow]


def cells(before: Report, after: Report) -> Part:
    """Return the comparison of the cells that both reports have.

    Raises:
        ValueError: A report lists a cell twice.

    """
    old, new = (
        by_key(report["cells"], lambda cell: (cell["client"], cell["scenario"], cell["key_type"]))
        for report in (before, after)
    )
    several_keys = len({key_type for _, _, key_type in (*old, *new)}) > 1
    results: list[Result] = []
    same = 0
    not_applicable: list[str] = []
    for client, scenario, key_type in old.keys() & new.keys():
        was, now = (order.outcome(each[client, scenario, key_type]) for each in (old, new))
        if order.NOT_MEASURED in (was.word, now.word):
            if was != now:
                not_applicable.append(shown(f"{client}-{scenario}-{key_type}"))
            continue
        direction, why = order.change(scenario, was, now)
        if direction == "same":
            same += 1
            continue
        name = f"{client} {key_type}" if several_keys else client
        results.append(Result(direction, scenario, str(was), str(now), why, shown(name)))
    left_out = NotCompared("cells that do not apply in one of the reports", sorted(not_applicable))
    return Part(results, same, [*_missing(old, new), left_out])


def _missing(old: Cells, new: Cells) -> list[NotCompared]:
    """Return what only one report measured: clients, scenarios, key types, then other cells."""
    found: list[NotCompared] = []
    in_one: list[set[str]] = []
    for position, noun in enumerate(("clients", "scenarios", "key types")):
        mine, others = ({key[position] for key in each} for each in (old, new))
        found += one_sided(f"{noun} measured", mine, others)
        in_one.append(mine ^ others)
    rest = [
        {
            "-".join(key)
            for key in each
            if not any(part in names for part, names in zip(key, in_one, strict=True))
        }
        for each in (old, new)
    ]
    return [*found, *one_sided("other cells measured", *rest)]
