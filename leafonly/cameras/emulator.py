"""A camera in software: the flight, the loading rules and the refusals of a DER-only board.

OpenSSL, through pyOpenSSL, is held to the flight recorded from MicroPython 1.28 built as
OpenMV firmware 5.0.0 is (`fixtures/camera-profile/`): TLS 1.2, the camera's suites, curves
and signature algorithms, no extended master secret, no tickets, no resumption.
"""

import contextlib
import os
import secrets
import select
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from cryptography import x509
from OpenSSL import SSL

from leafonly.cameras import CameraInfo, Connection, Load
from leafonly.cameras.alerts import ALERTS
from leafonly.cameras.loading import load
from leafonly.cameras.loopback import LoopbackEndpoint
from leafonly.cameras.mismatch import belong_together, put_certificates, stand_in
from leafonly.limits import CERTIFICATE_MESSAGE_LIMIT, certificate_message_size
from leafonly.pki import PrivateKey, der

T = TypeVar("T")

# pyOpenSSL 26.4 binds the setters of curves and signature algorithms, but offers neither.
_openssl = SSL._lib  # type: ignore[attr-defined]

__all__ = ["EmulatedEndpoint", "Emulator"]

# Measured on the faithful build: 18 suites, of which OpenSSL still has all that use GCM or
# CBC with ECDHE or RSA key exchange; `@SECLEVEL=0` keeps the SHA-1 MACs among them.
_SUITES = (
    b"ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:"
    b"ECDHE-ECDSA-AES256-SHA384:ECDHE-RSA-AES256-SHA384:"
    b"ECDHE-ECDSA-AES256-SHA:ECDHE-RSA-AES256-SHA:"
    b"ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:"
    b"ECDHE-ECDSA-AES128-SHA256:ECDHE-RSA-AES128-SHA256:"
    b"ECDHE-ECDSA-AES128-SHA:ECDHE-RSA-AES128-SHA:"
    b"AES256-GCM-SHA384:AES256-SHA256:AES256-SHA:"
    b"AES128-GCM-SHA256:AES128-SHA256:AES128-SHA:@SECLEVEL=0"
)
_CURVES = b"P-256:P-384:P-521"
_SIGNATURES = b"ECDSA+SHA256:RSA+SHA256:ECDSA+SHA384:RSA+SHA384:ECDSA+SHA512:RSA+SHA512"

# Bits of SSL_CTX_set_options that pyOpenSSL has no name for (OpenSSL's include/openssl/ssl.h).
_OP_NO_EXTENDED_MASTER_SECRET = 1 << 0
_OP_NO_RENEGOTIATION = 1 << 30

_MOST_REQUEST_BYTES = 16384
_SILENCE = 30.0  # seconds a client may stay silent; browsers preconnect and wait
_STRAGGLERS = 1.0  # seconds for connections whose client is gone to come to their end


class Emulator:
    """A camera on this machine's loopback; serves any number of presentations at once.

    Args:
        one_at_a_time: Serve a connection only when the one before has ended, as the
            single-threaded script on a board does.

    """

    def __init__(self, *, one_at_a_time: bool = False) -> None:
        self._one_at_a_time = one_at_a_time

    def info(self) -> CameraInfo:
        """Say what this camera is."""
        library = SSL.OpenSSL_version(SSL.OPENSSL_VERSION).decode()
        return CameraInfo(
            kind="emulator",
            description="a DER-only camera (OpenMV firmware 5.0.0) in software",
            firmware=None,
            tls_version=library,
            link="loopback",
        )

    def close(self) -> None:
        """Nothing outlives a presentation."""

    @contextlib.contextmanager
    def serve(self, loads: Sequence[Load]) -> Iterator["EmulatedEndpoint"]:
        """Load certificates as a board would, and serve them until the context ends.

        Raises:
            LoadRefused: A board refuses them.
            OSError: No loopback port is free.

        """
        certificates, key = load(loads)
        endpoint = EmulatedEndpoint(certificates, key, one_at_a_time=self._one_at_a_time)
        try:
            yield endpoint
        finally:
            endpoint.close()


class EmulatedEndpoint(LoopbackEndpoint):
    """One presentation on loopback, each connection in a thread of its own."""

    def __init__(
        self, certificates: Sequence[x509.Certificate], key: PrivateKey, *, one_at_a_time: bool
    ) -> None:
        fits = certificate_message_size(certificates) <= CERTIFICATE_MESSAGE_LIMIT
        self._context: SSL.Context | None = None
        self._instead: list[bytes] = []
        if fits and belong_together(certificates[0], key):
            self._context = _context(certificates, key)
        elif fits:
            self._context = _context([stand_in(key)], key)
            self._instead = [der(certificate) for certificate in certificates]
        super().__init__()
        self._one_at_a_time = one_at_a_time
        self._workers: list[tuple[threading.Thread, socket.socket]] = []
        self._wake, self._woken = os.pipe()
        self._drained = threading.Event()
        self._closing = False
        self._acceptor = threading.Thread(target=self._accept_all, name="camera", daemon=True)
        self._acceptor.start()

    def settle(self) -> None:
        """Accept what still waits in the queue, and wait for the connections to end."""
        self._drained.clear()
        os.write(self._woken, b"s")
        self._drained.wait()
        for worker, connection in list(self._workers):
            worker.join(_STRAGGLERS)
            if worker.is_alive():
                # Its client is gone but somebody else holds its socket: end it from here.
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)
                worker.join()
        self._workers.clear()

    def close(self) -> None:
        """End every connection and every thread, and free the port."""
        self._closing = True
        self.settle()
        self._acceptor.join()
        for listener in self._listeners:
            listener.close()
        os.close(self._wake)
        os.close(self._woken)

    def _accept_all(self) -> None:
        while True:
            waiting: list[socket.socket | int] = [*self._listeners, self._wake]
            ready, _, _ = select.select(waiting, [], [])
            for listener in self._listeners:
                for client in self._who_waits(listener):
                    self._start(client)
            if self._wake in ready:
                os.read(self._wake, 1)
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
        self._workers.append((worker, client))
        worker.start()

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
                _talk(_Tls(client, self._context, seen, self._instead), seen)
            except (OSError, SSL.Error) as error:
                seen.error = str(error) or type(error).__name__


def _talk(tls: "_Tls", seen: Connection) -> None:
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


class _Tls:
    """One TLS connection over memory BIOs, so that time limits and ends are the socket's."""

    def __init__(
        self,
        client: socket.socket,
        context: SSL.Context,
        seen: Connection,
        instead: Sequence[bytes],
    ) -> None:
        self._client, self._seen, self._instead = client, seen, instead
        self._connection = SSL.Connection(context, None)
        self._connection.set_app_data(seen)
        self._connection.set_accept_state()

    @property
    def server_name(self) -> str | None:
        name = self._connection.get_servername()
        return name.decode("ascii", "backslashreplace") if name else None

    def handshake(self) -> None:
        self._until_done(self._connection.do_handshake)
        self._flush()

    def read_request(self) -> bytes:
        request = b""
        while b"\r\n\r\n" not in request and len(request) < _MOST_REQUEST_BYTES:
            try:
                request += self._until_done(lambda: self._connection.recv(4096))
            except (SSL.ZeroReturnError, ConnectionError):
                break
        return request

    def answer(self, data: bytes) -> None:
        self._connection.sendall(data)
        self._connection.shutdown()
        self._flush()
        self._client.shutdown(socket.SHUT_WR)
        # Read to the client's end: closing over unread bytes would reset the answer away.
        while self._client.recv(4096):
            pass

    def _until_done(self, step: Callable[[], T]) -> T:
        while True:
            try:
                return step()
            except SSL.WantReadError:
                self._flush()
                self._feed()
            except SSL.Error:
                # Send our alert before anything else: the client's words depend on it.
                self._flush()
                raise

    def _feed(self) -> None:
        data = self._client.recv(16384)
        if not data:
            raise ConnectionError("the client closed the connection")
        self._seen.client_hello = self._seen.client_hello or data[0] == 0x16
        self._connection.bio_write(data)

    def _flush(self) -> None:
        data = b""
        with contextlib.suppress(SSL.WantReadError):
            while True:
                data += self._connection.bio_read(16384)
        self._client.sendall(put_certificates(data, self._instead) if self._instead else data)


def _context(certificates: Sequence[x509.Certificate], key: PrivateKey) -> SSL.Context:
    context = SSL.Context(SSL.TLS_SERVER_METHOD)
    context.set_min_proto_version(SSL.TLS1_2_VERSION)
    context.set_max_proto_version(SSL.TLS1_2_VERSION)
    context.set_options(
        SSL.OP_NO_TICKET
        | SSL.OP_CIPHER_SERVER_PREFERENCE
        | _OP_NO_EXTENDED_MASTER_SECRET
        | _OP_NO_RENEGOTIATION
    )
    # mbedTLS sends a session id that it will not know again; so do we.
    context.set_session_cache_mode(SSL.SESS_CACHE_SERVER | SSL.SESS_CACHE_NO_INTERNAL)
    context.set_session_id(b"camera")
    context.set_cipher_list(_SUITES)
    for setter, names in (
        (_openssl.SSL_CTX_set1_curves_list, _CURVES),
        (_openssl.SSL_CTX_set1_sigalgs_list, _SIGNATURES),
    ):
        if setter(context._context, names) != 1:
            raise RuntimeError(f"OpenSSL refuses {names.decode()}")
    context.set_info_callback(_note_alert)
    context.use_privatekey(key)
    context.use_certificate(certificates[0])
    for certificate in certificates[1:]:
        context.add_extra_chain_cert(certificate)
    return context


def _note_alert(connection: SSL.Connection, where: int, value: int) -> None:
    if where == SSL.SSL_CB_READ_ALERT:
        seen = connection.get_app_data()
        description = value & 0xFF
        seen.alert = seen.alert or ALERTS.get(description, str(description))
