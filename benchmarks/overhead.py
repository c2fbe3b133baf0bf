"""Overhead: the wall time of the matrix, divided by that of the same commands without leafonly.

`uv run python benchmarks/overhead.py [--clients NAMES] [--key-types TYPES]` runs the matrix as
a user does, then sets all its cells up, and starts every cell's processes again with nothing
around them, at the same parallelism. Both happen in one run, because only their ratio means
anything on a shared machine. 1.0 means no overhead.
"""

import argparse
import contextlib
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from leafonly.cameras.emulator.camera import Emulator  # noqa: E402
from leafonly.certificates.chain import KEY_TYPES  # noqa: E402
from leafonly.certificates.hierarchy import CLASSIC  # noqa: E402
from leafonly.clients import CLIENTS  # noqa: E402
from leafonly.harness.bench import Bench  # noqa: E402
from leafonly.harness.invocation import Invocation  # noqa: E402
from leafonly.harness.scenario import SCENARIOS, asked_by_default, is_measured, without_root  # noqa: E402
from leafonly.harness.subjects.own_authority import OwnAuthority  # noqa: E402

DEFAULT = "curl,openssl,gnutls-cli,wget,httpx,nodejs,go,java"


def matrix_seconds(names: str, key_types: str, report: Path) -> float:
    """Return the wall time of the matrix in seconds, run as a user does."""
    started = time.monotonic()
    arguments = ["suites/matrix", f"--clients={names}", f"--key-types={key_types}"]
    arguments += [f"--report-dir={report}", "-q"]
    # As on a user's machine: a second run compiles nothing again.
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    subprocess.run(
        [sys.executable, "-m", "pytest", *arguments], cwd=ROOT, check=True, env=environment
    )
    return time.monotonic() - started


def bare_seconds(names: str, key_types: str, directory: Path) -> float:
    """Return the wall time of the same cells' commands in seconds, without leafonly."""
    scenarios = [*asked_by_default(CLASSIC), without_root(SCENARIOS["cached"])]
    with contextlib.ExitStack() as stack:
        bench = stack.enter_context(Bench(Emulator(), OwnAuthority(), directory))
        cells: list[tuple[tuple[Invocation, ...], float]] = []
        for name in names.split(","):
            for key_type in (each for each in KEY_TYPES if each in key_types.split(",")):
                for scenario in scenarios:
                    if is_measured(scenario, key_type):
                        stage = stack.enter_context(bench.staged(CLIENTS[name], scenario, key_type))
                        cells.append((stage.invocations, CLIENTS[name].time_limit))
        # Slow cells first, which is the fastest order for a bare replay.
        cells.reverse()
        with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
            started = time.monotonic()
            list(pool.map(replay, cells))
            return time.monotonic() - started


def replay(cell: tuple[Sequence[Invocation], float]) -> None:
    """Start one cell's processes, one after the other."""
    invocations, time_limit = cell
    for each in invocations:
        each.start(time_limit)


def main() -> None:
    """Measure, and print the ratio."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clients", default=DEFAULT)
    parser.add_argument("--key-types", default=KEY_TYPES[0])
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    ratios = []
    with tempfile.TemporaryDirectory() as directory:  # compiles, and warms the page cache
        matrix_seconds(options.clients, options.key_types, Path(directory))
    for number in range(options.rounds):
        with tempfile.TemporaryDirectory() as directory:
            whole = matrix_seconds(options.clients, options.key_types, Path(directory) / "report")
            bare = bare_seconds(options.clients, options.key_types, Path(directory))
        ratios.append(whole / bare)
        print(f"round {number + 1}: matrix {whole:.2f} s / bare {bare:.2f} s = {ratios[-1]:.2f}")
    print(f"overhead: {statistics.median(ratios):.2f} (goal: at most 1.10)")


if __name__ == "__main__":
    main()
