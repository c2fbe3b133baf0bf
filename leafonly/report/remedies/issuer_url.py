"""The remedy in the leaf: it names the URL of its issuer, which some clients fetch (AIA)."""

from collections.abc import Iterator
from statistics import median

from leafonly.report.counting import many, names
from leafonly.report.intermediates import above_the_leaf
from leafonly.report.remedies.trials import Trial, compared, with_verdict
from leafonly.report.rows import CellRow, RemedyRow, ReportBody

__all__ = ["NAME", "aia_rows", "aia_scenario"]

NAME = "use a leaf that names the URL of its issuer's certificate (AIA)"


def aia_rows(report: ReportBody) -> Iterator[RemedyRow]:
    """Yield the remedy if a failing client connects with such a leaf."""
    trial = compared(report, aia_scenario(report))
    if not trial.fixed:
        return
    yield {
        "name": NAME,
        "kind": "aia",
        **trial.counts,
        "reach": "all_clients",
        "cost": _cost(report, trial),
        "widens": "The client requests a URL over plain HTTP that a certificate names before "
        "that certificate is verified.",
        "how": f"{trial.before_and_after} Only clients that fetch "
        f"{above_the_leaf(report).named} are helped: {names(trial.clients)}. "
        f"{_dead(report, trial)}",
        "steps": [
            {
                "text": "Leaves of public CAs have the URL. See whether the camera's leaf has it.",
                "lines": "openssl x509 -in cert.pem -noout -ext authorityInfoAccess",
            },
            {
                "text": "Clients must reach port 80 of the host in that URL. See whether this "
                "machine does.",
                "lines": "curl -sSI URL",
            },
        ],
        "files": [],
        "client": None,
    }


def aia_scenario(report: ReportBody) -> str:
    """Return the `aia` scenario of the run, which depends on the number of intermediates."""
    several = ("aia_two", "aia_three")
    return next((each for each in several if with_verdict(report, each)), "aia")


def _cost(report: ReportBody, trial: Trial) -> str:
    """Return how much longer the first connection took than with the full chain."""
    fetching = _by_client(report, aia_scenario(report), trial.clients)
    full = _by_client(report, "full_chain", trial.clients)
    more = [fetching[name]["seconds"] - full[name]["seconds"] for name in fetching.keys() & full]
    if not more:
        return f"{_requests(report)} for the first connection; the duration was not measured."
    extra = median(more)
    # A browser takes seconds to start, with variations longer than a fetch on loopback.
    took = f"{extra * 1000:.0f} ms more" if extra > 0 else "no measurable time more"
    return (
        f"{_requests(report)} for the first connection: {took} than the full chain (median of "
        f"{many(len(more), 'client')}, the CA on this machine)."
    )


def _requests(report: ReportBody) -> str:
    count = above_the_leaf(report).count
    if count is None:
        return "A request to the CA for each intermediate"
    return f"{many(count, 'request')} to the CA"


def _dead(report: ReportBody, trial: Trial) -> str:
    cells = list(_by_client(report, "aia_dead", trial.clients).values())
    if not cells:
        return "What happens if the URL never answers was not measured."
    rejecting = [cell for cell in cells if cell["verdict"] == "rejected"]
    seconds = sorted(cell["seconds"] for cell in cells)
    took = (
        f"{seconds[0]:.1f} s" if len(seconds) == 1 else f"{seconds[0]:.1f} to {seconds[-1]:.1f} s"
    )
    what = "reject the camera" if len(rejecting) == len(cells) else "differ"
    return f"If the URL never answers, they {what} after {took}."


def _by_client(report: ReportBody, scenario: str, clients: list[str]) -> dict[str, CellRow]:
    """Return each client's first cell of a scenario."""
    found: dict[str, CellRow] = {}
    for cell in with_verdict(report, scenario):
        if cell["client"] in clients:
            found.setdefault(cell["client"], cell)
    return found
