"""A finding: one line of the audit that a person can act on."""

from dataclasses import dataclass
from typing import Literal

__all__ = ["Finding", "NotCheckedError", "Severity", "blocker", "info", "unchecked", "warning"]

_UNCHECKED = "not checked: "

Severity = Literal["blocker", "warning", "info"]
"""`blocker`: not to be deployed like this, because the camera will not load it, or browsers and
most other clients will refuse it, or something that is needed is not there. `warning`: some
clients fail, or it will fail one day. `info`: worth knowing; nothing has to be done."""


@dataclass(frozen=True)
class Finding:
    """What one check found.

    Attributes:
        severity: How bad it is.
        message: What was seen, in one line. Never a byte of a file's contents.
        remedy: What to do about it; empty only where nothing has to be done.
        check: The id of the check, which is the name of its function.

    """

    severity: Severity
    message: str
    remedy: str = ""
    check: str = ""

    @property
    def is_unchecked(self) -> bool:
        """Whether it only says that something needed for the check was not there."""
        return self.message.startswith(_UNCHECKED)

    def __str__(self) -> str:
        """Write it for people."""
        return f"{self.severity}: {self.message}" + (f" ({self.remedy})" if self.remedy else "")


class NotCheckedError(Exception):
    """What a check needs is not there. The message says what, in words for users."""


def blocker(message: str, remedy: str) -> Finding:
    """Report what is in the way of deploying."""
    return Finding("blocker", message, remedy)


def warning(message: str, remedy: str) -> Finding:
    """Report what some clients will fail over, or all one day."""
    return Finding("warning", message, remedy)


def info(message: str, remedy: str = "") -> Finding:
    """Report what is worth knowing."""
    return Finding("info", message, remedy)


def unchecked(error: NotCheckedError) -> Finding:
    """Report what could not be looked at, and why."""
    return Finding("info", f"{_UNCHECKED}{error}")
