"""The reader of flights reports what is there, and survives what is not."""

import contextlib
import socket
import threading
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from OpenSSL import SSL

from leafonly.cameras import METHODS
from leafonly.cameras.emulator.camera import Emulator
from leafonly.certificates.authority import Authority
from leafonly.certificates.chain import der
from leafonly.tls.client_hello import client_hello
from leafonly.tls.flight import FlightError, parse_flight, read_flight
from tests.helpers.servers import flight, message, record, records


@contextlib.contextmanager
def answering(data: bytes) -> Iterator[int]:
    """Serve one connection that reads a ClientHello, sends these bytes, and ends."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            client, _ = server.accept()
            # A reader that has had enough closes over what is still sent.
            with client, contextlib.suppress(OSError):
                client.recv(65536)
                client.sendall(data)

        thread = threading.Thread(target=serve)
        thread.start()
        yield server.getsockname()[1]
        thread.join()


def test_certificates_agree_with_what_openssl_receives() -> None:
    chain = Authority(intermediates=2).issue()
    with Emulator().serve(METHODS["der_appended"](chain)) as camera:
        read = read_flight(camera.address, camera.port, "localhost")
        context = SSL.Context(SSL.TLS_CLIENT_METHOD)
        connection = SSL.Connection(
            context, socket.create_connection((camera.address, camera.port))
        )
        connection.set_connect_state()
        connection.do_handshake()
        received = connection.get_peer_cert_chain(as_cryptography=True) or []
        connection.shutdown()
        connection.close()
    assert read.certificates == [der(each) for each in received]
    assert read.certificates == [der(each) for each in chain.full]


def test_alert_instead_of_a_flight_is_reported() -> None:
    with answering(b"\x15\x03\x03\x00\x02\x02\x28") as port:
        read = read_flight("127.0.0.1", port, "localhost")
    assert read.alert == 40
    assert read.certificates == []


def test_closing_without_a_word_presents_nothing() -> None:
    with answering(b"") as port:
        assert read_flight("127.0.0.1", port, "localhost").messages == []


def test_plain_http_is_no_tls() -> None:
    with (
        answering(b"HTTP/1.1 400 Bad Request\r\n\r\n") as port,
        pytest.raises(FlightError, match="does not speak TLS"),
    ):
        read_flight("127.0.0.1", port, "localhost")


def test_nobody_listening_is_one_line() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    with pytest.raises(FlightError, match=f"127.0.0.1:{port}: .*refused"):
        read_flight("127.0.0.1", port, "localhost")


def test_endless_flight_is_cut() -> None:
    record = b"\x16\x03\x03\x40\x00" + b"\x04\xff\xff\xff" + bytes(0x4000 - 4)
    with (
        answering(record * 64) as port,
        pytest.raises(FlightError, match="does not end"),
    ):
        read_flight("127.0.0.1", port, "localhost")


@pytest.mark.parametrize("size", [1, 7, 16384])
def test_messages_are_read_however_they_are_split_into_records(size: int) -> None:
    read = parse_flight(records(flight([b"first", b"second"]), size))
    assert read.certificates == [b"first", b"second"]


def test_a_warning_before_the_flight_changes_nothing() -> None:
    """So OpenSSL's servers answer to a name that is not theirs: unrecognized_name."""
    read = parse_flight(record(21, b"\x01\x70") + record(22, b"") + records(flight([b"one"])))
    assert (read.certificates, read.warnings, read.alert) == ([b"one"], [112], None)


def test_closing_politely_is_no_warning() -> None:
    assert parse_flight(record(21, b"\x01\x00") + records(flight([b"one"]))).alert == 0


def test_a_request_for_a_certificate_is_noticed() -> None:
    asking = message(13, b"\x01\x40\x00\x00\x00\x00")
    assert parse_flight(records(asking + flight([b"one"]))).asks_for_certificate
    assert not parse_flight(records(flight([b"one"]))).asks_for_certificate


@given(st.binary(max_size=200))
def test_any_bytes_give_a_flight_or_a_flight_error(data: bytes) -> None:
    with contextlib.suppress(FlightError):
        parse_flight(data)


@given(st.integers(0, 3), st.binary(max_size=60))
def test_any_handshake_message_gives_a_flight_or_a_flight_error(which: int, body: bytes) -> None:
    message = bytes([(2, 11, 12, 14)[which], 0, 0, len(body)]) + body
    with contextlib.suppress(FlightError):
        parse_flight(b"\x16\x03\x03" + len(message).to_bytes(2, "big") + message)


def test_client_hello_is_a_handshake_record_with_the_name() -> None:
    hello = client_hello("cam.example")
    assert hello[0] == 22
    assert b"cam.example" in hello
