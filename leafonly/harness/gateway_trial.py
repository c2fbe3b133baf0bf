"""One request through a gateway whose camera is the right one, another one, or down."""

import contextlib
import http.client
import socket
import ssl
from dataclasses import dataclass

from leafonly.cameras import Camera, loads_for
from leafonly.certificates.authority import Authority
from leafonly.certificates.chain import der
from leafonly.gateways import Gateway
from leafonly.harness.behind_gateway import BehindGateway, Situation

__all__ = ["Answer", "ask_through"]

_TIME_LIMIT = 60.0  # seconds; a board may take 25 for its handshake
_NAME = "localhost"


@dataclass(frozen=True)
class Answer:
    """The response to one request through a gateway.

    Attributes:
        status: The HTTP status; None if the connection was closed without a response.
        camera_asked: The camera behind the gateway received a request.

    """

    status: int | None
    camera_asked: bool


def ask_through(gateway: Gateway, camera: Camera, situation: Situation) -> Answer:
    """Return the response to one request through a gateway, whose chain is verified.

    Raises:
        CameraError: The gateway does not start, or the camera is gone.
        OSError: The gateway cannot be reached, or does not present its full chain.

    """
    authority = Authority()
    behind = BehindGateway(gateway, camera, situation)
    with behind.serve(loads_for("full_chain", authority.issue(_NAME))) as endpoint:
        context = ssl.create_default_context(cadata=der(authority.root))
        status: int | None = None
        with (
            socket.create_connection((endpoint.address, endpoint.port), _TIME_LIMIT) as plain,
            context.wrap_socket(plain, server_hostname=_NAME) as tls,
            contextlib.closing(http.client.HTTPConnection(_NAME)) as connection,
        ):
            connection.sock = tls
            with contextlib.suppress(http.client.HTTPException, OSError):
                connection.request("GET", "/", headers={"Connection": "close"})
                status = connection.getresponse().status
        endpoint.settle()
        return Answer(status, any(each.token for each in endpoint.connections))
