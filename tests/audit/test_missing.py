"""The right certificate is named when some are missing, and what is wrong with a root."""

import datetime as dt
import ipaddress
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.x509.oid import AuthorityInformationAccessOID

from leafonly.audit import CHECKS, Evidence, distrust, run_check
from leafonly.audit.context import Answer
from leafonly.audit.files.credentials import CredentialFile, sort_out
from leafonly.audit.files.parser import read_contents
from leafonly.certificates.chain import pem
from leafonly.certificates.paths import Issuers
from tests.helpers.credentials import NOW as THEN
from tests.helpers.credentials import assert_one_finding, ca, findings, leaf, live
from tests.helpers.making import DAY, LEAF, LOWER, NOW, ROOT, UPPER, make


def aia(name):
    place = x509.UniformResourceIdentifier(f"http://ca.example.com/{name}.cer")
    method = AuthorityInformationAccessOID.CA_ISSUERS
    return [(x509.AuthorityInformationAccess([x509.AccessDescription(method, place)]), False)]


NEW_ROOT = replace(ROOT, name="New Root", key="new root")
CERTIFICATES = {
    "leaf": make(replace(LEAF, extra=aia("lower")), LOWER),
    "lower": make(replace(LOWER, extra=aia("upper")), UPPER),
    "upper": make(replace(UPPER, extra=aia("new-root")), NEW_ROOT),
    "cross": make(replace(NEW_ROOT, extra=aia("old-root")), ROOT),
}


def blockers(*names, trust=(), fetched=None):
    given = pem([CERTIFICATES[name] for name in names])
    file = CredentialFile(Path("fullchain.pem"), read_contents(given, lambda: None))
    evidence = Evidence(
        sort_out([file]),
        NOW,
        private=Issuers(trust),
        mozilla=Issuers([make(ROOT)]),
        fetched=fetched,
    )
    found = [each for check in CHECKS.values() for each in run_check(check, evidence)]
    return " / ".join(each.message for each in found if each.severity == "blocker")


def test_whole():
    assert blockers("leaf", "lower", "upper", "cross") == ""


def test_upper_cross_sign_missing_is_incomplete():
    said = blockers("leaf", "lower", "upper")
    assert "incomplete" in said
    assert "New Root, at http://ca.example.com/new-root.cer" in said


def test_two_that_are_missing_are_both_named():
    said = blockers("leaf", "upper")
    assert "Laboratory Intermediate, at http://ca.example.com/lower.cer" in said
    assert "New Root, at http://ca.example.com/new-root.cer" in said
    assert "Upper Intermediate, at" not in said


def test_what_was_fetched_names_what_is_missing_above_it():
    fetched = {"http://ca.example.com/lower.cer": Answer([CERTIFICATES["lower"]])}
    said = blockers("leaf", "upper", fetched=fetched)
    assert "New Root" in said


def test_a_root_that_was_named_and_is_not_reached():
    said = blockers("leaf", "lower", trust=[make(replace(ROOT, key="another root", name="Mine"))])
    assert "none of the roots that were named by --trust" in said
    assert "Upper Intermediate, at http://ca.example.com/upper.cer" in said


def test_an_intermediate_of_tomorrow_says_from_when(tmp_path):
    early = ca(parent=(ca("Example Root", "root")), start=THEN + dt.timedelta(hours=5))
    found = findings(tmp_path, live(leaf(issuer=early), chain=(early[0],)))
    assert_one_finding(found, "blocker", "issuers_are_valid", "from 2026-11-01 05:00 UTC")


@pytest.mark.parametrize(
    ("days", "wanted"), [(DAY * 180, 2), (DAY * 180 + dt.timedelta(seconds=1), 3)]
)
def test_scts_are_counted_by_the_second(tmp_path, days, wanted):
    made = leaf(start=THEN - DAY, end=THEN - DAY + days, sct=2)
    found = findings(tmp_path, live(made))
    warned = [each for each in found if each.check == "certificate_is_logged"]
    assert [each.severity for each in warned] == ["info" if wanted == 2 else "warning"]


def test_a_root_that_chrome_trusts_no_longer(tmp_path, monkeypatch):
    def judged(day):
        monkeypatch.setitem(distrust._LAST_SCT, "Example Root", day)
        return [
            each
            for each in findings(tmp_path, live(leaf(sct=0)))
            if each.check == "root_is_in_mozilla_list"
        ]

    (found,) = judged(THEN - 100 * DAY)
    assert (found.severity, "Chrome refuses" in found.message) == ("warning", True)
    (found,) = judged(THEN)
    assert found.severity == "info"


def test_address_alone_is_judged_by_its_address(tmp_path):
    sans = [x509.IPAddress(ipaddress.ip_address("192.0.2.7"))]
    found = findings(tmp_path, live(leaf(sans=sans)), domain=None)
    assert [each.message for each in found if each.check == "name_is_in_certificate"] == [
        "no --domain: the camera's name is assumed to be 192.0.2.7"
    ]
    assert not [each for each in found if each.severity == "blocker"]


def test_all_that_was_delivered_is_presented_though_a_nearer_root_is_known():
    given = read_contents(
        pem([CERTIFICATES[each] for each in ("leaf", "cross", "upper", "lower")]), lambda: None
    )
    evidence = Evidence(
        sort_out([CredentialFile(Path("fullchain.pem"), given)]),
        NOW,
        mozilla=Issuers([make(NEW_ROOT), make(ROOT)]),
    )
    assert len(evidence.public_paths[0]) == 4
    assert list(evidence.issuers) == [CERTIFICATES[each] for each in ("lower", "upper", "cross")]
