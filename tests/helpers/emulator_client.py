"""A client of the emulator in this process, and the authority of the chains that it presents."""

import socket
import ssl

from leafonly.certificates.authority import Authority
from leafonly.certificates.chain import der

AUTHORITY = Authority()


def request(port: int, context: ssl.SSLContext, path: str = "/") -> bytes:
    with (
        socket.create_connection(("127.0.0.1", port)) as plain,
        context.wrap_socket(plain, server_hostname="localhost") as tls,
    ):
        tls.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        answer = b""
        while data := tls.recv(4096):
            answer += data
        return answer


def trusting(authority: Authority) -> ssl.SSLContext:
    return ssl.create_default_context(cadata=der(authority.root) + der(authority.intermediates[0]))
