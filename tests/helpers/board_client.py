"""A strict client of the cameras that run MicroPython, and the authority that they share."""

import re
import socket
import ssl
from collections.abc import Callable

from leafonly.cameras import Endpoint
from leafonly.certificates.authority import Authority
from leafonly.certificates.chain import pem
from tests.helpers.waiting import LONGEST

AUTHORITY = Authority()


def get(endpoint: Endpoint) -> str:
    """Visit the camera as a strict client that trusts the root alone; its answer's body."""
    context = ssl.create_default_context(cadata=pem([AUTHORITY.root]).decode())
    with (
        socket.create_connection((endpoint.address, endpoint.port), LONGEST) as connection,
        context.wrap_socket(connection, server_hostname="localhost") as tls,
    ):
        tls.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        answer = b""
        # The camera closes without close_notify: Content-Length tells the end.
        while not re.search(rb"\r\n\r\n.{33}", answer, re.DOTALL):
            data = tls.recv(4096)
            if not data:
                break
            answer += data
    return answer.partition(b"\r\n\r\n")[2].decode().strip()


def recording(keep: Callable[[bytes], None]) -> Callable[[bytes], bytes]:
    """Give what passes bytes on unchanged, and keeps them."""

    def passed_on(data: bytes) -> bytes:
        keep(data)
        return data

    return passed_on
