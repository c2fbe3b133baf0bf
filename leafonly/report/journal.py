"""The journal of a run, one JSON line per test, so that a killed run loses no measurement.

The file is in the folder of the report, and is removed when the report is written. `python -m
leafonly report FILE` draws the report of a run that SIGKILL or a full disk ended.
"""

import json
import os
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil

__all__ = ["FIELDS", "FORMAT", "Journal", "left_behind"]

FORMAT = "leafonly-journal/1"
FIELDS = ("cells", "camera", "presentation", "findings", "remedies")


class Journal:
    """The journal of one run. Any number of threads may add to it.

    Args:
        directory: The folder of the report, which is created with the first line.
        heading: Returns the report's `run`, `started` and `clients` for the first line.

    """

    def __init__(self, directory: Path, heading: Callable[[], Mapping[str, object]]) -> None:
        now = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
        self.path = directory / f"unfinished-{now}-{os.getpid()}.jsonl"
        self._heading = heading
        self._lock = threading.Lock()
        self._is_begun = self._is_broken = False

    @property
    def has_everything(self) -> bool:
        """Whether every line could be written."""
        return self._is_begun and not self._is_broken

    def add(self, rows: Mapping[str, Any], test: str | None = None) -> None:
        """Add rows of the report by its fields, without pictures.

        A full disk does not end a run, so nothing is raised. Lines are not synchronised to the
        disk (fsync), so the file survives the end of this process, but not a power cut.
        """
        kept = {name: rows[name] for name in FIELDS if rows.get(name)}
        if not kept and test is None:
            return
        with self._lock:
            try:
                if not self._is_begun:
                    self._begin()
                self._append({"test": test, **kept})
            except OSError:
                self._is_broken = True

    def _begin(self) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        # For the user alone: folders of this machine are masked only in the report.
        self.path.touch(mode=0o600)
        self._append({"journal": FORMAT, **self._heading()})
        self._is_begun = True

    def _append(self, line: Mapping[str, object]) -> None:
        size = self.path.stat().st_size
        try:
            with self.path.open("ab") as file:
                file.write(json.dumps(line).encode() + b"\n")
        except OSError:
            # Once the disk has room again, the next line must not continue half of this one.
            os.truncate(self.path, size)
            raise

    def remove(self) -> None:
        """Remove the file, because the report is written."""
        with self._lock, suppress(OSError):
            self.path.unlink(missing_ok=True)


def left_behind(directory: Path) -> list[Path]:
    """Return the journals of runs that ended without a report, unless it was drawn since."""
    return [
        path
        for path in sorted(directory.glob("unfinished-*-*.jsonl"))
        if not path.with_suffix(".json").exists() and not _is_running(path)
    ]


def _is_running(path: Path) -> bool:
    number = path.stem.rpartition("-")[2]
    return number.isdecimal() and len(number) < 10 and psutil.pid_exists(int(number))
