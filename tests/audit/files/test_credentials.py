"""Credentials are understood as CAs deliver them."""

import os
import re
import shutil
import stat
import subprocess
from dataclasses import replace
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    pkcs7,
    pkcs12,
)

from fixtures.named_firmware import bundle_form
from leafonly.audit import read_directory, read_files
from leafonly.audit.bundle import BundleError, micropython_lines, write_bundle
from leafonly.audit.files.credentials import spki
from leafonly.cameras import Load
from leafonly.cameras.emulator.loading_rules import load
from leafonly.cameras.emulator.profiles import PROFILES
from leafonly.certificates.chain import der, pem
from leafonly.tls.message_size import certificate_message_size
from tests.helpers.credentials import INTERMEDIATE, LEAF, ROOT, evidence, key_pem, live, p256

TRADITIONAL = p256().private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
KEY_DER = p256().private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())

DELIVERIES = {
    "certbot": live() | {"README": b"This directory contains your keys and certificates.\n"},
    "acme.sh": {
        "cam.example.com.cer": pem([LEAF]),
        "ca.cer": b"\n" + pem([INTERMEDIATE[0]]),
        "fullchain.cer": pem([LEAF]) + b"\n" + pem([INTERMEDIATE[0]]),
        "cam.example.com.key": TRADITIONAL,
        "cam.example.com.conf": b"Le_Domain='cam.example.com'\n",
    },
    "commercial": {
        "cam_example_com.crt": pem([LEAF]),
        "cam_example_com.ca-bundle": pem([INTERMEDIATE[0], ROOT[0]]),
        "cam.key": key_pem(),
    },
    "pkcs7": {
        "cam.p7b": pkcs7.serialize_certificates([INTERMEDIATE[0], LEAF], Encoding.PEM),
        "cam.key": key_pem(),
    },
    "der": {
        "cam.cer": der(LEAF),
        "ca.cer": der(INTERMEDIATE[0]),
        "cam.key": KEY_DER,
    },
    "wrong names": {"key.crt": key_pem(), "cert.txt": pem([LEAF]), "ca": pem([INTERMEDIATE[0]])},
    "haproxy": {"cam.pem": pem([LEAF, INTERMEDIATE[0]]) + key_pem()},
    "pkcs12": {
        "cam.pfx": pkcs12.serialize_key_and_certificates(
            b"cam", p256(), LEAF, [INTERMEDIATE[0]], BestAvailableEncryption(b"right")
        )
    },
    "openssl ecparam": {
        "cam.pem": b"-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n"
        b"-----END EC PARAMETERS-----\n" + TRADITIONAL + pem([LEAF, INTERMEDIATE[0]]),
    },
}


@pytest.mark.parametrize("delivery", DELIVERIES)
def test_delivery_is_understood(tmp_path, delivery):
    for name, data in DELIVERIES[delivery].items():
        (tmp_path / name).write_bytes(data)
    credentials = read_directory(tmp_path, lambda path: b"right")
    assert credentials.leaf == LEAF
    assert credentials.intermediates == (INTERMEDIATE[0],)
    assert credentials.key
    assert spki(credentials.key.public_key()) == spki(LEAF.public_key())
    assert list(credentials.problems) == []


def test_files_named_one_by_one(tmp_path):
    for name, data in {"c": der(LEAF), "k": KEY_DER, "i": pem([INTERMEDIATE[0]])}.items():
        (tmp_path / name).write_bytes(data)
    credentials = read_files(tmp_path / "c", tmp_path / "k", tmp_path / "i", lambda path: None)
    assert (credentials.leaf, credentials.intermediates) == (LEAF, (INTERMEDIATE[0],))
    assert credentials.key is not None


def test_password_is_asked_for_the_encrypted_file_alone(tmp_path):
    encrypted = key_pem(encryption=BestAvailableEncryption(b"right"))
    for name, data in (live() | {"privkey.pem": encrypted}).items():
        (tmp_path / name).write_bytes(data)
    asked = []
    read_directory(tmp_path, lambda path: asked.append(path.name))
    assert asked == ["privkey.pem"]


def test_nothing_shows_the_key(tmp_path):
    the_evidence = evidence(tmp_path, live())
    number = p256().private_numbers().private_value
    for text in (repr(the_evidence), repr(the_evidence.credentials), str(the_evidence.key)):
        assert "PRIVATE" not in text
        assert str(number) not in text


# --- the bundle for the camera


def test_bundle_is_loaded_by_a_camera(tmp_path):
    target = tmp_path / "camera"
    written = write_bundle(evidence(tmp_path, live()), target, presents_chain=True)
    files = {path.name: path.read_bytes() for path in written}
    assert set(files) == {"server.der", "server.key.der", "intermediate.der", "load.py"}
    calls = [
        Load(files[name], files["server.key.der"]) for name in ("server.der", "intermediate.der")
    ]
    certificates, key = load(calls)
    assert certificates == [LEAF, INTERMEDIATE[0]]
    assert key.public_key() == LEAF.public_key()


@pytest.mark.parametrize("name", PROFILES)
def test_bundle_of_a_named_firmware_is_loaded_by_it(tmp_path, name):
    form = bundle_form(f"emulator:{name}")
    target = tmp_path / "camera"
    written = write_bundle(evidence(tmp_path, live()), target, presents_chain=False, form=form)
    files = {path.name: path.read_bytes() for path in written}
    lines = files["load.py"].decode()
    names = re.findall(r'load_cert_chain\((?:read\()?"([^"]+)"', lines)
    key = files[next(each for each in files if ".key." in each)]
    certificates, loaded = load([Load(files[each], key) for each in names], PROFILES[name])
    assert certificates == [LEAF, INTERMEDIATE[0]]
    assert loaded.public_key() == LEAF.public_key()
    assert lines.startswith(f"# For {PROFILES[name].title} ({PROFILES[name].basis}).")
    if os.name == "posix":
        modes = {each.name: stat.S_IMODE(each.stat().st_mode) for each in written}
        assert [each for each, mode in modes.items() if mode == 0o600] == [
            each for each in files if ".key." in each
        ]


def test_bundle_presents_the_leaf_alone_if_more_does_not_fit_and_says_so_in_bytes(tmp_path):
    named = bundle_form("emulator:circuitpython")
    assert named is not None
    form = replace(named, message_limit=600)
    size = certificate_message_size([LEAF, INTERMEDIATE[0]])
    target = tmp_path / "camera"
    write_bundle(evidence(tmp_path, live()), target, presents_chain=True, form=form)
    assert f"has {size} bytes and 600 fit" in (target / "load.py").read_text()
    key = (target / "server.key.pem").read_bytes()
    calls = [Load((target / "server.pem").read_bytes(), key)]
    assert load(calls, PROFILES["circuitpython"])[0] == [LEAF]
    others = (target / "intermediates.pem").read_bytes()
    assert x509.load_pem_x509_certificates(others) == [INTERMEDIATE[0]]


@pytest.mark.parametrize("name", PROFILES)
def test_bundle_says_in_bytes_why_another_form_does_not_fit(name):
    chain = [LEAF, INTERMEDIATE[0], ROOT[0]]
    in_der = [len(each.public_bytes(Encoding.DER)) for each in chain]
    in_pem = sum(len(each.public_bytes(Encoding.PEM)) for each in chain)
    size = certificate_message_size(chain)
    key = bytes(138)
    in_one_file = (
        "One DER file of all certificates does not work: the firmware reads only its first "
        f"{in_der[0]} of {sum(in_der)} bytes, the leaf."
    )
    der_too = [f"DER files work too, one call each: {size} of 4096 bytes.", in_one_file]
    expected = {
        "openmv-5.0": [
            f"A PEM file ({in_pem} bytes) does not work, because this firmware reads DER only.",
            in_one_file,
        ],
        "micropython-1.29": der_too,
        "esp32": der_too,
        "circuitpython": [
            "DER files do not work: this firmware reads one byte beyond the key's 138 bytes, and "
            "refuses the key.",
            "A call for each certificate does not work: each call replaces the one before, so the "
            f"camera would present only the last certificate, {in_der[2]} of {sum(in_der)} bytes.",
        ],
    }
    form = bundle_form(f"emulator:{name}")
    assert form is not None
    first, *others = form.reasons(chain, key)
    assert first == f"For {form.firmware}."
    assert others == expected[name]
    two = certificate_message_size(chain[:2])
    short = list(replace(form, message_limit=two).reasons(chain, key))
    assert short[1].startswith(f"The full chain's Certificate message has {size} bytes and {two} ")
    assert short[2] == (
        f"With 1 of 2 intermediates it has {two} bytes and fits. Clients must then trust "
        f"{ROOT[0].subject.rfc4514_string()}."
    )
    # A leaf of a root has no other form.
    assert not any(
        "call for each" in each or "One DER" in each for each in form.reasons([LEAF], key)
    )


@pytest.mark.skipif(os.name != "posix", reason="permission bits are Unix's")
def test_bundle_is_its_owners_alone(tmp_path):
    before = os.umask(0)
    try:
        write_bundle(evidence(tmp_path, live()), tmp_path / "camera", presents_chain=False)
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "camera" / "server.key.der").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "camera").stat().st_mode) == 0o700


def test_lines_load_what_is_to_be_presented():
    def calls(lines):
        class Context:
            def __init__(self, protocol):
                loaded.append(protocol)

            def load_cert_chain(self, certificate, key):
                loaded.append((certificate, key))

        class Tls:
            PROTOCOL_TLS_SERVER = "server"
            SSLContext = Context

        loaded: list[Any] = []
        # The lines are run, with the board's module and files replaced by their names.
        runnable = lines.replace("import tls", "").replace('open(name, "rb")', "opened(name)")
        exec(runnable, {"tls": Tls, "opened": _Opened})
        return loaded

    key = "server.key.der"
    assert calls(micropython_lines(2, presents_chain=False)) == ["server", ("server.der", key)]
    assert calls(micropython_lines(2, presents_chain=True)) == [
        "server",
        ("server.der", key),
        ("intermediate.der", key),
        ("intermediate2.der", key),
    ]


MICROPYTHON = os.environ.get("LEAFONLY_MICROPYTHON") or shutil.which("micropython")


@pytest.mark.skipif(not MICROPYTHON, reason="no MicroPython here: see .ci/micropython")
@pytest.mark.parametrize("presents_chain", [False, True])
def test_lines_run_on_micropython(tmp_path, presents_chain):
    target = tmp_path / "camera"
    write_bundle(evidence(tmp_path, live()), target, presents_chain=presents_chain)
    subprocess.run([str(MICROPYTHON), "load.py"], cwd=target, check=True, timeout=30)
    (target / "server.key.der").write_bytes(b"no key")
    broken = subprocess.run(
        [str(MICROPYTHON), "load.py"], cwd=target, check=False, timeout=30, capture_output=True
    )
    assert broken.returncode != 0
    assert b"ValueError" in broken.stdout + broken.stderr


class _Opened:
    def __init__(self, name):
        self._name = name

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        pass

    def read(self):
        return self._name


def test_bundle_replaces_nothing(tmp_path):
    (tmp_path / "camera").mkdir()
    (tmp_path / "camera" / "notes").write_text("mine")
    with pytest.raises(BundleError, match="is not an empty folder"):
        write_bundle(evidence(tmp_path, live()), tmp_path / "camera", presents_chain=False)
    assert [path.name for path in (tmp_path / "camera").iterdir()] == ["notes"]


def test_bundle_stays_out_of_reports(tmp_path):
    the_evidence = evidence(tmp_path, live())
    with pytest.raises(BundleError, match="is among the reports"):
        write_bundle(
            the_evidence, tmp_path / "r" / "b", presents_chain=False, reports=[tmp_path / "r"]
        )
    (tmp_path / "link").symlink_to(tmp_path / "r")
    with pytest.raises(BundleError, match="is among the reports"):
        write_bundle(
            the_evidence, tmp_path / "link" / "b", presents_chain=False, reports=[tmp_path / "r"]
        )
    assert not (tmp_path / "r").exists()


def test_bundle_wants_a_pair(tmp_path):
    with pytest.raises(BundleError, match="does not fit the certificate"):
        write_bundle(
            evidence(tmp_path, live(key=p256("another"))), tmp_path / "b", presents_chain=False
        )
    assert not (tmp_path / "b").exists()


def test_bundle_wants_a_key(tmp_path):
    files = {"cert.pem": pem([LEAF])}
    with pytest.raises(BundleError, match="no private key"):
        write_bundle(evidence(tmp_path, files), tmp_path / "b", presents_chain=False)
