"""The advice on the first screen: the best remedy or, without one, what other rows show."""

from collections.abc import Sequence
from typing import NamedTuple

from leafonly.report.first_screen import changes, headline
from leafonly.report.headings import REACHES
from leafonly.report.rows import RemedyRow, Report
from leafonly.report.sentence import presentation_sentence

__all__ = ["Advice", "Step", "advice", "on_emulated_firmware"]

_CONFIRM = "On emulated firmware: confirm with --camera=auto."
_WITH = "presents the full chain with: "


class Step(NamedTuple):
    """An instruction, and the lines to copy."""

    text: str
    lines: str | None


class Advice(NamedTuple):
    """What makes clients connect: a title, its effect, the steps, and a caution."""

    title: str
    brings: str
    steps: Sequence[Step]
    caution: str | None


def on_emulated_firmware(report: Report) -> bool:
    """Return whether the camera was software: a real camera may have another firmware."""
    return report["camera"]["kind"] in ("emulator", "micropython")


def advice(report: Report) -> Advice | None:
    """Return the advice for the first screen; None if the report shows no remedy."""
    general = [each for each in report["remedies"] if each["client"] is None]
    if general:
        return _of_remedy(general[0], report)
    return _of_firmware(report) or _of_counts(report)


def _of_remedy(remedy: RemedyRow, report: Report) -> Advice:
    fixed, failing = remedy["cells_fixed"], remedy["cells_failing"]
    tried = f"Tried: {fixed} of {failing} failing cells connect" if remedy["tried"] else "Not tried"
    caution = remedy["widens"] and f"It widens what is trusted: {remedy['widens']}"
    if remedy["kind"] == "camera" and on_emulated_firmware(report):
        caution = _CONFIRM
    steps = [Step(step["text"], step["lines"]) for step in remedy["steps"]]
    if not steps:
        steps = [Step("", remedy["how"])]
    title = remedy["name"][:1].upper() + remedy["name"][1:]
    return Advice(title, f"{tried}; reaches {REACHES[remedy['reach']]}", steps, caution)


def _of_firmware(report: Report) -> Advice | None:
    """Return the way of loading with which this firmware presents the full chain, if any.

    The sentence of the presentation suite only names ways that a strict client accepted.
    """
    _, _, ways = (presentation_sentence(report) or "").partition(_WITH)
    if not ways:
        return None
    first = ways.partition(" or ")[0].partition("; with ")[0]
    lines = "\n".join(each.strip() for each in first.split(";"))
    connect = [each for each in changes(report) if each.scenario == "full_chain"]
    brings = f"{connect[0].connect} of {connect[0].asked} clients then connect" if connect else ""
    caution = _CONFIRM if on_emulated_firmware(report) else None
    step = Step("Load the certificates one after the other:", lines)
    return Advice("Let the camera send the full chain: this firmware can", brings, [step], caution)


def _of_counts(report: Report) -> Advice | None:
    full = [each for each in changes(report) if each.scenario == "full_chain" and each.connect]
    if not full or "leaf alone" not in headline(report).lower():
        return None
    brings = f"{full[0].connect} of {full[0].asked} clients then connect"
    step = Step("Find out whether this firmware can:", "uv run pytest suites/presentation")
    gateway = "If it cannot, put a gateway in front of the camera that sends the full chain."
    return Advice("Let the camera send the full chain", brings, [step, Step(gateway, None)], None)
