"""Credentials that a board can be given, in a CA's folder, and a main.py that serves them."""

from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding

from leafonly.certificates.chain import Chain, KeyType, pem
from tests.helpers.board_client import AUTHORITY

NAME = "cam.example.com"

# A board's program. {loading} makes `context`.
MAIN = """\
{loading}
import socket
server = socket.socket()
server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
server.bind(socket.getaddrinfo("127.0.0.1", {port})[0][-1])
server.listen(5)
while True:
    connection = server.accept()[0]
    try:
        connection.settimeout(5)
        context.wrap_socket(connection, server_side=True).close()
    except OSError:
        pass
    finally:
        connection.close()
"""


def issue(directory: Path, key_type: KeyType = "p256") -> Chain:
    """Write a new leaf, its key and its issuer as certbot does."""
    chain = AUTHORITY.issue(NAME, key_type)
    directory.mkdir()
    (directory / "cert.pem").write_bytes(pem([chain.leaf]))
    (directory / "chain.pem").write_bytes(pem(chain.intermediates))
    (directory / "privkey.pem").write_bytes(chain.key_bytes(Encoding.PEM))
    (directory / "privkey.pem").chmod(0o600)
    return chain


def root(directory: Path) -> Path:
    """Write the root that these leaves need."""
    path = directory / "root.pem"
    path.write_bytes(pem([AUTHORITY.root]))
    return path
