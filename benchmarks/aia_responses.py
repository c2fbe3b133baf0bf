"""What clients that fetch a missing issuer (AIA) do with each kind of response of the CA.

    python benchmarks/aia_responses.py [CLIENT...]

Without names, all clients here that were seen to fetch. The printed table is that of
docs/remedies.md: each response, whether the client then connects, how often it asked the CA,
and how long it took. RFC 5280 section 4.2.2.1 wants the certificate as DER, or several as PKCS#7.
"""

import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[0] = str(ROOT)

from cryptography.hazmat.primitives.serialization import Encoding, pkcs7  # noqa: E402

from leafonly.cameras.emulator.camera import Emulator  # noqa: E402
from leafonly.certificates.authority import Authority  # noqa: E402
from leafonly.certificates.chain import der, pem  # noqa: E402
from leafonly.certificates.issuer_site import Response  # noqa: E402
from leafonly.clients import CLIENTS  # noqa: E402
from leafonly.clients.discovery import find  # noqa: E402
from leafonly.harness.bench import Bench  # noqa: E402
from leafonly.harness.cell import Cell  # noqa: E402
from leafonly.harness.scenario import SCENARIOS  # noqa: E402
from leafonly.harness.subjects.own_authority import OwnAuthority  # noqa: E402


def _pkcs7(authority: Authority) -> Response:
    bundle = pkcs7.serialize_certificates([*authority.intermediates], Encoding.DER)
    return Response(bundle, "application/pkcs7-mime")


RESPONSES: dict[str, Callable[[Authority], Response]] = {
    "DER": lambda authority: Response(der(authority.intermediates[0])),
    "PKCS#7": _pkcs7,
    "PEM": lambda authority: Response(pem(authority.intermediates), "application/x-pem-file"),
    "redirect": lambda authority: Response(der(authority.intermediates[0]), redirects=True),
    "other issuer": lambda _: Response(der(Authority().intermediates[0])),
    "other key": lambda authority: Response(der(authority.rotated_intermediate)),
    "web page": lambda _: Response(b"<!doctype html><title>moved</title>", "text/html"),
}


def measured(name: str, response: Callable[[Authority], Response]) -> Cell:
    """Measure one client with one response, in the scenario `aia`."""
    with (
        tempfile.TemporaryDirectory() as directory,
        Bench(Emulator(), OwnAuthority(response=response), Path(directory)) as bench,
    ):
        return bench.measure_alone(CLIENTS[name], SCENARIOS["aia"], "p256")


def cell_text(cell: Cell) -> str:
    """Return a cell of the table."""
    saw = cell.observation.server_saw
    words = {"accepted": "connects", "rejected": "rejects"}
    asked = f"{saw.aia_fetches} requests" if saw else "?"
    return f"{words.get(cell.verdict, cell.verdict)}, {asked}, {cell.observation.seconds:.1f} s"


def main() -> None:
    """Measure, and print the table."""
    fetching = [name for name, client in CLIENTS.items() if client.fetches_issuer]
    names = sys.argv[1:] or fetching
    print(f"| client | {' | '.join(RESPONSES)} |")
    print("|---" * (1 + len(RESPONSES)) + "|")
    for name in names:
        if find(CLIENTS[name]).available:
            cells = (cell_text(measured(name, response)) for response in RESPONSES.values())
            print(f"| {name} | {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main()
