"""Hosts are read and reported: one, a list of them, and those that are odd or not there."""

import contextlib
import json
import os
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from leafonly.__main__ import main
from leafonly.cameras import Endpoint, loads_for
from leafonly.cameras.emulator.camera import Emulator
from leafonly.cameras.host_list import targets
from leafonly.cameras.look import Trusted, look, look_at_all
from leafonly.certificates.authority import Authority
from leafonly.certificates.chain import pem
from leafonly.harness.subjects.remote_host import read_remote_host
from leafonly.tls.address import Target
from leafonly.tls.flight import FlightError
from leafonly.tls.read_host import read_host
from tests.helpers.making import HOST, LEAF, LOWER, Laid, make
from tests.helpers.servers import flight, listening, raw, record, records

AUTHORITY = Authority()


@pytest.fixture
def leaf_only() -> Iterator[Endpoint]:
    with Emulator().serve(loads_for("leaf", AUTHORITY.issue())) as endpoint:
        yield endpoint


@pytest.fixture
def trust_file(tmp_path: Path) -> Path:
    file = tmp_path / "root.pem"
    file.write_bytes(pem([AUTHORITY.root]))
    return file


def test_the_command_ends_with_0_only_for_a_complete_chain(
    leaf_only: Endpoint, trust_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["look", f"localhost:{leaf_only.port}", "--trust", str(trust_file)]) == 1
    assert "incomplete: the issuer OU=intermediate 1" in capsys.readouterr().out
    with Emulator().serve(loads_for("full_chain", AUTHORITY.issue())) as endpoint:
        argv = ["look", f"localhost:{endpoint.port}", "--json", "--trust", str(trust_file)]
        assert main(argv) == 0
    assert json.loads(capsys.readouterr().out)["complete"] is True


def test_a_host_that_is_not_there_or_speaks_no_tls_is_said(trust_file: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]

        def answer_in_http() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(4096)
                connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

        thread = threading.Thread(target=answer_in_http)
        thread.start()
        found = look(Target("127.0.0.1", port), Trusted.of_file(trust_file))
        thread.join()
    assert (found.kinds, found.complete) == (("unreachable",), False)
    assert "does not speak TLS" in found.verdict
    assert look(Target("127.0.0.1", port), Trusted.of_file(trust_file)).kinds == ("unreachable",)


def test_a_host_of_tls_13_alone_is_read_too(tmp_path: Path, trust_file: Path) -> None:
    chain = AUTHORITY.issue()
    (tmp_path / "full.pem").write_bytes(pem(chain.full))
    (tmp_path / "key.pem").write_bytes(chain.key_bytes(Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.load_cert_chain(tmp_path / "full.pem", tmp_path / "key.pem")
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            for _ in range(2):
                connection, _ = listener.accept()
                try:
                    with context.wrap_socket(connection, server_side=True) as tls:
                        tls.recv(1)
                except OSError:
                    connection.close()

        thread = threading.Thread(target=serve)
        thread.start()
        found = look(Target("localhost", listener.getsockname()[1]), Trusted.of_file(trust_file))
        thread.join()
    assert found.verdict.startswith("complete: 2 presented")


def test_a_thousand_hosts_take_seconds(
    leaf_only: Endpoint, tmp_path: Path, trust_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "hosts").write_text(f"# cameras\nlocalhost:{leaf_only.port}\n\n" * 1000)
    started = time.monotonic()
    assert main(["look", f"@{tmp_path / 'hosts'}", "--trust", str(trust_file)]) == 1
    assert time.monotonic() - started < 30
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 1000
    assert all("incomplete" in line for line in lines)


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("camera.example", Target("camera.example", 443)),
        ("camera.example:8443", Target("camera.example", 8443)),
        ("[::1]:8443", Target("::1", 8443)),
        ("[::1]", Target("::1", 443)),
        ("2001:db8::1", Target("2001:db8::1", 443)),
    ],
)
def test_hosts_are_read(text: str, read: Target) -> None:
    assert targets(text) == [read]


@pytest.mark.parametrize("text", ["", ":443", "host:", "host:x", "host:70000", "https://host/"])
def test_what_is_no_host_is_said(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["look", text]) == 2
    assert "is not HOST, HOST:PORT or @FILE" in capsys.readouterr().err


def test_it_starts_without_what_it_does_not_need() -> None:
    code = (
        "import sys, leafonly.__main__, leafonly.cameras.look; "
        "print([m for m in ('leafonly.clients', 'trustme', 'OpenSSL', 'ssl', 'certifi') "
        "if m in sys.modules])"
    )
    finished = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert finished.stdout.strip() == "[]", finished


_P256 = bytes.fromhex("06082a8648ce3d030107")  # its object identifier


def odd(certificate: x509.Certificate) -> dict[str, bytes]:
    """Make certificates that libraries stumble over, of one that is fine."""
    good = certificate.public_bytes(Encoding.DER)
    serial = certificate.serial_number
    encoded = serial.to_bytes(serial.bit_length() // 8 + 1, "big")
    zero = make(replace(LEAF, changes={"serial": 0}), LOWER)
    issuer = certificate.issuer.public_bytes()
    return {
        "serial number 0": zero.public_bytes(Encoding.DER),
        "serial number of zeros": good.replace(encoded, bytes(len(encoded))),
        "version 8": good.replace(b"\xa0\x03\x02\x01\x02", b"\xa0\x03\x02\x01\x07"),
        "a BIT STRING in the name": good.replace(issuer, issuer.replace(b"\x0c", b"\x03"), 1),
        "a SAN that is none": good.replace(HOST.encode(), b"\xff" * len(HOST)),
        "an extension twice": good.replace(b"\x06\x03\x55\x1d\x25", b"\x06\x03\x55\x1d\x11"),
        "an unknown key": good.replace(_P256, _P256[:-1] + b"\x63"),
    }


@pytest.mark.parametrize("oddity", odd(make(LEAF, LOWER)))
def test_one_odd_host_does_not_lose_what_is_said_of_others(
    tmp_path: Path, oddity: str, leaf_only: Endpoint, trust_file: Path
) -> None:
    """Here, where a warning is an error, too."""
    certificate = odd(make(LEAF, LOWER))[oddity]

    def answer(laid: Laid) -> bytes:
        return records(flight([certificate]))

    with raw(answer, tmp_path) as served:
        hosts = [Target("127.0.0.1", served.port), Target("localhost", leaf_only.port)]
        strange, plain = look_at_all(hosts, Trusted.of_file(trust_file))
        with contextlib.suppress(ValueError):
            assert not read_remote_host(hosts[0], HOST, [AUTHORITY.root]).look.complete
    assert not strange.complete
    assert strange.kinds != ("unreachable",)
    assert "ValueError" not in strange.verdict
    assert plain.verdict.startswith("incomplete")


def test_a_host_that_sends_a_byte_now_and_then_has_one_time_limit() -> None:
    def dribble(connection: socket.socket) -> None:
        for byte in record(22, bytes(10_000)):
            connection.sendall(bytes([byte]))
            time.sleep(0.05)

    with listening(dribble) as port:
        started = time.monotonic()
        with pytest.raises(FlightError, match="timed out"):
            read_host(Target("127.0.0.1", port), seconds=1.0)
        assert time.monotonic() - started < 60  # with a limit for each read: 500


def test_a_file_of_roots_that_is_none_is_said_in_a_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "empty").touch()
    (tmp_path / "text").write_text("no certificate")
    for name in ("pipe", "empty", "text", "absent", "."):
        assert main(["look", "localhost:1", "--trust", str(tmp_path / name)]) == 2
        assert capsys.readouterr().err.count("\n") == 1
    for path in ("/dev/zero", str(tmp_path / "pipe"), str(tmp_path)):
        assert main(["look", f"@{path}"]) == 2
        assert "name a regular file" in capsys.readouterr().err
