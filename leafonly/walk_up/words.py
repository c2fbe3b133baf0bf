"""What the page says, in plain words."""

from collections.abc import Mapping

from leafonly.harness.verdict import Judgement

__all__ = ["QUESTIONS", "Answer", "answer", "conclusion"]

Answer = Mapping[str, str]
"""`mark` (yes, no, unknown) and `text`."""

QUESTIONS: Mapping[str, str] = {
    "absent": "The camera sends only its own certificate.",
    "aia": "The camera sends only its own certificate, which says where the missing one is.",
    "full_chain": "The camera sends all certificates.",
    "visited": "The camera sends only its own certificate, after a visit to a server that sends "
    "all.",
    "untrusted_root": "Check: a certificate that no browser should trust.",
}
"""Scenario -> what the browser meets there."""

_MARKS = {"accepted": "yes", "rejected": "no"}
_QUESTION = ("absent", "aia")


def answer(scenario: str, judgement: Judgement, *, has_test_root: bool) -> Answer:
    """Return what a visitor is told of one scenario."""
    mark = _MARKS.get(judgement.verdict, "unknown")
    texts = {"yes": "Yes, it connects.", "no": "No, it does not connect."}
    text = texts.get(mark) or f"No answer: {judgement.reason}."
    if scenario == "untrusted_root" and mark == "no":
        text = "No, it does not connect. That is right."
    if scenario == "full_chain" and mark == "no":
        text += _full_chain(has_test_root=has_test_root)
    return {"mark": mark, "text": text}


def _full_chain(*, has_test_root: bool) -> str:
    if has_test_root:
        return " This browser does not trust the test root. Install it (see below), and test again."
    return " This browser does not trust this certificate's authority, whatever the camera sends."


def conclusion(judged: Mapping[str, Judgement]) -> str:
    """Return the answer to the one question, in a sentence."""
    asked = next((judged[name] for name in _QUESTION if name in judged), None)
    if asked is None or asked.verdict not in _MARKS:
        return "There is no answer for this browser yet."
    connects = "connects" if asked.verdict == "accepted" else "does not connect"
    return f"This browser {connects} to a camera that sends only its own certificate."
