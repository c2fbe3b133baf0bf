"""What the harness finds out about the user's chain when it serves it is a finding."""

import datetime as dt

from leafonly.certificates.chain import pem
from tests.end_to_end.test_own_certificate import run_suite
from tests.helpers.credentials import key_pem, leaf
from tests.helpers.making import DAY, NOW, ROOT, key_of, make


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
