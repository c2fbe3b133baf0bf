"""The user's own leaf before clients: under its own name, and with their own trust."""

import datetime as dt
import json
import shutil
import subprocess
import threading
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import AuthorityInformationAccessOID

from leafonly.audit import Evidence, read_directory
from leafonly.audit.finding import NotCheckedError
from leafonly.cameras.emulator.camera import Emulator
from leafonly.certificates.authority import Authority
from leafonly.certificates.chain import pem
from leafonly.certificates.issuer_site import IssuerSite
from leafonly.certificates.paths import Issuers
from leafonly.clients import CLIENTS
from leafonly.clients.client import NameOverride
from leafonly.clients.discovery import find
from leafonly.clients.name_override import why_not_runnable
from leafonly.harness.bench import Bench
from leafonly.harness.scenario import SCENARIOS
from leafonly.harness.subjects.own_certificate import OwnCertificate, why_not_asked
from tests.helpers.credentials import DAY, INTERMEDIATE, NAME, ROOT, key_pem, leaf
from tests.helpers.default_context import kind_of_a_stored_intermediate
from tests.helpers.run_pytest import run_suite

PROJECT = Path(__file__).parents[2]
LED = [name for name, client in CLIENTS.items() if isinstance(client.name_override, NameOverride)]


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
        pytest.skip(str(found.unavailable_because))


def measured_on(tmp_path, evidence, trusted=None):
    return Bench(Emulator(), OwnCertificate(evidence, trusted), tmp_path / "cells")


def outcome(bench, name, scenario):
    return bench.measure(CLIENTS[name], SCENARIOS[scenario], "p256").outcome


@pytest.mark.parametrize("name", LED)
def test_client_is_led_to_the_name(tmp_path, evidence, authority, name):
    with measured_on(tmp_path, evidence, [authority.root]) as bench:
        assert outcome(bench, name, "full_chain") == "accepted"
        assert outcome(bench, name, "absent") == "rejected: missing_issuer"
        assert outcome(bench, name, "cached") in ("accepted: completes", "accepted: anchors")


@pytest.mark.parametrize("name", ["curl", "urllib"])
def test_intermediate_in_the_file_of_roots_is_not_given_to_clients(
    tmp_path, evidence, authority, name
):
    trusted = [*authority.intermediates, authority.root]
    with measured_on(tmp_path, evidence, trusted) as bench:
        assert outcome(bench, name, "absent") == "rejected: missing_issuer"


@pytest.fixture
def site(authority):
    with IssuerSite(authority.intermediates[0]) as site:
        yield site


@pytest.fixture
def fetchable(tmp_path, authority, site):
    """Credentials whose leaf says where its issuer is."""
    chain = authority.issue(NAME, aia=site.url("it"))
    directory = tmp_path / "fetchable"
    directory.mkdir()
    (directory / "cam.pem").write_bytes(pem(chain.full) + chain.key_bytes(Encoding.PEM))
    (directory / "cam.pem").chmod(0o600)
    (tmp_path / "root.pem").write_bytes(pem([authority.root]))
    return directory


@pytest.fixture
def fetchable_bench(tmp_path, fetchable, authority):
    evidence = Evidence(
        read_directory(fetchable, lambda path: None),
        dt.datetime.now(dt.UTC),
        private=Issuers([authority.root]),
    )
    with measured_on(tmp_path, evidence, [authority.root]) as bench:
        yield bench


FETCHERS = [name for name, client in CLIENTS.items() if client.fetches_issuer]


@pytest.mark.parametrize("name", FETCHERS)
def test_clients_fetch_only_with_online(fetchable_bench, site, name):
    stored = CLIENTS[name].expected["cached"]
    assert outcome(fetchable_bench, name, "cached") == stored
    assert site.fetches("it") == 0
    assert outcome(fetchable_bench, name, "aia") == "accepted"
    assert site.fetches("it") > 0


@pytest.mark.parametrize("name", ["curl", "urllib", "java"])
def test_clients_that_do_not_fetch_lack_the_issuer(fetchable_bench, site, name):
    assert outcome(fetchable_bench, name, "absent") == "rejected: missing_issuer"
    assert outcome(fetchable_bench, name, "aia") == "rejected: missing_issuer"
    assert site.fetches("it") == 0


def test_nothing_is_known_of_a_client_that_does_not_trust_the_root(tmp_path, evidence):
    with measured_on(tmp_path, evidence) as bench:
        cell = bench.measure(CLIENTS["urllib"], SCENARIOS["absent"], "p256")
        assert (cell.verdict, cell.conclusive) == ("error", False)


def test_without_a_key_there_is_no_rehearsal(tmp_path, delivery, authority):
    (delivery / "privkey.pem").unlink()
    evidence = Evidence(read_directory(delivery, lambda path: None), dt.datetime.now(dt.UTC))
    with pytest.raises(NotCheckedError, match="no private key"):
        OwnCertificate(evidence)


def test_who_cannot_be_asked_is_named():
    native = {"native": True, "online": False}
    assert "verifies nothing" in why_not_asked(CLIENTS["elinks"], None, **native)["absent"]
    assert "--trust=FILE" in why_not_asked(CLIENTS["elinks"], None, **native)["full_chain"]
    assert why_not_asked(CLIENTS["urllib"], leaf(aia=None), **native).keys() == {"aia"}


def test_clients_that_fetch_never_lack_the_issuer():
    told, other = {"native": False}, CLIENTS["urllib"]
    fetcher = replace(CLIENTS["java-aia"], name_override=NameOverride())
    assert "--online" in why_not_asked(fetcher, leaf(), **told, online=False)["absent"]
    assert why_not_asked(fetcher, leaf(), **told, online=True).keys() == {"absent"}
    assert why_not_asked(other, leaf(), **told, online=False).keys() == {"aia"}
    assert why_not_asked(other, leaf(), **told, online=True) == {}


def with_responder(url):
    where = x509.AccessDescription(
        AuthorityInformationAccessOID.OCSP, x509.UniformResourceIdentifier(url)
    )
    now = dt.datetime.now(dt.UTC)
    extra = [x509.AuthorityInformationAccess([where])]
    # Firefox does not ask about a leaf that lives for less than ten days.
    return leaf(aia=None, extra=extra, start=now - 30 * DAY, end=now + 60 * DAY)


def test_who_asks_about_revocation_is_asked_only_with_leave():
    asker, told = replace(CLIENTS["firefox"], name_override=NameOverride()), {"native": False}
    revocable = with_responder("http://ca.example.com/")
    assert "--online" in why_not_asked(asker, revocable, **told, online=False)["full_chain"]
    assert why_not_asked(asker, revocable, **told, online=True).keys() == {"aia"}
    assert why_not_asked(asker, leaf(aia=None), **told, online=False).keys() == {"aia"}


@pytest.mark.parametrize("name", ["firefox", "pymongo", "chromium", "curl", "wget2"])
def test_who_asks_about_revocation_is_known(tmp_path, name):
    asked = []

    class Responder(BaseHTTPRequestHandler):
        def do_POST(self):
            asked.append(self.path)
            self.send_error(503)

        do_GET = do_POST

        def log_message(self, *arguments):
            """Keep silent."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Responder) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        revocable = with_responder(f"http://127.0.0.1:{server.server_address[1]}/")
        (tmp_path / "cam.pem").write_bytes(pem([revocable, INTERMEDIATE[0]]) + key_pem())
        evidence = Evidence(
            read_directory(tmp_path, lambda path: None),
            dt.datetime.now(dt.UTC),
            private=Issuers([ROOT[0]]),
        )
        with measured_on(tmp_path, evidence, [ROOT[0]]) as bench:
            assert outcome(bench, name, "full_chain") == "accepted"
        server.shutdown()
    assert bool(asked) == CLIENTS[name].asks_ocsp


# The system's look-up of names, and so `/etc/hosts`, is all that these know.
BY_HOSTS = ["asyncio", "http.client"]


@pytest.mark.parametrize("name", BY_HOSTS)
def test_client_is_led_by_a_hosts_file_of_its_own(tmp_path, evidence, authority, name):
    if why_not := why_not_runnable(CLIENTS[name], own_trust=False):
        pytest.skip(why_not)
    before = Path("/etc/hosts").read_bytes()
    with measured_on(tmp_path, evidence, [authority.root]) as bench:
        assert outcome(bench, name, "full_chain") == "accepted"
        assert outcome(bench, name, "absent") == "rejected: missing_issuer"
        assert outcome(bench, name, "cached") == f"accepted: {kind_of_a_stored_intermediate()}"
    assert Path("/etc/hosts").read_bytes() == before


def test_required_client_that_would_fail_fails_the_run(tmp_path, delivery):
    own = ["--trust", tmp_path / "root.pem", "--clients", "urllib"]
    finished = run_suite(tmp_path, delivery, *own)
    assert finished.returncode == 0, finished.stdout
    # A required client is run whatever --clients says.
    required = [*own[:2], "--clients", "none", "--require", "urllib"]
    finished = run_suite(tmp_path, delivery, *required)
    assert finished.returncode == 1
    assert "test_client[urllib-absent-own]" in finished.stdout
    assert "gateway" in finished.stdout
    assert "FAILED: --require is not met: urllib (missing_issuer) does not connect." in " ".join(
        finished.stdout.split()
    )
    report = json.loads((tmp_path / "report" / "report.json").read_text())
    assert report["run"]["kind"] == "own_certificate"
    assert report["run"]["exit_status"] == 1
    assert report["summary"]["failed_requirements"] == ["urllib-absent-p256"]
    assert str(tmp_path) not in json.dumps(report["run"])
    finished = run_suite(tmp_path, delivery, *own, "--require", "all", "--scenarios", "cached")
    assert finished.returncode == 0, finished.stdout


def test_client_that_cannot_be_asked_is_not_left_out(tmp_path, delivery):
    stub = tmp_path / "stub"
    stub.write_text("#!/bin/sh\n")
    stub.chmod(0o700)
    # It comes with its root, which a client does not trust for that.
    (delivery / "root.pem").write_bytes((tmp_path / "root.pem").read_bytes())
    own = ["--clients", "urllib", "--client", stub]
    finished = run_suite(tmp_path, delivery, *own)
    assert finished.returncode == 0, finished.stdout
    assert "this client's default trust store has not been tested" in finished.stdout
    seen = verdicts(tmp_path)
    assert seen["stub", "absent"] == "not_applicable"
    assert seen["urllib", "full_chain"] == "rejected"
    finished = run_suite(tmp_path, delivery, *own, "--require", "stub")
    assert finished.returncode == 1


def test_crashed_worker_leaves_no_cell_out(tmp_path, delivery):
    crash = tmp_path / "crash.py"
    crash.write_text(
        "import os\n"
        "def pytest_runtest_call(item):\n"
        "    if 'urllib-absent' in item.nodeid and hasattr(item.config, 'workerinput'):\n"
        "        os.kill(os.getpid(), 9)\n"
    )
    own = ["--trust", tmp_path / "root.pem", "--clients", "urllib,httpx", "--require", "urllib"]
    finished = run_suite(
        tmp_path, delivery, *own, "-n1", "-p", "crash", before=("env", f"PYTHONPATH={tmp_path}")
    )
    assert finished.returncode == 1
    seen = verdicts(tmp_path)
    assert (seen["urllib", "absent"], seen["httpx", "absent"]) == ("error", "rejected")
    assert "FAILED: --require is not met: no verdict on urllib" in " ".join(finished.stdout.split())


def test_worker_that_dies_before_it_is_given_cells_leaves_none_out(tmp_path, delivery):
    plugin = tmp_path / "dies.py"
    plugin.write_text(
        "import time\n"
        "from xdist.workermanage import WorkerController\n"
        "send = WorkerController.send_runtest_some\n"
        "sent = []\n"
        "def kill_and_send(self, indices):\n"
        "    sent.append(indices)\n"
        "    if len(sent) == 2:\n"
        "        self.gateway._io.popen.kill()\n"
        "        while not self._down: time.sleep(0.01)\n"
        "    send(self, indices)\n"
        "WorkerController.send_runtest_some = kill_and_send\n"
    )
    own = ["--trust", tmp_path / "root.pem", "--clients", "urllib,httpx"]
    finished = run_suite(
        tmp_path, delivery, *own, "-n1", "-p", "dies", before=("env", f"PYTHONPATH={tmp_path}")
    )
    assert finished.returncode == 1, finished.stdout
    seen = verdicts(tmp_path)
    assert len(seen) == 6
    assert list(seen.values()).count("error") <= 1


def verdicts(tmp_path):
    report = json.loads((tmp_path / "report" / "report.json").read_text())
    return {(cell["client"], cell["scenario"]): cell["verdict"] for cell in report["cells"]}


@pytest.mark.needs("java", "javac")
def test_client_that_fetches_is_required_to_by_itself(tmp_path, fetchable, site):
    own = ["--trust", tmp_path / "root.pem", "--clients", "java-aia,urllib"]
    finished = run_suite(tmp_path, fetchable, *own, "--require", "java-aia")
    assert finished.returncode == 1
    assert "allow it with --online" in finished.stdout
    assert site.fetches("it") == 0
    assert verdicts(tmp_path) == {
        ("java-aia", "full_chain"): "accepted",
        ("java-aia", "absent"): "not_applicable",
        ("java-aia", "cached"): "accepted",
        ("urllib", "full_chain"): "accepted",
        ("urllib", "absent"): "rejected",
        ("urllib", "cached"): "accepted",
    }
    finished = run_suite(tmp_path, fetchable, *own, "--online", "--require", "java-aia")
    assert finished.returncode == 0, finished.stdout
    seen = verdicts(tmp_path)
    assert seen["java-aia", "absent"] == "not_applicable"
    assert (seen["java-aia", "aia"], seen["urllib", "aia"]) == ("accepted", "rejected")
    finished = run_suite(tmp_path, fetchable, *own, "--online", "--require", "urllib")
    assert finished.returncode == 1


def test_key_does_not_leave_this_machine_unasked(tmp_path, delivery):
    finished = run_suite(tmp_path, delivery, "--clients", "none", "--camera", "/dev/ttyACM77")
    assert finished.returncode == 4
    assert "--allow-key-on-camera" in finished.stderr


def test_required_client_that_is_unknown_is_refused(tmp_path, delivery):
    finished = run_suite(tmp_path, delivery, "--clients", "none", "--require", "netscape")
    assert finished.returncode == 4
    assert "--require=netscape: unknown name 'netscape'" in finished.stderr


BUNDLE = Path("/etc/ssl/certs/ca-certificates.crt")
TRY_MOUNT = ["unshare", "-m", "sh", "-c", 'mount --bind "$0" "$0"', str(BUNDLE)]


@pytest.mark.skipif(
    not shutil.which("unshare") or subprocess.run(TRY_MOUNT, capture_output=True).returncode != 0,
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
    assert "3 passed" in finished.stdout
