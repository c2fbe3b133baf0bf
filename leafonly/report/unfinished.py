"""The report of a run that was killed before it wrote one, drawn from its journal."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import jsonschema

from leafonly.certificates.regular_file import read_regular_file
from leafonly.report.document import document, validate
from leafonly.report.journal import FIELDS, FORMAT
from leafonly.report.rows import CameraRow, OtherRows, Report, Run

__all__ = ["read_journal"]

_STOPPED = 2  # pytest's exit status of a run that did not come to its end


def read_journal(path: Path) -> Report:
    """Return the report of what a run had measured before it was killed.

    An incomplete last line is left out, because the process died while writing it.

    Raises:
        OSError: The file cannot be read.
        ValueError: The file is not a journal. One line, with the file's name.

    """
    try:
        heading, *lines = _lines(read_regular_file(path))
        rows: dict[str, Any] = {
            name: [row for line in lines for row in line.get(name, ())] for name in FIELDS
        }
        # A cell may have two rows: when it was measured, and when its test ended.
        cells = {cell["id"]: cell for cell in rows.pop("cells")}
        tests = {line["test"] for line in lines if line.get("test")}
        planned = max(heading["run"]["tests_planned"], len(tests))
        run = {"tests_planned": planned, "tests_run": len(tests), "complete": False}
        report = document(
            run=cast("Run", heading["run"] | run | {"exit_status": _STOPPED}),
            started=datetime.fromisoformat(heading["started"]),
            finished=datetime.fromtimestamp(path.stat().st_mtime, UTC),
            camera=next(iter(rows.pop("camera")), None) or _not_asked(heading),
            clients=heading["clients"],
            cells=list(cells.values()),
            others=cast("OtherRows", rows),
        )
        validate(report)
    except jsonschema.ValidationError as error:
        raise ValueError(f"{path} is not of a run: {error.message[:200]}") from error
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError) as error:
        raise ValueError(f"{path} is not of a run: {str(error)[:200] or 'it is empty'}") from error
    return report


def _not_asked(heading: dict[str, Any]) -> CameraRow:
    """Return the row of a camera that no test has asked for its description."""
    name = str(heading["run"]["options"].get("camera"))
    return {
        "kind": name,
        "description": f"{name}, not asked",
        "firmware": None,
        "tls_version": None,
        "link": "unknown",
    }


def _lines(data: bytes) -> list[dict[str, Any]]:
    *whole, _ = data.split(b"\n")  # what follows the last newline is incomplete
    lines = [json.loads(line) for line in whole]
    if not lines or lines[0].get("journal") != FORMAT:
        raise ValueError("it does not begin as one")
    return lines
