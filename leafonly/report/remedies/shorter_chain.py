"""The remedy for a chain that does not fit the camera: fewer certificates, or a smaller key."""

from collections.abc import Sequence
from typing import Protocol

from cryptography import x509

from leafonly.certificates.printable import printable
from leafonly.report.counting import many
from leafonly.report.rows import RemedyRow, StepRow

__all__ = ["Served", "shorter_chain"]


class Served(Protocol):
    """A chain that was served, see `leafonly.harness.chain_fit.Shape`."""

    @property
    def key_type(self) -> str | None:
        """The leaf's key if the leaf was replaced."""

    @property
    def left_out(self) -> Sequence[x509.Certificate]:
        """The intermediates that were left out, the topmost first."""

    @property
    def size(self) -> int:
        """Bytes of the Certificate message."""

    @property
    def presented(self) -> bool:
        """Whether the camera presented all of it."""


def shorter_chain(excess: int, tried: Sequence[Served], *, limit: int, firmware: str) -> RemedyRow:
    """Return the row of the remedy for a chain that is too long.

    No client was measured, so it fixes none: whether a client connects without the certificates
    that are left out depends on its trust store.

    Args:
        excess: The number of bytes by which the whole chain is too long.
        tried: The chains that were served instead.
        limit: The longest Certificate message that the firmware can send, in bytes.
        firmware: The firmware's name.

    """
    fitting = [each for each in tried if each.presented]
    what = (
        f"{many(len(fitting), 'shorter chain')} of {len(tried)} tried fit."
        if fitting
        else "None of the shorter chains fits: present the leaf alone, behind a gateway."
    )
    return {
        "name": "present a chain that fits the camera",
        "kind": "camera",
        "tried": True,
        "cells_fixed": 0,
        "cells_failing": 0,
        "clients_fixed": [],
        "reach": "all_clients",
        "cost": "A client connects only if its trust store has what is left out.",
        "widens": None,
        "how": f"The full chain is {many(excess, 'byte')} longer than the {limit} that fit the "
        f"buffer of {firmware}, so it cannot present it. {what} Tried on the emulated camera; no "
        "client was asked.",
        "steps": [_step(each) for each in fitting],
        "files": [],
        "client": None,
    }


def _step(shape: Served) -> StepRow:
    leaf = "a leaf with a P-256 key" if shape.key_type == "p256" else "this leaf"
    without = ""
    if shape.left_out:
        # The lowest of them is the issuer of the last that is presented.
        trusted = printable(shape.left_out[-1].subject.rfc4514_string())
        top = many(len(shape.left_out), "certificate")
        without = f" without the top {top}. Clients must trust {trusted}"
    return {"text": f"{shape.size} bytes: {leaf}, and its chain{without}.", "lines": None}
