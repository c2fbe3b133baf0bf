"""A camera below Let's Encrypt's hierarchy of 2026: what it fails to present, and what to load.

The CA certificates have the real names, extensions and URLs, and keys of our own.
"""

import subprocess
from pathlib import Path
from typing import Literal

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from leafonly.cameras.look import Look, classify
from leafonly.cameras.look_advice import concerned, fixes
from leafonly.cameras.look_outcome import Outcome
from leafonly.cameras.look_text import details
from leafonly.certificates.chain import pem
from leafonly.certificates.trusted import Trusted
from leafonly.tls.address import Target
from tests.helpers.modelled_ca import (
    ecdsa_issuers,
    modelled_leaf,
    modelled_roots,
    rsa_issuers,
    strangers,
)

Kind = Literal["p256", "rsa2048"]

YE1 = ("CN=YE1,O=Let's Encrypt,C=US", "http://ye1.i.lencr.org/", False)
YR1 = ("CN=YR1,O=Let's Encrypt,C=US", "http://yr1.i.lencr.org/", False)
ROOT_YE = ("CN=Root YE,O=ISRG,C=US", "http://ye.i.lencr.org/")
ROOT_YR = ("CN=Root YR,O=ISRG,C=US", "http://yr.i.lencr.org/")
X2 = ("CN=ISRG Root X2,O=Internet Security Research Group,C=US", "http://x2.i.lencr.org/")


def full(kind: Kind) -> list[x509.Certificate]:
    issuers = ecdsa_issuers() if kind == "p256" else rsa_issuers()
    return [modelled_leaf("cam.example.com", kind), *issuers]


def looked(presented: list[x509.Certificate], trusted: str) -> Look:
    roots = {"both": modelled_roots(), "X1": modelled_roots()[:1], "strangers": strangers()}
    return classify(Target("cam.example.com", 443), presented, Trusted(roots[trusted]))


@pytest.mark.parametrize(
    ("kind", "count", "trusted", "missing"),
    [
        ("p256", 1, "both", [YE1, (*ROOT_YE, True)]),
        ("p256", 1, "X1", [YE1, (*ROOT_YE, True), (*X2, True)]),
        ("p256", 2, "both", [(*ROOT_YE, False)]),
        ("p256", 2, "X1", [(*ROOT_YE, False), (*X2, True)]),
        ("p256", 3, "both", []),
        ("p256", 3, "X1", [(*X2, False)]),
        ("p256", 4, "X1", []),
        ("rsa2048", 1, "X1", [YR1, (*ROOT_YR, True)]),
        ("rsa2048", 2, "X1", [(*ROOT_YR, False)]),
        ("rsa2048", 3, "X1", []),
    ],
)
def test_each_missing_certificate_is_named_with_its_url(
    kind: Kind, count: int, trusted: str, missing: list[tuple[str, str, bool]]
) -> None:
    look = looked(full(kind)[:count], trusted)
    found = [(each.subject, each.url, each.published) for each in look.missing_issuers]
    assert found == missing
    assert look.complete == (not missing)
    for name, url, is_published in missing:
        why = ", in Let's Encrypt's published chain" if is_published else ""
        assert f"{name} (from {url}{why})" in look.verdict
    if len(missing) > 1:
        assert f"{len(missing)} issuers are missing" in look.verdict
        assert "Clients that have every missing issuer stored accept it" in concerned(look)
    if missing:
        assert f"Load fullchain.pem ({count + len(missing)} certificates)" in fixes(look)[-1]
    text = "\n".join(details(Outcome(look)))
    # Once below each, and once more in the verdict.
    assert text.count("in Let's Encrypt's published chain") == 2 * sum(each[2] for each in missing)


@pytest.mark.needs("openssl")
@pytest.mark.parametrize("count", [1, 2])
def test_the_commands_make_a_chain_that_is_complete(tmp_path: Path, count: int) -> None:
    """All but the downloads, which are copies here."""
    chain = full("p256")
    look = looked(chain[:count], "both")
    name = "leaf" if count == 1 else "presented"
    (tmp_path / f"{name}.pem").write_bytes(pem(chain[:count]))
    for number, each in enumerate(look.missing_issuers, 1):
        (issuer,) = [one for one in chain if one.subject.rfc4514_string() == each.subject]
        (tmp_path / f"issuer{number}.der").write_bytes(issuer.public_bytes(Encoding.DER))
    for step in fixes(look):
        if step.startswith("$ ") and not step.startswith("$ curl"):
            subprocess.run(step[2:], shell=True, cwd=tmp_path, check=True)
    made = x509.load_pem_x509_certificates((tmp_path / "fullchain.pem").read_bytes())
    assert looked(list(made), "both").complete
    if count > 1:
        assert "presented now, cam.example.com, then YE1, as PEM" in " ".join(fixes(look))


@pytest.mark.parametrize("count", [3, 4])
def test_a_root_of_a_known_name_with_another_key_is_not_to_be_presented(count: int) -> None:
    look = looked(full("p256")[:count], "strangers")
    assert "unknown_root" in look.kinds
    assert look.missing_issuers == ()
    assert "the trusted certificate of that name did not sign this one" in look.verdict
    assert not any("curl" in each for each in fixes(look))


def test_a_presented_certificate_is_not_missing_because_it_is_published() -> None:
    leaf, _, upper, *_ = full("p256")
    look = looked([leaf, upper], "both")
    assert [each.subject for each in look.missing_issuers] == [YE1[0]]
