"""The types of the rows of report.json; a test compares their fields with schema.json.

`read` fills in the fields that version 0.1.0 did not write (`run`, `summary`, `id`, `news`), so
every report in memory has them, and they are required here.
"""

from collections.abc import Mapping, Sequence
from typing import Literal, NotRequired, TypedDict

from leafonly.clients.client import Kind
from leafonly.clients.discovery import Found

__all__ = [
    "CameraRow",
    "CellRow",
    "ClientRow",
    "FileRow",
    "FindingRow",
    "Host",
    "Option",
    "OtherRows",
    "PresentationRow",
    "Reach",
    "RemedyKind",
    "RemedyRow",
    "Report",
    "ReportBody",
    "Run",
    "RunKind",
    "ServerSawRow",
    "Severity",
    "StepRow",
    "Summary",
    "Verdict",
    "VerdictCounts",
    "client_row",
]

RunKind = Literal["matrix", "own_certificate", "remote_host", "presentation", "gateway"]
Verdict = Literal["accepted", "rejected", "error", "not_applicable"]
Severity = Literal["blocker", "warning", "info"]
RemedyKind = Literal["camera", "gateway", "client_store", "client_code", "aia"]
Reach = Literal["all_clients", "configured_clients", "one_application"]
Option = str | bool | Sequence[str] | None


class Run(TypedDict):
    """The kind of run, its options, and how it ended."""

    kind: RunKind
    options: Mapping[str, Option]
    complete: bool
    # Version 0.1.0 did not write these, and they do not follow from the rest.
    exit_status: NotRequired[int]
    tests_planned: NotRequired[int]
    tests_run: NotRequired[int]
    # Cells were left out, by -k or --clients, say.
    narrow: NotRequired[bool]


class VerdictCounts(TypedDict):
    """How many cells have each verdict."""

    accepted: int
    rejected: int
    error: int
    not_applicable: int


class Summary(TypedDict):
    """The result: sentences, the counts by scenario, and the cells that failed `--require`."""

    sentence: str
    counts: dict[str, VerdictCounts]
    failed_requirements: list[str]


class Host(TypedDict):
    """The machine that the run was made on."""

    os: str
    python: str
    cpu_count: int | None


class CameraRow(TypedDict):
    """The camera's description of itself."""

    kind: str
    description: str
    firmware: str | None
    tls_version: str | None
    link: str
    full_chain_by: NotRequired[str]


class PresentationRow(TypedDict):
    """One way of loading a chain, and what the camera then presents."""

    method: str
    loaded: bool
    presented: int | None
    subjects: list[str]
    error: str | None


class ClientRow(TypedDict):
    """One client as it was found on the machine."""

    name: str
    stack: str
    stack_version: str | None
    version: str | None
    kind: Kind
    available: bool
    unavailable_because: str | None
    install: str


class ServerSawRow(TypedDict):
    """The camera's record of a cell's connections."""

    handshake_completed: bool
    alert: str | None
    request_seen: bool
    aia_fetches: int


class CellRow(TypedDict):
    """One client in one scenario with one key type, measured."""

    id: str
    client: str
    scenario: str
    key_type: str
    verdict: Verdict
    reason: str | None
    expected: str | None
    as_expected: bool | None
    news: bool
    conclusive: bool
    seconds: float
    client_said: str | None
    server_saw: ServerSawRow | None
    command: str
    cached_kind: Literal["completes", "anchors"] | None


class FindingRow(TypedDict):
    """One line of the audit."""

    check: str
    severity: Severity
    message: str
    remedy: str | None


class StepRow(TypedDict):
    """One step of a remedy: an instruction, and the lines to copy, if any."""

    text: str
    lines: str | None


class FileRow(TypedDict):
    """A file that a remedy needs, with its text; never a private key."""

    name: str
    text: str


class RemedyRow(TypedDict):
    """Something that makes failing clients connect, the best one first in a report.

    `cells_fixed` of `cells_failing` cells were accepted with it. `client` is the client of a
    recipe, or None.
    """

    name: str
    kind: RemedyKind
    tried: bool
    cells_fixed: int
    cells_failing: int
    clients_fixed: list[str]
    reach: Reach
    cost: str
    widens: str | None
    how: str
    steps: list[StepRow]
    files: list[FileRow]
    client: str | None


class ReportBody(TypedDict):
    """A report without its summary, which is computed from the rest."""

    schema: Literal["leafonly/1"]
    run: Run
    started: str
    finished: str
    leafonly: str
    host: Host
    camera: CameraRow
    presentation: list[PresentationRow]
    clients: list[ClientRow]
    cells: list[CellRow]
    findings: list[FindingRow]
    remedies: list[RemedyRow]


class Report(ReportBody):
    """A report as in report.json."""

    summary: Summary


class OtherRows(TypedDict, total=False):
    """The rows that only some suites record."""

    presentation: list[PresentationRow]
    findings: list[FindingRow]
    remedies: list[RemedyRow]


def client_row(found: Found) -> ClientRow:
    """Return the row of a client."""
    return {
        "name": found.name,
        "stack": found.stack,
        "stack_version": found.stack_version,
        "version": found.version,
        "kind": found.kind,
        "available": found.available,
        "unavailable_because": found.unavailable_because,
        "install": found.install,
    }
