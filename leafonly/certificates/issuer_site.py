"""The CA's web server, from which clients fetch a missing intermediate."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self

from cryptography import x509

from leafonly.certificates.chain import der

__all__ = ["IssuerSite", "Response"]

_MOVED = "-moved"  # at the end of the URL that a redirect names


def _path(label: str, number: int) -> str:
    return f"{label}/intermediate{'' if number == 1 else f'-{number}'}.cer"


@dataclass(frozen=True)
class Response:
    """What the site responds with. RFC 5280 section 4.2.2.1 wants DER, or PKCS#7 in DER."""

    body: bytes
    content_type: str = "application/pkix-cert"
    redirects: bool = False
    """The first response names another URL of the site, which has the body."""


class IssuerSite:
    """Serves intermediates over loopback HTTP and counts the requests.

    There are two ports. One responds with an intermediate. The other reads the request and
    never responds. Every URL has a label, so that each request belongs to one cell.

    Args:
        intermediate: Served as DER (`application/pkix-cert`).
        response: Served in its place.

    """

    def __init__(self, intermediate: x509.Certificate, response: Response | None = None) -> None:
        self._asked: list[str] = []  # one path per request; append is atomic
        self._published: dict[str, bytes] = {}  # by path
        self._closing = threading.Event()
        self._live = self._server(response or Response(der(intermediate)))
        self._dead = self._server(None)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def url(self, label: str, *, dead: bool = False, number: int = 1) -> str:
        """Return the caIssuers URL for a label; `dead` for the one that never answers.

        Args:
            label: Whom the requests are counted for.
            dead: The port that never responds.
            number: Which of the intermediates, the leaf's issuer is 1.

        """
        port = (self._dead if dead else self._live).server_address[1]
        return f"http://127.0.0.1:{port}/{_path(label, number)}"

    def publish(self, label: str, intermediates: Sequence[x509.Certificate]) -> None:
        """Serve these at the URLs 1, 2 and so on of a label, as DER."""
        for number, each in enumerate(intermediates, 1):
            self._published[_path(label, number)] = der(each)

    def fetches(self, label: str) -> int:
        """Return the number of requests for a label, at either port."""
        return sum(self._label_of(path) == label for path in self._asked)

    def fetched(self, label: str) -> int:
        """Return at how many different URLs of a label something was asked for."""
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

    def _server(self, response: Response | None) -> ThreadingHTTPServer:
        site = self

        class Handler(BaseHTTPRequestHandler):
            timeout = 10

            def do_GET(self) -> None:
                path = self.path.strip("/").removesuffix(_MOVED)
                site._asked.append(path)
                if response is None:
                    site._closing.wait()
                    return
                if response.redirects and not self.path.endswith(_MOVED):
                    self.send_response(302)
                    self.send_header("Location", self.path + _MOVED)
                    self.send_header("Content-Length", "0")
                    self.end_headers()
                    return
                body = site._published.get(path, response.body)
                self.send_response(200)
                self.send_header("Content-Type", response.content_type)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:
                """Keep silent: the count is the log."""

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(
            target=server.serve_forever, args=(0.05,), name="issuer-site", daemon=True
        ).start()
        return server
