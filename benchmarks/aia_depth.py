"""How many missing intermediates clients fetch in a row (AIA).

    python benchmarks/aia_depth.py [CLIENT...]

Without names, it measures all installed clients that fetch. The camera presents its leaf alone,
and each intermediate has the caIssuers URL of its issuer. docs/chains.md has the numbers.
"""

import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[0] = str(ROOT)

from leafonly.cameras.emulator.camera import Emulator  # noqa: E402
from leafonly.certificates.hierarchy import Hierarchy  # noqa: E402
from leafonly.clients import CLIENTS  # noqa: E402
from leafonly.clients.discovery import find  # noqa: E402
from leafonly.harness.bench import Bench  # noqa: E402
from leafonly.harness.cell import Cell  # noqa: E402
from leafonly.harness.scenario import SCENARIOS  # noqa: E402
from leafonly.harness.subjects.own_authority import OwnAuthority  # noqa: E402

MOST = 7  # missing intermediates; with more, the camera cannot present the full chain


def measured(name: str, intermediates: int) -> tuple[Cell, Cell]:
    """Return the cells of one client: with the full chain, and with the leaf alone."""
    hierarchy = Hierarchy(name="tried", purpose="", needed=intermediates)
    with (
        tempfile.TemporaryDirectory() as directory,
        Bench(Emulator(), OwnAuthority(hierarchy=hierarchy), Path(directory)) as bench,
    ):
        whole = bench.measure_alone(CLIENTS[name], SCENARIOS["full_chain"], "p256")
        return whole, bench.measure_alone(CLIENTS[name], SCENARIOS["aia"], "p256")


def main() -> None:
    """Measure, and print a line for each client and number."""
    fetching = [name for name, client in CLIENTS.items() if client.fetches_issuer]
    for name in sys.argv[1:] or fetching:
        if not find(CLIENTS[name]).available:
            continue
        for intermediates in range(1, MOST + 1):
            whole, fetched = measured(name, intermediates)
            saw = fetched.observation.server_saw
            asked = saw.aia_fetches if saw else "?"
            print(
                f"{name}, {intermediates} missing: {fetched.outcome} after {asked} requests; "
                f"with the full chain: {whole.outcome}",
                flush=True,
            )


if __name__ == "__main__":
    main()
