"""The user's own leaf before clients: under its own name, and with their own trust."""

import datetime as dt
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from leafonly.aia import IssuerSite
from leafonly.audit import Evidence, read_directory
from leafonly.audit.finding import NotCheckedError
from leafonly.audit.paths import Issuers
from leafonly.cameras.emulator import Emulator
from leafonly.clients import CLIENTS
from leafonly.clients.probe import find
from leafonly.pki import Authority, pem
from leafonly.rehearsal import Rehearsal, not_rehearsed
from leafonly.scenario import SCENARIOS

PROJECT = Path(__file__).parents[1]
NAME = "cam.example.com"
LED = [name for name, client in CLIENTS.items() if client.led]


@pytest.fixture(scope="module")
def authority():
    return Authority()


@pytest.fixture
def delivery(tmp_path, authority):
    chain = authority.issue(NAME)
    directory = tmp_path / "delivery"
    directory.mkdir()
    (directory / "cert.pem").write_bytes(pem([chain.leaf]))
    (directory / "chain.pem").write_bytes(pem(chain.intermediates))
    (directory / "privkey.pem").write_bytes(chain.key_bytes(Encoding.PEM))
    (directory / "privkey.pem").chmod(0o600)
    (tmp_path / "root.pem").write_bytes(pem([authority.root]))
    return directory


@pytest.fixture
def evidence(delivery, authority):
    return Evidence(
        read_directory(delivery, lambda path: None),
        dt.datetime.now(dt.UTC),
        private=Issuers([authority.root]),
    )


@pytest.fixture(autouse=True)
def _the_client_is_here(request):
    """Skip what is asked of a client that this machine does not have."""
    name = getattr(request.node, "callspec", None) and request.node.callspec.params.get("name")
    found = find(CLIENTS[name]) if name in CLIENTS else None
    if found is not None and not found.available:
        pytest.skip(found.unavailable_because)


def outcome(bench, name, scenario):
    return bench.measure(CLIENTS[name], SCENARIOS[scenario], bench.key_type).outcome


@pytest.mark.parametrize("name", LED)
def test_client_is_led_to_the_name(tmp_path, evidence, authority, name):
    with Rehearsal(Emulator(), tmp_path / "cells", evidence, [authority.root]) as bench:
        assert outcome(bench, name, "full_chain") == "accepted"
        assert outcome(bench, name, "absent") == "rejected: missing_issuer"
        assert outcome(bench, name, "cached") in ("accepted: completes", "accepted: anchors")


@pytest.mark.parametrize("name", LED)
def test_nobody_but_the_camera_is_asked(tmp_path, authority, name):
    with IssuerSite(authority.intermediates[0]) as site:
        chain = authority.issue(NAME, aia=site.url("it"))
        (tmp_path / "cam.pem").write_bytes(pem(chain.full) + chain.key_bytes(Encoding.PEM))
        evidence = Evidence(
            read_directory(tmp_path, lambda path: None),
            dt.datetime.now(dt.UTC),
            private=Issuers([authority.root]),
        )
        with Rehearsal(Emulator(), tmp_path / "cells", evidence, [authority.root]) as bench:
            assert outcome(bench, name, "absent") == "rejected: missing_issuer"
        assert site.fetches("it") == 0


def test_without_a_key_there_is_no_rehearsal(tmp_path, delivery, authority):
    (delivery / "privkey.pem").unlink()
    evidence = Evidence(read_directory(delivery, lambda path: None), dt.datetime.now(dt.UTC))
    with pytest.raises(NotCheckedError, match="no private key"):
        Rehearsal(Emulator(), tmp_path / "cells", evidence)


def test_who_cannot_be_asked_is_named():
    unknown = next(client for client in CLIENTS.values() if client.native is None)
    assert "not known yet" in not_rehearsed(unknown, native=True, may_fetch=True)
    assert not_rehearsed(CLIENTS["urllib"], native=True, may_fetch=True) is None


def test_who_would_fetch_is_asked_only_with_leave():
    assert "--online" in not_rehearsed(CLIENTS["java-aia"], native=False, may_fetch=False)


def can_mount_privately():
    unshare = shutil.which("unshare")
    return (
        bool(unshare)
        and not subprocess.run([unshare, "-m", "true"], check=False, capture_output=True).returncode
    )


# The system's look-up of names, and so `/etc/hosts`, is all that these know.
BY_HOSTS = ["asyncio", "http.client"]


@pytest.mark.skipif(not can_mount_privately(), reason="needs a mount namespace of its own")
@pytest.mark.parametrize("name", BY_HOSTS)
def test_client_is_led_by_a_hosts_file_of_its_own(tmp_path, evidence, authority, name):
    before = Path("/etc/hosts").read_bytes()
    with Rehearsal(Emulator(), tmp_path / "cells", evidence, [authority.root]) as bench:
        assert outcome(bench, name, "full_chain") == "accepted"
        assert outcome(bench, name, "absent") == "rejected: missing_issuer"
        assert outcome(bench, name, "cached") == "accepted: completes"
    assert Path("/etc/hosts").read_bytes() == before


def run_suite(tmp_path, delivery, *arguments, before=()):
    return subprocess.run(
        [
            *(*before, sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-n0"),
            *("suites/audit/test_clients.py", "--credentials", delivery),
            *("--root", tmp_path / "root.pem", "--report-dir", tmp_path / "report", *arguments),
        ],
        cwd=PROJECT,
        env={"PATH": os.environ["PATH"], "HOME": str(tmp_path), "PYTHONDONTWRITEBYTECODE": "1"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def test_required_client_that_would_fail_fails_the_run(tmp_path, delivery):
    own = ["--trust", tmp_path / "root.pem", "--clients", "urllib"]
    finished = run_suite(tmp_path, delivery, *own)
    assert finished.returncode == 0, finished.stdout
    finished = run_suite(tmp_path, delivery, *own, "--require", "urllib")
    assert finished.returncode == 1
    assert "test_client[urllib-absent-own]" in finished.stdout
    assert "gateway" in finished.stdout
    finished = run_suite(tmp_path, delivery, *own, "--require", "all", "--scenarios", "cached")
    assert finished.returncode == 0, finished.stdout


def test_client_that_cannot_be_asked_is_not_left_out(tmp_path, delivery):
    # pyOpenSSL is always here, and leaves it to its users whom to trust.
    own = ["--clients", "urllib,pyopenssl"]
    finished = run_suite(tmp_path, delivery, *own)
    assert finished.returncode == 0, finished.stdout
    assert "how this client trusts by itself is not known yet" in finished.stdout
    report = json.loads((tmp_path / "report" / "report.json").read_text())
    verdicts = {(cell["client"], cell["scenario"]): cell["verdict"] for cell in report["cells"]}
    assert verdicts["pyopenssl", "absent"] == "not_applicable"
    assert verdicts["urllib", "full_chain"] == "rejected"
    finished = run_suite(tmp_path, delivery, *own, "--require", "pyopenssl")
    assert finished.returncode == 1


def test_key_does_not_leave_this_machine_unasked(tmp_path, delivery):
    finished = run_suite(tmp_path, delivery, "--clients", "none", "--camera", "/dev/ttyACM77")
    assert finished.returncode == 4
    assert "--allow-key-on-camera" in finished.stderr


def test_required_client_that_is_unknown_is_refused(tmp_path, delivery):
    finished = run_suite(tmp_path, delivery, "--clients", "none", "--require", "netscape")
    assert finished.returncode == 4
    assert "there is no client netscape" in finished.stderr


BUNDLE = Path("/etc/ssl/certs/ca-certificates.crt")


@pytest.mark.skipif(
    not (BUNDLE.is_file() and can_mount_privately()),
    reason="needs Debian's list of roots, and the right to mount another over it for one process",
)
def test_clients_use_the_systems_own_store(tmp_path, delivery):
    # A system that has the root, seen by this one process tree alone.
    with_root = tmp_path / "system.crt"
    with_root.write_bytes(BUNDLE.read_bytes() + (tmp_path / "root.pem").read_bytes())
    script = 'mount --bind "$1" "$2" && shift 2 && exec "$@"'
    before = ("unshare", "-m", "sh", "-c", script, "sh", str(with_root), str(BUNDLE))
    finished = run_suite(
        tmp_path, delivery, "--clients", "urllib,openssl", "--require", "all",
        "--scenarios", "full_chain", before=before,
    )  # fmt: skip
    assert finished.returncode == 0, finished.stdout
    assert "2 passed" in finished.stdout
