"""A camera in software: the flight, the loading rules and the refusals of a board."""

import contextlib
import secrets
import socket
import threading
from collections.abc import Iterator, Sequence

from cryptography import x509
from OpenSSL import SSL

from leafonly.cameras import CameraError, CameraInfo, Connection, Load
from leafonly.cameras.emulator.loading_rules import load
from leafonly.cameras.emulator.mismatched_key import belong_together, stand_in
from leafonly.cameras.emulator.profiles import DEFAULT, Profile
from leafonly.cameras.emulator.tls_context import CameraTls, camera_context
from leafonly.cameras.loopback import LoopbackEndpoint, readable
from leafonly.certificates.chain import PrivateKey, der
from leafonly.tls.message_size import certificate_message_size

__all__ = ["EmulatedEndpoint", "Emulator"]

_SILENCE = 30.0  # seconds a client may stay silent; browsers preconnect and wait
_STRAGGLERS = 1.0  # seconds for connections whose client is gone to come to their end


class Emulator:
    """A camera on this machine's loopback; serves any number of chains at once.

    Args:
        profile: The firmware that it stands for.
        one_at_a_time: Serve a connection only when the one before has ended, as the
            single-threaded script on a board does.

    """

    def __init__(self, profile: Profile = DEFAULT, *, one_at_a_time: bool = False) -> None:
        self._profile, self._one_at_a_time = profile, one_at_a_time

    def info(self) -> CameraInfo:
        """Return the identity of this camera."""
        library = SSL.OpenSSL_version(SSL.OPENSSL_VERSION).decode()
        return CameraInfo(
            kind="emulator",
            description=f"{self._profile.title} in software ({self._profile.basis})",
            firmware=None,
            tls_version=library,
            link="loopback",
            ways=self._profile.ways,
            message_limit=self._profile.message_limit,
        )

    def close(self) -> None:
        """Do nothing, because nothing outlives `serve`."""

    @contextlib.contextmanager
    def serve(self, loads: Sequence[Load]) -> Iterator["EmulatedEndpoint"]:
        """Load certificates as a board would, and serve them until the context ends.

        Raises:
            LoadRefused: A board refuses them.
            CameraError: No loopback port is free.

        """
        certificates, key = load(loads, self._profile)
        try:
            endpoint = EmulatedEndpoint(
                certificates, key, self._profile, one_at_a_time=self._one_at_a_time
            )
        except OSError as error:
            raise CameraError(f"the emulator cannot listen on loopback: {error}") from error
        try:
            yield endpoint
        finally:
            endpoint.close()


class EmulatedEndpoint(LoopbackEndpoint):
    """One chain on loopback; each connection has a thread of its own."""

    def __init__(
        self,
        certificates: Sequence[x509.Certificate],
        key: PrivateKey,
        profile: Profile,
        *,
        one_at_a_time: bool,
    ) -> None:
        fits = certificate_message_size(certificates) <= profile.message_limit
        self._context: SSL.Context | None = None
        self._instead: list[bytes] = []
        if fits and belong_together(certificates[0], key):
            self._context = camera_context(certificates, key, profile.tls_versions)
        elif fits:
            self._context = camera_context([stand_in(key)], key, profile.tls_versions)
            self._instead = [der(certificate) for certificate in certificates]
        super().__init__("camera")
        self._one_at_a_time = one_at_a_time
        self._workers: list[tuple[threading.Thread, socket.socket]] = []
        self._drained = threading.Event()
        self._closing = False
        self._begin()

    def settle(self) -> None:
        """Accept the clients in the queue, and wait until the connections have ended.

        Raises:
            CameraError: This machine had no room for one of them.

        """
        self._settle()
        self._raise_trouble()

    def close(self) -> None:
        """End every connection and every thread, and free the port."""
        self._closing = True
        self._settle()
        self._thread.join()

    def _settle(self) -> None:
        self._drained.clear()
        self._notify()
        self._await(self._drained)
        for worker, connection in list(self._workers):
            worker.join(_STRAGGLERS)
            if worker.is_alive():
                # Its client is gone, but another process holds its socket: end the connection here.
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)
                worker.join(_SILENCE)
        self._workers.clear()

    def _run(self) -> None:
        while True:
            ready = readable([*self._listeners, self._wake], None)
            for listener in self._listeners:
                for client in self._accept_all(listener):
                    self._start(client)
            if self._wake in ready:
                self._wake.recv(4096)
                self._drained.set()
                if self._closing:
                    return

    def _start(self, client: socket.socket) -> None:
        seen = Connection()
        self._connections.append(seen)
        before = self._workers[-1][0] if self._one_at_a_time and self._workers else None
        worker = threading.Thread(
            target=self._serve, args=(client, seen, before), name="camera-connection", daemon=True
        )
        try:
            worker.start()
        except RuntimeError as error:  # a limit of threads
            self._note_trouble(error)
            seen.error = self._trouble
            client.close()
        else:
            self._workers.append((worker, client))

    def _serve(
        self, client: socket.socket, seen: Connection, before: threading.Thread | None
    ) -> None:
        if before is not None:
            before.join()
        with client:
            client.settimeout(_SILENCE)
            try:
                if self._context is None:
                    # mbedTLS: MBEDTLS_ERR_SSL_BUFFER_TOO_SMALL; the client sees an end.
                    seen.client_hello = client.recv(16384)[:1] == b"\x16"
                    seen.error = "OSError(-27136, 'MBEDTLS_ERR_SSL_BUFFER_TOO_SMALL')"
                    return
                _talk(CameraTls(client, self._context, seen, self._instead), seen)
            except (OSError, SSL.Error) as error:
                seen.error = str(error) or type(error).__name__


def _talk(tls: CameraTls, seen: Connection) -> None:
    """Serve one connection: handshake, one request, one answer that carries a token."""
    try:
        tls.handshake()
    finally:
        seen.server_name = tls.server_name
    seen.handshake_completed = True
    request = tls.read_request()
    if not request:
        return
    seen.request = request.split(b"\r\n")[0].decode("ascii", "backslashreplace")
    token = secrets.token_hex(16)
    body = token.encode() + b"\n"
    seen.token = token
    tls.answer(
        b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: %d\r\n"
        b"Connection: close\r\n\r\n%s" % (len(body), body)
    )
