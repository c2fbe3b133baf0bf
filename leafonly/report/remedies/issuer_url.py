"""The remedy in the leaf: it names the URL of its issuer, and some clients fetch that (AIA)."""

from collections.abc import Iterator
from statistics import median

from leafonly.report.counting import many, names
from leafonly.report.remedies.trials import Trial, compared, with_verdict
from leafonly.report.rows import CellRow, RemedyRow, ReportBody

__all__ = ["NAME", "aia_rows"]

NAME = "use a leaf that names the URL of its issuer's certificate (AIA)"


def aia_rows(report: ReportBody) -> Iterator[RemedyRow]:
    """Yield the remedy if a failing client connects with such a leaf."""
    trial = compared(report, "aia")
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
        "how": f"{trial.before_and_after} Only clients that fetch the intermediate are helped: "
        f"{names(trial.clients)}. {_dead(report, trial)}",
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


def _cost(report: ReportBody, trial: Trial) -> str:
    """Say how much longer the first connection took than with the full chain, in this run."""
    fetching = _by_client(report, "aia", trial.clients)
    full = _by_client(report, "full_chain", trial.clients)
    more = [fetching[name]["seconds"] - full[name]["seconds"] for name in fetching.keys() & full]
    if not more:
        return "One request to the CA for the first connection; its duration was not measured."
    extra = median(more)
    # Starting a browser takes seconds and varies: a fetch on loopback is lost in it.
    took = f"{extra * 1000:.0f} ms more" if extra > 0 else "no measurable time more"
    return (
        f"One request to the CA for the first connection: {took} than the full chain (median of "
        f"{many(len(more), 'client')}, the CA on this machine)."
    )


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
