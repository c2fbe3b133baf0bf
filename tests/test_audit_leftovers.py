"""What tools and systems leave beside credentials that are right: nothing of it is a fault."""

import base64
import subprocess

import pytest
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12

from leafonly.audit import read_directory
from leafonly.pki import pem
from tests.credentials import (
    DAY,
    INTERMEDIATE,
    LEAF,
    NOW,
    assert_one_finding,
    evidence,
    findings,
    key_pem,
    leaf,
    live,
    p256,
)


def test_dehydrated_after_a_renewal(tmp_path):
    """As dehydrated leaves it: each renewal under its time, with a key of its own, and links."""
    old = leaf(public_key=p256("old").public_key(), start=NOW - 70 * DAY, end=NOW + 20 * DAY)
    for time, (certificate, key) in {
        "1764000000": (old, p256("old")),
        "1769000000": (LEAF, p256()),
    }.items():
        for name, data in live(certificate, key=key).items():
            (tmp_path / name.replace(".pem", f"-{time}.pem")).write_bytes(data)
    for name in ("cert", "chain", "fullchain", "privkey"):
        (tmp_path / f"{name}-1769000000.pem").chmod(0o600)
        (tmp_path / f"{name}.pem").symlink_to(f"{name}-1769000000.pem")
    assert [each for each in findings(tmp_path, {}) if each.severity != "info"] == []


def test_certbot_answers_the_same_request_twice(tmp_path):
    """As `certbot certonly --csr` leaves it: a counter, and the full chain called a chain."""
    old = leaf(start=NOW - 70 * DAY, end=NOW + 20 * DAY)
    files = {
        "0000_cert.pem": pem([old]),
        "0000_chain.pem": pem([INTERMEDIATE[0]]),
        "0001_chain.pem": pem([old, INTERMEDIATE[0]]),
        "0001_cert.pem": pem([LEAF]),
        "0002_chain.pem": pem([INTERMEDIATE[0]]),
        "0003_chain.pem": pem([LEAF, INTERMEDIATE[0]]),
        "cam.key": key_pem(),
    }
    assert [each for each in findings(tmp_path, files) if each.severity != "info"] == []
    assert evidence(tmp_path, files).leaf == LEAF


def _pfx(encryption):
    return pkcs12.serialize_key_and_certificates(
        b"cam", p256(), LEAF, [INTERMEDIATE[0]], encryption
    )


def test_encrypted_pfx_beside_its_pem(tmp_path):
    files = {
        "cam.crt": pem([LEAF, INTERMEDIATE[0]]),
        "cam.issuer.crt": pem([INTERMEDIATE[0]]),
        "cam.key": key_pem(),
        "cam.pfx": _pfx(BestAvailableEncryption(b"changeit")),
        "cam.json": b"{}",
    }
    assert [each for each in findings(tmp_path, files) if each.severity != "info"] == []


def test_pfx_alone_without_its_password(tmp_path):
    found = findings(tmp_path, {"cam.pfx": _pfx(BestAvailableEncryption(b"changeit"))})
    assert_one_finding(found, "blocker", "files_are_understood", "no password")


@pytest.mark.needs("openssl")
@pytest.mark.parametrize("option", ["-certpbe", "-keypbe"])
def test_pfx_that_is_encrypted_in_part(tmp_path, option):
    (tmp_path / "in.pem").write_bytes(key_pem() + pem([LEAF, INTERMEDIATE[0]]))
    made = ["openssl", "pkcs12", "-export", option, "NONE", "-in", "in.pem", "-out", "cam.p12"]
    subprocess.run([*made, "-passout", "pass:secret"], cwd=tmp_path, check=True)
    (tmp_path / "in.pem").unlink()
    (tmp_path / "cam.p12").chmod(0o600)
    found = findings(tmp_path, {}, password=b"secret")
    assert [each.check for each in found if each.severity != "info"] == ["key_is_not_encrypted"]


def test_macos_resource_forks(tmp_path):
    fork = b"\x00\x05\x16\x07\x00\x02\x00\x00Mac OS X        "
    found = findings(tmp_path, live() | {"._cert.pem": fork, "._privkey.pem": fork})
    assert [each for each in found if each.severity != "info"] == []


@pytest.mark.needs("openssl")
@pytest.mark.parametrize("algorithm", ["DH", "DHX"])
def test_dh_parameters(tmp_path, algorithm):
    """ffdhe2048, which nobody has to wait for (RFC 7919)."""
    made = ["openssl", "genpkey", "-genparam", "-algorithm", algorithm]
    subprocess.run(
        [*made, "-pkeyopt", "group:ffdhe2048", "-out", "dh.pem"], cwd=tmp_path, check=True
    )
    der = b"".join((tmp_path / "dh.pem").read_bytes().splitlines()[1:-1])
    found = findings(tmp_path, live() | {"dh.der": base64.b64decode(der)})
    assert [each for each in found if each.severity != "info"] == []


def test_only_a_java_keystore(tmp_path):
    (tmp_path / "server.jks").write_bytes(b"\xfe\xed\xfe\xed\x00\x00\x00\x02\x00\x00\x00\x01")
    with pytest.raises(ValueError, match="keytool -importkeystore"):
        read_directory(tmp_path, lambda path: None)


def test_certbots_own_folder(tmp_path):
    for name in ("accounts", "archive", "live", "renewal"):
        (tmp_path / name).mkdir()
    with pytest.raises(ValueError, match="'live/'"):
        read_directory(tmp_path, lambda path: None)


def test_full_chain_twice_over(tmp_path):
    files = live() | {"fullchain.pem": 2 * pem([LEAF, INTERMEDIATE[0]])}
    found = findings(tmp_path, files)
    twice = [each for each in found if each.check == "certificates_are_given_once"]
    assert [each.severity for each in twice] == ["warning"]
