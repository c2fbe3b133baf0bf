"""What a run finds beyond the checks: in serving the chain, and in what clients are given."""

import datetime as dt

from leafonly.certificates.chain import pem
from tests.helpers.credentials import key_pem, leaf
from tests.helpers.laboratory import CHAINS
from tests.helpers.making import DAY, NOW, ROOT, key_of, make
from tests.helpers.run_pytest import run_suite


def test_a_chain_that_is_good_only_at_another_moment_fails_the_run(tmp_path):
    root, signer = make(ROOT), key_of("root")
    delivery = tmp_path / "delivery"
    delivery.mkdir()
    expired = leaf(issuer=(root, signer), start=NOW - 60 * DAY, end=NOW - 5 * DAY)
    (delivery / "cert.pem").write_bytes(pem([expired]))
    (delivery / "privkey.pem").write_bytes(key_pem())
    (tmp_path / "root.pem").write_bytes(pem([root]))
    at = (NOW - 30 * DAY).astimezone(dt.UTC).isoformat()
    asked = ["--trust", tmp_path / "root.pem", "--clients", "urllib", "--at", at]
    finished = run_suite(tmp_path, delivery, *asked)
    assert finished.returncode == 1, finished.stdout
    assert "blocker  chain_is_served" in finished.stdout
    assert "certificate has expired" in finished.stdout


def test_an_intermediate_in_trust_does_not_hide_that_it_was_not_delivered(tmp_path):
    laid = CHAINS["good"]()
    delivery = tmp_path / "delivery"
    delivery.mkdir()
    (delivery / "cert.pem").write_bytes(pem([laid.leaf]))
    (tmp_path / "trusted.pem").write_bytes(pem([*laid.presented[1:], *laid.roots]))
    asked = ["--trust", tmp_path / "trusted.pem", "--clients", "none"]
    finished = run_suite(tmp_path, delivery, "suites/audit/test_findings.py", *asked)
    assert finished.returncode == 1, finished.stdout
    assert "blocker  issuer_is_given" in finished.stdout
