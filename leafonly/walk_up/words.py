"""What the page says, in plain words."""

from collections.abc import Mapping

from leafonly.harness.verdict import Judgement

__all__ = ["QUESTIONS", "Answer", "answers", "conclusion"]

Answer = Mapping[str, str]
"""`mark` (yes, no, right, wrong or unknown) and `text`."""

QUESTIONS: Mapping[str, str] = {
    "absent": "The camera sends only its own certificate.",
    "aia": "The camera sends only its own certificate, which says where the missing one is.",
    "full_chain": "The camera sends all certificates.",
    "visited": "The camera sends only its own certificate, after a visit to a server that sends "
    "all.",
    "untrusted_root": "Check: a certificate that no browser should trust.",
}
"""What the camera presents, by scenario."""

_MARKS = {"accepted": "yes", "rejected": "no"}
_QUESTION = ("absent", "aia")

_OF_CONTROLS: Mapping[tuple[str, str], Answer] = {
    ("untrusted_root", "no"): {"mark": "right", "text": "No, it does not connect. That is right."},
    ("untrusted_root", "yes"): {
        "mark": "wrong",
        "text": "Yes, it connects. This browser accepts any certificate.",
    },
}
_DOES_NOT_TRUST = {
    True: "No. This browser does not trust the test root. Install it (see below) and test again.",
    False: "No. This browser does not trust the authority of this certificate.",
}


def answers(judged: Mapping[str, Judgement], *, has_test_root: bool) -> dict[str, Answer]:
    """Return the page's answer for each scenario.

    Args:
        judged: The verdicts on a device that has completed all scenarios.
        has_test_root: The certificates are of a test authority, which visitors must trust first.

    """
    full_chain = judged["full_chain"].verdict
    said = {name: _answer(name, each, full_chain) for name, each in judged.items()}
    if full_chain == "rejected":
        said["full_chain"] = {"mark": "no", "text": _DOES_NOT_TRUST[has_test_root]}
    return said


def _answer(scenario: str, judgement: Judgement, full_chain: str) -> Answer:
    mark = _MARKS.get(judgement.verdict, "unknown")
    if (scenario, mark) in _OF_CONTROLS:
        return _OF_CONTROLS[scenario, mark]
    if mark == "unknown" and full_chain == "rejected":
        return {"mark": mark, "text": "No answer until it connects when the camera sends all."}
    texts = {"yes": "Yes, it connects.", "no": "No, it does not connect."}
    return {"mark": mark, "text": texts.get(mark) or f"No answer: {judgement.reason}."}


def conclusion(judged: Mapping[str, Judgement]) -> str:
    """Return the answer to the one question, in a sentence."""
    asked = next((judged[name] for name in _QUESTION if name in judged), None)
    if asked is None or asked.verdict not in _MARKS:
        return "There is no answer for this browser yet."
    connects = "connects" if asked.verdict == "accepted" else "does not connect"
    return f"This browser {connects} to a camera that sends only its own certificate."
