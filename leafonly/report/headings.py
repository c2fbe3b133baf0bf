"""The plain words for scenarios, verdicts, reasons and kinds, as pages show them."""

from collections.abc import Mapping
from typing import NamedTuple

from leafonly.clients.measured import MUST_REJECT
from leafonly.report.rows import CellRow, Reach, RemedyKind

__all__ = ["HEADINGS", "KINDS", "REACHES", "REASONS", "REMEDY_KINDS", "Heading", "Look", "look"]


class Heading(NamedTuple):
    """The heading of a scenario's column, and its second line."""

    title: str
    more: str


HEADINGS: Mapping[str, Heading] = {
    "full_chain": Heading("Full chain", "control"),
    "untrusted_root": Heading("Unknown root", "control"),
    "absent": Heading("Leaf alone", ""),
    "cached": Heading("Intermediate", "installed"),
    "visited": Heading("After a visit", ""),
    "aia": Heading("AIA", "URL works"),
    "aia_dead": Heading("AIA", "URL is dead"),
    "wrong_cached": Heading("Wrong key", "installed"),
    "partial_chain": Heading("Leaf and issuer", "rest missing"),
    "cached_first": Heading("Lowest only", "installed"),
    "aia_two": Heading("AIA", "two fetches"),
    "aia_three": Heading("AIA", "three fetches"),
    "aia_redirect": Heading("AIA", "redirect"),
    "aia_pem": Heading("AIA", "PEM"),
    "aia_p7c": Heading("AIA", "PKCS#7"),
    "aia_wrong_issuer": Heading("AIA", "wrong issuer"),
    "stale_cached": Heading("Expired", "installed"),
    "stale_full_chain": Heading("Full chain", "expired installed"),
    "older_root": Heading("Full chain", "older root only"),
    "newer_root": Heading("Full chain", "newer root only"),
    "stale_cross": Heading("Expired cross", "installed"),
}

REASONS: Mapping[str, str] = {
    "missing_issuer": "the issuer is missing",
    "untrusted_root": "the root is not trusted",
    "expired": "expired",
    "wrong_name": "wrong name",
    "bad_signature": "bad signature",
    "too_weak": "too weak",
    "protocol": "protocol",
    "other": "it does not say why",
}

KINDS: Mapping[str, str] = {
    "browser": "browsers",
    "command-line": "command line",
    "library": "libraries",
    "runtime": "runtimes",
    "proxy": "proxies",
    "device": "devices",
}

REACHES: Mapping[Reach, str] = {
    "all_clients": "every client",
    "configured_clients": "the clients that are configured",
    "one_application": "one application",
}

REMEDY_KINDS: Mapping[RemedyKind, str] = {
    "camera": "on the camera",
    "gateway": "in front of the camera",
    "client_store": "in the client's store",
    "client_code": "in the client's code",
    "aia": "in the certificate",
}

# Most cells have these reasons, so only the evidence shows them.
_USUAL_REASONS = ("missing_issuer", "untrusted_root", "other")


class Look(NamedTuple):
    """The look of a cell: the class for its colour, a sign, a word, and an unusual reason."""

    css: str
    sign: str
    word: str
    reason: str | None


def look(cell: CellRow) -> Look:
    """Return the look of a cell. Red is for what keeps a user's client away or endangers it."""
    # In these scenarios a client must reject.
    refuses = cell["scenario"] in MUST_REJECT
    verdict = cell["verdict"]
    if verdict == "accepted":
        if cell["cached_kind"] == "anchors":
            return Look("a", "⚓", "anchor", None)
        return Look("x" if refuses else "y", "✓", "yes", None)
    if verdict == "rejected":
        reason = str(cell["reason"])
        worth = None if reason in _USUAL_REASONS else REASONS.get(reason, reason)
        return Look("g" if refuses else "n", "✕", "no", worth)
    if verdict == "error":
        return Look("e", "!", "no verdict", None)
    return Look("o", "·", "n/a", None)
