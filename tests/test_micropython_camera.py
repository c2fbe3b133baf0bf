"""The unix program as a camera. What it shares with a board is tested in test_serial_camera."""

import contextlib
import ssl
from collections.abc import Callable

import psutil
import pytest
from software_board import micropython_program
from test_serial_camera import AUTHORITY, get

from leafonly.cameras import CameraError, Load, LoadRefused, loads_for
from leafonly.cameras.emulator import Emulator
from leafonly.cameras.micropython import MicroPython

PROGRAM = micropython_program()

pytestmark = pytest.mark.skipif(
    PROGRAM is None,
    reason="no micropython program: run .ci/micropython and set LEAFONLY_MICROPYTHON to its path",
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
    children = psutil.Process().children()
    return [child for child in children if "leafonly_device" in " ".join(child.cmdline())]


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
