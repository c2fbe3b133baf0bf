"""report.json: how it is assembled, validated against its schema, written, and read."""

import json
import os
import platform
import tempfile
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

import jsonschema

from leafonly.certificates.regular_file import read_regular_file
from leafonly.clients.cell_id import CellId
from leafonly.distribution import __version__
from leafonly.report import schema
from leafonly.report.html import render
from leafonly.report.masking import masked
from leafonly.report.remedies import remedies
from leafonly.report.rows import (
    CameraRow,
    CellRow,
    ClientRow,
    OtherRows,
    Report,
    ReportBody,
    Run,
    RunKind,
)
from leafonly.report.summary import summary

__all__ = ["document", "read", "to_json", "validate", "write"]

_MOST_CHARACTERS = 200  # of a validation error: it quotes the value, which may be a whole file


def _timestamp(moment: datetime) -> str:
    """Return a moment as RFC 3339, in UTC."""
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def document(
    *,
    run: Run,
    started: datetime,
    camera: CameraRow,
    clients: Iterable[ClientRow],
    cells: Iterable[CellRow],
    others: OtherRows,
    finished: datetime | None = None,
) -> Report:
    """Return a report, with its summary and without the folders of this machine.

    Args:
        run: The kind of run, its options, and how it ended.
        started: The start of the run.
        camera: The camera's description of itself.
        clients: All clients of the run, also those that are not on this machine.
        cells: The cells measured.
        others: Rows of `presentation`, `findings` and `remedies`, if there are any. The remedies
            that the cells show are added, and all are ranked.
        finished: The end of the run; None for now.

    """
    body: ReportBody = {
        "schema": "leafonly/1",
        "run": run,
        "started": _timestamp(started),
        "finished": _timestamp(finished or datetime.now(UTC)),
        "leafonly": __version__,
        "host": {
            "os": platform.platform(),
            "python": platform.python_version(),
            "cpu_count": os.cpu_count(),
        },
        "camera": camera,
        "presentation": list(others.get("presentation", ())),
        "clients": list(clients),
        "cells": list(cells),
        "findings": list(others.get("findings", ())),
        "remedies": list(others.get("remedies", ())),
    }
    body["remedies"] = remedies(body)
    body = masked(body)
    return {**body, "summary": summary(body)}


def validate(report: Report) -> None:
    """Raise jsonschema.ValidationError if a report does not match the schema.

    Raises:
        jsonschema.ValidationError: A field is missing, is unknown, or has a wrong value.

    """
    schema.check_written(report)


def write(report: Report, directory: Path, pictures: Mapping[str, bytes] | None = None) -> None:
    """Validate a report, and write report.json and report.html.

    Args:
        report: What `document` assembled.
        directory: The folder, which is created if necessary.
        pictures: The error pages of browsers as PNG, by the cell's id. Only the HTML has them.

    Raises:
        jsonschema.ValidationError: As `validate`; nothing is written then.
        OSError: The directory cannot be written to.

    """
    validate(report)
    directory.mkdir(parents=True, exist_ok=True)
    _replace(directory / "report.json", to_json(report))
    _replace(directory / "report.html", render(report, pictures or {}))


def to_json(report: Report) -> str:
    """Return the text of report.json: each row on one line, so that it is small and diffs well."""
    fields = (f"{json.dumps(name)}: {_one_row_a_line(value)}" for name, value in report.items())
    return "{\n" + ",\n".join(fields) + "\n}\n"


def _one_row_a_line(value: object) -> str:
    if not isinstance(value, list) or not value:
        return json.dumps(value)
    return "[\n" + ",\n".join(json.dumps(row, separators=(",", ":")) for row in value) + "\n]"


def read(path: Path) -> Report:
    """Return the report in a file, validated, because the file may come from anybody.

    A later version of leafonly may add fields and values to `leafonly/1`. They are left out
    (`schema.without_unknown`). Fields that an earlier version did not write are filled in.

    Raises:
        OSError: The file cannot be read.
        ValueError: It is not a report. One line, with the file's name.

    """
    data = read_regular_file(path)
    try:
        report = json.loads(data, parse_constant=_refuse)
        schema.check(report)
        has_remedies = bool(report.get("remedies"))
        report = schema.without_unknown(report)
        complete = _completed(cast("ReportBody", report))
        if not has_remedies:
            # Reports of version 0.1.0 have no remedies; later ones list what their cells show.
            complete["remedies"] = remedies(complete)
        _check_references(complete)
        return {**complete, "summary": report.get("summary") or summary(complete)}
    except jsonschema.ValidationError as error:
        what = f"{error.json_path}: {error.message}"
        raise ValueError(f"{path} is not a report: {_shortened(what)}") from error
    except (ValueError, RecursionError) as error:
        raise ValueError(f"{path} is not a report: {_shortened(str(error))}") from error


def _refuse(constant: str) -> None:
    # Python reads NaN and Infinity, which RFC 8259 section 6 does not allow.
    raise ValueError(f"{constant} is not JSON")


def _check_references(report: ReportBody) -> None:
    """Raise ValueError if a cell names a client that the report does not list."""
    known = {client["name"] for client in report["clients"]}
    for cell in report["cells"]:
        if cell["client"] not in known:
            raise ValueError(f"a cell names the client {cell['client']}, which is not in clients")


def _completed(report: ReportBody) -> ReportBody:
    """Return a report with the fields that 0.1.0 did not write: run, cells[].id, cells[].news."""
    complete = report.copy()
    complete["cells"] = [_completed_cell(cell) for cell in report["cells"]]
    if "run" not in report:
        if any(finding["check"] != "presentation" for finding in report["findings"]):
            raise ValueError("it does not say what kind of run it is of; run the suite again")
        kind: RunKind = "matrix" if report["cells"] else "presentation"
        complete["run"] = {"kind": kind, "options": {}, "complete": True}
    return complete


def _completed_cell(cell: CellRow) -> CellRow:
    cell_id = CellId(cell["client"], cell["scenario"], cell["key_type"])
    # The cell's own fields come last, so they are kept.
    return {"id": str(cell_id), "news": False, **cell}


def _shortened(text: str) -> str:
    return text if len(text) <= _MOST_CHARACTERS else text[:_MOST_CHARACTERS] + "..."


def _replace(path: Path, text: str) -> None:
    """Replace a file in one step, because another run may be writing the same one."""
    with tempfile.NamedTemporaryFile(
        "w", dir=path.parent, prefix=path.name, delete=False, encoding="utf-8"
    ) as scratch:
        written = Path(scratch.name)
        try:
            scratch.write(text)
            scratch.flush()
            written.chmod(0o644)
        except BaseException:  # a full disk, or Ctrl-C
            written.unlink()
            raise
    written.replace(path)
