"""One port that presents one chain as a camera does, and records what browsers do with it."""

import socketserver

from OpenSSL import SSL

from leafonly.cameras import Connection
from leafonly.cameras.emulator.tls_context import CameraTls, camera_context
from leafonly.walk_up.attempt import Attempt
from leafonly.walk_up.bounded_server import BoundedServer
from leafonly.walk_up.chains import Offer
from leafonly.walk_up.visitors import Visitors

__all__ = ["ScenarioPort"]

_SILENCE = 10.0  # seconds that a browser may stay silent

_HEADERS = (
    b"HTTP/1.1 %s\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: %d\r\n"
    b"Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n%sConnection: close\r\n\r\n"
)
_ELSEWHERE = b"Nothing is here: the test page is on the first port.\n"


class ScenarioPort(BoundedServer):
    """Presents an offer on one address and port.

    Args:
        address: Where to listen.
        offer: What is presented.
        visitors: Keeps the records of the connections.

    Raises:
        OSError: It cannot listen there.

    """

    def __init__(self, address: tuple[str, int], offer: Offer, visitors: Visitors) -> None:
        self.offer, self.visitors = offer, visitors
        self.context = camera_context(list(offer.presented), offer.key)
        super().__init__(address, _Handler)


class _Handler(socketserver.BaseRequestHandler):
    server: ScenarioPort

    def handle(self) -> None:
        visitors, seen = self.server.visitors, Connection()
        attempt = visitors.at(self.server.offer.scenario, self.client_address[0])
        number = visitors.connected(attempt, seen) if attempt else None
        self.request.settimeout(_SILENCE)
        try:
            self._talk(CameraTls(self.request, self.server.context, seen, []), seen, attempt)
        except (OSError, SSL.Error) as error:
            seen.error = str(error) or type(error).__name__
        finally:
            if attempt is not None and number is not None:
                visitors.disconnected(attempt, number)

    def _talk(self, tls: CameraTls, seen: Connection, attempt: Attempt | None) -> None:
        tls.handshake()
        seen.handshake_completed = True
        request = tls.read_request()
        if not request:
            return
        seen.request = request.split(b"\r\n")[0][:200].decode("ascii", "backslashreplace")
        if attempt is None or seen.request != f"GET {attempt.path} HTTP/1.1":
            visitors, scenario = self.server.visitors, self.server.offer.scenario
            visitors.opened_by_hand(scenario, self.client_address[0])
            tls.answer(_HEADERS % (b"404 Not Found", len(_ELSEWHERE), b"") + _ELSEWHERE)
            return
        # Set before it is sent, because the page may return it before this thread continues.
        seen.token = attempt.token
        allowed = b"Access-Control-Allow-Origin: %s\r\n" % attempt.origin.encode()
        body = attempt.token.encode()
        tls.answer(_HEADERS % (b"200 OK", len(body), allowed) + body)
