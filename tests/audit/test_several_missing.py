"""A delivery below Let's Encrypt's hierarchy of 2026: how many certificates are missing, and which.

The CA certificates have the real names, extensions and URLs, and keys of our own.
"""

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import pytest
from cryptography import x509
from cryptography.x509.oid import NameOID

from leafonly.audit import CHECKS, Evidence, Finding, run_check
from leafonly.audit.files.credentials import CredentialFile, sort_out
from leafonly.audit.files.parser import read_contents
from leafonly.certificates.chain import pem
from leafonly.certificates.paths import Issuers
from leafonly.certificates.published_chain import published_above
from tests.helpers.modelled_ca import (
    ecdsa_issuers,
    modelled_leaf,
    modelled_roots,
    rsa_issuers,
    strangers,
)

Kind = Literal["p256", "rsa2048"]

YE1, ROOT_YE, X2 = (
    "YE1, at http://ye1.i.lencr.org/",
    "Root YE, at http://ye.i.lencr.org/",
    "ISRG Root X2, at http://x2.i.lencr.org/",
)
YR1, ROOT_YR = "YR1, at http://yr1.i.lencr.org/", "Root YR, at http://yr.i.lencr.org/"
PUBLISHED = " (in Let's Encrypt's published chain)"


def delivered(
    kind: Kind,
    above: Sequence[int],
    *,
    mozilla: Sequence[x509.Certificate] = (),
    private: Sequence[x509.Certificate] = (),
) -> list[Finding]:
    """Judge the leaf with these of its issuers, counted from the lowest."""
    issuers = ecdsa_issuers() if kind == "p256" else rsa_issuers()
    chain = [modelled_leaf("cam.example.com", kind), *(issuers[each] for each in above)]
    contents = read_contents(pem(chain), lambda: None)
    evidence = Evidence(
        sort_out([CredentialFile(Path("fullchain.pem"), contents)]),
        dt.datetime.now(dt.UTC),
        mozilla=Issuers(mozilla or modelled_roots()),
        system=Issuers(()),
        private=Issuers(private),
        firefox=lambda: None,
    )
    return [each for check in CHECKS.values() for each in run_check(check, evidence)]


def missing(found: Sequence[Finding]) -> list[str]:
    """Return what the one finding about it names, without the count before it."""
    (finding,) = [each for each in found if "issing: " in each.message]
    named = finding.message.partition("issing: ")[2]
    count, colon, rest = named.partition(" certificates: ")
    listed = (rest if colon else named).split("; ")
    assert len(listed) == (int(count) if colon else 1)
    return listed


@pytest.mark.parametrize(
    ("kind", "above", "trusted", "named"),
    [
        ("p256", [], "both", [YE1, ROOT_YE + PUBLISHED]),
        ("p256", [], "X1", [YE1, ROOT_YE + PUBLISHED, X2 + PUBLISHED]),
        ("p256", [0], "both", [ROOT_YE]),
        ("p256", [0], "X1", [ROOT_YE, X2 + PUBLISHED]),
        ("p256", [1], "both", [YE1]),
        ("p256", [1], "X1", [YE1, X2]),
        ("p256", [0, 1], "X1", [X2]),
        ("rsa2048", [], "X1", [YR1, ROOT_YR + PUBLISHED]),
        ("rsa2048", [0], "X1", [ROOT_YR]),
        ("rsa2048", [1], "X1", [YR1]),
    ],
)
@pytest.mark.parametrize("given", ["mozilla", "private"])
def test_each_missing_certificate_is_named_with_its_url(
    kind: Kind, above: list[int], trusted: str, named: list[str], given: str
) -> None:
    roots = modelled_roots()[: 2 if trusted == "both" else 1]
    # Of Mozilla's list, a client with roots of its own has nothing.
    found = delivered(kind, above, **{given: roots}, **_others(given))
    assert missing(found) == named


def _others(given: str) -> dict[str, Sequence[x509.Certificate]]:
    return {"mozilla": strangers()} if given == "private" else {}


@pytest.mark.parametrize(
    ("kind", "paths"),
    [
        ("p256", ["ISRG Root X2 needs 2", "ISRG Root X1 needs 3"]),
        ("rsa2048", ["ISRG Root X1 needs 2"]),
    ],
)
def test_a_whole_delivery_says_how_many_a_client_needs(kind: Kind, paths: list[str]) -> None:
    found = delivered(kind, range(3 if kind == "p256" else 2))
    assert not [each for each in found if each.severity == "blocker" or "issing" in each.message]
    said = [each.message for each in found if each.check == "roots_are_listed"]
    assert [each.partition("a client that trusts ")[2] for each in said] == [
        f"{each} intermediates, from the camera or stored" for each in paths
    ]


def test_a_root_of_a_known_name_with_another_key_is_not_to_be_downloaded() -> None:
    found = delivered("p256", range(3), mozilla=strangers())
    (said,) = [each for each in found if each.severity == "blocker"]
    assert "has a root ISRG Root X1, but it did not sign ISRG Root X2" in said.message
    assert "x1.i.lencr.org" not in said.message
    assert "download" not in said.remedy


def test_of_a_leaf_alone_it_is_not_known_whether_its_ca_is_public() -> None:
    (said,) = [each for each in delivered("p256", []) if each.check == "certificate_is_logged"]
    assert said.is_unchecked
    (said,) = [
        each
        for each in delivered("p256", range(3), private=modelled_roots(), mozilla=strangers())
        if each.check == "certificate_is_logged"
    ]
    assert said.message == "no client demands SCTs from a private CA"


def test_nothing_is_published_above_another_ca() -> None:
    other = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "YE1")])
    assert list(published_above(other, lambda _: False)) == []
