"""How clients that fetch a missing issuer (AIA) handle the responses of a CA's URL.

    python benchmarks/aia_responses.py [CLIENT...]

Without names, it measures all installed clients that fetch. A table has each response, whether
the client then connects, its number of requests, and the time. Below it are the highest number of
redirects and the largest certificate with which it connects. docs/remedies.md has the results.
RFC 5280 section 4.2.2.1 demands one certificate as DER, or several as PKCS#7.
"""

import contextlib
import ssl
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[0] = str(ROOT)

from cryptography.hazmat.primitives.serialization import Encoding  # noqa: E402

from leafonly.cameras.emulator.camera import Emulator  # noqa: E402
from leafonly.certificates.authority import Authority  # noqa: E402
from leafonly.certificates.chain import KeyType, der, pem  # noqa: E402
from leafonly.certificates.issuer_responses import RESPONSES, Responses, Url  # noqa: E402
from leafonly.certificates.issuer_site import Response  # noqa: E402
from leafonly.clients import CLIENTS  # noqa: E402
from leafonly.clients.discovery import find  # noqa: E402
from leafonly.harness.bench import Bench  # noqa: E402
from leafonly.harness.cell import Cell  # noqa: E402
from leafonly.harness.scenario import SCENARIOS, Scenario  # noqa: E402
from leafonly.harness.subjects.own_authority import OwnAuthority, served_chain  # noqa: E402
from leafonly.harness.subjects.subject import ToServe  # noqa: E402

AIA = SCENARIOS["aia"]
MOST_REDIRECTS, MOST_BYTES = 64, 1 << 22


class Subject(OwnAuthority):
    """An authority whose leaf may name a URL beyond the issuer's site.

    Args:
        responses: What the site responds with.
        elsewhere: Another place with the intermediate: `https`, `file`, or empty for none.
        direct: The leaf names that place; otherwise the site redirects to it.

    """

    def __init__(
        self, responses: Responses = RESPONSES["live"], elsewhere: str = "", *, direct: bool = False
    ) -> None:
        self._opened, self.asked, self._direct = contextlib.ExitStack(), [0], direct
        self._elsewhere = ""
        redirected: Responses = lambda _authority, _url: [Response(location=self._elsewhere)]  # noqa: E731
        super().__init__(responses=redirected if elsewhere else responses)
        if elsewhere:
            opened = (_https if elsewhere == "https" else _file)(self._authority, self.asked)
            self._elsewhere = self._opened.enter_context(opened)

    def to_serve(self, scenario: Scenario, key_type: KeyType, cell: str) -> ToServe:
        """Return the leaf alone, with the URL that this subject wants in it."""
        # No scenario says what is at the URL, so it cannot be checked before.
        served = replace(super().to_serve(scenario, key_type, cell), is_ours=False)
        if not self._direct:
            return replace(served, fetches=lambda: self._site.fetches(cell) + self.asked[0])
        chain = self._authority.issue(self.host, key_type, aia=self._elsewhere)
        return served_chain(scenario, chain, fetches=lambda: self.asked[0])

    def close(self) -> None:
        """Stop the site, and what is elsewhere."""
        super().close()
        self._opened.close()


@contextlib.contextmanager
def _https(authority: Authority, asked: list[int]) -> Iterator[str]:
    body = der(authority.intermediates[0])

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked[0] += 1
            self.send_response(200)
            self.send_header("Content-Type", "application/pkix-cert")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    chain = authority.issue("localhost")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.NamedTemporaryFile(suffix=".pem") as file:
        file.write(pem(chain.full) + chain.key_bytes(Encoding.PEM))
        file.flush()
        context.load_cert_chain(file.name)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield f"https://localhost:{server.server_address[1]}/intermediate.cer"
    server.shutdown()
    server.server_close()


@contextlib.contextmanager
def _file(authority: Authority, asked: list[int]) -> Iterator[str]:
    del asked  # whether a file was read shows only in the verdict
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "intermediate.cer"
        path.write_bytes(der(authority.intermediates[0]))
        yield path.as_uri()


def _one(response: Callable[[Authority], Response]) -> Callable[[], Subject]:
    return lambda: Subject(lambda authority, _url: [response(authority)])


def _to_another_host(authority: Authority, url: Url) -> Sequence[Response]:
    there = url(2).replace("127.0.0.1", "localhost")
    return [Response(location=there), Response(der(authority.intermediates[0]))]


def redirects(count: int) -> Callable[[], Subject]:
    """Return the function that makes a subject with this number of redirects."""

    def responses(authority: Authority, url: Url) -> Sequence[Response]:
        moved = [Response(location=url(number)) for number in range(2, count + 2)]
        return [*moved, Response(der(authority.intermediates[0]))]

    return lambda: Subject(responses)


def of_size(count: int) -> Callable[[], Subject]:
    """Return the function that makes a subject whose intermediate has at least these bytes."""

    def responses(authority: Authority, url: Url) -> Sequence[Response]:
        large = authority.naming_issuers([f"{url(2)}#{'a' * count}"])[0]
        return [Response(der(large)), Response(der(authority.root))]

    return lambda: Subject(responses)


SUBJECTS: dict[str, Callable[[], Subject]] = {
    "DER": Subject,
    "PKCS#7": lambda: Subject(RESPONSES["p7c"]),
    "PEM": lambda: Subject(RESPONSES["pem"]),
    "redirect": lambda: Subject(RESPONSES["redirect"]),
    "to another host": lambda: Subject(_to_another_host),
    "to https": lambda: Subject(elsewhere="https"),
    "to a file": lambda: Subject(elsewhere="file"),
    "https in the leaf": lambda: Subject(elsewhere="https", direct=True),
    "file in the leaf": lambda: Subject(elsewhere="file", direct=True),
    "other issuer": _one(lambda _: Response(der(Authority().intermediates[0]))),
    "other key": lambda: Subject(RESPONSES["wrong_issuer"]),
    "web page": _one(lambda _: Response(b"<!doctype html><title>moved</title>", "text/html")),
}

OTHER_SCENARIOS = {
    "untrusted root": replace(AIA, holds_roots=None),
    "full chain presented": replace(AIA, served="full_chain"),
}
"""Where nothing needs to be fetched, or nothing that is fetched helps."""


def measured(name: str, subject: Callable[[], Subject], scenario: Scenario = AIA) -> Cell:
    """Return the cell of one client with one subject."""
    with (
        tempfile.TemporaryDirectory() as directory,
        Bench(Emulator(), subject(), Path(directory)) as bench,
    ):
        return bench.measure_alone(CLIENTS[name], scenario, "p256")


def most(name: str, subject: Callable[[int], Callable[[], Subject]], limit: int) -> str:
    """Return the largest number with which a client connects, found by bisection."""
    least, too_many = 0, limit + 1
    while too_many - least > max(1, least // 50):
        tried = least * 2 or 1 if too_many > limit else (least + too_many) // 2
        tried = min(tried, limit)
        if measured(name, subject(tried)).verdict == "accepted":
            least = tried
            if least == limit:
                break
        else:
            too_many = tried
    return f"{least} (no more was tried)" if least == limit else f"{least}, not {too_many}"


def cell_text(cell: Cell) -> str:
    """Return a cell of the table."""
    saw = cell.observation.server_saw
    words = {"accepted": "connects", "rejected": "rejects"}
    asked = f"{saw.aia_fetches} requests" if saw else "?"
    return f"{words.get(cell.verdict, cell.verdict)}, {asked}, {cell.observation.seconds:.1f} s"


def main() -> None:
    """Measure, and print the table and the limits."""
    fetching = [name for name, client in CLIENTS.items() if client.fetches_issuer]
    names = [name for name in sys.argv[1:] or fetching if find(CLIENTS[name]).available]
    print(f"| client | {' | '.join((*SUBJECTS, *OTHER_SCENARIOS))} |")
    print("|---" * (1 + len(SUBJECTS) + len(OTHER_SCENARIOS)) + "|")
    for name in names:
        cells = [measured(name, subject) for subject in SUBJECTS.values()]
        cells += [measured(name, Subject, each) for each in OTHER_SCENARIOS.values()]
        print(f"| {name} | {' | '.join(map(cell_text, cells))} |", flush=True)
    for name in names:
        print(f"{name}: redirects {most(name, redirects, MOST_REDIRECTS)}", flush=True)
        print(f"{name}: bytes {most(name, of_size, MOST_BYTES)}", flush=True)


if __name__ == "__main__":
    main()
