"""From a real CA to the audit: by ACME from a server on loopback, and by a signed request."""

import datetime as dt
import subprocess
import sys

import pytest
from cryptography import x509

from leafonly.audit import CHECKS, Evidence, read_directory, run_check
from leafonly.audit.bundle import write_bundle
from leafonly.cameras import Load
from leafonly.cameras.emulator.loading_rules import load
from leafonly.certificates.authority import Authority
from leafonly.certificates.chain import pem
from leafonly.certificates.paths import Issuers
from tests.helpers.acme import MISSING, NAME, Acme

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
    live = acme.obtain(*acme.by_http)
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
