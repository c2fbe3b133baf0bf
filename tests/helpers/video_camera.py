"""A camera that speaks TLS 1.2: an image, a stream of two frames, and a page that waits."""

import contextlib
import os
import ssl
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from cryptography.hazmat.primitives.serialization import Encoding

from leafonly.certificates.chain import pem

IMAGE = os.urandom(4 << 20)
FRAMES = tuple(
    b"--frame\r\nContent-Type: image/jpeg\r\n\r\n" + bytes([n]) * 500 + b"\r\n" for n in (1, 2)
)
_LONGEST_WAIT = 300  # seconds; so that a test that fails does not leave a thread behind


class VideoCamera(ThreadingHTTPServer):
    """Serves until the context ends.

    Attributes:
        may_go_on: The second frame, and the answer of /slow, wait for it.
        slow_asked: Somebody asks for /slow.

    """

    daemon_threads = True

    def __init__(self, chain, directory):
        super().__init__(("127.0.0.1", 0), _Handler)
        (directory / "server.pem").write_bytes(pem(chain.full) + chain.key_bytes(Encoding.PEM))
        self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._tls.maximum_version = ssl.TLSVersion.TLSv1_2
        self._tls.load_cert_chain(directory / "server.pem")
        self.may_go_on, self.slow_asked = threading.Event(), threading.Event()
        self.paths = []

    def __enter__(self):
        threading.Thread(target=self.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.may_go_on.set()
        self.shutdown()
        self.server_close()

    def get_request(self):
        plain, address = super().get_request()
        # The handshake is done by the connection's own thread.
        tls = self._tls.wrap_socket(plain, server_side=True, do_handshake_on_connect=False)
        return tls, address

    def handle_error(self, request, client_address):
        """A client that refuses the certificate is no news."""


class _Handler(BaseHTTPRequestHandler):
    server: VideoCamera
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        camera = self.server
        camera.paths.append(self.path)
        if self.path == "/image":
            self._answer("image/jpeg", IMAGE)
        elif self.path == "/slow":
            camera.slow_asked.set()
            camera.may_go_on.wait(_LONGEST_WAIT)
            self._answer("text/plain", b"at last")
        elif self.path == "/stream":
            self._begin("multipart/x-mixed-replace; boundary=frame")
            self.wfile.write(FRAMES[0])
            camera.may_go_on.wait(_LONGEST_WAIT)
            self.wfile.write(FRAMES[1])
        else:
            self._answer("text/plain", b"here")

    def _answer(self, kind, body):
        self._begin(kind, ("Content-Length", str(len(body))))
        self.wfile.write(body)

    def _begin(self, kind, *headers):
        self.send_response(200)
        for name, value in (("Content-Type", kind), ("Connection", "close"), *headers):
            self.send_header(name, value)
        self.end_headers()
        self.close_connection = True

    def finish(self):
        # As cameras do: close_notify, and then the end.
        with contextlib.suppress(OSError, ValueError):
            super().finish()
            self.request.unwrap()

    def log_message(self, *_):
        pass
