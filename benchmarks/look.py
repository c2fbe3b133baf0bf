"""How long `python -m leafonly look` takes, beside `sslyze --certinfo`.

    python benchmarks/look.py [RUNS]

Both read the same leaf-only camera, the emulator, in turns. Needs sslyze on PATH, or its path in
SSLYZE (`uv tool install sslyze`).
"""

import os
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path[0] = str(ROOT)  # not this folder: its look.py is no module

from leafonly.cameras import loads_for  # noqa: E402
from leafonly.cameras.emulator.camera import Emulator  # noqa: E402
from leafonly.certificates.authority import Authority  # noqa: E402


def seconds(command: list[str], words: str) -> float:
    """Return the seconds that a command takes; exit unless it prints these words."""
    # As on a user's machine: a second run compiles nothing again.
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    started = time.perf_counter()
    finished = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    taken = time.perf_counter() - started
    if words not in finished.stdout:
        said = finished.stdout[-500:] + finished.stderr[-500:]
        sys.exit(f"{command[0]} came to no verdict: {said}")
    return taken


def main() -> None:
    """Measure, and print the ratio."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 7
    sslyze = os.environ.get("SSLYZE") or shutil.which("sslyze")
    if sslyze is None:
        sys.exit("no sslyze on this machine: uv tool install sslyze")
    with Emulator().serve(loads_for("leaf", Authority().issue())) as endpoint:
        where = f"localhost:{endpoint.port}"
        ours, theirs = [], []
        for _ in range(runs):
            ours.append(seconds([sys.executable, "-m", "leafonly", "look", where], "incomplete"))
            theirs.append(seconds([sslyze, "--certinfo", where], "Received Chain"))
    our, their = statistics.median(ours), statistics.median(theirs)
    print(f"look {our:.2f} s, sslyze --certinfo {their:.2f} s, {runs} runs each")
    print(f"look / sslyze: {our / their:.2f} (goal: at most 0.20)")


if __name__ == "__main__":
    main()
