"""The result of a run in a few sentences, which come first in a report."""

from collections.abc import Callable, Mapping

from leafonly.report.counting import conclusive, failed_requirements, many, names, trust
from leafonly.report.intermediates import Intermediates, above_the_leaf
from leafonly.report.one_certificate import of_own_certificate, of_remote_host
from leafonly.report.rows import CellRow, ReportBody, Run

__all__ = ["headline", "presentation_sentence", "sentence"]

_PRESENTATION = "presentation"  # the check of the finding about the camera
_FIRMWARE = "this firmware "  # the beginning of a camera's limits, see cameras/loading_methods.py
_NOTHING = "No client was asked."

_SITUATIONS = {
    "absent": "Leaf alone",
    "cached": "With {} installed on the client",
    "visited": "After a visit to a server that presents the full chain",
    "aia": "If the leaf says where to fetch the intermediate (AIA)",
    "aia_dead": "If the address in the leaf never answers",
    "wrong_cached": "With an intermediate of another key installed on the client",
    "partial_chain": "Leaf and its issuer presented, the other intermediates missing",
    "cached_first": "With only the lowest intermediate installed on the client",
    "aia_two": "If two missing intermediates can be fetched (AIA)",
    "aia_three": "If three missing intermediates can be fetched (AIA)",
    "aia_redirect": "If the address in the leaf redirects to the intermediate (AIA)",
    "aia_pem": "If the address in the leaf has the intermediate as PEM (AIA)",
    "aia_p7c": "If the address in the leaf has the intermediate in a PKCS#7 (AIA)",
    "aia_wrong_issuer": "If the address in the leaf has an intermediate of another key (AIA)",
    "stale_cached": "With an expired certificate of the intermediate installed on the client",
    "stale_full_chain": "Full chain, with such an expired certificate installed on the client",
    "older_root": "Full chain, with only the older root trusted",
    "newer_root": "Full chain, with only the newer root trusted",
    "stale_cross": "With an expired cross-certificate among the installed intermediates",
    "full_chain": "Full chain",
    "untrusted_root": "Full chain of a root that the client does not trust",
}
_ALWAYS_SAID = ("absent", "cached")
_SAID_IF_ACCEPTED = (
    *("visited", "aia", "partial_chain", "cached_first", "aia_two", "aia_three"),
    *("aia_redirect", "aia_pem", "aia_p7c", "aia_wrong_issuer", "stale_cached", "stale_cross"),
    *("stale_full_chain", "older_root", "newer_root"),
)


def sentence(report: ReportBody) -> str:
    """Return the result of a run in a few sentences, failures first.

    Args:
        report: As in report.json; `summary` may be missing.

    """
    parts = [
        *_of_failures(report),
        *_OF_KIND[report["run"]["kind"]](report),
        _of_gateways(report),
        _of_firmware(report),
        _of_clocks(report),
    ]
    return " ".join(filter(None, parts)) or _NOTHING


def headline(report: ReportBody) -> str:
    """Return the sentence; for a matrix, only its failures and the first of its results.

    The results of other runs are about one certificate, so none of them can be left out.
    """
    if report["run"]["kind"] != "matrix":
        return sentence(report)
    result = next(filter(None, _of_matrix(report)), None)
    return " ".join(filter(None, (*_of_failures(report), result))) or _NOTHING


def _of_failures(report: ReportBody) -> list[str | None]:
    run = report["run"]
    return [_of_requirements(report), None if run["complete"] else _of_an_early_end(run)]


def _of_presentation(report: ReportBody) -> list[str | None]:
    return [presentation_sentence(report)]


def presentation_sentence(report: ReportBody) -> str | None:
    """Return the presentation suite's sentence about the camera; None if it did not run."""
    messages = (each["message"] for each in report["findings"] if each["check"] == _PRESENTATION)
    return next(messages, None)


def _of_requirements(report: ReportBody) -> str | None:
    failed = failed_requirements(report)
    rejecting = [f"{_named(each)} ({each['reason']})" for each in failed if _rejects(each)]
    others = [f"{_named(each)} ({each['reason']})" for each in failed if not _rejects(each)]
    said = []
    if rejecting:
        said.append(f"{names(rejecting)} {'do' if len(rejecting) > 1 else 'does'} not connect")
    if others:
        said.append(f"no verdict on {names(others)}")
    return f"FAILED: --require is not met: {'; '.join(said)}." if said else None


def _named(cell: CellRow) -> str:
    scenario = cell["scenario"]
    return str(cell["client"] if scenario == "absent" else f"{cell['client']} in {scenario}")


def _rejects(cell: CellRow) -> bool:
    return bool(cell["verdict"] == "rejected")


def _of_an_early_end(run: Run) -> str:
    if "tests_planned" not in run or "tests_run" not in run:
        return "Stopped early; some tests did not run."
    planned = many(run["tests_planned"], "test")
    return f"Stopped after {run['tests_run']} of {planned}; the rest did not run."


def _of_clocks(report: ReportBody) -> str | None:
    """Return a note that `--at` does not change the clock of the clients."""
    at = report["run"]["options"].get("at")
    if not at or not any(cell["command"] for cell in report["cells"]):
        return None
    return f"Two clocks: the files were judged as of {at}, the clients by this machine's clock."


def _of_firmware(report: ReportBody) -> str | None:
    """Return what the firmware cannot present, and where its controls were measured."""
    lacks = [each for each in report["cells"] if str(each["reason"]).startswith(_FIRMWARE)]
    said = [f"T{str(reason)[1:]}." for reason in dict.fromkeys(cell["reason"] for cell in lacks)]
    if any(cell["scenario"] == "full_chain" for cell in lacks):
        said.append("The controls were measured on the emulator.")
    return " ".join(said)


def _of_matrix(report: ReportBody) -> list[str | None]:
    measured = {cell["scenario"] for cell in report["cells"]}
    said = [each for each in _ALWAYS_SAID if each in measured]
    for scenario in _SAID_IF_ACCEPTED:
        if any(cell["verdict"] == "accepted" for cell in conclusive(report, scenario)):
            said.append(scenario)
    if "absent" not in measured:
        said = [each for each in _SITUATIONS if each in measured]
    asked = len(conclusive(report, "absent"))
    return [*(_of_situation(report, each, asked) for each in said), *_of_the_odd(report)]


def _of_situation(report: ReportBody, scenario: str, in_absent: int) -> str:
    """Return how many clients connect, in short if `absent` has the same number of clients."""
    cells = conclusive(report, scenario)
    connect = [cell for cell in cells if cell["verdict"] == "accepted"]
    if not cells:
        count = "no client gave a verdict"
    elif len(cells) == 1:
        count = "the one client tested " + ("connects" if connect else "does not connect")
    else:
        count = f"{len(connect)} of {len(cells)}"
        same_again = scenario != "absent" and len(cells) == in_absent
        count += "" if same_again else " clients connect"
    anchors = sum(cell["cached_kind"] == "anchors" for cell in connect)
    above = Intermediates(1) if scenario == "cached_first" else above_the_leaf(report)
    if anchors:
        trusting = "it trusts" if len(connect) == 1 else f"{anchors} of them {trust(anchors)}"
        count += f" ({trusting} {above.themselves})"
    elif scenario in _SAID_IF_ACCEPTED and len(cells) > 1:
        count += f" ({names([cell['client'] for cell in connect])})" if connect else ""
    return f"{_SITUATIONS[scenario].format(above.named)}: {count}."


def _of_the_odd(report: ReportBody) -> list[str | None]:
    """Return sentences on cells without a verdict, and on news."""
    by_client: dict[str, list[CellRow]] = {}
    for cell in report["cells"]:
        by_client.setdefault(cell["client"], []).append(cell)
    silent = {
        name: next(cell["reason"] for cell in cells if not cell["conclusive"])
        for name, cells in by_client.items()
        if not any(cell["verdict"] in ("accepted", "rejected") for cell in cells)
        and not all(cell["conclusive"] for cell in cells)
    }
    doubtful = sum(
        not cell["conclusive"] for cell in report["cells"] if cell["client"] not in silent
    )
    news = [cell["id"] for cell in report["cells"] if cell["news"]]
    differ = "cell differs" if len(news) == 1 else "cells differ"
    other = "what was measured with other versions of the same clients"
    return [
        f"No verdict on {names([f'{name} ({why})' for name, why in silent.items()])}."
        if silent
        else None,
        f"No verdict in {many(doubtful, 'more cell' if silent else 'cell')}." if doubtful else None,
        f"News: {len(news)} {differ} from {other}: {names(news)}." if news else None,
    ]


def _of_gateways(report: ReportBody) -> str | None:
    """Return how many failing cells each gateway fixes; None if none was tried."""
    counted = [
        f"{row['cells_fixed']} of {row['cells_failing']} through {row['name']}"
        for row in report["remedies"]
        if row["kind"] == "gateway"
    ]
    return f"Of the failing cells, accepted: {names(counted)}." if counted else None


_OF_KIND: Mapping[str, Callable[[ReportBody], list[str | None]]] = {
    "own_certificate": of_own_certificate,
    "remote_host": lambda report: [*of_remote_host(report), *_of_the_odd(report)],
    "matrix": _of_matrix,
    "gateway": _of_matrix,
    "presentation": _of_presentation,
}
