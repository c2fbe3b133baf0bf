"""The remedy on the clients: each gets the intermediates in its trust store."""

from collections.abc import Iterator

from leafonly.clients import CLIENTS
from leafonly.clients.recipe import recipe
from leafonly.clients.trust_store import BUNDLE
from leafonly.report.counting import many, names
from leafonly.report.intermediates import Intermediates, above_the_leaf
from leafonly.report.remedies.trials import compared, with_verdict
from leafonly.report.rows import CellRow, FileRow, RemedyRow, ReportBody, StepRow

__all__ = ["recipe_files", "recipe_steps", "store_rows"]

_COST = "Every client gets the file, and a new one when the CA changes an intermediate."


def store_rows(report: ReportBody) -> Iterator[RemedyRow]:
    """Yield a row for all clients together, and a recipe for each client that it helps."""
    trial = compared(report, "cached")
    if not trial.fixed:
        return
    above = above_the_leaf(report)
    anchoring = [name for name in trial.clients if _kinds(report, name) == {"anchors"}]
    yield {
        "name": f"install {above.named} on the clients",
        "kind": "client_store",
        **trial.counts,
        "reach": "configured_clients",
        "cost": _COST,
        "widens": f"{names(anchoring)}: {_anchors(above)}" if anchoring else None,
        "how": f"{trial.before_and_after} {above.to_hold} Each client gets one file with them. "
        f"{_lowest(report, trial.clients)}{_ageing(report, trial.clients)}",
        "steps": [
            {
                "text": f"Write that file, {BUNDLE}, and see the recipe for one client.",
                "lines": f"python -m leafonly remedies {trial.clients[0]} --credentials DIR -o NEW",
            }
        ],
        "files": [],
        "client": None,
    }
    yield from (_row_of_client(report, name) for name in trial.clients)


def _row_of_client(report: ReportBody, name: str) -> RemedyRow:
    anchors = "anchors" in _kinds(report, name)
    above = above_the_leaf(report)
    s = "s" if above.is_one else ""
    kind = (
        f"{name} trusts {above.themselves}."
        if anchors
        else f"In {name}, {above.named} complete{s} the chain: the root still decides."
    )
    return {
        "name": f"give {name} {above.named}",
        "kind": "client_store",
        **compared(report, "cached", [name]).counts,
        "reach": "configured_clients",
        "cost": _COST,
        "widens": _anchors(above) if anchors else None,
        "how": f"{kind} {above.to_hold} {_lowest(report, [name])}{_ageing(report, [name])}",
        "steps": _steps(report, name),
        "files": recipe_files(name),
        "client": name,
    }


def _anchors(above: Intermediates) -> str:
    return (
        f"The client trusts {above.themselves}. It still accepts the camera if the root is "
        "removed or distrusted."
    )


def _lowest(report: ReportBody, clients: list[str]) -> str:
    """Return how many clients connect with only the leaf's issuer; empty if not measured."""
    cells = [cell for cell in with_verdict(report, "cached_first") if cell["client"] in clients]
    if not cells:
        return ""
    connect = len({cell["client"] for cell in cells if cell["verdict"] == "accepted"})
    asked = many(len({cell["client"] for cell in cells}), "client")
    return f"With the lowest intermediate and the root alone, {connect} of {asked} connect. "


def _kinds(report: ReportBody, name: str) -> set[str]:
    """Return the role of a stored intermediate in a client: `completes`, `anchors`, or none."""
    cells = (cell for cell in with_verdict(report, "cached") if cell["client"] == name)
    return {cell["cached_kind"] for cell in cells if cell["cached_kind"]}


def _ageing(report: ReportBody, clients: list[str]) -> str:
    """Return what happens when the CA changes the intermediate, and when it expires."""
    cells = [cell for cell in with_verdict(report, "stale_full_chain") if cell["client"] in clients]
    rejecting = [cell["client"] for cell in cells if cell["verdict"] == "rejected"]
    if not rejecting:
        return _rotation(report, clients)
    return (
        f"{_rotation(report, clients)} Remove it before it expires: with an expired one in the "
        f"store, {names(rejecting)} reject{'s' if len(rejecting) == 1 else ''} even the full chain "
        "(stale_full_chain)."
    )


def _rotation(report: ReportBody, clients: list[str]) -> str:
    cells = [cell for cell in with_verdict(report, "wrong_cached") if cell["client"] in clients]
    rejecting = [cell["client"] for cell in cells if cell["verdict"] == "rejected"]
    if not cells:
        return "What happens when the CA changes an intermediate was not measured."
    if len(rejecting) == len(clients):
        return "It breaks when the CA changes an intermediate (wrong_cached: rejected)."
    return (
        f"It breaks for {names(rejecting)} when the CA changes an intermediate."
        if rejecting
        else "A changed intermediate was accepted (wrong_cached): do not trust this result."
    )


def _steps(report: ReportBody, name: str) -> list[StepRow]:
    if name in CLIENTS:
        return recipe_steps(name)
    # A program of the user, of which leafonly only knows the command in the cell.
    cell = _cached_cell(report, name)
    return [{"text": "It was run like this.", "lines": cell["command"]}]


def _cached_cell(report: ReportBody, name: str) -> CellRow:
    return next(cell for cell in with_verdict(report, "cached") if cell["client"] == name)


def recipe_steps(name: str) -> list[StepRow]:
    """Return the steps of a known client's recipe."""
    file: StepRow = {
        "text": f"Have one file, {BUNDLE}, with the root first and then every intermediate.",
        "lines": f"python -m leafonly remedies {name} --credentials DIR -o NEW",
    }
    steps = recipe(CLIENTS[name]).steps
    return [file, *(StepRow(text=each.text, lines=each.lines) for each in steps)]


def recipe_files(name: str) -> list[FileRow]:
    """Return the programs that a client's recipe names; none for a program of the user."""
    if name not in CLIENTS:
        return []
    files = recipe(CLIENTS[name]).files
    return [{"name": file, "text": text} for file, text in files.items()]
