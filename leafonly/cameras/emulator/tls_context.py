"""OpenSSL configured to send a camera's flight.

Tested against the flight recorded from MicroPython 1.28 built as OpenMV firmware 5.0.0 is
(`tests/data/camera-profile/`): TLS 1.2, the camera's suites, curves and signature algorithms, no
extended master secret, no tickets, no resumption.
"""

import contextlib
import socket
from collections.abc import Callable, Sequence
from typing import TypeVar

from cryptography import x509
from OpenSSL import SSL

from leafonly.cameras import Connection
from leafonly.cameras.emulator.mismatched_key import put_certificates
from leafonly.cameras.emulator.profiles import DEFAULT, TlsVersion
from leafonly.certificates.chain import PrivateKey
from leafonly.tls.alerts import ALERTS

__all__ = ["CameraTls", "camera_context"]

T = TypeVar("T")

# pyOpenSSL 26.4 binds the setters of curves and signature algorithms, but offers neither.
_openssl = SSL._lib  # type: ignore[attr-defined]

_VERSIONS = {"1.2": SSL.TLS1_2_VERSION, "1.3": SSL.TLS1_3_VERSION}

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


class CameraTls:
    """One TLS connection over memory BIOs, so that time limits and ends are the socket's.

    Args:
        client: The connected socket; its time limit holds for every read.
        context: From `camera_context`.
        seen: The record of this connection, which is filled in.
        instead: DER certificates that replace the context's; none to keep those.

    Everything raises OSError where the socket does, and SSL.Error where OpenSSL does.

    """

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
        """The SNI that the client sent."""
        name = self._connection.get_servername()
        return name.decode("ascii", "backslashreplace") if name else None

    def handshake(self) -> None:
        """Do the handshake."""
        self._until_done(self._connection.do_handshake)
        self._flush()

    def read_request(self) -> bytes:
        """Read to the end of a request's headers, or as far as it goes."""
        request = b""
        while b"\r\n\r\n" not in request and len(request) < _MOST_REQUEST_BYTES:
            try:
                request += self._until_done(lambda: self._connection.recv(4096))
            except (SSL.ZeroReturnError, ConnectionError):
                break
        return request

    def answer(self, data: bytes) -> None:
        """Send the answer and close_notify, and wait until the client has closed."""
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
                # Send our alert first, because the client's message depends on it.
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


def camera_context(
    certificates: Sequence[x509.Certificate],
    key: PrivateKey,
    versions: Sequence[TlsVersion] = DEFAULT.tls_versions,
) -> SSL.Context:
    """Return a context that presents these certificates as a camera does.

    Args:
        certificates: What is presented, the leaf first.
        key: The leaf's key.
        versions: The TLS versions that the camera speaks, the oldest first.

    Raises:
        RuntimeError: This OpenSSL lacks what the camera's flight needs.

    """
    context = SSL.Context(SSL.TLS_SERVER_METHOD)
    context.set_min_proto_version(_VERSIONS[versions[0]])
    context.set_max_proto_version(_VERSIONS[versions[-1]])
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
        seen.client_left = seen.client_left or seen.alert == "close_notify"
