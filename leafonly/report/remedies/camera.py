"""The remedy on the camera: it presents the full chain itself."""

import re
from collections.abc import Iterator

from leafonly.cameras.loading_methods import LINES
from leafonly.report.intermediates import above_the_leaf
from leafonly.report.remedies.trials import compared
from leafonly.report.rows import RemedyRow, ReportBody, StepRow

__all__ = ["NAME", "camera_rows"]

NAME = "present the full chain from the camera itself"

_USUAL = "der_appended"  # how `leafonly.cameras.loads_for` serves full chains on most cameras
_UNCONFIRMED = ("emulator", "micropython")
_IN_CALLS = (
    "In the MicroPython program on the camera: one call for each certificate, with the same key."
)
_IN_ONE_FILE = "In the program on the camera: one call with all certificates, the leaf first."


def camera_rows(report: ReportBody) -> Iterator[RemedyRow]:
    """Yield the remedy if this camera presented the full chain, and a failing client accepted it.

    The harness checks what the camera presents in every cell, so an accepted `full_chain` shows
    that the camera can present it.
    """
    trial = compared(report, "full_chain")
    if not trial.fixed or report["run"]["kind"] == "remote_host":
        return  # the controls of a remote host are measured on an emulated camera
    emulated = report["camera"]["kind"] in _UNCONFIRMED
    as_served = report["camera"].get("full_chain_by", _USUAL)
    yield {
        "name": f"{NAME} (tried on emulated firmware)" if emulated else NAME,
        "kind": "camera",
        **trial.counts,
        "reach": "all_clients",
        "cost": _cost(as_served),
        "widens": None,
        "how": f"{trial.before_and_after} {above_the_leaf(report).to_present} Load the leaf first."
        + (" On emulated firmware: confirm it with --camera=auto." if emulated else ""),
        "steps": _steps(report, as_served, emulated=emulated),
        "files": [],
        "client": None,
    }


def _cost(as_served: str) -> str:
    if as_served.startswith("pem"):
        return "One file with all certificates, the leaf first, instead of the leaf's."
    return "One more call in the program on the camera for each intermediate."


def _steps(report: ReportBody, as_served: str, *, emulated: bool) -> list[StepRow]:
    steps: list[StepRow] = [
        {
            "text": _IN_ONE_FILE if as_served.startswith("pem") else _IN_CALLS,
            "lines": _lines(as_served, report),
        }
    ]
    shown = (
        each["method"].partition(" ")[0]
        for each in report["presentation"]
        if (each["presented"] or 0) > 1
    )
    for method in dict.fromkeys(shown):
        if method in LINES and method != as_served:
            lines = _lines(method, report)
            steps.append({"text": "This firmware also does it like this.", "lines": lines})
    if emulated:
        confirm = "uv run pytest suites/presentation --camera=auto"
        steps.append({"text": "Confirm it on the camera itself.", "lines": confirm})
    return steps


def _lines(method: str, report: ReportBody) -> str:
    """Return the code of a loading method, with as many intermediates as the full chain has."""
    above = above_the_leaf(report)
    names = [f"intermediate{n}" for n in range(2, (above.count or 1) + above.crossed + 1)]
    lines = []
    for line in LINES.get(method, ()):
        # In a call of its own, or one of several in the same call.
        if "leaf" in line:
            more = "".join(rf" + {name}_\2" for name in names)
            lines.append(re.sub(r"( \+ intermediate_(\w+))", rf"\1{more}", line))
        else:
            lines += [line, *(line.replace("intermediate", name) for name in names)]
    return "\n".join(lines)
