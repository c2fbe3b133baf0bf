"""The remedy on the side of the clients: each is given the intermediate."""

from collections.abc import Iterator

from leafonly.clients import CLIENTS
from leafonly.clients.recipe import recipe
from leafonly.clients.trust_store import BUNDLE
from leafonly.report.counting import names, the_intermediates
from leafonly.report.remedies.trials import compared, with_verdict
from leafonly.report.rows import CellRow, FileRow, RemedyRow, ReportBody, StepRow

__all__ = ["NAME", "recipe_files", "recipe_steps", "store_rows"]

NAME = "install the intermediate on the clients"

_COST = "Every client gets the file, and gets it anew when the CA changes its intermediate."
_ANCHORS = (
    "The client trusts the intermediate itself. It still accepts the camera if the root is "
    "removed or distrusted."
)


def store_rows(report: ReportBody) -> Iterator[RemedyRow]:
    """Yield a row for all clients together, and a recipe for each client that it helps."""
    trial = compared(report, "cached")
    if not trial.fixed:
        return
    anchoring = [name for name in trial.clients if _kinds(report, name) == {"anchors"}]
    yield {
        "name": NAME,
        "kind": "client_store",
        **trial.counts,
        "reach": "configured_clients",
        "cost": _COST,
        "widens": f"{names(anchoring)}: {_ANCHORS}" if anchoring else None,
        "how": f"{trial.before_and_after} Each client gets one file with the root and "
        f"{the_intermediates(report)}. {_rotation(report, trial.clients)}",
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
    kind = (
        f"In {name} the intermediate anchors: it is trusted by itself."
        if anchors
        else f"In {name} the intermediate completes the chain: the root still decides."
    )
    return {
        "name": f"give {name} the intermediate",
        "kind": "client_store",
        **compared(report, "cached", [name]).counts,
        "reach": "configured_clients",
        "cost": _COST,
        "widens": _ANCHORS if anchors else None,
        "how": f"{kind} {_rotation(report, [name])}",
        "steps": _steps(report, name),
        "files": recipe_files(name),
        "client": name,
    }


def _kinds(report: ReportBody, name: str) -> set[str]:
    """Return what a stored intermediate is to a client: `completes`, `anchors`, or nothing."""
    cells = (cell for cell in with_verdict(report, "cached") if cell["client"] == name)
    return {cell["cached_kind"] for cell in cells if cell["cached_kind"]}


def _rotation(report: ReportBody, clients: list[str]) -> str:
    cells = [cell for cell in with_verdict(report, "wrong_cached") if cell["client"] in clients]
    rejecting = [cell["client"] for cell in cells if cell["verdict"] == "rejected"]
    if not cells:
        return "What happens when the CA changes its intermediate was not measured."
    if len(rejecting) == len(clients):
        return "It breaks when the CA changes its intermediate (wrong_cached: rejected)."
    return (
        f"It breaks for {names(rejecting)} when the CA changes its intermediate."
        if (rejecting)
        else "A changed intermediate was accepted (wrong_cached): do not trust this result."
    )


def _steps(report: ReportBody, name: str) -> list[StepRow]:
    if name in CLIENTS:
        return recipe_steps(name)
    # A program of the user: its command in the cell is all that is known of it.
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
