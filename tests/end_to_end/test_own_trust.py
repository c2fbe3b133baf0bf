"""Clients with the trust that they have by themselves, in stores that only they see.

In a mount namespace of its own, a client finds a test root where its own roots lie: in the
system's stores, or in a package's file. It must then do with its own trust what it does with
the trust that it is told, and without the root reject. Where the roots are compiled into the
program, nobody can put one beside them: only the rejection is shown.
"""

import datetime as dt
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import certifi
import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from OpenSSL import crypto

from leafonly.audit import Evidence, read_directory
from leafonly.cameras.emulator.camera import Emulator
from leafonly.certificates.authority import Authority
from leafonly.certificates.chain import pem
from leafonly.certificates.paths import Issuers
from leafonly.clients import CLIENTS
from leafonly.clients.client import CannotOverride
from leafonly.clients.discovery import find
from leafonly.clients.name_override import why_not_runnable
from leafonly.clients.trust_store import TRUSTSTORE_PASSWORD
from leafonly.harness.bench import Bench
from leafonly.harness.scenario import SCENARIOS
from leafonly.harness.subjects.own_authority import served_chain
from leafonly.harness.subjects.own_certificate import OwnCertificate

NAME = "cam.example.com"

SYSTEM = Path("/etc/ssl/certs")  # Debian's bundle, hashed folder and, in `java`, Java's store
MONO = Path("/etc/mono/certstore")

OVERRIDABLE = [n for n, c in CLIENTS.items() if not isinstance(c.name_override, CannotOverride)]
WITH_OWN_TRUST = [name for name in OVERRIDABLE if CLIENTS[name].own_trust_command]
TRY_MOUNT = ["unshare", "--map-root-user", "--mount", "mount", "--bind", str(SYSTEM), str(SYSTEM)]

pytestmark = pytest.mark.skipif(
    not (shutil.which("unshare") and (SYSTEM / "ca-certificates.crt").is_file())
    or subprocess.run(TRY_MOUNT, check=False, capture_output=True).returncode != 0,
    reason="needs Debian's stores, and the right to mount others over them for one process",
)


@pytest.fixture(scope="module")
def authority():
    return Authority()


@pytest.fixture(scope="module")
def evidence(tmp_path_factory, authority):
    chain = authority.issue(NAME)
    directory = tmp_path_factory.mktemp("delivery")
    (directory / "cam.pem").write_bytes(pem(chain.full) + chain.key_bytes(Encoding.PEM))
    return Evidence(
        read_directory(directory, lambda path: None),
        dt.datetime.now(dt.UTC),
        private=Issuers([authority.root]),
    )


@pytest.fixture(scope="module")
def stores(tmp_path_factory, authority):
    """Copies of all stores with the test root in them: where they are, and where they belong."""
    directory = tmp_path_factory.mktemp("stores")
    root = pem([authority.root])
    hashed = f"{crypto.X509.from_cryptography(authority.root).subject_name_hash():08x}.0"
    system, mono, package = (directory / name for name in ("system", "mono", "cacert.pem"))
    shutil.copytree(SYSTEM, system, symlinks=True)
    with (system / "ca-certificates.crt").open("ab") as bundle:
        bundle.write(root)
    (system / hashed).write_bytes(root)
    if (system / "java" / "cacerts").exists() and shutil.which("keytool"):
        import_into(system / "java" / "cacerts", root)
    (mono / "new-certs" / "Trust").mkdir(parents=True)
    (mono / "new-certs" / "Trust" / hashed).write_bytes(root)
    package.write_bytes(Path(certifi.where()).read_bytes() + root)
    return {
        "system": [(system, SYSTEM)] + ([(mono, MONO)] if MONO.exists() else []),
        "package": [(package, Path(certifi.where()))],
    }


def import_into(keystore, root):
    command = ["keytool", "-importcert", "-noprompt", "-alias", "leafonly", "-keystore", keystore]
    command += ["-storepass", TRUSTSTORE_PASSWORD]
    subprocess.run(command, input=root, check=True, capture_output=True)


class WithStores(OwnCertificate):
    """The user's own certificate, met by clients that find other stores in place of their own."""

    def __init__(self, evidence, stores):
        super().__init__(evidence)
        self._stores = stores

    def as_run(self, client, scenario):
        client = super().as_run(client, scenario)
        mounts = [f"mount --bind '{store}' '{place}'" for store, place in self._stores]
        script = " && ".join([*mounts, 'exec "$@"'])
        before = ("unshare", "--map-root-user", "--mount", "sh", "-c", script, "sh")
        return replace(client, run=(*before, *client.command))


def the_client(name, *, own_trust):
    client = CLIENTS[name]
    found = find(client)
    why = found.unavailable_because or why_not_runnable(client, own_trust=own_trust)
    if why:
        pytest.skip(why)
    return client.as_found(found.version, found.stack_version)


def untrusted(client):
    # Who does not say whose issuer is missing does not say whose root is unknown either.
    silent = client.expected["absent"] == "rejected: other"
    return "rejected: other" if silent else "rejected: untrusted_root"


@pytest.mark.parametrize("name", [n for n in WITH_OWN_TRUST if CLIENTS[n].own_roots != "program"])
def test_client_trusts_a_root_in_its_own_store(tmp_path, evidence, stores, name):
    client = the_client(name, own_trust=True)
    subject = WithStores(evidence, stores[client.own_roots])
    with Bench(Emulator(), subject, tmp_path) as bench:
        # Both controls are measured besides: the full chain is accepted, a stranger's is not.
        for scenario in ("full_chain", "absent", "cached"):
            cell = bench.measure(client, SCENARIOS[scenario], "p256")
            assert cell.outcome == client.expected[scenario], cell.explain()


@pytest.mark.parametrize("name", [n for n in WITH_OWN_TRUST if CLIENTS[n].own_roots == "program"])
def test_client_with_roots_of_its_own_looks_into_no_store(tmp_path, evidence, stores, name):
    client = the_client(name, own_trust=True)
    subject = WithStores(evidence, stores["system"] + stores["package"])
    with Bench(Emulator(), subject, tmp_path) as bench:
        cell = bench.measure(client, SCENARIOS["full_chain"], "p256")
        assert cell.outcome == untrusted(client), cell.explain()


@pytest.mark.parametrize("name", WITH_OWN_TRUST)
def test_client_trusts_no_other_root(tmp_path, evidence, name):
    client = the_client(name, own_trust=True)
    with Bench(Emulator(), OwnCertificate(evidence), tmp_path) as bench:
        cell = bench.measure(client, SCENARIOS["full_chain"], "p256")
        assert cell.outcome == untrusted(client), cell.explain()


# They leave the name to the programs that use them (facts of these versions, as `seen`).
NAMELESS = ("nassl", "pyopenssl", "tcl", "luasec")

# They do not say that it is the name.
SILENT = (
    *("ncat", "links", "elinks", "haproxy", "wreq"),
    *("python-mbedtls", "mono"),
)


# Nor do these, with this library (measured in Debian 13).
SILENT_WITH = (("apt", "OpenSSL"),)


@pytest.mark.parametrize("name", OVERRIDABLE)
def test_client_still_verifies_the_name(tmp_path, evidence, authority, name, monkeypatch):
    class AnotherName(OwnCertificate):
        def to_serve(self, scenario, key_type, cell):
            return served_chain(scenario, authority.issue("door.example.com", key_type))

    # The bench itself would not start a client before a leaf of another name.
    monkeypatch.setattr("leafonly.harness.staging.check_presented", lambda *arguments: None)
    client = the_client(name, own_trust=False)
    is_silent = name in SILENT or (name, find(client).stack) in SILENT_WITH
    expected = "rejected: other" if is_silent else "rejected: wrong_name"
    with Bench(Emulator(), AnotherName(evidence, [authority.root]), tmp_path) as bench:
        cell = bench.measure(client, SCENARIOS["full_chain"], "p256")
        assert cell.outcome == ("accepted" if name in NAMELESS else expected), cell.explain()
