"""Leaves with a fault of their own: every client either takes one or says what it has against it.

The words are the clients' own, so a new version may need a new line in `words.py`.
"""

import datetime as dt

import pytest
from cryptography.x509.oid import ExtendedKeyUsageOID

from leafonly.cameras.emulator.camera import Emulator
from leafonly.clients import CLIENTS
from leafonly.clients.discovery import find
from leafonly.harness.bench import Bench
from leafonly.harness.scenario import SCENARIOS
from leafonly.harness.subjects.own_certificate import OwnCertificate
from tests.helpers.credentials import DAY, ROOT, evidence, leaf, live

NOW = dt.datetime.now(dt.UTC)
FAULTY = {
    "expired": leaf(names=["localhost"], aia=None, start=NOW - 60 * DAY, end=NOW - 2 * DAY),
    "for clients": leaf(names=["localhost"], aia=None, usage=[ExtendedKeyUsageOID.CLIENT_AUTH]),
}
# Browsers again.
LEFT_OUT = [name for name in CLIENTS if name.endswith("-restarted")]


@pytest.mark.parametrize("fault", FAULTY)
@pytest.mark.parametrize("name", [name for name in CLIENTS if name not in LEFT_OUT])
def test_client_says_what_is_wrong_with_a_leaf(tmp_path, monkeypatch, name, fault):
    client = CLIENTS[name]
    found = find(client)
    if not found.available:
        pytest.skip(str(found.unavailable_because))
    # It is there to keep just such leaves out.
    monkeypatch.setattr("leafonly.harness.staging.check_presented", lambda *arguments: None)
    (tmp_path / "files").mkdir()
    given = evidence(tmp_path / "files", live(FAULTY[fault]), domain="localhost", at=NOW)
    subject = OwnCertificate(given, [ROOT[0]])
    with Bench(Emulator(), subject, tmp_path / "cells") as bench:
        cell = bench.measure_alone(client, SCENARIOS["full_chain"], subject.key_type)
    assert cell.conclusive, cell.explain()
    if fault == "expired":
        assert (cell.verdict, cell.reason) in [("rejected", "expired"), ("rejected", "other")]
    else:
        assert (cell.verdict, cell.reason) in [("accepted", None), ("rejected", "other")]
