"""Fuzz one target: `tests/fuzz/run TARGET SECONDS`, in which atheris is installed for it alone.

New inputs that reach new code go to a folder under the user's cache; a failure ends the run, and
its input is a file `TARGET-crash-*` there: mend the reader, and add the file to
`corpus/TARGET`, which the tests replay. No private key belongs there.
"""

import os
import sys
from pathlib import Path

import atheris

FOLDER = Path(__file__).parent

with atheris.instrument_imports(include=["leafonly"]):
    from tests.fuzz.seeds import SEEDS
    from tests.fuzz.targets import TARGETS


def main() -> None:
    """Start libFuzzer with the target that the command line names."""
    if len(sys.argv) != 3 or sys.argv[1] not in TARGETS:
        sys.exit(f"usage: tests/fuzz/run TARGET SECONDS; TARGET: {', '.join(TARGETS)}")
    name, seconds = sys.argv[1:]
    committed = FOLDER / "corpus" / name
    cache = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache"))
    found = cache / "leafonly-fuzz" / name
    for each in (committed, found):
        each.mkdir(parents=True, exist_ok=True)
    options = [sys.argv[0], "-max_len=4096", "-timeout=25", "-print_final_stats=1"]
    options += [f"-artifact_prefix={found.parent}/{name}-"]
    for number, good in enumerate(SEEDS[name]):
        (found / f"good-{number}").write_bytes(good)
    options += [f"-max_total_time={int(seconds)}", str(found), str(committed)]
    atheris.Setup(options, TARGETS[name])
    atheris.Fuzz()


main()
