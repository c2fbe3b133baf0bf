"""A rehearsal that is ended amid its clients leaves no byte of the key behind."""

import contextlib
import os
import signal
from pathlib import Path

import psutil
import pytest
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    pkcs12,
)

from leafonly.certificates.authority import Authority
from leafonly.certificates.chain import der, pem
from tests.helpers.run_pytest import bare_environment, started_pytest
from tests.helpers.secrets import assert_the_search_finds, files_below, leaks, processes
from tests.helpers.software_board import micropython_program
from tests.helpers.waiting import LONGEST, until, until_ended

PROJECT = Path(__file__).parents[2]
PROGRAM = micropython_program()
PASSWORD = "a password of some length"

# Says what it is when asked; asked to connect, it notes its number and stays.
CLIENT = """\
#!/bin/sh
case "$*" in
--version) echo "curl 8.0.0 (x) OpenSSL/3.0.0" ;;
*) echo $$ >"{started}/$$.part" && mv "{started}/$$.part" "{started}/$$" && exec sleep 600 ;;
esac
"""


def as_pem(key, chain):
    return {"cert.pem": pem(chain.full), "privkey.pem": _bytes(key, Encoding.PEM)}


def as_der(key, chain):
    certificates = {"cam.cer": der(chain.leaf), "ca.cer": der(chain.intermediates[0])}
    return certificates | {"cam.key": _bytes(key, Encoding.DER)}


def as_pkcs12(key, chain):
    locked = BestAvailableEncryption(PASSWORD.encode())
    return {
        "cam.pfx": pkcs12.serialize_key_and_certificates(
            b"cam", key, chain.leaf, chain.intermediates, locked
        )
    }


def _bytes(key, encoding):
    return key.private_bytes(encoding, PrivateFormat.PKCS8, NoEncryption())


@pytest.fixture(scope="module")
def authority():
    return Authority()


@pytest.fixture
def started(tmp_path):
    """Give the folder in which clients note that they run; end those that are left."""
    folder = tmp_path / "started"
    folder.mkdir()
    yield folder
    for number in numbers_in(folder):
        with contextlib.suppress(ProcessLookupError):
            os.kill(number, signal.SIGKILL)


def numbers_in(folder):
    return [int(path.name) for path in folder.iterdir() if not path.suffix]


@contextlib.contextmanager
def rehearsal(tmp_path, started, files, root, *arguments):
    """Run the suite on a delivery until its first client is running."""
    for name in ("delivery", "tmp", "bin", "home"):
        (tmp_path / name).mkdir()
    for name, data in files.items():
        (tmp_path / "delivery" / name).write_bytes(data)
        (tmp_path / "delivery" / name).chmod(0o600)
    (tmp_path / "root.pem").write_bytes(pem([root]))
    (tmp_path / "bin" / "curl").write_text(CLIENT.format(started=started))
    (tmp_path / "bin" / "curl").chmod(0o755)
    asked = [
        *("suites/audit", "-v", "--credentials", tmp_path / "delivery"),
        *("--trust", tmp_path / "root.pem", "--clients", "curl", *arguments),
        *("--report-dir", tmp_path / "report", "--junitxml", tmp_path / "junit.xml"),
    ]
    environment = bare_environment(tmp_path, LEAFONLY_KEY_PASSWORD=PASSWORD) | {
        "PATH": f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(tmp_path / "home"),
    }
    with (
        (tmp_path / "out").open("wb") as out,
        started_pytest(*asked, environment=environment, output=out) as process,
    ):

        def is_amid_a_cell():
            assert process.poll() is None, (tmp_path / "out").read_text()
            return numbers_in(started)

        until(is_amid_a_cell, (tmp_path / "out").read_text)
        yield process


def everything_written(tmp_path):
    given = str(tmp_path / "delivery")
    return {w: text for w, text in files_below(tmp_path).items() if not w.startswith(given)}


@pytest.mark.skipif(os.name != "posix", reason="the stand-in for a client is a shell script")
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM], ids=lambda each: each.name)
@pytest.mark.parametrize(
    ("form", "key_type"),
    [(as_pem, "p256"), (as_pem, "rsa2048"), (as_der, "p256"), (as_pkcs12, "p256")],
)
def test_no_byte_of_the_key_is_left_behind(tmp_path, authority, started, form, key_type, number):
    chain = authority.issue("cam.example.com", key_type)
    assert_the_search_finds(chain.key)
    with rehearsal(tmp_path, started, form(chain.key, chain), chain.root) as process:
        assert leaks(chain.key, everything_written(tmp_path) | processes()) == []
        clients = [psutil.Process(each).environ().values() for each in numbers_in(started)]
        assert all(PASSWORD not in value for values in clients for value in values)
        process.send_signal(number)
        process.wait(LONGEST)
    texts = everything_written(tmp_path)
    assert leaks(chain.key, texts | processes()) == []
    assert PASSWORD.encode() not in b"".join(texts.values())


@pytest.mark.skipif(not PROGRAM, reason="no MicroPython here: see .ci/micropython")
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM], ids=lambda each: each.name)
def test_a_camera_that_was_given_the_key_ends_with_the_run(tmp_path, authority, started, number):
    chain = authority.issue("cam.example.com")
    given = (f"--camera=micropython:{PROGRAM}", "--allow-key-on-camera")
    with rehearsal(tmp_path, started, as_pem(chain.key, chain), chain.root, *given) as process:
        assert leaks(chain.key, everything_written(tmp_path) | processes()) == []
        children = psutil.Process(process.pid).children(recursive=True)
        cameras = [each for each in children if each.pid not in numbers_in(started)]
        assert cameras
        process.send_signal(number)
        process.wait(LONGEST)
    try:
        for each in cameras:
            until_ended(each.pid)
    finally:
        for each in cameras:
            with contextlib.suppress(psutil.Error):
                each.kill()
    assert leaks(chain.key, everything_written(tmp_path) | processes()) == []


def cells_left(tmp_path):
    return [path for path in (tmp_path / "tmp").rglob("*") if path.parent.name.startswith("cells")]


@pytest.mark.skipif(os.name != "posix", reason="SIGTERM is Unix's")
@pytest.mark.parametrize("arguments", [[], ["-n", "2"]], ids=["one process", "workers"])
def test_sigterm_ends_the_clients_and_removes_their_files(tmp_path, authority, started, arguments):
    chain = authority.issue("cam.example.com")
    files = as_pem(chain.key, chain)
    with rehearsal(tmp_path, started, files, chain.root, *arguments) as process:
        assert cells_left(tmp_path)
        process.terminate()
        assert process.wait(LONGEST) == 128 + signal.SIGTERM
    for each in numbers_in(started):
        until_ended(each)
    assert cells_left(tmp_path) == []
    assert "Traceback" not in (tmp_path / "out").read_text()
