"""The user's further questions about a host: does it expire soon, and is it what was issued?"""

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from leafonly.__main__ import main
from leafonly.cameras import Load
from leafonly.cameras.emulator.camera import Emulator
from leafonly.cameras.look import Trusted, classify
from leafonly.cameras.look_outcome import Outcome, compare
from leafonly.cameras.look_result import SeenCertificate
from leafonly.certificates.chain import der, pem
from leafonly.tls.address import Target
from tests.helpers.making import DAY, HOST, LEAF, LOWER, NOW, ROOT, Laid, lay, make

LAID = lay()
CAMERA = Target(HOST, 443)


def presented(*certificates: x509.Certificate, within: int | None = None) -> Outcome:
    return Outcome(classify(CAMERA, certificates, Trusted(LAID.roots)), within)


def kinds(served: Sequence[x509.Certificate], issued: Sequence[x509.Certificate]) -> list[str]:
    look = classify(CAMERA, served, Trusted(LAID.roots))
    differences = compare(look, [SeenCertificate.of(each, NOW) for each in issued])
    assert differences is not None
    return [each.kind for each in differences]


@pytest.mark.parametrize(("within", "says"), [(49, False), (50, True), (None, False)])
def test_a_certificate_that_expires_within_the_days_is_no_good(
    within: int | None, says: bool
) -> None:
    found = presented(*LAID.presented, within=within)
    assert found.look.days_left == 49
    assert found.look.complete
    assert (not found.is_good, bool(found.expiring), "expires within" in found.verdict) == (
        (says,) * 3
    )


def test_an_intermediate_that_expires_counts_and_an_unrelated_one_does_not() -> None:
    soon = make(replace(LOWER, end=NOW + 2 * DAY), ROOT)
    assert (
        presented(LAID.leaf, soon, within=10)
        .expiring[0]
        .startswith("expires within 10 days: Laboratory Intermediate in 1 days")
    )
    other = make(replace(LOWER, name="other", key="other", end=NOW + 2 * DAY), ROOT)
    assert presented(*LAID.presented, other, within=10).is_good


def test_what_was_issued_is_what_is_expected() -> None:
    assert kinds(LAID.presented, LAID.presented) == []
    assert kinds(LAID.presented, LAID.presented[:1]) == []
    assert kinds((*LAID.presented, LAID.roots[0]), LAID.presented) == []


@pytest.mark.parametrize(
    ("served", "kind"),
    [
        (LAID.presented[:1], ["leaf_only"]),
        ((LAID.leaf, LAID.roots[0]), ["missing_intermediate"]),
        ((LAID.leaf, make(LOWER, ROOT)), ["another_intermediate"]),
        ((make(replace(LEAF, start=NOW - 60 * DAY), LOWER),), ["older_certificate"]),
        ((make(replace(LEAF, start=NOW - 1 * DAY), LOWER),), ["newer_certificate"]),
        (
            (make(replace(LEAF, start=NOW - 60 * DAY, key="before"), LOWER),),
            ["older_certificate", "another_key"],
        ),
        ((make(replace(LEAF, sans=[x509.DNSName("b.example")]), LOWER),), ["another_certificate"]),
    ],
    ids=["leaf", "root", "cross", "older", "newer", "older_key", "another"],
)
def test_how_what_is_served_differs_is_said(
    served: Sequence[x509.Certificate], kind: list[str]
) -> None:
    assert kinds(served, LAID.presented) == kind


def test_what_was_not_read_is_not_compared() -> None:
    look = replace(presented(LAID.leaf).look, certificates=())
    assert compare(look, [SeenCertificate.of(LAID.leaf, NOW)]) is None


def written(laid: Laid, folder: Path) -> Path:
    """Write what certbot's live folder holds."""
    folder.mkdir()
    (folder / "cert.pem").write_bytes(pem(laid.presented[:1]))
    (folder / "chain.pem").write_bytes(pem(laid.presented[1:]))
    (folder / "fullchain.pem").write_bytes(pem(laid.presented))
    (folder / "privkey.pem").write_bytes(key_bytes(laid, Encoding.PEM))
    return folder


def key_bytes(laid: Laid, encoding: Encoding) -> bytes:
    return laid.key.private_bytes(  # type: ignore[attr-defined]
        encoding, PrivateFormat.TraditionalOpenSSL, NoEncryption()
    )


def test_a_folder_of_certbot_is_compared_with_the_camera(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    laid = lay(leaf=replace(LEAF, sans=[x509.DNSName("localhost")]))
    (tmp_path / "root.pem").write_bytes(pem(laid.roots))
    issued = written(laid, tmp_path / "issued")
    renewed = lay(leaf=replace(LEAF, sans=[x509.DNSName("localhost")], start=NOW - DAY))
    later = written(renewed, tmp_path / "renewed")
    loads = [Load(der(each), key_bytes(laid, Encoding.DER)) for each in laid.presented]
    with Emulator().serve(loads) as endpoint:
        asked = [f"localhost:{endpoint.port}", f"--trust={tmp_path / 'root.pem'}"]
        assert main(["look", *asked, f"--expect={issued}"]) == 0
        capsys.readouterr()
        assert main(["look", *asked, f"--expect={later}"]) == 1
        out = capsys.readouterr().out
        assert "an older certificate is still served" in out.splitlines()[-1]
        assert main(["look", *asked, f"--expect={later}", "--json"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert [each["kind"] for each in found["differences"]] == ["older_certificate"]
    assert (found["complete"], found["exit_code"]) == (True, 1)
    assert "PRIVATE" not in out


def test_a_folder_without_a_leaf_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "root.pem").write_bytes(pem(LAID.roots))
    (tmp_path / "empty").mkdir()
    for folder in (tmp_path, tmp_path / "empty", tmp_path / "absent", tmp_path / "root.pem"):
        assert main(["look", "localhost:1", f"--expect={folder}"]) == 2
        assert capsys.readouterr().err.count("\n") == 1


@pytest.mark.parametrize("days", ["-1", "x", "1.5", "", "999999", "٣"])
def test_days_are_a_number(days: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["look", "localhost:1", f"--expires-within={days}"]) == 2
    assert "is not a number of days" in capsys.readouterr().err


def test_days_left_are_whole_days_and_negative_once_expired() -> None:
    for left, days in ((dt.timedelta(hours=47), 1), (dt.timedelta(hours=-1), -1)):
        seen = SeenCertificate.of(make(replace(LEAF, end=NOW + left), LOWER), NOW)
        assert seen.days_left == days
