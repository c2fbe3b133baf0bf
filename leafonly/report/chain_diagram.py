"""The diagram of the chain: which certificates are served, missing, or held by the client."""

import re
from typing import NamedTuple

from leafonly.report.rows import Report, ReportBody

__all__ = ["Link", "links", "paths"]

# The message of the check `roots_are_listed`, and what it goes on with after the root.
_PATH = "path: "
_AFTER_PATH = (": a client that trusts ", "; a client that trusts only this root ")
_DAYS = re.compile(r"(?P<days>\d+) days left")


class Link(NamedTuple):
    """One certificate of the chain: `state` is served, missing or held."""

    role: str
    name: str
    note: str
    state: str


def links(report: Report) -> list[Link]:
    """Return the chain from the root down, with the names that the report has."""
    names = _names(report)
    served = _serves_full_chain(report)
    days = _days_left(report)
    leaf = f"served · {days} days left" if days else "served"
    middle = "served too" if served else "not served: a client must hold or fetch it"
    return [
        Link("Root", names[2], "held by the client, as its trust anchor", "held"),
        Link("Intermediate", names[1], middle, "served" if served else "missing"),
        Link("Leaf", names[0], leaf, "served"),
    ]


def paths(report: ReportBody) -> list[list[str]]:
    """Return each path of the user's own chain, as the names from the leaf to the root."""
    found = []
    for each in report["findings"]:
        if each["check"] == "roots_are_listed" and each["message"].startswith(_PATH):
            text = each["message"].removeprefix(_PATH)
            for more in _AFTER_PATH:
                text = text.partition(more)[0]
            found.append(text.split(" <- "))
    return [names for names in found if len(names) > 1]


def _names(report: Report) -> tuple[str, str, str]:
    """Return the names of leaf, intermediate and root; empty where the report has none."""
    for names in paths(report):
        return names[0], " ← ".join(names[1:-1]), names[-1]
    longest = max((row["subjects"] for row in report["presentation"]), key=len, default=[])
    leaf, middle = (_short(name) for name in (*longest, "", "")[:2])
    domain = report["run"]["options"].get("domain")
    return leaf or (domain if isinstance(domain, str) else ""), middle, ""


def _short(subject: str) -> str:
    """Return the readable part of a name (RFC 4514): its CN, else its first attribute."""
    common = re.search(r"(?:^|,)CN=([^,]+)", subject)
    return common[1] if common else subject.partition(",")[0].partition("=")[2]


def _days_left(report: Report) -> str | None:
    for finding in report["findings"]:
        found = _DAYS.match(finding["message"])
        if finding["check"] == "leaf_is_valid_now" and found:
            return found["days"]
    return None


def _serves_full_chain(report: Report) -> bool:
    """Return whether a deployed camera sends more than its leaf; other runs serve the leaf."""
    if report["run"]["kind"] != "remote_host":
        return False
    return any((row["presented"] or 0) > 1 for row in report["presentation"]) or any(
        cell["scenario"] == "full_chain" and not _is_control(report) for cell in report["cells"]
    )


def _is_control(report: Report) -> bool:
    return any(cell["scenario"] in ("absent", "aia") for cell in report["cells"])
