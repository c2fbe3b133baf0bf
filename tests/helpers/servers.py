"""TLS servers of every kind on loopback, each different from a plain one in one way.

`SERVERS` maps a name to a context manager that takes an empty folder and gives a `Served`.
What a server deserves is written nowhere here: OpenSSL and GnuTLS say it when a test runs.
"""

import contextlib
import functools
import socket
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from leafonly.cameras import Load
from leafonly.cameras.emulator.camera import Emulator
from leafonly.certificates.chain import der, pem
from leafonly.gateways import free_ports
from tests.helpers.laboratory import CHAINS
from tests.helpers.making import LEAF, LOWER, ROOT, Laid, key_of, lay, make


@dataclass(frozen=True)
class Served:
    """A server that runs.

    Attributes:
        port: On 127.0.0.1.
        laid: The chain that it presents, and what its clients trust and want.

    """

    port: int
    laid: Laid


Serving = Callable[[Path], AbstractContextManager[Served]]


SERVERS: dict[str, Serving] = {}


def enter(name: str, serving: Serving) -> None:
    if name in SERVERS:
        raise ValueError(f"two servers are called {name}")
    SERVERS[name] = serving


def written(laid: Laid, directory: Path) -> tuple[Path, Path]:
    """Write a chain and its key as servers load them."""
    chain, key = directory / "served.pem", directory / "served.key"
    chain.write_bytes(pem(laid.presented))
    key.write_bytes(
        laid.key.private_bytes(  # type: ignore[attr-defined]
            Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
        )
    )
    return chain, key


# --- servers of Python's own TLS, in a thread


@contextlib.contextmanager
def listening(answer: Callable[[socket.socket], None]) -> Iterator[int]:
    """Let `answer` have every connection, each in a thread; whatever it does to it is fine."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve(connection: socket.socket) -> None:
            with connection, contextlib.suppress(OSError, ssl.SSLError):
                connection.settimeout(10)
                answer(connection)

        def accept() -> None:
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                threading.Thread(target=serve, args=(connection,), daemon=True).start()

        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            with contextlib.suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            thread.join(10)


@contextlib.contextmanager
def python(laid: Callable[[], Laid], version: ssl.TLSVersion, directory: Path) -> Iterator[Served]:
    """Serve a chain of any kind: what OpenSSL holds against it does not matter to a server."""
    chain = laid()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = context.maximum_version = version
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.load_cert_chain(*written(chain, directory))

    def answer(connection: socket.socket) -> None:
        with context.wrap_socket(connection, server_side=True) as tls:
            tls.recv(4096)

    with listening(answer) as port:
        yield Served(port, chain)


for _number, (_name, _laid) in enumerate(CHAINS.items()):
    _version = (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3)[_number % 2]
    enter(f"chain_{_name}", functools.partial(python, _laid, _version))


# --- `openssl s_server`


@contextlib.contextmanager
def s_server(
    laid: Callable[[], Laid], arguments: tuple[str, ...], directory: Path
) -> Iterator[Served]:
    """Run `openssl s_server`; of its arguments, `{directory}` is replaced."""
    given = laid()
    chain, key = written(given, directory)
    leaf = directory / "leaf.pem"
    leaf.write_bytes(pem(given.presented[:1]))
    command = [
        *("openssl", "s_server", "-accept", "127.0.0.1:0", "-www"),
        *("-cert", str(leaf), "-key", str(key), "-cert_chain", str(chain)),
        *(each.replace("{directory}", str(directory)) for each in arguments),
    ]
    # -cert_chain holds the leaf, too, and sends it twice; its others are a file of their own.
    chain.write_bytes(pem(given.presented[1:]))
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL
    ) as process:
        try:
            assert process.stdout is not None
            line = next((each for each in process.stdout if each.startswith(b"ACCEPT")), b"")
            assert line, f"{' '.join(command)} does not start"
            yield Served(int(line.rsplit(b":", 1)[1]), given)
        finally:
            process.kill()


def s_servers(laid: Callable[[], Laid], servers: dict[str, str]) -> None:
    for name, arguments in servers.items():
        enter(name, functools.partial(s_server, laid, tuple(arguments.split())))


RSA = functools.cache(lambda: lay(leaf=replace(LEAF, key="rsa2048")))
EC = CHAINS["good"]
ALL = "-cipher ALL:COMPLEMENTOFALL:@SECLEVEL=0"

s_servers(
    EC,
    {
        "tls12_ecdsa": "-tls1_2",
        "tls13_ecdsa": "-tls1_3",
        "tls12_and_13": "",
        "tls10_ecdsa": f"-tls1 {ALL}",
        "tls11_ecdsa": f"-tls1_1 {ALL}",
        "cbc_ecdsa": "-tls1_2 -cipher ECDHE-ECDSA-AES256-SHA",
        "ccm_ecdsa": "-tls1_2 -cipher ECDHE-ECDSA-AES128-CCM",
        "ccm8_ecdsa": "-tls1_2 -cipher ECDHE-ECDSA-AES256-CCM8:@SECLEVEL=0",
        "null_cipher_ecdsa": "-tls1_2 -cipher ECDHE-ECDSA-NULL-SHA:@SECLEVEL=0",
        "curve_p521": "-tls1_2 -groups P-521",
        "curve_x448": "-tls1_2 -groups X448",
        "curve_secp256k1": "-tls1_2 -groups secp256k1:P-256",
        "curve_brainpool": "-tls1_2 -groups brainpoolP256r1:P-256",
        "signature_sha1_ecdsa": f"-tls1_2 -sigalgs ECDSA+SHA1 {ALL}",
        "hello_retry_request": "-tls1_3 -groups P-521",
        "hello_retry_request_stateless": "-tls1_3 -stateless",
        "tls13_ccm": "-tls1_3 -ciphersuites TLS_AES_128_CCM_SHA256",
        "tls13_ccm8": "-tls1_3 -ciphersuites TLS_AES_128_CCM_8_SHA256",
        "tls13_chacha": "-tls1_3 -ciphersuites TLS_CHACHA20_POLY1305_SHA256",
        "tls13_without_middlebox_ccs": "-tls1_3 -no_middlebox",
        "tls13_many_tickets": "-tls1_3 -num_tickets 8",
        "tls13_fragments": "-tls1_3 -max_send_frag 512",
        "fragments": "-tls1_2 -max_send_frag 512",
        "no_tickets": "-tls1_2 -no_ticket",
        "demands_certificate_tls12": "-tls1_2 -Verify 3",
        "demands_certificate_tls13": "-tls1_3 -Verify 3",
        "asks_for_certificate_tls12": "-tls1_2 -verify 3",
        "asks_for_certificate_tls13": "-tls1_3 -verify 3",
        "warns_unrecognized_name": "-tls1_2 -servername other.example.com "
        "-cert2 {directory}/leaf.pem -key2 {directory}/served.key",
        "warns_unrecognized_name_tls13": "-tls1_3 -servername other.example.com "
        "-cert2 {directory}/leaf.pem -key2 {directory}/served.key",
        "refuses_the_name": "-tls1_2 -servername other.example.com -servername_fatal "
        "-cert2 {directory}/leaf.pem -key2 {directory}/served.key",
        "cipher_with_other_key": "-tls1_2 -cipher ECDHE-RSA-AES128-GCM-SHA256",
    },
)
s_servers(
    RSA,
    {
        "tls12_rsa": "-tls1_2",
        "tls13_rsa": "-tls1_3",
        "tls10_rsa": f"-tls1 {ALL}",
        "tls11_rsa": f"-tls1_1 {ALL}",
        "tls10_rsa_key_exchange": "-tls1 -cipher AES128-SHA:@SECLEVEL=0",
        "tls10_dhe": "-tls1 -cipher DHE-RSA-AES128-SHA:@SECLEVEL=0",
        "cbc_rsa": "-tls1_2 -cipher ECDHE-RSA-AES128-SHA",
        "cbc_sha384": "-tls1_2 -cipher ECDHE-RSA-AES256-SHA384",
        "rsa_key_exchange_gcm": "-tls1_2 -cipher AES128-GCM-SHA256",
        "rsa_key_exchange_cbc": "-tls1_2 -cipher AES256-SHA256",
        "rsa_key_exchange_ccm": "-tls1_2 -cipher AES128-CCM",
        "rsa_key_exchange_ccm8": "-tls1_2 -cipher AES128-CCM8:@SECLEVEL=0",
        "rsa_key_exchange_camellia": "-tls1_2 -cipher CAMELLIA128-SHA",
        "rsa_key_exchange_null": "-tls1_2 -cipher NULL-SHA256:@SECLEVEL=0",
        "rsa_key_exchange_demands_certificate": "-tls1_2 -Verify 3 -cipher AES128-GCM-SHA256",
        "dhe_gcm": "-tls1_2 -cipher DHE-RSA-AES128-GCM-SHA256",
        "dhe_ccm": "-tls1_2 -cipher DHE-RSA-AES256-CCM",
        "dhe_chacha": "-tls1_2 -cipher DHE-RSA-CHACHA20-POLY1305",
        "ecdhe_aria": "-tls1_2 -cipher ECDHE-ARIA128-GCM-SHA256",
        "ecdhe_camellia": "-tls1_2 -cipher ECDHE-RSA-CAMELLIA128-SHA256",
        "signature_pss": "-tls1_2 -sigalgs RSA-PSS+SHA256",
        "signature_pss_sha512": "-tls1_2 -sigalgs RSA-PSS+SHA512",
        "signature_sha1_rsa": f"-tls1_2 -sigalgs RSA+SHA1 {ALL}",
        "tls13_rsa_demands_certificate": "-tls1_3 -Verify 3",
    },
)
_WITHOUT_SIGNING = functools.cache(lambda: lay(leaf=replace(LEAF, key="rsa2048", signs=False)))
s_servers(
    _WITHOUT_SIGNING,
    {
        "leaf_without_digital_signature_tls12": "-tls1_2",
        "leaf_without_digital_signature_tls13": "-tls1_3",
        "leaf_without_digital_signature_rsa": "-tls1_2 -cipher AES128-GCM-SHA256",
    },
)
_EC_WITHOUT_SIGNING = functools.cache(lambda: lay(leaf=replace(LEAF, signs=False)))
s_servers(
    _EC_WITHOUT_SIGNING,
    {"ec_leaf_without_digital_signature_tls12": "-tls1_2"},
)
s_servers(CHAINS["ed25519_leaf"], {"ed25519_tls12": "-tls1_2", "ed25519_tls13": "-tls1_3"})


# --- servers of other makes


@contextlib.contextmanager
def gnutls(
    laid: Callable[[], Laid], priority: str, arguments: tuple[str, ...], directory: Path
) -> Iterator[Served]:
    """Run `gnutls-serv`, which does not say which port it has."""
    given = laid()
    chain, key = written(given, directory)
    (port,) = free_ports(1)
    command = [
        *("gnutls-serv", "--http", "--port", str(port), "--priority", priority, *arguments),
        *("--x509certfile", str(chain), "--x509keyfile", str(key)),
    ]
    with subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL
    ) as process:
        try:
            assert process.stderr is not None
            ready = next((each for each in process.stderr if b"IPv4" in each), b"")
            assert b"done" in ready, f"{' '.join(command)}: {ready!r}"
            threading.Thread(target=process.stderr.read, daemon=True).start()
            yield Served(port, given)
        finally:
            process.kill()


for _name, _laid, _priority in (
    ("gnutls_tls12", EC, "NORMAL:-VERS-ALL:+VERS-TLS1.2"),
    ("gnutls_tls13", EC, "NORMAL:-VERS-ALL:+VERS-TLS1.3"),
    ("gnutls_tls10", RSA, "NORMAL:-VERS-ALL:+VERS-TLS1.0"),
    ("gnutls_rsa_key_exchange", RSA, "NORMAL:-VERS-ALL:+VERS-TLS1.2:-KX-ALL:+RSA"),
    ("gnutls_dhe", RSA, "NORMAL:-VERS-ALL:+VERS-TLS1.2:-KX-ALL:+DHE-RSA"),
):
    enter(_name, functools.partial(gnutls, _laid, _priority, ("--disable-client-cert",)))
enter(
    "gnutls_demands_certificate",
    functools.partial(gnutls, EC, "NORMAL", ("--require-client-cert",)),
)


# --- flights that no library sends


def _vector(width: int, data: bytes) -> bytes:
    return len(data).to_bytes(width, "big") + data


def message(kind: int, body: bytes) -> bytes:
    return bytes([kind]) + _vector(3, body)


def record(kind: int, body: bytes, version: int = 0x0303) -> bytes:
    return bytes([kind]) + version.to_bytes(2, "big") + _vector(2, body)


def flight(certificates: list[bytes], suite: int = 0x002F) -> bytes:
    """Make a TLS 1.2 flight with RSA key exchange, as handshake messages."""
    hello = b"\x03\x03" + bytes(32) + b"\0" + suite.to_bytes(2, "big") + b"\0"
    entries = b"".join(_vector(3, each) for each in certificates)
    return message(2, hello) + message(11, _vector(3, entries)) + message(14, b"")


def records(messages: bytes, size: int = 16384) -> bytes:
    """Put handshake messages in records of this size."""
    pieces = [messages[at : at + size] for at in range(0, len(messages), size)]
    return b"".join(record(22, each) for each in pieces)


@contextlib.contextmanager
def raw(answer: Callable[[Laid], bytes], directory: Path) -> Iterator[Served]:
    """Answer a ClientHello by these bytes, and end."""
    laid = RSA()
    data = answer(laid)

    def send(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(data)
        connection.shutdown(socket.SHUT_WR)
        while connection.recv(65536):
            pass

    with listening(send) as port:
        yield Served(port, laid)


def whole(laid: Laid) -> bytes:
    return flight([der(each) for each in laid.presented])


def namesakes() -> tuple[bytes, ...]:
    return (der(make(replace(LOWER, key="other"), ROOT)),) * 475 + (der(make(LOWER, ROOT)),) * 475


for _name, _answer in {
    "raw_one_byte_records": lambda laid: records(whole(laid), 1),
    "raw_one_record": lambda laid: records(whole(laid)),
    "raw_warning_first": lambda laid: record(21, b"\x01\x70") + records(whole(laid)),
    "raw_empty_record_first": lambda laid: record(22, b"") + records(whole(laid)),
    "raw_refusal": lambda laid: record(21, b"\x02\x28"),
    "raw_close_notify": lambda laid: record(21, b"\x01\x00"),
    "raw_nothing": lambda laid: b"",
    "raw_http": lambda laid: b"HTTP/1.1 400 Bad Request\r\n\r\n",
    "raw_ssh": lambda laid: b"SSH-2.0-dropbear\r\n",
    "raw_no_certificates": lambda laid: records(flight([])),
    "raw_empty_certificate": lambda laid: records(flight([b""])),
    "raw_garbage_certificate": lambda laid: records(flight([b"\x30\x03\x02\x01\x01"])),
    "raw_950_of_one_name": lambda laid: records(
        flight([der(laid.leaf), *namesakes()]),
    ),
    "raw_truncated": lambda laid: records(whole(laid))[:-30],
}.items():
    enter(_name, functools.partial(raw, _answer))


@functools.cache
@contextlib.contextmanager
def wrong_key(directory: Path) -> Iterator[Served]:
    """Present a leaf with another key than its own, as mbedTLS does without noticing."""
    laid = EC()
    key = key_of("another key").private_bytes(
        Encoding.DER, PrivateFormat.TraditionalOpenSSL, NoEncryption()
    )
    loads = [Load(der(each), key) for each in laid.presented]
    with Emulator().serve(loads) as endpoint:
        yield Served(endpoint.port, laid)


enter("wrong_key", wrong_key)
