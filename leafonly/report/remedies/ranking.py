"""The rows of one remedy added up, and which remedy comes first."""

from collections.abc import Iterable, Sequence

from leafonly.report.counting import many
from leafonly.report.rows import Reach, RemedyKind, RemedyRow

__all__ = ["added_up", "ranked", "recommendation"]

_REACH: Sequence[Reach] = ("all_clients", "configured_clients", "one_application")
_COST: Sequence[RemedyKind] = ("camera", "aia", "gateway", "client_store", "client_code")
"""The cheapest first: nothing more to run, a certificate of another kind, one more server,
every client's machine, every application's code."""


def added_up(rows: Iterable[RemedyRow]) -> list[RemedyRow]:
    """Return one row for each remedy, because each test of a suite counts only its own cells."""
    sums: dict[tuple[str, str, str | None], RemedyRow] = {}
    for row in rows:
        key = (row["kind"], row["name"], row["client"])
        so_far = sums.get(key)
        if so_far is not None:
            fixed = dict.fromkeys([*so_far["clients_fixed"], *row["clients_fixed"]])
            row = {
                **so_far,
                "cells_fixed": so_far["cells_fixed"] + row["cells_fixed"],
                "cells_failing": so_far["cells_failing"] + row["cells_failing"],
                "clients_fixed": list(fixed),
            }
        sums[key] = row
    return list(sums.values())


def ranked(rows: Iterable[RemedyRow]) -> list[RemedyRow]:
    """Return the rows, the best first.

    Tried remedies come first. Then the number of clients that a remedy makes connect decides,
    then its reach, its cost, its cells and its name. The order of the given rows has no
    influence.
    """
    return sorted(rows, key=_place)


def _place(row: RemedyRow) -> tuple[bool, int, int, int, int, str, str]:
    return (
        not row["tried"],
        -len(set(row["clients_fixed"])),
        _REACH.index(row["reach"]),
        _COST.index(row["kind"]),
        -row["cells_fixed"],
        row["client"] or "",
        row["name"],
    )


def recommendation(rows: Sequence[RemedyRow]) -> str | None:
    """Return the first remedy as a recommendation; None if no remedy made a client connect.

    Args:
        rows: As `ranked` returns them.

    """
    if not rows or not rows[0]["tried"] or not rows[0]["clients_fixed"]:
        return None
    best = rows[0]
    fixed = len(set(best["clients_fixed"]))
    verb = "connects" if fixed == 1 else "connect"
    failing = best["cells_failing"]
    measured = f" ({best['cells_fixed']} of {many(failing, 'failing cell')})"
    what = (
        f"put {best['name']} in front of the camera" if best["kind"] == "gateway" else best["name"]
    )
    return f"Recommended: {what}. {many(fixed, 'client')} then {verb}{measured}."
