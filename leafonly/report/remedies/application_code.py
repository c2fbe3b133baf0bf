"""The remedy in application code: clients that are examples of it, measured like others."""

from collections.abc import Iterator

from leafonly.clients import CLIENTS, Client
from leafonly.clients.mending import Mending
from leafonly.report.intermediates import above_the_leaf
from leafonly.report.remedies.issuer_url import aia_scenario
from leafonly.report.remedies.stores import recipe_files, recipe_steps
from leafonly.report.remedies.trials import Trial, failing_cells, with_verdict
from leafonly.report.rows import RemedyRow, ReportBody

__all__ = ["code_rows"]

_NAMED = "must name the URL of its issuer's certificate, as those of public CAs do."


def code_rows(report: ReportBody) -> Iterator[RemedyRow]:
    """Yield a row for each client that mends others, if a cell shows that it connects."""
    for name in dict.fromkeys(cell["client"] for cell in report["cells"]):
        client = CLIENTS.get(name)
        if client is not None and client.mends is not None:
            trial = _trial(report, client, client.mends)
            if trial.fixed:
                yield _row(client, client.mends, trial, _needs(report, client.mends))


def _trial(report: ReportBody, client: Client, mends: Mending) -> Trial:
    """Return the failing cells of the mended clients, and those of them that the code fixes.

    If none of the mended clients failed in this run, the code's own cell `absent` is the failing
    one, because there it has neither a URL nor a stored intermediate.
    """
    scenario = aia_scenario(report) if mends.scenario == "aia" else mends.scenario
    seen = {
        cell["key_type"]: cell["verdict"]
        for cell in with_verdict(report, scenario)
        if cell["client"] == client.name
    }
    failing = [cell for cell in failing_cells(report) if cell["key_type"] in seen]
    mended = [cell for cell in failing if cell["client"] in mends.clients]
    tried = mended or [cell for cell in failing if cell["client"] == client.name]
    return Trial(tried, [cell for cell in tried if seen[cell["key_type"]] == "accepted"])


def _needs(report: ReportBody, mends: Mending) -> str:
    above = above_the_leaf(report)
    if mends.scenario == "cached":
        changes = "it" if above.is_one else "one of them"
        return (
            f"The application brings {above.named} along. It breaks when the CA changes {changes}."
        )
    return f"{'The leaf' if above.is_one else 'Each certificate'} {_NAMED}"


def _row(client: Client, mends: Mending, trial: Trial, needs: str) -> RemedyRow:
    return {
        "name": f"change the application's code as {client.name} does",
        "kind": "client_code",
        **trial.counts,
        "reach": "one_application",
        "cost": mends.cost,
        "widens": mends.widens,
        "how": f"{trial.before_and_after} {needs}",
        "steps": recipe_steps(client.name),
        "files": recipe_files(client.name),
        "client": None,
    }
