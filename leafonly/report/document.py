"""report.json: assembled, validated against its schema, and written."""

import json
import os
import platform
import tempfile
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jsonschema

from leafonly import __version__
from leafonly.report.html import render
from leafonly.report.summary import summary

__all__ = ["Report", "document", "validate", "write"]

Report = Mapping[str, Any]
"""A report as in report.json; its fields are those of schema.json."""

_SCHEMA = Path(__file__).with_name("schema.json")


def _timestamp(moment: datetime) -> str:
    """Write a moment as RFC 3339, in UTC."""
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def document(
    *,
    run: Mapping[str, Any],
    started: datetime,
    camera: Mapping[str, Any],
    clients: Sequence[Mapping[str, Any]],
    cells: Sequence[Mapping[str, Any]],
    others: Mapping[str, Sequence[Mapping[str, Any]]],
) -> Report:
    """Assemble a report.

    Args:
        run: What kind of run it was, with which options, and how it ended; `schema.json` has
            the fields.
        started: When the run began.
        camera: The camera's account of itself.
        clients: All clients asked for, also those that are not on this machine.
        cells: The cells measured.
        others: Rows of `presentation`, `findings` and `remedies`, where there are any.

    """
    report = {
        "schema": "leafonly/1",
        "run": dict(run),
        "started": _timestamp(started),
        "finished": _timestamp(datetime.now(UTC)),
        "leafonly": __version__,
        "host": {
            "os": platform.platform(),
            "python": platform.python_version(),
            "cpu_count": os.cpu_count(),
        },
        "camera": dict(camera),
        "presentation": list(others.get("presentation", ())),
        "clients": list(clients),
        "cells": list(cells),
        "findings": list(others.get("findings", ())),
        "remedies": list(others.get("remedies", ())),
    }
    return report | {"summary": summary(report)}


def validate(report: Report) -> None:
    """Check a report against the schema.

    Raises:
        jsonschema.ValidationError: A field is missing, unknown, or not what it must be.

    """
    jsonschema.validate(report, json.loads(_SCHEMA.read_text()))


def write(report: Report, directory: Path, pictures: Mapping[str, bytes] | None = None) -> None:
    """Validate a report, and write report.json and report.html.

    Args:
        report: What `document` assembled.
        directory: Where to; made if it is not there.
        pictures: What browsers showed when they refused, as PNG, by the cell's name. They
            become part of the HTML.

    Raises:
        jsonschema.ValidationError: As `validate`; nothing is written then.
        OSError: The directory cannot be written to.

    """
    validate(report)
    directory.mkdir(parents=True, exist_ok=True)
    _replace(directory / "report.json", json.dumps(report, indent=1) + "\n")
    _replace(directory / "report.html", render(report, pictures or {}))


def _replace(path: Path, text: str) -> None:
    """Put a file in place whole: another run may be writing the same one."""
    with tempfile.NamedTemporaryFile(
        "w", dir=path.parent, prefix=path.name, delete=False, encoding="utf-8"
    ) as scratch:
        scratch.write(text)
    Path(scratch.name).chmod(0o644)
    Path(scratch.name).replace(path)
