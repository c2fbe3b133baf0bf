"""A finding: one line of the audit, with a remedy."""

from dataclasses import dataclass
from typing import Literal

from leafonly.certificates.printable import one_line

__all__ = ["Finding", "NotCheckedError", "Severity", "blocker", "info", "unchecked", "warning"]

_MOST = 4000  # characters; a finding may list the names of a certificate
_UNCHECKED = "not checked: "

Severity = Literal["blocker", "warning", "info"]
"""`blocker`: do not deploy this, because the camera cannot load it, browsers and most other clients
reject it, or something is missing. `warning`: some clients fail, or all will fail one day.
`info`: nothing has to be done."""


@dataclass(frozen=True)
class Finding:
    """What one check found.

    Attributes:
        severity: One of `Severity`.
        message: What was found, in one line. Never quotes a file's contents.
        remedy: What to do; empty only if nothing has to be done.
        check: The id of the check, which is the name of its function.

    """

    severity: Severity
    message: str
    remedy: str = ""
    check: str = ""

    def __post_init__(self) -> None:
        """Bound both texts, which may quote a certificate or a file's name."""
        for name in ("message", "remedy"):
            object.__setattr__(self, name, one_line(getattr(self, name), _MOST))

    @property
    def is_unchecked(self) -> bool:
        """Whether the check could not be done because something was missing."""
        return self.message.startswith(_UNCHECKED)

    def __str__(self) -> str:
        """Return the finding as one line of text."""
        return f"{self.severity}: {self.message}" + (f" ({self.remedy})" if self.remedy else "")


class NotCheckedError(Exception):
    """Something that a check needs is missing. The message says what, for users."""


def blocker(message: str, remedy: str) -> Finding:
    """Return a finding that must be fixed before deployment."""
    return Finding("blocker", message, remedy)


def warning(message: str, remedy: str) -> Finding:
    """Return a finding that makes some clients fail, or all clients one day."""
    return Finding("warning", message, remedy)


def info(message: str, remedy: str = "") -> Finding:
    """Return a finding that needs no action."""
    return Finding("info", message, remedy)


def unchecked(error: NotCheckedError) -> Finding:
    """Return a finding that says what could not be checked, and why."""
    return Finding("info", f"{_UNCHECKED}{error}")
