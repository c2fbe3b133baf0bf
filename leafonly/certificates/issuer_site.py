"""The CA's web server, from which clients fetch a missing intermediate."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self

from cryptography import x509

from leafonly.certificates.chain import der

__all__ = ["UNCOUNTED", "IssuerSite", "Response"]

UNCOUNTED = "leafonly-preflight"
"""The User-Agent of leafonly's own requests, which are not counted."""


def _path(label: str, number: int) -> str:
    return f"{label}/intermediate{'' if number == 1 else f'-{number}'}.cer"


@dataclass(frozen=True)
class Response:
    """What the site responds with. RFC 5280 section 4.2.2.1 wants DER, or PKCS#7 in DER."""

    body: bytes = b""
    content_type: str = "application/pkix-cert"
    location: str | None = None
    """The response is a redirect (302) to this URL."""


class IssuerSite:
    """Serves intermediates over loopback HTTP and counts the requests.

    There are two ports. One responds with what was published. The other reads the request and
    never responds. Every URL has a label, so that each request belongs to one cell.

    Args:
        intermediate: Served as DER at every URL without a published response; None for 404.

    """

    def __init__(self, intermediate: x509.Certificate | None = None) -> None:
        self._asked: list[str] = []  # one path per request; append is atomic
        self._published: dict[str, Response] = {}  # by path
        self._closing = threading.Event()
        self._unpublished = Response(der(intermediate)) if intermediate else None
        self._live = self._server(responds=True)
        self._dead = self._server(responds=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def url(self, label: str, number: int = 1, *, dead: bool = False) -> str:
        """Return the caIssuers URL for a label; `dead` for the one that never answers.

        Args:
            label: The cell for which the requests are counted.
            number: Which of the label's URLs; 1 is the leaf's issuer.
            dead: The port that never responds.

        """
        port = (self._dead if dead else self._live).server_address[1]
        return f"http://127.0.0.1:{port}/{_path(label, number)}"

    def publish(self, label: str, responses: Sequence[Response]) -> None:
        """Serve these at the URLs 1, 2 and so on of a label."""
        for number, each in enumerate(responses, 1):
            self._published[_path(label, number)] = each

    def fetches(self, label: str) -> int:
        """Return the number of requests for a label, at either port."""
        return sum(self._label_of(path) == label for path in self._asked)

    def fetched(self, label: str) -> int:
        """Return how many different URLs of a label were requested."""
        return len({path for path in self._asked if self._label_of(path) == label})

    @staticmethod
    def _label_of(path: str) -> str:
        return path.split("/", maxsplit=1)[0]

    def close(self) -> None:
        """Stop both servers, and end the requests that still wait."""
        self._closing.set()
        for server in (self._live, self._dead):
            server.shutdown()
            server.server_close()

    def _server(self, *, responds: bool) -> ThreadingHTTPServer:
        site = self

        class Handler(BaseHTTPRequestHandler):
            timeout = 10

            def do_GET(self) -> None:
                path = self.path.strip("/")
                if self.headers["User-Agent"] != UNCOUNTED:
                    site._asked.append(path)
                if not responds:
                    site._closing.wait()
                    return
                said = site._published.get(path, site._unpublished)
                if said is None:
                    self.send_error(404)
                    return
                self.send_response(200 if said.location is None else 302)
                if said.location is not None:
                    self.send_header("Location", said.location)
                self.send_header("Content-Type", said.content_type)
                self.send_header("Content-Length", str(len(said.body)))
                self.end_headers()
                self.wfile.write(said.body)

            def log_message(self, format: str, *args: object) -> None:
                """Print nothing, because the requests are counted."""

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(
            target=server.serve_forever, args=(0.05,), name="issuer-site", daemon=True
        ).start()
        return server
