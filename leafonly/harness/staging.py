"""Set a cell up: the camera serves and is checked, the client has its home and trust store."""

import contextlib
import itertools
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from leafonly.cameras import Camera, Endpoint, Load, loads_for
from leafonly.cameras.emulator.camera import Emulator
from leafonly.certificates.chain import KeyType
from leafonly.certificates.names import written_in
from leafonly.clients import Client
from leafonly.harness.invocation import Invocation, invocations
from leafonly.harness.preflight import check_presented
from leafonly.harness.premises import check_fetchable, check_held
from leafonly.harness.scenario import Scenario
from leafonly.harness.subjects.subject import Subject, ToServe

__all__ = ["Staged", "Staging"]


@dataclass(frozen=True)
class Staged:
    """A cell set up to the point where the client is started.

    Attributes:
        client: The client with the command for this subject and scenario.
        endpoint: The camera's address and record.
        warm_up: The full-chain server that the client visits first; None if there is none.
        invocations: The commands, in order; the last one connects to the camera.
        to_serve: What the camera was asked to present.
        seen_before: How many connections the camera had before the client's.
        names: What is written in the certificates that the client is shown or holds.

    """

    client: Client
    endpoint: Endpoint
    warm_up: Endpoint | None
    invocations: tuple[Invocation, ...]
    to_serve: ToServe
    seen_before: int
    names: frozenset[str] = frozenset()


class Staging:
    """Sets up cells of one camera and one subject.

    Args:
        camera: What presents the certificates.
        subject: Whose certificates they are.
        directory: An empty folder for the cells' files; each cell's are removed after it.

    """

    def __init__(self, camera: Camera, subject: Subject, directory: Path) -> None:
        self._camera, self._subject, self._directory = camera, subject, directory
        self._numbers = itertools.count(1)

    @contextlib.contextmanager
    def stage(self, client: Client, scenario: Scenario, key_type: KeyType) -> Iterator[Staged]:
        """Return one cell that is set up until the context ends.

        Raises:
            CameraError: The camera refuses the chain or is gone.
            FlightError: The camera's certificates cannot be read.
            PreflightError: The camera presents other certificates than the scenario asks for, or
                the client would hold or could fetch others.
            OSError: The client's store cannot be written.

        """
        subject = self._subject
        label = f"{next(self._numbers)}-{client.name}-{scenario.name}-{key_type}"
        directory = self._directory / label
        for folder in ("home", "empty"):
            (directory / folder).mkdir(parents=True)
        to_serve = subject.to_serve(scenario, key_type, label)
        client = subject.as_run(client, scenario)
        with contextlib.ExitStack() as stack:
            stack.callback(shutil.rmtree, directory, ignore_errors=True)
            endpoint = stack.enter_context(self._camera.serve(self._loads(to_serve)))
            check_presented(endpoint, to_serve, subject.host)
            held = subject.holding(scenario)
            if to_serve.is_ours and to_serve.chain is not None:
                check_held(scenario, to_serve.chain, held)
                check_fetchable(scenario, to_serve.chain)
            warm_up = None
            if to_serve.visited_before is not None:
                loads = loads_for("full_chain", to_serve.visited_before)
                warm_up = stack.enter_context(Emulator().serve(loads))
            store = client.trust.write(directory, *held)
            there = [warm_up, endpoint]
            yield Staged(
                client=client,
                endpoint=endpoint,
                warm_up=warm_up,
                invocations=invocations(client, directory, store, subject.host, there),
                to_serve=to_serve,
                seen_before=len(endpoint.connections),
                names=written_in((*to_serve.presented, *held.anchors, *held.intermediates)),
            )

    def _loads(self, to_serve: ToServe) -> list[Load]:
        if to_serve.chain is None:
            return []
        return loads_for(to_serve.served, to_serve.chain, self._camera.info().ways)
