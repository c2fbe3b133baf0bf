"""A firmware whose response never ends does not hold the presentation suite."""

import contextlib
import socketserver
import ssl
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

from cryptography.hazmat.primitives.serialization import Encoding

from leafonly.cameras import Camera, Connection, Load
from leafonly.cameras.loading_methods import present
from leafonly.certificates.authority import Authority
from leafonly.certificates.chain import Chain, pem


class Endless:
    """A camera that sends without end after the handshake."""

    def __init__(self, chain: Chain, folder: Path) -> None:
        file = folder / "all.pem"
        file.write_bytes(pem(chain.full) + chain.key_bytes(Encoding.PEM))
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(file)
        self._context.maximum_version = ssl.TLSVersion.TLSv1_2

    @contextlib.contextmanager
    def serve(self, loads: Sequence[Load]) -> Iterator[Any]:
        context = self._context

        class Handler(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                with (
                    contextlib.suppress(OSError),
                    context.wrap_socket(self.request, server_side=True) as tls,
                ):
                    while True:
                        tls.sendall(b"x" * 4096)

        with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
            server.daemon_threads = True
            threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
            yield SimpleNamespace(
                address="127.0.0.1",
                port=server.server_address[1],
                settle=lambda: None,
                connections=[Connection()],
            )
            server.shutdown()


def test_a_response_without_end_is_given_up(tmp_path: Path) -> None:
    chain = Authority().issue("localhost")
    result = present(cast("Camera", Endless(chain, tmp_path)), [], chain, "endless", "p256")
    assert (result.loaded, result.full_chain, result.accepted) == (True, True, False)
    assert result.client_said == "the camera's response is incomplete"
