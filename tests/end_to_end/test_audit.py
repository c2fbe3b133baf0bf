"""The audit as its user runs it: pytest on the suite, and what is left behind."""

import datetime as dt
import json
import time
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import psutil
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding

from leafonly.audit import CHECKS
from leafonly.certificates.chain import pem
from tests.helpers.credentials import DAY, ROOT, key_pem, leaf, live, p256
from tests.helpers.run_pytest import bare_environment, run_pytest, started_pytest
from tests.helpers.secrets import assert_the_search_finds, files_below, leaks

# Without clients: this is about the files, and looking for clients would start them all.
SUITE = ("suites/audit", "--clients", "none")


def run_audit(home, *arguments, **more):
    asked = (*SUITE, "-n0", "--report-dir", home / "report", *arguments)
    return run_pytest(*asked, environment=bare_environment(home, **more))


@pytest.fixture
def delivery(tmp_path):
    directory = tmp_path / "delivery"
    directory.mkdir()
    for name, data in live().items():
        (directory / name).write_bytes(data)
        (directory / name).chmod(0o600)
    (tmp_path / "root.pem").write_bytes(pem([ROOT[0]]))
    return directory


def good(tmp_path, delivery):
    return ["--credentials", delivery, "--trust", tmp_path / "root.pem", "--at", "2026-11-01"]


def test_good_credentials_pass_and_are_described(tmp_path, delivery):
    finished = run_audit(tmp_path, *good(tmp_path, delivery), "--junitxml", tmp_path / "junit.xml")
    assert finished.returncode == 0, finished.stdout
    assert "camera_can_use_key: the key is P-256" in finished.stdout
    cases = {case.get("name"): case for case in ET.parse(tmp_path / "junit.xml").iter("testcase")}
    findings = {f"test_finding[{check}]" for check in CHECKS}
    assert set(cases) == findings | {"test_shorter_chain"}
    property_: Any = cases["test_finding[camera_can_use_key]"].find("properties/property")
    assert json.loads(property_.get("value"))["severity"] == "info"


def test_blocker_fails_and_names_its_remedy(tmp_path, delivery):
    (delivery / "privkey.pem").write_bytes(key_pem(p256("another")))
    finished = run_audit(tmp_path, *good(tmp_path, delivery))
    assert finished.returncode == 1
    assert "test_finding[key_matches_certificate]" in finished.stdout
    assert "use the key of the signing request" in " ".join(finished.stdout.split())
    assert "Traceback" not in finished.stdout


def test_verdict_comes_first_and_fits_80_columns(tmp_path, delivery):
    (delivery / "privkey.pem").write_bytes(key_pem(p256("another")))
    finished = run_audit(tmp_path, *good(tmp_path, delivery))
    verdict = "Not to be deployed like this: 1 blocker and 0 warnings in the files: the private"
    page = (tmp_path / "report" / "report.html").read_text()
    assert page.index("Blocker: the private") < page.index("<h1>Not to be deployed like this")
    about = finished.stdout.split("= leafonly =")[1].split("short test summary")[0]
    assert about.index(verdict) < about.index("blocker  key_matches_certificate:")
    # Rich fills its lines with spaces; a report's path is one word that cannot be broken.
    lines = [line.rstrip() for line in about.splitlines() if "report: " not in line]
    assert [line for line in lines if len(line) > 80] == []


def test_matrix_is_no_part_of_a_run_about_ones_own_credentials(tmp_path, delivery):
    collect = ("suites", "--clients=urllib", "--collect-only", "-q")
    finished = run_pytest(
        *collect, *good(tmp_path, delivery), environment=bare_environment(tmp_path)
    )
    assert "test_client[urllib-absent-own]" in finished.stdout
    assert "test_matrix" not in finished.stdout


def test_one_check_can_be_chosen(tmp_path, delivery):
    (delivery / "privkey.pem").write_bytes(key_pem(p256("another")))
    finished = run_audit(tmp_path, *good(tmp_path, delivery), "-k", "certificate_fits_camera")
    assert finished.returncode == 0
    assert "1 passed" in finished.stdout


def test_domain_chooses_among_several_names(tmp_path, delivery):
    other = leaf(names=["door.example.com"], public_key=p256("door").public_key())
    (delivery / "door.crt").write_bytes(pem([other]))
    (delivery / "door.key").write_bytes(key_pem(p256("door")))
    (delivery / "door.key").chmod(0o600)
    mixed = run_audit(tmp_path, *good(tmp_path, delivery), "-k", "is_one")
    assert mixed.returncode == 1
    assert "2 different leaves" in mixed.stdout
    finished = run_audit(tmp_path, *good(tmp_path, delivery), "--domain", "cam.example.com")
    assert finished.returncode == 0, finished.stdout


def test_without_a_key_the_rest_is_judged_and_the_lack_is_named(tmp_path, delivery):
    (delivery / "privkey.pem").unlink()
    finished = run_audit(tmp_path, *good(tmp_path, delivery))
    assert finished.returncode == 0
    assert "key_matches_certificate: not checked: no private key was given" in finished.stdout


def test_audit_without_credentials_says_what_it_needs(tmp_path):
    finished = run_audit(tmp_path)
    assert finished.returncode == 4
    assert "--credentials=DIR" in finished.stderr


def test_audit_is_no_part_of_a_run_that_gives_it_nothing(tmp_path):
    collect = ("suites", "--clients=none", "--collect-only", "-q", "-n0")
    finished = run_pytest(*collect, environment=bare_environment(tmp_path))
    assert "test_findings" not in finished.stdout
    assert "skipped" not in finished.stdout


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--credentials", "nowhere"], "give a folder of credentials"),
        (["--certificate", "c.pem", "--at", "yesterday"], "write it as 2027-03-15"),
        (["--certificate", "c.pem", "--domain", "a b\u00fc"], "not a DNS name or an address"),
    ],
)
def test_wrong_option_is_explained_in_one_line(tmp_path, arguments, words):
    finished = run_audit(tmp_path, *arguments)
    assert finished.returncode == 4
    assert words in finished.stderr
    assert "Traceback" not in finished.stderr


# --- secrets


def test_the_search_for_secrets_finds_them():
    assert_the_search_finds(p256())


def watch(process, seen):
    """Note the command lines of a process and its children for as long as it runs."""
    try:
        family = [process, *process.children(recursive=True)]
    except psutil.Error:
        return
    for each in family:
        try:
            line = "\0".join(each.cmdline() + [f"{k}={v}" for k, v in each.environ().items()])
        except psutil.Error:
            continue
        seen[f"process {each.pid}"] = seen.get(f"process {each.pid}", b"") + line.encode()


@pytest.mark.parametrize(
    "how", ["good", "another key", "encrypted", "damaged", "verbose locals", "before clients"]
)
def test_no_byte_of_the_key_is_left_behind(tmp_path, delivery, how):
    key, more = p256(), ["--junitxml", tmp_path / "junit.xml", "-n", "2"]
    secret_environment = {}
    if how == "another key":
        key = p256("another")
        (delivery / "privkey.pem").write_bytes(key_pem(key))
    elif how == "encrypted":
        encrypted = key_pem(encryption=BestAvailableEncryption(b"a password of some length"))
        (delivery / "privkey.pem").write_bytes(encrypted)
        secret_environment = {"LEAFONLY_KEY_PASSWORD": "a password of some length"}
    elif how == "damaged":
        (delivery / "privkey.pem").write_bytes(key_pem().replace(b"END PRIVATE", b"EMD PRIVATE"))
    elif how == "verbose locals":
        (delivery / "privkey.pem").write_bytes(key_pem() + b"rubbish")
        more += ["-vv", "--showlocals", "--full-trace", "-s"]
    elif how == "before clients":
        more += ["--clients", "urllib,httpx"]
        # Clients judge by the clock of this machine, so the leaf is valid by that one.
        today = dt.datetime.now(dt.UTC).replace(microsecond=0)
        certificate = leaf(start=today - DAY, end=today + 60 * DAY)
        for name, data in live(certificate).items():
            (delivery / name).write_bytes(data)
        more += ["--at", today.isoformat()]
    seen: dict[str, bytes] = {}
    asked = (*SUITE, "--report-dir", tmp_path / "report", *good(tmp_path, delivery), *more)
    environment = bare_environment(tmp_path, **secret_environment)
    with (
        (tmp_path / "out").open("wb") as out,
        started_pytest(*asked, environment=environment, output=out) as process,
    ):
        while process.poll() is None:
            watch(psutil.Process(process.pid), seen)
            time.sleep(0.02)
    texts = files_below(tmp_path)
    texts = {where: text for where, text in texts.items() if not where.startswith(str(delivery))}
    assert len(seen) >= 3
    assert b"what the audit found" in texts[str(tmp_path / "out")]
    assert leaks(key, texts | seen) == []
    assert b"a password of some length" not in b"".join(texts.values())
    assert files_below(tmp_path / "tmp") == {}
    if how == "before clients":
        said = b" ".join(texts[str(tmp_path / "out")].split())
        assert b"with the intermediate installed on the client, 2 of 2 do" in said
        assert b"Two clocks: " in said


# What the run has just said when it is killed: at its beginning, and amid its checks.
MOMENTS = ["test session starts", "[key_matches_certificate]", "[certificate_fits_camera]"]


@pytest.mark.parametrize("moment", MOMENTS)
def test_nothing_is_left_behind_when_it_is_killed(tmp_path, delivery, moment):
    asked = (
        *(*SUITE, "-n0", "-v", *good(tmp_path, delivery), "--bundle", tmp_path / "camera"),
        *("--report-dir", tmp_path / "report", "--junitxml", tmp_path / "junit.xml"),
    )
    environment = bare_environment(tmp_path, PYTHONUNBUFFERED="1")
    with started_pytest(*asked, environment=environment) as process:
        said = ""
        assert process.stdout
        while moment not in said:
            line = process.stdout.readline()
            assert line, said
            said += line
        process.kill()
    texts = {
        where: text for where, text in files_below(tmp_path).items() if "delivery" not in where
    }
    assert leaks(p256(), texts | {"said": said.encode()}) == []
    assert not (tmp_path / "camera").exists()


def test_bundle_is_the_only_place_a_key_goes_to(tmp_path, delivery):
    camera = tmp_path / "camera"
    finished = run_audit(tmp_path, *good(tmp_path, delivery), "--bundle", camera)
    assert finished.returncode == 0, finished.stdout
    texts = files_below(tmp_path) | {str(tmp_path / "stdout"): finished.stdout.encode()}
    leaking = {Path(where).relative_to(tmp_path).parts[0] for where in leaks(p256(), texts)}
    assert leaking == {"delivery", "camera"}
    assert (camera / "load.py").read_text() in finished.stdout
    leaking = {Path(where).name for where in leaks(p256(), files_below(camera))}
    assert leaking == {"server.key.der"}
    again = run_audit(tmp_path, *good(tmp_path, delivery), "--bundle", camera, "-k", "bundle")
    assert again.returncode == 1
    assert "is not an empty folder: name a new or empty one" in " ".join(again.stdout.split())


def test_signing_request_is_judged_without_clients(tmp_path):
    (tmp_path / "cam.key").write_bytes(key_pem(p256("another")))
    (tmp_path / "cam.csr").write_bytes(signing_request())
    asked = ("suites/audit", "-n0", "--report-dir", tmp_path / "report", "--csr")
    bare = bare_environment(tmp_path)
    finished = run_pytest(*asked, tmp_path / "cam.csr", environment=bare)
    assert finished.returncode == 0, finished.stdout
    assert "the request is for cam.example.com" in finished.stdout
    key = ("--key", tmp_path / "cam.key")
    finished = run_pytest(*asked, tmp_path / "cam.csr", *key, environment=bare)
    assert finished.returncode == 1
    assert "request_has_the_key: the private key does not fit the request" in finished.stdout
    finished = run_pytest(*asked, tmp_path / "cam.csr", "--require=curl", environment=bare)
    assert finished.returncode == 4
    assert "--csr has no certificate yet" in finished.stderr
    assert "Traceback" not in finished.stdout + finished.stderr


def signing_request():
    name = x509.SubjectAlternativeName([x509.DNSName("cam.example.com")])
    builder = x509.CertificateSigningRequestBuilder().subject_name(x509.Name([]))
    signed = builder.add_extension(name, critical=False).sign(p256(), hashes.SHA256())
    return signed.public_bytes(Encoding.PEM)
