"""One cell: a scenario, a camera and a client, brought together, observed and judged.

`Bench.measure` is the one way in, a `Cell` the one thing that comes out.
"""

import contextlib
import itertools
import shutil
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Self

from cryptography import x509

from leafonly.aia import IssuerSite
from leafonly.cameras import Camera, CameraError, Connection, Endpoint, loads_for
from leafonly.cameras.emulator import Emulator
from leafonly.cell import Cell, as_control, not_asked, unobserved
from leafonly.clients import Client
from leafonly.clients.process import Finished
from leafonly.flight import FlightError
from leafonly.invocation import Invocation, invocations
from leafonly.pki import Authority, Chain, KeyType
from leafonly.scenario import CONTROLS, SCENARIOS, Scenario, without_root
from leafonly.stage import StageError, check_stage
from leafonly.verdict import (
    ClientSaid,
    Judgement,
    Observation,
    ServerSaw,
    judge,
    unbelievable,
)

__all__ = ["Bench"]

_HOST = "localhost"


@dataclass(frozen=True)
class _Staged:
    """A cell set up to the point where the client is started."""

    endpoint: Endpoint
    warm_up: Endpoint | None
    invocations: tuple[Invocation, ...]
    label: str
    seen_before: int


class Bench:
    """Where cells are measured: one authority, one issuer's site, one camera.

    Args:
        camera: What presents the certificates.
        directory: An empty folder for the cells' files; each cell's are removed after it.

    A context manager; leaving it stops the issuer's site. Any number of threads may measure.

    """

    def __init__(self, camera: Camera, directory: Path) -> None:
        self._camera = camera
        self._directory = directory
        self._authority = Authority()
        self._stranger = Authority()
        self._site = IssuerSite(self._authority.intermediates[0])
        self._host = _HOST
        self._numbers = itertools.count(1)
        self._controls: dict[tuple[str, str, KeyType], Cell] = {}
        self._control_locks: dict[tuple[str, str, KeyType], threading.Lock] = {}
        # Cells share nothing that a client could remember, so they may share a leaf.
        self._plain: dict[KeyType, Chain] = {}
        self._guard = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._site.close()

    def measure(self, client: Client, scenario: Scenario, key_type: KeyType) -> Cell:
        """Measure one cell, with the controls that decide whether it can be believed.

        The controls of a client and key type are measured once and remembered. A client that
        does not accept the full chain is asked nothing else: no other verdict of it could be
        believed, and one that hangs would do so in every cell.
        """
        why = client.cannot.get(scenario.name) or client.cannot.get(key_type)
        if why is not None:
            return unobserved(client, scenario, key_type, "not_applicable", why)
        full_chain = self._measured_control(client, SCENARIOS["full_chain"], key_type)
        if scenario == SCENARIOS["full_chain"]:
            return full_chain
        if full_chain.verdict != "accepted":
            return not_asked(client, scenario, key_type, full_chain)
        controls = {each.name: self._measured_control(client, each, key_type) for each in CONTROLS}
        if scenario.control:
            return controls[scenario.name]
        cell = self._measure_alone(client, scenario, key_type)
        doubt = unbelievable(
            {name: Judgement(control.verdict, control.reason) for name, control in controls.items()}
        )
        if doubt is not None:
            return replace(cell, verdict="error", reason=doubt, conclusive=False, cached_kind=None)
        if scenario.name == "cached" and cell.verdict == "accepted":
            return self._tell_cached_kind(client, key_type, cell)
        return cell

    def _measured_control(self, client: Client, control: Scenario, key_type: KeyType) -> Cell:
        key = (client.name, control.name, key_type)
        with self._guard:
            lock = self._control_locks.setdefault(key, threading.Lock())
        with lock:
            if key not in self._controls:
                self._controls[key] = as_control(self._measure_alone(client, control, key_type))
            return self._controls[key]

    def _tell_cached_kind(self, client: Client, key_type: KeyType, cell: Cell) -> Cell:
        """Take the root away: who still accepts has made the intermediate an anchor."""
        alone = self._measure_alone(client, without_root(SCENARIOS["cached"]), key_type)
        if alone.verdict == "accepted":
            return replace(cell, cached_kind="anchors")
        if alone.verdict == "rejected":
            return replace(cell, cached_kind="completes")
        because = f"accepted, but not to be told whether it anchors: {alone.reason}"
        return replace(cell, verdict="error", reason=because, conclusive=False)

    def _measure_alone(self, client: Client, scenario: Scenario, key_type: KeyType) -> Cell:
        """Measure once; and once more if the meeting did not take place.

        On a busy machine a program may hang or be late. Witnesses that met and disagree are
        not asked again: their next word would be worth no more.
        """
        cell = self._attempt(client, scenario, key_type)
        return cell if cell.observation.took_place else self._attempt(client, scenario, key_type)

    def _attempt(self, client: Client, scenario: Scenario, key_type: KeyType) -> Cell:
        observation = self._observe(client, scenario, key_type)
        judgement = judge(
            observation,
            client.words,
            testimony=client.testimony,
            exit_code_lies=client.exit_code_lies,
        )
        expected = client.expected.get(scenario.name)
        if expected is None and scenario.control:
            expected = scenario.correct
        return Cell(
            client=client.name,
            scenario=scenario.name,
            key_type=key_type,
            verdict=judgement.verdict,
            reason=judgement.reason,
            expected=expected,
            conclusive=judgement.verdict != "error",
            observation=observation,
            # Where a control comes out wrong, nothing else of this client is believed.
            may_be_news=not (client.version_is_measured or scenario.control),
        )

    def _observe(self, client: Client, scenario: Scenario, key_type: KeyType) -> Observation:
        had_issuer = (
            scenario.presentation == "full_chain" or scenario.holds_intermediate == "issuer"
        )
        try:
            with self.staged(client, scenario, key_type) as stage:
                command = " && ".join(each.shell() for each in stage.invocations)
                finished, seconds = [], 0.0
                for invocation in stage.invocations:
                    finished.append(invocation.start(client.time_limit))
                    seconds += finished[-1].seconds
                saw = self._ask_camera(stage)
                # Asking the address that never answers brings nothing.
                fetched = scenario.aia == "live" and saw.aia_fetches > 0
                return Observation(
                    client_said=_account(finished[-1]),
                    server_saw=saw,
                    had_issuer=had_issuer or fetched,
                    obstacle=_warm_up_failure(client, stage, finished),
                    seconds=seconds,
                    command=command,
                    picture=stage.invocations[-1].picture(),
                )
        except (CameraError, FlightError, StageError) as error:
            return Observation(None, None, had_issuer, obstacle=str(error))
        except OSError as error:
            return Observation(None, None, had_issuer, f"the client does not start: {error}")

    @contextlib.contextmanager
    def staged(self, client: Client, scenario: Scenario, key_type: KeyType) -> Iterator[_Staged]:
        """Set a cell up: the camera serving and checked, the client's home and store ready.

        Raises:
            CameraError: The camera refuses or is gone.
            FlightError: What it presents cannot be read.

        """
        label = f"{next(self._numbers)}-{client.name}-{scenario.name}-{key_type}"
        aia = self._site.url(label, dead=scenario.aia == "dead") if scenario.aia else None
        client = self._as_run(client, scenario)
        directory = self._directory / label
        for folder in ("home", "empty"):
            (directory / folder).mkdir(parents=True)
        with contextlib.ExitStack() as stack:
            stack.callback(shutil.rmtree, directory, ignore_errors=True)
            endpoint = stack.enter_context(self._serving(scenario, key_type, aia))
            warm_up = None
            if scenario.visited:
                neighbour = self._authority.issue(_HOST, key_type)
                warm_up = stack.enter_context(Emulator().serve(loads_for("full_chain", neighbour)))
            store = client.trust.write(directory, *self._holding(scenario))
            yield _Staged(
                endpoint=endpoint,
                warm_up=warm_up,
                invocations=invocations(client, directory, store, self._host, [warm_up, endpoint]),
                label=label,
                seen_before=len(endpoint.connections),
            )

    @contextlib.contextmanager
    def _serving(
        self, scenario: Scenario, key_type: KeyType, aia: str | None
    ) -> Iterator[Endpoint]:
        """Let the camera present what a scenario asks for, and make sure that it does."""
        chain = self._chain(scenario, key_type, aia)
        with self._camera.serve(loads_for(scenario.presentation, chain)) as endpoint:
            check_stage(endpoint, chain, scenario, self._host)
            yield endpoint

    def _chain(self, scenario: Scenario, key_type: KeyType, aia: str | None) -> Chain:
        """Give the chain that the camera presents in a scenario."""
        if aia is not None:
            return self._authority.issue(self._host, key_type, aia=aia)
        with self._guard:
            if key_type not in self._plain:
                self._plain[key_type] = self._authority.issue(self._host, key_type)
            return self._plain[key_type]

    def _as_run(self, client: Client, scenario: Scenario) -> Client:
        """Give the client with the command it is run by in a scenario."""
        return client

    def _holding(
        self, scenario: Scenario
    ) -> tuple[Sequence[x509.Certificate], Sequence[x509.Certificate]]:
        # A stranger's root, not an empty store: many clients refuse to start without one.
        anchors = [(self._authority if scenario.holds_root else self._stranger).root]
        others = {
            None: [],
            "issuer": list(self._authority.intermediates),
            "rotated": [self._authority.rotated_intermediate],
        }[scenario.holds_intermediate]
        return anchors, others

    def _ask_camera(self, stage: _Staged) -> ServerSaw:
        stage.endpoint.settle()
        seen: Sequence[Connection] = stage.endpoint.connections[stage.seen_before :]
        return ServerSaw(
            client_hello=any(c.client_hello for c in seen),
            handshake_completed=any(c.handshake_completed for c in seen),
            alert=next((c.alert for c in seen if c.alert), None),
            request_seen=any(c.request for c in seen),
            aia_fetches=self._site.fetches(stage.label),
            tokens=tuple(c.token for c in seen if c.token),
        )


def _account(finished: Finished) -> ClientSaid:
    return ClientSaid(finished.exit_code, finished.stdout, finished.stderr)


def _warm_up_failure(client: Client, stage: _Staged, finished: Sequence[Finished]) -> str | None:
    """Say why a visit that should have come first did not happen; None if it did."""
    if stage.warm_up is None:
        return None
    if finished[0].timed_out:
        return "the visit before this one did not end within its time limit"
    stage.warm_up.settle()
    seen = stage.warm_up.connections
    if any(each.token in _account(finished[0]).text for each in seen if each.token):
        return None
    if client.testimony == "request" and any(each.request for each in seen):
        return None
    if client.testimony == "stub" and any(each.handshake_completed for each in seen):
        return None
    return "the visit to the full-chain server before this one did not succeed"
