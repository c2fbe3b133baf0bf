"""The emulator is held to what was recorded of real MicroPython with its own mbedTLS."""

import contextlib
import json
import os
import socket
import ssl
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ed25519, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from OpenSSL import SSL

from leafonly.cameras import METHODS, Load, LoadRefused
from leafonly.cameras.emulator.camera import Emulator
from leafonly.cameras.emulator.loading_rules import load
from leafonly.cameras.emulator.profiles import PROFILES, Profile
from leafonly.certificates.authority import Authority
from leafonly.certificates.chain import KeyType, der
from leafonly.tls.flight import Flight, FlightError, read_flight
from leafonly.tls.message_size import CERTIFICATE_MESSAGE_LIMIT
from tests.helpers.emulator_client import AUTHORITY, request, trusting

DATA = Path(__file__).parents[2] / "tests/data/camera-profile"
RECORDINGS = {
    "openmv-5.0": json.loads((DATA / "micropython-1.28-der-only.json").read_text()),
    "micropython-1.29": json.loads((DATA / "micropython-1.29-pem.json").read_text()),
}


def recorded(kind: str) -> list[Any]:
    """Return all flights, or all loads, each with its profile."""
    return [
        pytest.param(
            PROFILES[name],
            each,
            id="-".join([name, *map(str, list(each.values())[:2]), each["method"]]),
        )
        for name, recording in RECORDINGS.items()
        for each in recording[kind]
    ]


KEY_TYPES: dict[str, KeyType] = {"ecdsa": "p256", "rsa": "rsa2048"}
# What cannot be made the same, and why no client's verdict can depend on it: mbedTLS also has
# the curves below, which this OpenSSL is built without. A client must offer the leaf's own
# curve (RFC 8422 section 5.1), so with an EC leaf it offers P-256 or P-384 anyway; and no
# client is known to offer these alone, which is what an RSA leaf would need to tell.
CURVES_OF_MBEDTLS_ALONE = ("P-192", "P-224", "secp192k1", "secp224k1", "secp256k1")


def flight_of(key_type: KeyType, method: str, profile: Profile) -> Flight:
    with Emulator(profile).serve(METHODS[method](AUTHORITY.issue(key_type=key_type))) as camera:
        return read_flight(camera.address, camera.port, "localhost")


@pytest.mark.parametrize(("profile", "row"), recorded("flights"))
def test_flight_is_the_recorded_one_message_by_message(
    profile: Profile, row: dict[str, Any]
) -> None:
    flight = flight_of(KEY_TYPES[row["key"]], row["method"], profile)
    assert flight.messages == row["messages"]
    assert flight.records == row["records"]
    assert flight.version == int(row["version"], 16)
    assert flight.cipher_suite == int(row["cipher_suite"], 16)
    assert flight.session_id_length == row["session_id_length"]
    assert [list(each) for each in flight.extensions] == row["extensions"]
    assert flight.named_curve == row["named_curve"]
    assert flight.signature_algorithm == int(row["signature_algorithm"], 16)


@pytest.mark.parametrize(("profile", "row"), recorded("loads"))
def test_loading_is_as_recorded(profile: Profile, row: dict[str, Any]) -> None:
    chain = AUTHORITY.issue(key_type=KEY_TYPES[row["key"]])
    calls = METHODS[row["method"]](chain)
    if row["key_form"] == "traditional":
        form = Encoding.PEM if row["method"].startswith("pem") else Encoding.DER
        key = chain.key_bytes(form, traditional=True)
        calls = [Load(each.certificate, key) for each in calls]
    if not row["loaded"]:
        with pytest.raises(LoadRefused) as refusal:
            load(calls, profile)
        assert str(refusal.value) == row["error"]
        return
    certificates, _ = load(calls, profile)
    assert certificates == list(chain.full[: row["presented"]])


def client_context(adjust: Callable[[ssl.SSLContext], None]) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    adjust(context)
    return context


def tls13_only(context: ssl.SSLContext) -> None:
    context.minimum_version = ssl.TLSVersion.TLSv1_3


def chacha20_only(context: ssl.SSLContext) -> None:
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers("ECDHE-ECDSA-CHACHA20-POLY1305")


@pytest.mark.parametrize(
    ("adjust", "alert"), [(tls13_only, 70), (chacha20_only, 40)], ids=["tls13", "chacha20"]
)
def test_clients_that_a_board_refuses_are_refused(
    adjust: Callable[[ssl.SSLContext], None], alert: int
) -> None:
    with Emulator().serve(METHODS["der_leaf"](AUTHORITY.issue())) as camera:
        flight = read_flight(
            camera.address, camera.port, "localhost", context=client_context(adjust)
        )
    assert flight.alert == alert
    assert flight.certificates == []


@pytest.mark.parametrize("curve", CURVES_OF_MBEDTLS_ALONE)
def test_known_difference_is_still_one(curve: str) -> None:
    """If OpenSSL learns a curve, the emulator should offer it: take it off the list then."""
    context = SSL.Context(SSL.TLS_SERVER_METHOD)
    assert SSL._lib.SSL_CTX_set1_curves_list(context._context, curve.encode()) == 0  # type: ignore[attr-defined]


@pytest.mark.parametrize("curve", ["X25519", "P-384"])
def test_client_without_a_common_curve_is_refused(curve: str) -> None:
    context = SSL.Context(SSL.TLS_CLIENT_METHOD)
    context.set_max_proto_version(SSL.TLS1_2_VERSION)
    assert SSL._lib.SSL_CTX_set1_curves_list(context._context, curve.encode()) == 1  # type: ignore[attr-defined]
    with Emulator().serve(METHODS["der_leaf"](AUTHORITY.issue())) as camera:
        connection = SSL.Connection(
            context, socket.create_connection((camera.address, camera.port))
        )
        connection.set_connect_state()
        with pytest.raises(SSL.Error, match="handshake failure"):
            connection.do_handshake()
        connection.close()


def self_signed(key: Any, signing: dict[str, Any]) -> x509.Certificate:
    leaf = AUTHORITY.issue().leaf
    return (
        x509.CertificateBuilder(leaf.issuer, leaf.subject, key.public_key(), 1)
        .not_valid_before(leaf.not_valid_before_utc)
        .not_valid_after(leaf.not_valid_after_utc)
        .sign(key, **signing)
    )


def key_der(key: Any) -> bytes:
    return key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())


def test_ed25519_key_is_refused_in_a_boards_words() -> None:
    key = ed25519.Ed25519PrivateKey.generate()
    certificate = self_signed(key, {"algorithm": None})
    with pytest.raises(LoadRefused, match=r"ValueError\('invalid key',\)"):
        load([Load(der(certificate), key_der(key))])


def test_certificate_signed_with_rsa_pss_is_refused_in_a_boards_words() -> None:
    key = rsa.generate_private_key(65537, 2048)
    pss = padding.PSS(padding.MGF1(hashes.SHA256()), padding.PSS.DIGEST_LENGTH)
    certificate = self_signed(key, {"algorithm": hashes.SHA256(), "rsa_padding": pss})
    with pytest.raises(LoadRefused, match=r"ValueError\('invalid cert',\)"):
        load([Load(der(certificate), key_der(key))])


def test_key_with_bytes_behind_it_is_refused() -> None:
    chain = AUTHORITY.issue()
    with pytest.raises(LoadRefused, match="invalid key"):
        load([Load(der(chain.leaf), chain.key_bytes() + b"\0")])


@pytest.mark.parametrize("rubbish", [b"", b"\x30", b"\x30\x82\xff\xff", b"hello", b"\x30\x03abc"])
def test_rubbish_for_a_certificate_is_refused(rubbish: bytes) -> None:
    with pytest.raises(LoadRefused, match="invalid cert"):
        load([Load(rubbish, AUTHORITY.issue().key_bytes())])


def test_certificate_message_over_the_limit_loads_and_then_fails_each_handshake() -> None:
    authority = Authority(intermediates=6)
    calls = METHODS["der_appended"](authority.issue(aia="http://h/" + "x" * 1200))
    assert 7 + sum(3 + len(each.certificate) for each in calls) > CERTIFICATE_MESSAGE_LIMIT
    with Emulator().serve(calls) as camera:
        flight = read_flight(camera.address, camera.port, "localhost")
        camera.settle()
        (seen,) = camera.connections
    assert flight.messages == []
    assert seen.client_hello
    assert "BUFFER_TOO_SMALL" in str(seen.error)


def test_connection_is_recorded_with_name_request_and_token() -> None:
    with Emulator().serve(METHODS["der_leaf"](AUTHORITY.issue())) as camera:
        answer = request(camera.port, trusting(AUTHORITY), "/x")
        camera.settle()
        (seen,) = camera.connections
    assert seen.client_hello
    assert seen.handshake_completed
    assert seen.server_name == "localhost"
    assert seen.request == "GET /x HTTP/1.1"
    assert seen.token
    assert seen.token.encode() in answer


def test_token_is_another_each_time() -> None:
    with Emulator().serve(METHODS["der_leaf"](AUTHORITY.issue())) as camera:
        answers = {request(camera.port, trusting(AUTHORITY)) for _ in range(3)}
    assert len(answers) == 3


def test_alert_is_recorded_by_name() -> None:
    with Emulator().serve(METHODS["der_leaf"](AUTHORITY.issue())) as camera:
        with pytest.raises(ssl.SSLCertVerificationError):
            request(camera.port, trusting(Authority()))
        camera.settle()
        (seen,) = camera.connections
    assert seen.alert == "unknown_ca"
    assert not seen.handshake_completed
    assert seen.request is None


def test_session_is_not_resumed() -> None:
    context = trusting(AUTHORITY)
    with Emulator().serve(METHODS["der_leaf"](AUTHORITY.issue())) as camera:
        session = None
        for _ in range(2):
            with (
                socket.create_connection(("127.0.0.1", camera.port)) as plain,
                context.wrap_socket(plain, server_hostname="localhost", session=session) as tls,
            ):
                assert not tls.session_reused
                session = tls.session


def rude_clients(port: int) -> None:
    """Connect, and: end at once; send rubbish; speak plain HTTP; reset; stop in mid-hello."""
    for said in (
        b"",
        os.urandom(300),
        b"GET / HTTP/1.1\r\n\r\n",
        None,
        b"\x16\x03\x01\x02\x00\x01",
    ):
        with socket.create_connection(("127.0.0.1", port)) as client:
            if said is None:
                # SO_LINGER 0: closing resets the connection.
                linger = (1).to_bytes(4, "little") + bytes(4)
                client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            else:
                client.sendall(said)


@pytest.mark.parametrize("one_at_a_time", [False, True])
def test_rude_clients_do_not_keep_the_next_one_from_its_answer(one_at_a_time: bool) -> None:
    with Emulator(one_at_a_time=one_at_a_time).serve(
        METHODS["der_leaf"](AUTHORITY.issue())
    ) as camera:
        rude_clients(camera.port)
        assert b"200 OK" in request(camera.port, trusting(AUTHORITY))


def test_silent_client_blocks_the_next_one_only_one_at_a_time() -> None:
    calls = METHODS["der_leaf"](AUTHORITY.issue())
    with (
        Emulator().serve(calls) as camera,
        socket.create_connection(("127.0.0.1", camera.port)),
    ):
        assert b"200 OK" in request(camera.port, trusting(AUTHORITY))
    with (
        Emulator(one_at_a_time=True).serve(calls) as camera,
        socket.create_connection(("127.0.0.1", camera.port)) as silent,
    ):
        # The handshake is answered only after the silent client is gone.
        with pytest.raises(FlightError, match="timed out"):
            read_flight("127.0.0.1", camera.port, "localhost", timeout=0.3)
        silent.close()
        assert b"200 OK" in request(camera.port, trusting(AUTHORITY))


def descriptors() -> set[tuple[str, str]]:
    """Return this process's open files, by their numbers and what they are."""
    found = set()
    for each in Path("/proc/self/fd").iterdir():
        with contextlib.suppress(FileNotFoundError):  # the folder's own
            found.add((each.name, str(each.readlink())))
    return found


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="needs Linux's /proc/self/fd")
def test_nothing_is_left_behind() -> None:
    before = descriptors(), set(threading.enumerate())
    for _ in range(3):
        with Emulator().serve(METHODS["der_leaf"](AUTHORITY.issue())) as camera:
            request(camera.port, trusting(AUTHORITY))
            rude_clients(camera.port)
            port = camera.port
    # What other tests have left to end by itself may have ended meanwhile.
    assert descriptors() <= before[0]
    assert set(threading.enumerate()) <= before[1]
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port))


def test_a_client_that_will_not_go_does_not_keep_the_camera_from_closing() -> None:
    with Emulator().serve(METHODS["der_leaf"](AUTHORITY.issue())) as camera:
        stubborn = socket.create_connection(("127.0.0.1", camera.port))
    with stubborn:
        assert stubborn.recv(1) == b""


def test_it_listens_on_loopback_only() -> None:
    with Emulator().serve(METHODS["der_leaf"](AUTHORITY.issue())) as camera:
        listening = {
            connection.laddr.ip
            for connection in psutil.Process().net_connections("tcp")
            if connection.status == psutil.CONN_LISTEN and connection.laddr.port == camera.port
        }
    assert listening
    assert listening <= {"127.0.0.1", "::1"}
