"""Real chains come out right at their moment, and wrong after it."""

import datetime as dt
from pathlib import Path

import pytest

from leafonly.audit import audit, read_directory
from leafonly.audit.context import Evidence
from leafonly.audit.files.credentials import sort_out
from leafonly.tls.message_size import CERTIFICATE_MESSAGE_LIMIT, certificate_message_size

CHAINS = Path(__file__).parents[2] / "tests" / "data" / "real-chains"
NAMES = sorted(path.parent.name for path in CHAINS.glob("*/at"))

# What is in the files, read off them with `openssl x509 -text`: intermediates, root, and the
# length in bytes of the leaf and of all certificates to be presented.
KNOWN = {
    "aws.amazon.com": (1, "Amazon Root CA 1", 1620, 2742),
    "bing.com": (2, "DigiCert Global Root G2", 3614, 7015),
    "cloudflare.com": (1, "GTS Root R4", 1020, 1695),
    "docs.python.org": (1, "GlobalSign", 1670, 2842),
    "facebook.com": (1, "DigiCert Global Root G2", 1715, 2943),
    "google.com": (1, "GTS Root R1", 3641, 4936),
    "stackoverflow.com": (1, "ISRG Root X1", 935, 2049),
}


def at(name):
    return dt.datetime.fromisoformat((CHAINS / name / "at").read_text().strip())


def read(name):
    return read_directory(CHAINS / name, lambda path: None)


def test_all_seven_are_here():
    assert sorted(KNOWN) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_right_at_its_moment(name):
    intermediates, root, leaf_size, full_size = KNOWN[name]
    credentials = read(name)
    found = {each.check: each for each in audit(credentials, at(name), name)}

    assert len(credentials.leaves) == 1
    assert len(credentials.intermediates) == intermediates
    assert len(credentials.roots) == 1
    assert [each for each in found.values() if each.severity == "blocker"] == []
    assert root in found["root_is_in_mozilla_list"].message
    assert "chain_is_verified" not in found  # it speaks only when it fails, or could not look

    evidence = Evidence(credentials, at(name), name)
    full = [evidence.leaf, *evidence.issuers]
    assert certificate_message_size(full[:1]) == 7 + 3 + leaf_size
    assert certificate_message_size(full) == 7 + 3 * len(full) + full_size
    fits = found["certificate_fits_camera"]
    assert fits.severity == ("info" if full_size < CERTIFICATE_MESSAGE_LIMIT else "warning")


@pytest.mark.parametrize("name", NAMES)
def test_wrong_after_it_expired(name):
    after = read(name).leaf.not_valid_after_utc + dt.timedelta(days=1)
    blockers = [each for each in audit(read(name), after, name) if each.severity == "blocker"]
    assert {each.check for each in blockers} >= {"leaf_is_valid_now"}
    assert {each.check for each in blockers} <= {"leaf_is_valid_now", "issuers_are_valid"}


@pytest.mark.parametrize("name", NAMES)
def test_wrong_for_another_name(name):
    found = audit(read(name), at(name), "camera.example.com")
    assert [each.check for each in found if each.severity == "blocker"] == [
        "name_is_in_certificate"
    ]


def test_wrong_without_its_lower_intermediate():
    credentials = read("bing.com")
    files = {file.name: file for file in credentials.files}
    # The upper intermediate alone, as a careless copy leaves it.
    files["chain.pem"].contents.certificates[:] = credentials.intermediates[1:]
    copied = sort_out([files["cert.pem"], files["chain.pem"]])
    found = audit(copied, at("bing.com"), "bing.com")
    assert [each.check for each in found if each.severity == "blocker"] == ["issuer_is_given"]
