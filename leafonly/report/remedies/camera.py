"""The remedy that needs nothing but the camera: it presents the full chain itself."""

from collections.abc import Iterator

from leafonly.cameras.loading_methods import LINES
from leafonly.report.remedies.trials import compared
from leafonly.report.rows import RemedyRow, ReportBody, StepRow

__all__ = ["NAME", "camera_rows"]

NAME = "present the full chain from the camera itself"

_AS_SERVED = "der_appended"  # how `leafonly.cameras.loads_for` serves every full chain
_UNCONFIRMED = ("emulator", "micropython")


def camera_rows(report: ReportBody) -> Iterator[RemedyRow]:
    """Yield the remedy if this camera served the full chain, and a failing client accepted it.

    The harness reads what the camera presents before it believes a cell, so an accepted cell
    of `full_chain` shows that the camera can do it.
    """
    trial = compared(report, "full_chain")
    if not trial.fixed or report["run"]["kind"] == "remote_host":
        return  # the controls of a remote host are measured on an emulated camera
    emulated = report["camera"]["kind"] in _UNCONFIRMED
    yield {
        "name": f"{NAME} (tried on emulated firmware)" if emulated else NAME,
        "kind": "camera",
        **trial.counts,
        "reach": "all_clients",
        "cost": "One more call in the program on the camera for each intermediate.",
        "widens": None,
        "how": f"{trial.before_and_after} Load every certificate of the chain, the leaf first."
        + (" On emulated firmware: confirm it with --camera=auto." if emulated else ""),
        "steps": _steps(report, emulated=emulated),
        "files": [],
        "client": None,
    }


def _steps(report: ReportBody, *, emulated: bool) -> list[StepRow]:
    steps: list[StepRow] = [
        {
            "text": "In the MicroPython program on the camera: one call for each certificate, "
            "with the same key. Every further intermediate is one more such line.",
            "lines": "\n".join(LINES[_AS_SERVED]),
        }
    ]
    shown = (
        each["method"].partition(" ")[0]
        for each in report["presentation"]
        if (each["presented"] or 0) > 1
    )
    for method in dict.fromkeys(shown):
        if method in LINES and method != _AS_SERVED:
            lines = "\n".join(LINES[method])
            steps.append({"text": "This firmware also does it like this.", "lines": lines})
    if emulated:
        confirm = "uv run pytest suites/presentation --camera=auto"
        steps.append({"text": "Confirm it on the camera itself.", "lines": confirm})
    return steps
