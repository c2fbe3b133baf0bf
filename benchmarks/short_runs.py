"""How long the short runs take: listing the cells, one cell, and the findings of an audit.

    python benchmarks/short_runs.py [RUNS]

They run in turns with an empty pytest that has the same plugins. The goals: listing takes at most
twice as long as the empty pytest, one cell at most 1.5 s longer than its client alone, and the
findings at most 0.5 s longer than the empty pytest.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path[0] = str(ROOT)

from leafonly.cameras.emulator.camera import Emulator  # noqa: E402
from leafonly.clients import CLIENTS  # noqa: E402
from leafonly.harness.bench import Bench  # noqa: E402
from leafonly.harness.scenario import SCENARIOS  # noqa: E402
from leafonly.harness.subjects.own_authority import OwnAuthority  # noqa: E402
from tests.helpers.deployable import issue, root  # noqa: E402

CELL = "suites/matrix/test_matrix.py::test_cell[curl-absent-p256]"


def seconds(*arguments: object, folder: Path = ROOT) -> float:
    """Return the seconds of a run of pytest that must succeed."""
    # As on a user's machine: a second run compiles nothing again.
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    command = [sys.executable, "-m", "pytest", "-p", "no:hypothesispytest", "-p", "no:anyio", "-q"]
    started = time.perf_counter()
    subprocess.run(
        [*command, *map(str, arguments)],
        cwd=folder,
        check=True,
        env=environment,
        stdout=subprocess.DEVNULL,
    )
    return time.perf_counter() - started


def client_alone(runs: int, folder: Path) -> float:
    """Return the median seconds of the cell's client with nothing around it."""
    with Bench(Emulator(), OwnAuthority(), folder) as bench:
        times = []
        for _ in range(runs):
            with bench.staged(CLIENTS["curl"], SCENARIOS["absent"], "p256") as stage:
                started = time.perf_counter()
                for each in stage.invocations:
                    each.start(CLIENTS["curl"].time_limit)
                times.append(time.perf_counter() - started)
    return statistics.median(times)


def main() -> None:
    """Measure, and print."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 7
    with tempfile.TemporaryDirectory() as scratch:
        empty, delivery = Path(scratch) / "empty", Path(scratch) / "delivery"
        empty.mkdir()
        issue(delivery)
        (empty / "test_empty.py").write_text("def test_nothing(): pass\n")
        trusted = root(Path(scratch))
        audit = (f"--credentials={delivery}", f"--trust={trusted}", "--clients=none")
        report = f"--report-dir={scratch}/report"
        times: dict[str, list[float]] = {}
        for _ in range(runs):
            for name, taken in (
                ("empty", seconds(folder=empty)),
                ("listing", seconds("--collect-only")),
                ("one cell", seconds(CELL, report)),
                ("findings", seconds("suites/audit", *audit, report)),
            ):
                times.setdefault(name, []).append(taken)
        alone = client_alone(runs, Path(scratch) / "cells")
    median = {name: statistics.median(each) for name, each in times.items()}
    nothing = median["empty"]
    print(f"empty pytest: {nothing:.2f} s, {runs} runs each")
    print(f"listing the cells / empty: {median['listing'] / nothing:.1f} (goal: at most 2)")
    print(f"one cell - its client: {median['one cell'] - alone:.2f} s (goal: at most 1.5)")
    print(f"findings - empty: {median['findings'] - nothing:.2f} s (goal: at most 0.5)")


if __name__ == "__main__":
    main()
