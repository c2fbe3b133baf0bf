"""Load a chain in every known way, and see what the camera presents.

Two observations must agree: the presented chain as read from the wire without judging it, and
whether a strict client that trusts only the root connects.
"""

import re
import socket
import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding

from leafonly.cameras import METHODS, Camera, Endpoint, FirmwareLimit, Load, LoadRefused
from leafonly.certificates.chain import Chain, KeyType, PrivateKey, der, pem
from leafonly.tls.flight import Flight, read_flight

__all__ = [
    "LINES",
    "LoadingResult",
    "conclude",
    "examine",
    "key_limit",
    "present",
    "with_other_key",
    "with_pss_signature",
]

LINES: Mapping[str, tuple[str, ...]] = {
    "der_leaf": ("context.load_cert_chain(leaf_der, key_der)",),
    "der_concatenated": ("context.load_cert_chain(leaf_der + intermediate_der, key_der)",),
    "der_appended": (
        "context.load_cert_chain(leaf_der, key_der)",
        "context.load_cert_chain(intermediate_der, key_der)",
    ),
    "pem_leaf": ("context.load_cert_chain(leaf_pem, key_pem)",),
    "pem_full_chain": ("context.load_cert_chain(leaf_pem + intermediate_pem, key_pem)",),
}
"""The MicroPython code for each of `METHODS`."""

_HOST = "localhost"
_HANDSHAKE_FAILURE = 40  # RFC 5246 section 7.2: no acceptable set of security parameters
_TIMEOUT = 90.0  # seconds; a small board takes 25 for one RSA handshake
_MOST_BYTES = 1 << 16  # of a response; the camera's has some 150
_END = re.compile(rb"\r\n\r\n.{32}\n", re.DOTALL)


@dataclass(frozen=True)
class LoadingResult:
    """The result of loading one chain in one way.

    Attributes:
        method: One of `METHODS`, or a description of what was loaded.
        key_type: The leaf's key type.
        loaded: The camera loaded the chain.
        certificates: The presented certificates as DER, in the order sent.
        full_chain: These are leaf and intermediates, in this order.
        accepted: A strict client that trusts only the root got the camera's response.
        key_fits: A client that trusts this leaf itself got it, so the camera has its key.
        client_said: Why the strict client got no response.
        error: Why the camera did not load the chain, or its error with the strict client.
        limit: What this firmware does not support; None if no such limit was seen.

    """

    method: str
    key_type: KeyType
    loaded: bool
    certificates: tuple[bytes, ...] = ()
    full_chain: bool = False
    accepted: bool = False
    key_fits: bool = False
    client_said: str | None = None
    error: str | None = None
    limit: str | None = None

    def as_json(self) -> dict[str, object]:
        """Return the fields of the report."""
        return {
            "method": f"{self.method} ({self.key_type})",
            "loaded": self.loaded,
            "presented": len(self.certificates) if self.loaded else None,
            "subjects": [_subject(certificate) for certificate in self.certificates],
            # A strict client that rejects a presented chain is not an error of the camera.
            "error": None if self.certificates else self.limit or self.error,
        }


def examine(camera: Camera, method: str, chain: Chain, key_type: KeyType) -> LoadingResult:
    """Load a chain by one of `METHODS`, and return what the camera presents.

    Raises:
        CameraError: The camera is gone.
        FlightError: The camera does not speak TLS 1.2.

    """
    return present(camera, METHODS[method](chain), chain, method, key_type)


def present(
    camera: Camera, loads: Sequence[Load], chain: Chain, method: str, key_type: KeyType
) -> LoadingResult:
    """Load anything, and return what the camera presents, compared with `chain`.

    Raises:
        CameraError: The camera is gone.
        FlightError: The camera does not speak TLS 1.2.

    """
    try:
        with camera.serve(loads) as endpoint:
            flight = read_flight(endpoint.address, endpoint.port, _HOST, timeout=_TIMEOUT)
            endpoint.settle()
            accepted, client_said = _visit(endpoint, _trusting(chain.root))
            endpoint.settle()
            error = endpoint.connections[-1].error
            key_fits, _ = _visit(endpoint, _trusting(chain.leaf, alone=True))
    except LoadRefused as refusal:
        limit = str(refusal) if isinstance(refusal, FirmwareLimit) else None
        return LoadingResult(method, key_type, loaded=False, error=str(refusal), limit=limit)
    return LoadingResult(
        method=method,
        key_type=key_type,
        loaded=True,
        certificates=tuple(flight.certificates),
        full_chain=flight.certificates == [der(each) for each in chain.full],
        accepted=accepted,
        key_fits=key_fits,
        client_said=client_said,
        error=error,
        limit=key_limit(flight, chain.key),
    )


def key_limit(flight: Flight, key: PrivateKey | None) -> str | None:
    """Return why a firmware has no handshake for this kind of key; None if it has.

    Args:
        flight: The camera's answer to a current client, which offers no RSA key exchange.
        key: The key that the camera loaded.

    """
    if flight.certificates or flight.alert != _HANDSHAKE_FAILURE:
        return None
    if not isinstance(key, rsa.RSAPrivateKey):
        return None
    # Before, it is commented out in extmod/mbedtls/mbedtls_config_common.h.
    return "this firmware has no ECDHE_RSA cipher suite (MicroPython before 1.24)"


def conclude(rows: Sequence[LoadingResult]) -> str:
    """Return the conclusion; it begins with `limitation confirmed` if the limitation was seen.

    Each key type is judged separately, because firmware may present one chain and not another.

    Args:
        rows: The results of `examine`, for every method and any number of key types.

    """
    is_pem_only = _loads_pem_only(rows)
    with_leaf = "pem_leaf" if is_pem_only else "der_leaf"
    documented = [row for row in rows if row.method == with_leaf and row.limit is None]
    if not documented or any(len(row.certificates) != 1 or row.accepted for row in documented):
        return (
            "limitation not confirmed: the documented call does not present exactly one certificate"
        )
    count = len({row.method for row in rows})
    call = (
        "this firmware loads PEM only, and a file of the leaf alone"
        if is_pem_only
        else "the documented call"
    )
    verb = "makes it send only the leaf" if is_pem_only else "sends only the leaf"
    confirmed = f"limitation confirmed: {call} {verb} ({count} ways tried)"
    key_types: dict[str, list[KeyType]] = {}
    for key_type in dict.fromkeys(row.key_type for row in rows):
        found = _found([row for row in rows if row.key_type == key_type])
        key_types.setdefault(found, []).append(key_type)
    if len(key_types) == 1:
        return f"{confirmed}; {next(iter(key_types))}"
    each = (
        f"with {' and '.join(names)} keys: {found.removeprefix('but ')}"
        for found, names in key_types.items()
    )
    return "; ".join([confirmed, *each])


def _loads_pem_only(rows: Sequence[LoadingResult]) -> bool:
    """Return whether every DER call was refused, and a PEM call was not."""
    der = [row for row in rows if row.method.startswith("der")]
    refused = bool(der) and not any(row.loaded or row.limit for row in der)
    return refused and any(row.loaded for row in rows if row.method.startswith("pem"))


def _found(rows: Sequence[LoadingResult]) -> str:
    """Return what the firmware can present with keys of one type."""
    able = [row.method for row in rows if row.full_chain and row.accepted]
    if able:
        ways = " or ".join("; ".join(LINES[method]) for method in able)
        return f"but this firmware presents the full chain with: {ways}"
    limits = list(dict.fromkeys(row.limit for row in rows if row.limit))
    if any(row.certificates for row in rows):
        reason = f": {limits[0]}" if limits else ""
        return f"this firmware presents the full chain in none of these ways{reason}"
    return limits[0] if limits else "nothing is presented"


def with_pss_signature(leaf: x509.Certificate, issuer_key: rsa.RSAPrivateKey) -> x509.Certificate:
    """Return a leaf signed again with RSASSA-PSS (RFC 4055), which some mbedTLS builds refuse."""
    builder = (
        x509.CertificateBuilder()
        .subject_name(leaf.subject)
        .issuer_name(leaf.issuer)
        .public_key(leaf.public_key())
        .serial_number(leaf.serial_number)
        .not_valid_before(leaf.not_valid_before_utc)
        .not_valid_after(leaf.not_valid_after_utc)
    )
    for extension in leaf.extensions:
        builder = builder.add_extension(extension.value, extension.critical)
    pss = padding.PSS(padding.MGF1(hashes.SHA256()), padding.PSS.DIGEST_LENGTH)
    return builder.sign(issuer_key, hashes.SHA256(), rsa_padding=pss)


def with_other_key(load: Load, key: PrivateKey, chain: Chain) -> Load:
    """Return a load with a key that does not fit its certificate, in the same encoding."""
    other = Chain(chain.leaf, chain.intermediates, chain.root, key)
    form = Encoding.PEM if load.key.startswith(b"-----") else Encoding.DER
    return Load(load.certificate, other.key_bytes(form))


def _trusting(anchor: x509.Certificate, *, alone: bool = False) -> ssl.SSLContext:
    """Return a strict client's context; `alone` if the anchor is the leaf and not a root."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(cadata=pem([anchor]).decode())
    if alone:
        context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    return context


def _visit(endpoint: Endpoint, context: ssl.SSLContext) -> tuple[bool, str | None]:
    """Return whether a client got the camera's token, and its error message if not."""
    answer = b""
    try:
        with (
            socket.create_connection((endpoint.address, endpoint.port), _TIMEOUT) as connection,
            context.wrap_socket(connection, server_hostname=_HOST) as tls,
        ):
            tls.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
            # Boards close without close_notify, so the length of the body marks the end.
            while len(answer) < _MOST_BYTES and not _END.search(answer):
                data = tls.recv(4096)
                if not data:
                    break
                answer += data
    except OSError as error:
        return False, str(error) or type(error).__name__
    endpoint.settle()
    token = answer.partition(b"\r\n\r\n")[2].decode("ascii", "replace").strip()
    if token and token == endpoint.connections[-1].token:
        return True, None
    return False, "the camera's response is incomplete"


def _subject(certificate: bytes) -> str:
    try:
        return x509.load_der_x509_certificate(certificate).subject.rfc4514_string()
    except ValueError:
        return "unreadable"
