"""Which clients are concerned by what a host presents, and what completes the chain."""

import shlex
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from leafonly.cameras import look_advice
from leafonly.cameras.look import Trusted, classify
from leafonly.cameras.look_advice import concerned, fixes
from leafonly.certificates.chain import pem
from leafonly.certificates.trusted import MissingIssuer
from leafonly.clients import CLIENTS
from leafonly.harness.scenario import SCENARIOS
from leafonly.tls.address import Target
from tests.cameras.test_look_formats import CAMERA, LAID, looked
from tests.helpers.laboratory import CHAINS
from tests.helpers.making import DAY, LEAF, LOWER, NOW, ROOT, make

MEASURED_AS = {
    "curl": "curl",
    "Python": "urllib",
    "Node.js": "nodejs",
    "Firefox": "firefox",
    "Chromium": "chromium",
}


@pytest.mark.parametrize("name", MEASURED_AS)
def test_the_clients_that_are_named_were_measured_so(name: str) -> None:
    fetches = name in look_advice.FETCHING
    assert fetches != (name in look_advice.NOT_FETCHING)
    for each in CLIENTS[MEASURED_AS[name]].measured:
        assert each.outcomes["absent"].startswith("rejected")
        assert each.outcomes["aia"].startswith("accepted" if fetches else "rejected")
    assert SCENARIOS["aia"].holds_root


@pytest.mark.parametrize("name", CHAINS)
def test_each_chain_of_the_laboratory_has_one_sentence_and_what_to_do(name: str) -> None:
    laid = CHAINS[name]()
    look = classify(Target(laid.host, 443), laid.presented, Trusted(laid.roots))
    text = concerned(look)
    assert text.endswith(".")
    assert ("Clients that trust the root accept it." in text) <= look.complete
    if look.complete and not look.warnings:
        assert fixes(look) == ()
    if look.missing_issuers:
        assert "load_cert_chain" in fixes(look)[-1]


def test_an_expired_certificate_is_refused_whatever_is_stored() -> None:
    leaf = make(replace(LEAF, end=NOW - DAY), LOWER)
    look = classify(CAMERA, [leaf], Trusted([make(ROOT)]))
    assert {"incomplete", "expired"} <= set(look.kinds)
    assert concerned(look) == "All clients that check dates reject it."


def test_an_expired_certificate_beside_a_valid_one_is_refused_by_some() -> None:
    expired = make(replace(LOWER, end=NOW - DAY), ROOT)
    presented = [make(LEAF, LOWER), expired, make(LOWER, ROOT)]
    look = classify(CAMERA, presented, Trusted([make(ROOT)]))
    assert (look.complete, "expired" in look.kinds) == (True, True)
    assert concerned(look).startswith("Most clients that trust the root accept it;")


@pytest.mark.parametrize(
    ("url", "command"),
    [
        ("http://ca.example/i.crt", "x509"),
        ("http://ca.example/i.P7C", "pkcs7"),
        ("http://ca.example/i?a=b&c='d'", "x509"),
        ("http://ca.example/$(id)", "x509"),
        ("http://ca.example/a b", None),
        ("http://ca.example/\n", None),
        ("http://ca.example/" + "a" * 300, None),
        ("ldap://ca.example/", None),
        (None, None),
    ],
)
def test_a_command_has_the_url_as_one_word(url: str | None, command: str | None) -> None:
    look = replace(looked(LAID.leaf), missing_issuers=(MissingIssuer("CN=Issuer", url),))
    commands = [shlex.split(each) for each in fixes(look) if each.startswith("$ ")]
    fetched = [each for each in commands if each[1] == "curl"]
    assert [each[4:] for each in fetched] == ([[url]] if command else [])
    assert commands[-1] == ["$", "cat", "leaf.pem", "issuer1.pem", ">", "fullchain.pem"]
    if command:
        assert commands[1][2] == command
    else:
        assert "Download CN=Issuer" in fixes(look)[0]


@pytest.mark.needs("openssl")
def test_the_commands_make_a_full_chain(tmp_path: Path) -> None:
    """All but the download, which is a copy here."""
    url = "http://ca.example/issuer"
    look = replace(looked(LAID.leaf), missing_issuers=(MissingIssuer("CN=Issuer", url),))
    (tmp_path / "leaf.pem").write_bytes(pem(LAID.presented[:1]))
    (tmp_path / "issuer1.der").write_bytes(LAID.presented[1].public_bytes(Encoding.DER))
    for step in fixes(look)[1:]:
        if step.startswith("$ "):
            subprocess.run(step[2:], shell=True, cwd=tmp_path, check=True)
    made = x509.load_pem_x509_certificates((tmp_path / "fullchain.pem").read_bytes())
    assert tuple(made) == LAID.presented
