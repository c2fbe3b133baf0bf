"""What the board serves after the deployment, seen from outside."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from leafonly.cameras import LoadRefused
from leafonly.cameras.board.camera import SerialCamera
from leafonly.certificates.printable import printable
from leafonly.tls.address import Target
from leafonly.tls.flight import FlightError
from leafonly.tls.read_host import Presented, read_host

__all__ = ["PATIENCE", "NotServed", "OverCable", "OverNetwork", "Verification"]

PATIENCE = 90.0
"""Seconds for a board to start, to join its network, and to serve."""

_PAUSE = 0.5  # seconds between two visits
_HANDSHAKE = 90.0  # seconds; a small board takes 25 for one RSA handshake


class NotServed(Exception):
    """The board does not serve what was expected."""


class Verification(Protocol):
    """A way to see what the board serves."""

    @property
    def sees_program(self) -> bool:
        """Whether the board's own program serves, so that it is verified after each reset."""

    def verify(self, served: Sequence[bytes], files: Sequence[tuple[str, str]]) -> str:
        """Return a sentence about what was seen, if it is as expected.

        Args:
            served: The certificates as DER, the leaf first.
            files: The paths on the board of each certificate and its key.

        Raises:
            NotServed: It is not as expected.
            CameraError: The board is gone.

        """


@dataclass(frozen=True)
class OverNetwork:
    """The board's own program serves, and leafonly connects to it.

    Args:
        target: The board's address.

    """

    target: Target
    sees_program: bool = True

    def verify(self, served: Sequence[bytes], files: Sequence[tuple[str, str]]) -> str:
        """Connect until the expected leaf is presented, or PATIENCE ends."""
        end = time.monotonic() + PATIENCE
        while True:
            try:
                presented = read_host(self.target)
                _compare(presented, served, exactly=False)
            except (FlightError, NotServed) as error:
                if time.monotonic() > end:
                    raise NotServed(
                        f"{self.target}: {_without(str(error), self.target)}"
                    ) from error
                time.sleep(_PAUSE)
            else:
                count = len(presented.certificates)
                return f"{self.target} presents {_counted(count)} that was issued"


@dataclass(frozen=True)
class OverCable:
    """A script on the board serves with the board's files, and leafonly connects by the cable.

    Args:
        port: The board's serial port.
        name: The camera's name, for SNI.

    """

    port: str
    name: str
    sees_program: bool = False

    def verify(self, served: Sequence[bytes], files: Sequence[tuple[str, str]]) -> str:
        """Have the board load its files, and read its flight."""
        camera = SerialCamera(self.port)
        try:
            with camera.serve_stored(files) as endpoint:
                target = Target(endpoint.address, endpoint.port)
                presented = read_host(target, self.name, seconds=_HANDSHAKE)
                _compare(presented, served, exactly=True)
        except LoadRefused as error:
            raise NotServed(
                f"the board does not load the files: {printable(str(error))}"
            ) from error
        except FlightError as error:
            raise NotServed(f"the board does not serve: {printable(str(error))}") from error
        finally:
            camera.close()
        return f"with its files the board presents {_counted(len(served))} that was issued"


def _compare(presented: Presented, served: Sequence[bytes], *, exactly: bool) -> None:
    found = list(presented.certificates)
    if not found or found[0] != served[0]:
        raise NotServed("it presents another leaf than was issued")
    if found != list(served)[: len(found)] or (exactly and len(found) != len(served)):
        raise NotServed(
            f"it presents {len(found)} certificates, which are not those that were written"
        )
    if presented.problem is not None:
        raise NotServed(presented.problem)


def _counted(count: int) -> str:
    return "the leaf" if count == 1 else f"the chain of {count} certificates"


def _without(text: str, target: Target) -> str:
    return printable(text.removeprefix(f"{target}: "))
