"""A visitor of the walk-up page in Python: it asks what the page's script asks."""

import http.client
import json
import socket
import ssl
from collections.abc import Sequence
from urllib.parse import urlsplit

from cryptography import x509

from leafonly.certificates.chain import pem
from tests.helpers.waiting import LONGEST


class Visitor:
    def __init__(self, port: int, anchors: Sequence[x509.Certificate] = ()) -> None:
        self.port = port
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        if anchors:
            self.context.load_verify_locations(cadata=pem(anchors).decode())

    def get(self, path: str, host: str | None = None, method: str = "GET", **headers: str):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=LONGEST)
        connection.request(method, path, headers={"Host": host or self.host} | headers)
        response = connection.getresponse()
        body = response.read()
        connection.close()
        return response, body

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    def post(self, path: str, body: object, **headers: str) -> tuple[int, dict]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=LONGEST)
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        sent = {"Host": self.host, "Content-Type": "application/json"} | headers
        connection.request("POST", path, data, sent)
        response = connection.getresponse()
        said = response.read()
        connection.close()
        return response.status, json.loads(said) if said.startswith(b"{") else {}

    def enter(self, name: str = "visitor", device: str = "", **headers: str) -> str:
        _, said = self.post("/enter", {"device": device, "name": name}, **headers)
        return said["device"]

    def load(self, url: str) -> tuple[str, str]:
        """Return what a browser's script would know of a request."""
        at = urlsplit(url)
        try:
            with (
                socket.create_connection(("127.0.0.1", at.port), timeout=LONGEST) as raw,
                self.context.wrap_socket(raw, server_hostname=at.hostname) as tls,
            ):
                tls.sendall(f"GET {at.path} HTTP/1.1\r\nHost: {at.netloc}\r\n\r\n".encode())
                answer = b""
                while data := tls.recv(4096):
                    answer += data
        except OSError:
            return "failed", ""
        allowed = f"Access-Control-Allow-Origin: http://{self.host}\r\n".encode() in answer
        return ("loaded", answer.partition(b"\r\n\r\n")[2].decode()) if allowed else ("failed", "")

    def ask(self, device: str, scenario: str) -> dict:
        """Do what the page does in one scenario, and return what it is told then."""
        status, said = self.post("/begin", {"device": device, "scenario": scenario})
        assert status == 200, said
        outcome, token = self.load(said["url"])
        status, said = self.post("/end", {"device": device, "outcome": outcome, "token": token})
        assert status == 200, said
        return said
