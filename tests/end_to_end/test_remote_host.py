"""A camera that is deployed already: what its records tell, and how clients meet it."""

import contextlib
import socket
import ssl
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding

from leafonly.cameras import METHODS, CameraError, Connection, LoadRefused
from leafonly.cameras import remote as deployed
from leafonly.cameras.emulator.camera import Emulator
from leafonly.cameras.remote import REFUSED, RemoteCamera
from leafonly.certificates.authority import Authority
from leafonly.certificates.chain import Chain, pem
from leafonly.certificates.inspection import key_name
from leafonly.certificates.issuer_site import IssuerSite
from leafonly.clients import CLIENTS, Client
from leafonly.clients.measured import measured
from leafonly.gateways import free_ports
from leafonly.harness.cell import Cell
from leafonly.harness.subjects.remote_host import read_remote_host, remote_bench
from leafonly.tls.address import Target
from leafonly.tls.client_hello import client_hello
from leafonly.tls.flight import FlightError
from leafonly.tls.passive_observer import PassiveObserver
from tests.helpers.default_context import kind_of_a_stored_intermediate
from tests.helpers.servers import record

NAME = "cam.example.test"
AUTHORITY = Authority()
HONEST = CLIENTS["urllib"]
STORED = kind_of_a_stored_intermediate()
VERSIONS = {"tls12": ssl.TLSVersion.TLSv1_2, "tls13": ssl.TLSVersion.TLSv1_3}


@contextlib.contextmanager
def server(
    directory: Path,
    version: ssl.TLSVersion,
    answer: bytes = b"HTTP/1.0 200 OK\r\n\r\nhello",
    *,
    demands_certificate: bool = False,
) -> Iterator[Target]:
    """Serve a full chain with Python's own TLS, one connection after the other."""
    chain = AUTHORITY.issue(NAME)
    (directory / "full.pem").write_bytes(pem(chain.full))
    (directory / "key.pem").write_bytes(chain.key_bytes(Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = context.maximum_version = version
    context.load_cert_chain(directory / "full.pem", directory / "key.pem")
    if demands_certificate:
        context.verify_mode = ssl.CERT_REQUIRED
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with (
                connection,
                contextlib.suppress(OSError),
                context.wrap_socket(connection, server_side=True) as tls,
            ):
                if tls.recv(4096):
                    tls.sendall(answer)
                    while not answer.startswith(b"HTTP"):
                        tls.sendall(answer)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield Target("127.0.0.1", listener.getsockname()[1])
    finally:
        # A thread in accept() is not woken by close() alone.
        with contextlib.suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(10)


def verifying() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(cadata=pem([AUTHORITY.root]).decode())
    return context


def seen_of(
    target: Target, context: ssl.SSLContext, request: bytes, *, waits: bool = False
) -> tuple[Connection, bytes]:
    """Let a client with these settings come; what was seen of it, and what it got.

    A client that waits reads what the server says to its handshake before it leaves.
    """
    got = b""
    with RemoteCamera([target]).serve(()) as endpoint:
        with (
            contextlib.suppress(OSError),
            socket.create_connection((endpoint.address, endpoint.port), 10) as plain,
            context.wrap_socket(plain, server_hostname=NAME) as tls,
        ):
            tls.sendall(request)
            if waits:
                tls.recv(1)
            while request and (data := tls.recv(4096)):
                got += data
            tls.unwrap()
        endpoint.settle()
        return endpoint.connections[0], got


@pytest.mark.parametrize("version", VERSIONS.values(), ids=VERSIONS)
def test_a_request_is_seen_in_the_records(tmp_path: Path, version: ssl.TLSVersion) -> None:
    with server(tmp_path, version) as target:
        seen, got = seen_of(target, verifying(), b"GET / HTTP/1.0\r\n\r\n")
    assert got.endswith(b"hello")
    assert (seen.client_hello, seen.handshake_completed) == (True, True)
    assert seen.request
    assert seen.server_name == NAME


@pytest.mark.parametrize("version", VERSIONS.values(), ids=VERSIONS)
def test_a_rejection_is_no_request(tmp_path: Path, version: ssl.TLSVersion) -> None:
    stranger = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    with server(tmp_path, version) as target:
        seen, _ = seen_of(target, stranger, b"GET / HTTP/1.0\r\n\r\n")
    assert (seen.client_hello, seen.handshake_completed, seen.request) == (True, False, None)


@pytest.mark.parametrize("version", VERSIONS.values(), ids=VERSIONS)
def test_a_client_that_leaves_after_the_handshake_has_asked_for_nothing(
    tmp_path: Path, version: ssl.TLSVersion
) -> None:
    """Some judge only then; in TLS 1.3 their alert looks like data."""
    with server(tmp_path, version) as target:
        seen, _ = seen_of(target, verifying(), b"")
    assert (seen.handshake_completed, seen.request) == (True, None)


def test_an_alert_in_place_of_the_finished_completes_nothing(tmp_path: Path) -> None:
    """So GnuTLS, Go and NSS reject in TLS 1.3: encrypted, and told by its length alone."""
    hello = client_hello(NAME, verifying())
    with (
        server(tmp_path, ssl.TLSVersion.TLSv1_3) as target,
        socket.create_connection((target.host, target.port), 10) as plain,
    ):
        plain.sendall(hello)
        flight = plain.recv(1 << 16)
    observer = PassiveObserver()
    observer.read_client(hello)
    observer.read_server(flight)
    observer.read_client(b"\x17\x03\x03\x00\x13" + bytes(19))
    assert (observer.handshake_completed, observer.request_seen) == (False, False)


def test_a_stream_without_end_does_not_hold_a_client(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deployed, "_LONGEST_ANSWER", 0.2)
    with server(tmp_path, ssl.TLSVersion.TLSv1_2, b"frame") as target:
        seen, got = seen_of(target, verifying(), b"GET / HTTP/1.0\r\n\r\n")
    assert got.startswith(b"frameframe")
    assert seen.request


@pytest.mark.parametrize("version", VERSIONS.values(), ids=VERSIONS)
def test_a_camera_that_refuses_the_client_is_seen(tmp_path: Path, version: ssl.TLSVersion) -> None:
    with server(tmp_path, version, demands_certificate=True) as target:
        refused, _ = seen_of(target, verifying(), b"", waits=True)
        stranger = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        rejecting, _ = seen_of(target, stranger, b"", waits=True)
    assert refused.error == REFUSED
    assert rejecting.error != REFUSED


def test_nothing_can_be_loaded_onto_it() -> None:
    camera = RemoteCamera([Target("localhost", 1)])
    loads = METHODS["der_leaf"](AUTHORITY.issue(NAME))
    with pytest.raises(LoadRefused, match="cannot change what"), camera.serve(loads):
        pass


def test_a_camera_that_is_gone_is_an_error_of_the_cell() -> None:
    (port,) = free_ports(1)
    with RemoteCamera([Target("127.0.0.1", port)]).serve(()) as endpoint:
        with socket.create_connection((endpoint.address, endpoint.port), 10) as plain:
            plain.sendall(b"\x16")
            plain.recv(1)
        with pytest.raises(CameraError, match="nothing answers"):
            endpoint.settle()


@pytest.fixture
def chain() -> Chain:
    return AUTHORITY.issue(NAME)


@contextlib.contextmanager
def emulated(chain: Chain, method: str) -> Iterator[Target]:
    with Emulator().serve(METHODS[method](chain)) as endpoint:
        yield Target(endpoint.address, endpoint.port)


def outcomes(
    target: Target,
    directory: Path,
    trusted: list[x509.Certificate] | None,
    client: Client = HONEST,
) -> dict[str, Cell]:
    found = read_remote_host(target, NAME, trusted)
    directory.mkdir()
    with remote_bench(RemoteCamera([target]), found, directory) as bench:
        return {each.name: bench.measure(client, each, found.key_type) for each in found.scenarios}


def told(cells: dict[str, Cell]) -> dict[str, str]:
    return {name: cell.outcome for name, cell in cells.items()}


def test_what_it_presents_says_what_clients_are_asked(chain: Chain, tmp_path: Path) -> None:
    root, issuer = chain.root, chain.intermediates[0]
    with emulated(chain, "der_leaf") as target:
        assert told(outcomes(target, tmp_path / "1", [root])) == {
            "absent": "rejected: missing_issuer"
        }
        assert told(outcomes(target, tmp_path / "2", [root, issuer])) == {
            "absent": "rejected: missing_issuer",
            "cached": f"accepted: {STORED}",
        }
    with emulated(chain, "der_appended") as target:
        assert told(outcomes(target, tmp_path / "3", [root])) == {"full_chain": "accepted"}
        stranger = Authority().root
        assert told(outcomes(target, tmp_path / "4", [stranger])) == {
            "full_chain": "rejected: untrusted_root"
        }
    with emulated(AUTHORITY.issue(NAME, aia="http://127.0.0.1:9/"), "der_leaf") as target:
        assert told(outcomes(target, tmp_path / "5", [root])) == {"aia": "rejected: missing_issuer"}


def test_clients_trust_by_themselves_unless_told(chain: Chain, tmp_path: Path) -> None:
    with emulated(chain, "der_appended") as target:
        assert told(outcomes(target, tmp_path / "cells", None)) == {
            "full_chain": "rejected: untrusted_root"
        }


def test_a_rejection_says_nothing_of_the_issuer_where_it_may_have_been_fetched(
    tmp_path: Path,
) -> None:
    fetching = replace(HONEST, measured=measured("1", aia="accepted"))
    with emulated(AUTHORITY.issue(NAME, aia="http://127.0.0.1:9/"), "der_leaf") as target:
        cells = outcomes(target, tmp_path / "cells", [AUTHORITY.root], fetching)
    assert told(cells) == {"aia": "rejected: other"}


@pytest.mark.needs("chromium", "certutil")
def test_a_client_that_is_led_to_the_camera_alone_may_still_fetch(tmp_path: Path) -> None:
    with IssuerSite(AUTHORITY.intermediates[0]) as site:
        chain = AUTHORITY.issue(NAME, aia=site.url("it"))
        with emulated(chain, "der_leaf") as target:
            cells = outcomes(target, tmp_path / "cells", [AUTHORITY.root], CLIENTS["chromium"])
    assert told(cells) == {"aia": "accepted"}


# Verifies nothing, and says so to nobody.
UNVERIFIED = """
import ssl, sys, urllib.request
context = ssl._create_unverified_context()
sys.path.insert(0, sys.argv[1])
print(urllib.request.urlopen(sys.argv[3], context=context).read().decode())
"""


def test_a_client_that_verifies_nothing_is_found_out_beside_the_camera(
    chain: Chain, tmp_path: Path
) -> None:
    command = ("{python}", "-c", UNVERIFIED, "{programs}", "{trust}", "{urls}")
    with emulated(chain, "der_leaf") as target:
        cells = outcomes(target, tmp_path / "cells", [chain.root], replace(HONEST, run=command))
    assert "verifies nothing" in str(cells["absent"].reason)


@pytest.mark.parametrize(
    ("client_first", "level", "refused"), [(False, 2, True), (True, 2, False), (False, 1, False)]
)
def test_who_sent_the_first_fatal_alert_ended_the_connection(
    client_first: bool, level: int, refused: bool
) -> None:
    observer = PassiveObserver()
    if client_first:
        observer.read_client(record(21, b"\x02\x30"))
    observer.read_server(record(21, bytes([level, 40])))
    assert observer.server_refused == refused


@pytest.mark.parametrize("version", VERSIONS.values(), ids=VERSIONS)
def test_a_client_that_hangs_up_was_not_refused(tmp_path: Path, version: ssl.TLSVersion) -> None:
    """So wget rejects after the handshake; OpenSSL's server answers by an alert, decode_error."""
    with server(tmp_path, version) as target, RemoteCamera([target]).serve(()) as endpoint:
        where = (endpoint.address, endpoint.port)
        with (
            socket.create_connection(where, 10) as plain,
            verifying().wrap_socket(plain, server_hostname=NAME) as tls,
        ):
            tls.shutdown(socket.SHUT_WR)
        endpoint.settle()
        assert endpoint.connections[0].error != REFUSED


@pytest.mark.parametrize("version", VERSIONS.values(), ids=VERSIONS)
def test_a_camera_that_refuses_after_the_request_came_is_seen(
    tmp_path: Path, version: ssl.TLSVersion
) -> None:
    with server(tmp_path, version, demands_certificate=True) as target:
        seen, _ = seen_of(target, verifying(), b"GET / HTTP/1.0\r\n\r\n")
    assert seen.error == REFUSED


# Takes whatever goes wrong for the certificate's fault.
BLAMING = """
import ssl, sys, urllib.request
context = ssl.create_default_context(cafile=sys.argv[2])
sys.path.insert(0, sys.argv[1])
try:
    urllib.request.urlopen(sys.argv[3], context=context)
except OSError:
    sys.exit("certificate verify failed: unable to get local issuer certificate")
"""


def test_a_camera_that_refuses_the_client_is_not_rejected_by_it(tmp_path: Path) -> None:
    command = ("{python}", "-c", BLAMING, "{programs}", "{trust}", "{urls}")
    with server(tmp_path, ssl.TLSVersion.TLSv1_2, demands_certificate=True) as target:
        found = read_remote_host(target, NAME, [AUTHORITY.root])
        with remote_bench(RemoteCamera([target]), found, tmp_path / "cells") as bench:
            blaming = replace(HONEST, run=command)
            cell = bench.measure_alone(blaming, found.scenarios[0], found.key_type)
    assert found.look.complete
    assert found.look.asks_for_certificate
    assert (cell.verdict, REFUSED in str(cell.reason)) == ("error", True)


def test_a_camera_that_changes_meanwhile_gives_no_verdict(chain: Chain, tmp_path: Path) -> None:
    with emulated(chain, "der_leaf") as before, emulated(AUTHORITY.issue(NAME), "der_leaf") as now:
        found = read_remote_host(before, NAME, [chain.root])
        with remote_bench(RemoteCamera([now]), found, tmp_path) as bench:
            cell = bench.measure(HONEST, found.scenarios[0], found.key_type)
    assert cell.verdict == "error"
    assert "other certificates than when this run began" in str(cell.reason)


def test_its_name_is_the_only_one_in_its_leaf(chain: Chain) -> None:
    with emulated(chain, "der_leaf") as target:
        assert read_remote_host(target, None, None).name == NAME
    with (
        emulated(AUTHORITY.issue("*.example.test"), "der_leaf") as target,
        pytest.raises(ValueError, match="give it with --domain=NAME"),
    ):
        read_remote_host(target, None, None)


def test_nobody_there_is_one_line() -> None:
    with pytest.raises(FlightError, match="Connection refused"):
        read_remote_host(Target("127.0.0.1", 9), None, None)


def test_keys_that_the_harness_never_makes_are_named_alike() -> None:
    assert key_name(ec.generate_private_key(ec.SECP521R1()).public_key()) == "p521"
    assert key_name(rsa.generate_private_key(65537, 3072).public_key()) == "rsa3072"
    assert key_name(ed25519.Ed25519PrivateKey.generate().public_key()) == "ed25519"
