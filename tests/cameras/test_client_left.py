"""Who ended a connection: the client, or the camera and the network."""

import contextlib
import socket
import ssl
import threading

import pytest

from leafonly.cameras import METHODS
from leafonly.cameras.emulator.camera import Emulator
from leafonly.cameras.remote import RemoteCamera
from leafonly.certificates.authority import Authority
from leafonly.tls.address import Target
from tests.helpers.servers import listening


@pytest.mark.parametrize("says_goodbye", [True, False])
def test_only_a_close_notify_shows_it_to_the_emulator(says_goodbye: bool) -> None:
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with Emulator().serve(METHODS["der_leaf"](Authority().issue())) as camera:
        with (
            socket.create_connection((camera.address, camera.port), 10) as connection,
            context.wrap_socket(connection) as secure,
        ):
            if says_goodbye:
                # It sends the alert, and then waits for the camera's, which may not come.
                with contextlib.suppress(OSError):
                    secure.unwrap()
        camera.settle()
        (seen,) = camera.connections
    assert seen.handshake_completed
    assert seen.client_left == says_goodbye


@pytest.mark.parametrize("client_is_first", [True, False])
def test_a_relay_sees_which_socket_closed_first(client_is_first: bool) -> None:
    arrived = threading.Event()

    def answer(connection: socket.socket) -> None:
        connection.recv(1)
        arrived.set()
        if client_is_first:
            connection.recv(1)

    with listening(answer) as port:
        target = Target("127.0.0.1", port)
        with RemoteCamera([target]).serve(()) as relay:
            with socket.create_connection((relay.address, relay.port), 10) as connection:
                connection.sendall(b"\x16")
                assert arrived.wait(10)
                if not client_is_first:
                    assert connection.recv(1) == b""
            relay.settle()
            (seen,) = relay.connections
    assert seen.client_left == client_is_first
