"""Start pytest as a user does, in a process of its own."""

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from leafonly.report.document import validate

PROJECT = Path(__file__).parents[2]


def command(*arguments: object) -> list[str]:
    return [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *map(str, arguments)]


def bare_environment(home: Path, **more: str) -> dict[str, str]:
    """Give the environment of a user who has nothing but a home and a place for scratch files."""
    (home / "tmp").mkdir(exist_ok=True)
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "TMPDIR": str(home / "tmp"),
        "PYTHONDONTWRITEBYTECODE": "1",
        **more,
    }


@contextlib.contextmanager
def started_pytest(
    *arguments: object,
    environment: Mapping[str, str] | None = None,
    output: Any = subprocess.PIPE,
) -> "Iterator[subprocess.Popen[str]]":
    """Start pytest; a test that fails meanwhile leaves neither the process nor its pipe.

    Args:
        arguments: Of pytest.
        environment: This process's, unless given.
        output: Where stdout and stderr go: a pipe, or a file.

    """
    with subprocess.Popen(
        command(*arguments),
        cwd=PROJECT,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def run_pytest(
    *arguments: object,
    environment: Mapping[str, str] | None = None,
    before: Sequence[object] = (),
    limit: float = 600,
) -> "subprocess.CompletedProcess[str]":
    """Run pytest to its end, with stdout and stderr apart; `limit` is in seconds."""
    return subprocess.run(
        [*map(str, before), *command(*arguments)],
        cwd=PROJECT,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=limit,
        check=False,
    )


def report_of(directory: Path) -> dict[str, Any]:
    """Return the report that a run left in a directory, validated."""
    report: dict[str, Any] = json.loads((directory / "report.json").read_text())
    validate(report)  # type: ignore[arg-type]
    return report


def run_suite(
    tmp_path: Path, delivery: Path, *arguments: object, before: Sequence[object] = ()
) -> "subprocess.CompletedProcess[str]":
    """Run the audit's cells with the credentials of a delivery."""
    return run_pytest(
        *("-n0", "suites/audit/test_clients.py", "--credentials", delivery),
        *("--report-dir", tmp_path / "report", *arguments),
        environment=bare_environment(tmp_path),
        before=before,
    )
