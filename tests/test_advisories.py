"""`.ci/advisories`: where no database answered, it does not say that there is nothing to know."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

SCRIPT = Path(__file__).parents[1] / ".ci/advisories"
NOT_ASKED = {"name": "a", "skip_reason": "not found"}
GOOD = {"name": "b", "version": "1", "vulns": []}
BAD = {"name": "c", "version": "2", "vulns": [{"id": "X-1"}]}


@pytest.mark.parametrize(
    ("packages", "code", "said"),
    [
        (None, 0, "advisories: unknown, because pip-audit could not run here\n"),
        (
            [NOT_ASKED],
            0,
            "advisories: unknown, because no database answered for any of 1 packages\n",
        ),
        ([NOT_ASKED, GOOD], 0, "advisories: a database answered for 1 of 2 packages\n"),
        (
            [GOOD, BAD],
            1,
            "advisories: a database answered for 2 of 2 packages\n  c 2: X-1\n",
        ),
    ],
    ids=["did not run", "nothing answered", "good", "bad"],
)
def test_what_is_said_of_advisories(tmp_path: Path, packages: Any, code: int, said: str) -> None:
    report = tmp_path / "audit.json"
    if packages is not None:
        report.write_text(json.dumps({"dependencies": packages}))
    finished = subprocess.run([sys.executable, SCRIPT, report], capture_output=True, text=True)
    assert (finished.returncode, finished.stdout) == (code, said), finished.stderr
