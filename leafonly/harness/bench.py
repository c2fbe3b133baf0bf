"""The policy: which measurements a cell needs before its verdict counts.

Controls are measured first. A client that hangs or does not connect is retried once. One more
connection, without the root, shows whether a stored intermediate completes the path or anchors
it. `Bench.measure` does all of this and returns a `Cell`.
"""

import threading
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Self

from leafonly.cameras import Camera, CameraError, FirmwareLimit, Served
from leafonly.cameras.emulator.camera import Emulator
from leafonly.certificates.chain import KEY_TYPES, KeyType
from leafonly.clients import Client
from leafonly.harness.cell import Cell, as_control, not_asked, unobserved
from leafonly.harness.observing import observe
from leafonly.harness.preflight import PreflightError
from leafonly.harness.scenario import CONTROLS, SCENARIOS, Scenario, without_root
from leafonly.harness.staging import Staged, Staging
from leafonly.harness.subjects.subject import Subject
from leafonly.harness.verdict import Judgement, Observation, judge, unbelievable
from leafonly.harness.watchdog import StuckError, within
from leafonly.tls.flight import FlightError

__all__ = ["Bench"]

_LONGEST_STAGING = 300.0  # seconds; a board that is given RSA keys over a UART takes below 60


class Bench:
    """Where cells are measured.

    Args:
        camera: What presents the certificates.
        subject: Whose certificates they are.
        directory: An empty folder for the cells' files; each cell's are removed after it.
        controls: The bench on which controls are measured if this camera cannot present them,
            because a remote host presents only its own chain.

    A context manager; leaving it closes the subject, and the bench of the controls. Any number
    of threads may measure.

    """

    def __init__(
        self,
        camera: Camera,
        subject: Subject,
        directory: Path,
        controls: "Bench | None" = None,
    ) -> None:
        self._subject = subject
        self._staging = Staging(camera, subject, directory)
        self._emulated = Staging(Emulator(), subject, directory / "emulated")
        self._limits: dict[tuple[Served, KeyType], str] = {}
        self._elsewhere = controls
        self._controls: dict[tuple[str, str, KeyType, Staging], Cell] = {}
        self._control_locks: dict[tuple[str, str, KeyType, Staging], threading.Lock] = {}
        self._guard = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._subject.close()
        if self._elsewhere is not None:
            self._elsewhere.__exit__(kind, error, trace)

    def staged(
        self, client: Client, scenario: Scenario, key_type: KeyType
    ) -> AbstractContextManager[Staged]:
        """Return a cell that is set up and not measured; see `Staging.stage` for errors."""
        return self._staging.stage(client, scenario, key_type)

    def measure(self, client: Client, scenario: Scenario, key_type: KeyType) -> Cell:
        """Return one measured cell; the client's controls decide whether its verdict counts.

        The controls of a client and key type are measured once and remembered. A client that
        does not accept the full chain is not started again: none of its verdicts would count,
        and a client that hangs would hang in every cell. A scenario that the camera's firmware
        cannot present is `not_applicable`; controls of that kind are measured on the emulator.
        """
        why = (
            self._subject.why_not_runnable(client)
            or client.cannot.get(scenario.name)
            or client.cannot.get(key_type)
        )
        if why is None:
            try:
                return self._measured(client, scenario, key_type)
            except FirmwareLimit as limit:
                why = str(limit)
        return unobserved(client, scenario, key_type, "not_applicable", why)

    def _measured(self, client: Client, scenario: Scenario, key_type: KeyType) -> Cell:
        full_chain = self._guarding(client, SCENARIOS["full_chain"], key_type)
        if scenario.control:
            self._raise_limit(scenario, key_type)
        if scenario == SCENARIOS["full_chain"]:
            return full_chain
        if full_chain.verdict != "accepted":
            return self._not_asked(client, scenario, key_type, full_chain)
        controls = {each.name: self._guarding(client, each, key_type) for each in CONTROLS}
        if scenario.control:
            return controls[scenario.name]
        hung = next(filter(_hung, controls.values()), None)
        if hung is not None:
            # Each of its cells would take the time limit twice, and would not count.
            return self._not_asked(client, scenario, key_type, hung)
        cell = self.measure_alone(client, scenario, key_type)
        doubt = unbelievable(
            {name: Judgement(control.verdict, control.reason) for name, control in controls.items()}
        )
        if doubt is not None:
            return replace(cell, verdict="error", reason=doubt, conclusive=False, cached_kind=None)
        if _can_anchor(scenario) and cell.verdict == "accepted":
            return self._tell_cached_kind(client, scenario, key_type, cell)
        return cell

    def _not_asked(
        self, client: Client, scenario: Scenario, key_type: KeyType, control: Cell
    ) -> Cell:
        cell = not_asked(client, scenario, key_type, control)
        is_emulated = (SCENARIOS[control.scenario].served, key_type) in self._limits
        # A control that was measured on the emulator has no test that could fail.
        return replace(cell, blocked_by=None) if is_emulated and control.works else cell

    def _guarding(self, client: Client, control: Scenario, key_type: KeyType) -> Cell:
        """Return a control, measured on the emulator if this camera cannot present it."""
        if self._elsewhere is not None:
            return self._elsewhere.measure(client, control, KEY_TYPES[0])
        try:
            return self._measured_control(client, control, key_type, self._staging)
        except FirmwareLimit:
            return self._measured_control(client, control, key_type, self._emulated)

    def _measured_control(
        self, client: Client, control: Scenario, key_type: KeyType, staging: Staging
    ) -> Cell:
        key = (client.name, control.name, key_type, staging)
        with self._guard:
            lock = self._control_locks.setdefault(key, threading.Lock())
        with lock:
            if key not in self._controls:
                cell = self._measured_alone(client, control, key_type, staging)
                self._controls[key] = as_control(cell)
            return self._controls[key]

    def _tell_cached_kind(
        self, client: Client, scenario: Scenario, key_type: KeyType, cell: Cell
    ) -> Cell:
        """Return an accepted cell with its kind, which one more measurement shows.

        A client that accepts without the root treats the stored intermediate as a trust anchor.
        """
        alone = self.measure_alone(client, without_root(scenario), key_type)
        if alone.verdict == "accepted":
            return replace(cell, cached_kind="anchors")
        if alone.verdict == "rejected" and scenario.holds_intermediate == "first":
            because = "accepted, but the client had more certificates than the scenario says"
            return replace(cell, verdict="error", reason=because, conclusive=False)
        if alone.verdict == "rejected":
            return replace(cell, cached_kind="completes")
        because = f"accepted, but there is no verdict without the root: {alone.reason}"
        return replace(cell, verdict="error", reason=because, conclusive=False)

    def measure_alone(self, client: Client, scenario: Scenario, key_type: KeyType) -> Cell:
        """Return one cell without controls, retried once if the client hung or did not connect.

        On a busy machine a program may hang or be late. If client and camera disagree, the cell
        is an error without a retry, because a second measurement would be no better evidence.

        Raises:
            FirmwareLimit: This camera cannot present what the scenario needs.

        """
        return self._measured_alone(client, scenario, key_type, self._staging)

    def _measured_alone(
        self, client: Client, scenario: Scenario, key_type: KeyType, staging: Staging
    ) -> Cell:
        cell = self._attempt(client, scenario, key_type, staging)
        if cell.observation.took_place:
            return cell
        return self._attempt(client, scenario, key_type, staging)

    def _attempt(
        self, client: Client, scenario: Scenario, key_type: KeyType, staging: Staging
    ) -> Cell:
        asked = self._subject.as_run(client, scenario)
        observation = self._observation(client, scenario, key_type, staging)
        judgement = judge(
            observation,
            asked.error_messages,
            testimony=asked.testimony,
            exit_code_lies=asked.exit_code_lies,
        )
        return Cell(
            client=client.name,
            scenario=scenario.name,
            key_type=key_type,
            verdict=judgement.verdict,
            reason=judgement.reason,
            expected=self._subject.expected(client, scenario),
            conclusive=judgement.verdict != "error",
            observation=observation,
            # A wrong control is never news, because none of the client's verdicts would count.
            # Beyond the default scenarios, most versions have expectations that were derived.
            may_be_news=not scenario.control
            and not (client.version_is_measured and scenario.in_default_run),
        )

    def _observation(
        self, client: Client, scenario: Scenario, key_type: KeyType, staging: Staging
    ) -> Observation:
        def observed() -> Observation:
            with staging.stage(client, scenario, key_type) as staged:
                return observe(staged, scenario)

        if staging is self._staging:
            self._raise_limit(scenario, key_type)
        try:
            # A visit before the cell is a command of its own, with the same limit.
            return within(2 * client.time_limit + _LONGEST_STAGING, observed)
        except FirmwareLimit as limit:
            self._limits[scenario.served, key_type] = str(limit)
            raise
        except (CameraError, FlightError, PreflightError, StuckError) as error:
            return Observation(None, None, had_issuer=None, obstacle=str(error))
        except OSError as error:
            return Observation(None, None, None, f"the client does not start: {error}")

    def _raise_limit(self, scenario: Scenario, key_type: KeyType) -> None:
        """Raise FirmwareLimit if this one was met before: a board needs seconds to refuse."""
        if (limit := self._limits.get((scenario.served, key_type))) is not None:
            raise FirmwareLimit(limit)


def _can_anchor(scenario: Scenario) -> bool:
    """Return whether the client may have accepted by a certificate in its store alone."""
    stored = scenario.holds_intermediate
    return scenario.served == "leaf" and stored is not None and stored != "rotated"


def _hung(control: Cell) -> bool:
    return control.verdict == "error" and not control.observation.took_place
