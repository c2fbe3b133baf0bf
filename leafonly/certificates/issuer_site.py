"""The CA's web server, from which clients fetch a missing intermediate."""

import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self

from cryptography import x509

from leafonly.certificates.chain import der

__all__ = ["IssuerSite", "Response"]

_MOVED = "-moved"  # at the end of the URL that a redirect names


@dataclass(frozen=True)
class Response:
    """What the site responds with. RFC 5280 section 4.2.2.1 wants DER, or PKCS#7 in DER."""

    body: bytes
    content_type: str = "application/pkix-cert"
    redirects: bool = False
    """The first response names another URL of the site, which has the body."""


class IssuerSite:
    """Serves one intermediate over loopback HTTP and counts the requests.

    There are two ports. One responds with the intermediate. The other reads the request and
    never responds. Every URL has a label, so that each request belongs to one cell.

    Args:
        intermediate: Served as DER (`application/pkix-cert`).
        response: Served in its place.

    """

    def __init__(self, intermediate: x509.Certificate, response: Response | None = None) -> None:
        self._asked: list[str] = []  # one label per request; append is atomic
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

    def url(self, label: str, *, dead: bool = False) -> str:
        """Return the caIssuers URL for a label; `dead` for the one that never answers."""
        port = (self._dead if dead else self._live).server_address[1]
        return f"http://127.0.0.1:{port}/{label}/intermediate.cer"

    def fetches(self, label: str) -> int:
        """Return the number of requests for a label, at either port."""
        return self._asked.count(label)

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
                site._asked.append(self.path.strip("/").split("/")[0])
                if response is None:
                    site._closing.wait()
                    return
                if response.redirects and not self.path.endswith(_MOVED):
                    self.send_response(302)
                    self.send_header("Location", self.path + _MOVED)
                    self.send_header("Content-Length", "0")
                    self.end_headers()
                    return
                self.send_response(200)
                self.send_header("Content-Type", response.content_type)
                self.send_header("Content-Length", str(len(response.body)))
                self.end_headers()
                self.wfile.write(response.body)

            def log_message(self, format: str, *args: object) -> None:
                """Keep silent: the count is the log."""

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(
            target=server.serve_forever, args=(0.05,), name="issuer-site", daemon=True
        ).start()
        return server
