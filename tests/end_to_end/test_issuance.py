"""From a real CA to the audit: by ACME from a server on loopback, and by a signed request."""

import contextlib
import datetime as dt
import importlib.util
import json
import os
import shutil
import socket
import ssl
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from leafonly.audit import CHECKS, Evidence, read_directory, run_check
from leafonly.audit.bundle import write_bundle
from leafonly.cameras import Load
from leafonly.cameras.emulator.loading_rules import load
from leafonly.certificates.authority import Authority
from leafonly.certificates.chain import pem
from leafonly.certificates.paths import Issuers

NAME = "cam.example.com"
MISSING = [
    f"{each} is missing: apt install pebble"
    for each in ("pebble", "pebble-challtestsrv")
    if not shutil.which(each)
]
if not importlib.util.find_spec("certbot"):
    MISSING.append("certbot is missing: uv sync --inexact --extra acme")

CERTBOT = "import sys; from certbot.main import main; sys.exit(main())"

# Called by certbot before each DNS-01 challenge.
DNS_HOOK = """
import json, os, sys, urllib.request
host = f"_acme-challenge.{os.environ['CERTBOT_DOMAIN']}."
body = {"host": host, "value": os.environ["CERTBOT_VALIDATION"]}
url = f"http://127.0.0.1:{sys.argv[1]}/set-txt"
urllib.request.urlopen(urllib.request.Request(url, json.dumps(body).encode()), timeout=5)
"""

# The three commands of camera documentation.
COMMANDS = {
    "p256": ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"],
    "p384": ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:secp384r1"],
    "rsa2048": ["-newkey", "rsa:2048"],
}


def free_ports(count):
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


@contextlib.contextmanager
def started(argv, directory, port, environment=None):
    """Run a server until the context ends; wait for its port, not for luck."""
    with (directory / f"{Path(argv[0]).name}.log").open("wb") as log:
        process = subprocess.Popen(
            argv,
            cwd=directory,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env={"PATH": os.environ["PATH"], **(environment or {})},
        )
        try:
            limit = time.monotonic() + 20
            while True:
                assert process.poll() is None, f"{argv[0]} ended; see its log"
                with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                    break
                assert time.monotonic() < limit, f"{argv[0]} does not listen"
                time.sleep(0.02)
            yield
        finally:
            process.kill()
            process.wait()


class Acme:
    """An ACME server on loopback, and what certbot needs to get there."""

    def __init__(self, directory):
        self.directory = directory
        self.acme, self.management, self.http, self.tls, self.dns, self.hooks = free_ports(6)

    @contextlib.contextmanager
    def running(self):
        own = Authority()
        chain = own.issue("localhost")
        (self.directory / "own.pem").write_bytes(pem(chain.full))
        (self.directory / "own.key").write_bytes(chain.key_bytes(Encoding.PEM))
        (self.directory / "own-root.pem").write_bytes(pem([own.root]))
        config = {
            "listenAddress": f"127.0.0.1:{self.acme}",
            "managementListenAddress": f"127.0.0.1:{self.management}",
            "certificate": "own.pem",
            "privateKey": "own.key",
            "httpPort": self.http,
            "tlsPort": self.tls,
            "ocspResponderURL": "",
            "externalAccountBindingRequired": False,
        }
        (self.directory / "pebble.json").write_text(json.dumps({"pebble": config}))
        dns = [
            *("pebble-challtestsrv", "-defaultIPv4", "127.0.0.1", "-defaultIPv6", ""),
            *("-http01", "", "-https01", "", "-tlsalpn01", ""),
            *("-dns01", f"127.0.0.1:{self.dns}", "-management", f"127.0.0.1:{self.hooks}"),
        ]
        acme = ["pebble", "-config", "pebble.json", "-dnsserver", f"127.0.0.1:{self.dns}"]
        settings = {
            "PEBBLE_VA_NOSLEEP": "1",
            "PEBBLE_WFE_NONCEREJECT": "0",
            "PEBBLE_CHAIN_LENGTH": "2",
        }
        with (
            started(dns, self.directory, self.hooks),
            started(acme, self.directory, self.acme, settings),
        ):
            yield

    def root(self):
        """Fetch the root that this server made when it started."""
        context = ssl.create_default_context(cafile=self.directory / "own-root.pem")
        url = f"https://localhost:{self.management}/roots/0"
        with urllib.request.urlopen(url, context=context, timeout=10) as response:
            return x509.load_pem_x509_certificate(response.read())

    def obtain(self, *challenge):
        """Run certbot as its user does, and give the live folder."""
        home = self.directory / "certbot"
        finished = subprocess.run(
            [
                *(sys.executable, "-c", CERTBOT, "certonly", "--non-interactive"),
                *("--server", f"https://localhost:{self.acme}/dir", "--agree-tos"),
                *("--register-unsafely-without-email", "-d", NAME),
                *("--config-dir", home, "--work-dir", home / "work", "--logs-dir", home / "logs"),
                *challenge,
            ],
            cwd=self.directory,
            env={
                "PATH": os.environ["PATH"],
                "HOME": str(self.directory),
                "REQUESTS_CA_BUNDLE": str(self.directory / "own-root.pem"),
            },
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert finished.returncode == 0, finished.stdout + finished.stderr
        return home / "live" / NAME


@pytest.fixture
def acme(tmp_path):
    if MISSING:
        pytest.skip("; ".join(MISSING))
    server = Acme(tmp_path)
    with server.running():
        yield server


def judge(directory, root):
    evidence = Evidence(
        read_directory(directory, lambda path: None),
        at=dt.datetime.now(dt.UTC),
        given_domain=NAME,
        private=Issuers([root]),
    )
    return evidence, [each for check in CHECKS.values() for each in run_check(check, evidence)]


def assert_deployable(directory, root, target):
    """Nothing keeps clients away, and the camera loads what the bundle holds."""
    evidence, found = judge(directory, root)
    assert [each for each in found if each.severity == "blocker"] == []
    assert any("your own root" in each.message for each in found)
    written = write_bundle(evidence, target, presents_chain=False)
    files = {path.name: path.read_bytes() for path in written}
    certificates, key = load([Load(files["server.der"], files["server.key.der"])])
    assert certificates == [evidence.leaf]
    assert key.public_key() == evidence.leaf.public_key()
    return evidence, found


def test_certbot_by_http_01(acme, tmp_path):
    live = acme.obtain(
        *("--standalone", "--preferred-challenges", "http"),
        *("--http-01-port", str(acme.http), "--http-01-address", "127.0.0.1"),
    )
    assert {path.name for path in live.iterdir()} >= {"cert.pem", "privkey.pem", "fullchain.pem"}
    evidence, _ = assert_deployable(live, acme.root(), tmp_path / "camera")
    assert len(evidence.issuers) == 2


def test_certbot_by_dns_01(acme, tmp_path):
    hook = tmp_path / "hook.py"
    hook.write_text(DNS_HOOK)
    live = acme.obtain(
        *("--manual", "--preferred-challenges", "dns"),
        *("--manual-auth-hook", f"{sys.executable} {hook} {acme.hooks}"),
    )
    assert_deployable(live, acme.root(), tmp_path / "camera")


@pytest.mark.needs("openssl")
@pytest.mark.parametrize("kind", COMMANDS)
def test_request_by_openssl(kind, tmp_path):
    delivery = tmp_path / "delivery"
    delivery.mkdir()
    subprocess.run(
        [
            *("openssl", "req", "-new", "-nodes", *COMMANDS[kind], "-subj", f"/CN={NAME}"),
            *("-addext", f"subjectAltName=DNS:{NAME}"),
            *("-keyout", "cam.key", "-out", "cam.csr"),
        ],
        cwd=delivery,
        check=True,
        capture_output=True,
    )
    authority = Authority()
    request = x509.load_pem_x509_csr((delivery / "cam.csr").read_bytes())
    chain = authority.sign(request)
    # As a commercial CA delivers it: two files, named after nothing that certbot knows.
    (delivery / "cam_example_com.crt").write_bytes(pem([chain.leaf]))
    (delivery / "cam_example_com.ca-bundle").write_bytes(pem(chain.intermediates))
    _, found = assert_deployable(delivery, authority.root, tmp_path / "camera")
    # What is left to say: this authority puts no caIssuers address into its leaves.
    assert [each.check for each in found if each.severity == "warning"] == ["aia_names_issuer"]
