"""The public API: a camera on loopback that presents only its leaf, for tests of your own."""

import contextlib
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from leafonly.cameras import Connection, Endpoint, loads_for
from leafonly.cameras.emulator.camera import Emulator
from leafonly.certificates.authority import Authority
from leafonly.certificates.chain import KEY_TYPES, KeyType, pem

__all__ = ["Connection", "LeafOnlyServer", "serve"]

Presents = Literal["leaf", "full_chain"]


@dataclass(frozen=True)
class LeafOnlyServer:
    """An HTTPS server on loopback; the response to every GET is a token, as text.

    Attributes:
        url: The server's URL, with the name in the leaf: `https://localhost:PORT/`.
        host: The name in the leaf.
        port: The TCP port on 127.0.0.1 (and on ::1, if there is IPv6).
        root: A PEM file with the root that clients have to trust.
        intermediate: A PEM file with the intermediate that is not presented.

    """

    url: str
    host: str
    port: int
    root: Path
    intermediate: Path
    _endpoint: Endpoint

    @property
    def connections(self) -> Sequence[Connection]:
        """The server's record of each TCP connection so far, in the order accepted.

        Waits until these connections have ended, so close the client first. `server_name` is the
        SNI, `alert` the name of the TLS alert that the client sent, `request` the first line
        of its request. Each is None if there was none.
        """
        self._endpoint.settle()
        return self._endpoint.connections


@contextlib.contextmanager
def serve(
    presents: Presents = "leaf", *, key_type: KeyType = "p256", name: str = "localhost"
) -> Iterator[LeafOnlyServer]:
    """Return a server with a new chain (root, intermediate, leaf) until the context ends.

    Args:
        presents: `leaf`, or `full_chain`: leaf and intermediate.
        key_type: The leaf's key: `p256`, `p384` or `rsa2048`.
        name: The DNS name in the leaf. Your client must resolve it to 127.0.0.1.

    Raises:
        ValueError: `presents` or `key_type` has another value.
        leafonly.cameras.CameraError: No loopback port is free.

    """
    for what, value, known in (
        ("presents", presents, get_args(Presents)),
        ("key_type", key_type, KEY_TYPES),
    ):
        if value not in known:
            raise ValueError(f"{what}={value!r}: it must be one of {', '.join(known)}")
    chain = Authority().issue(name, key_type)
    with (
        tempfile.TemporaryDirectory(prefix="leafonly-") as directory,
        Emulator().serve(loads_for(presents, chain)) as endpoint,
    ):
        root, intermediate = Path(directory, "root.pem"), Path(directory, "intermediate.pem")
        root.write_bytes(pem([chain.root]))
        intermediate.write_bytes(pem(chain.intermediates))
        url = f"https://{name}:{endpoint.port}/"
        yield LeafOnlyServer(url, name, endpoint.port, root, intermediate, endpoint)
