"""The remedy that needs nothing but the camera: it presents the full chain itself."""

from collections.abc import Iterator

from leafonly.cameras.loading_methods import LINES
from leafonly.report.counting import the_intermediates
from leafonly.report.remedies.trials import compared
from leafonly.report.rows import RemedyRow, ReportBody, StepRow

__all__ = ["NAME", "camera_rows"]

NAME = "present the full chain from the camera itself"

_USUAL = "der_appended"  # how `leafonly.cameras.loads_for` serves full chains on most cameras
_UNCONFIRMED = ("emulator", "micropython")
_IN_CALLS = (
    "In the MicroPython program on the camera: one call for each certificate, with the same key. "
    "Every further intermediate is one more such line."
)
_IN_ONE_FILE = "In the program on the camera: one call with all certificates, the leaf first."


def camera_rows(report: ReportBody) -> Iterator[RemedyRow]:
    """Yield the remedy if this camera served the full chain, and a failing client accepted it.

    The harness reads what the camera presents before it believes a cell, so an accepted cell
    of `full_chain` shows that the camera can do it.
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
        "how": f"{trial.before_and_after} Load the leaf, then {the_intermediates(report)}."
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
            "lines": "\n".join(LINES.get(as_served, ())),
        }
    ]
    shown = (
        each["method"].partition(" ")[0]
        for each in report["presentation"]
        if (each["presented"] or 0) > 1
    )
    for method in dict.fromkeys(shown):
        if method in LINES and method != as_served:
            lines = "\n".join(LINES[method])
            steps.append({"text": "This firmware also does it like this.", "lines": lines})
    if emulated:
        confirm = "uv run pytest suites/presentation --camera=auto"
        steps.append({"text": "Confirm it on the camera itself.", "lines": confirm})
    return steps
