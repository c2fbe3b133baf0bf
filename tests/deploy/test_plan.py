"""What is refused before a board is touched, and what the files on it will be."""

from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ed25519, padding, rsa
from cryptography.hazmat.primitives.serialization import load_der_private_key

from leafonly.cameras.emulator.profiles import PROFILES
from leafonly.cameras.loading_methods import with_pss_signature
from leafonly.certificates.chain import der
from leafonly.deploy import Refused
from leafonly.deploy.loader import main_lines
from leafonly.deploy.plan import check_folder, check_names, judge, make_plan
from leafonly.tls.message_size import CERTIFICATE_MESSAGE_LIMIT, certificate_message_size
from tests.helpers.credentials import (
    DAY,
    INTERMEDIATE,
    LEAF,
    NOW,
    ROOT,
    ca,
    evidence,
    leaf,
    live,
    p256,
)

RSA_KEY = rsa.generate_private_key(65537, 2048)
ED = ed25519.Ed25519PrivateKey.generate()
DOCUMENT = Path(__file__).parents[2] / "docs/deploy.md"


def test_plan_is_the_leaf_its_key_and_its_issuers(tmp_path):
    judged = evidence(tmp_path, live())
    assert judge(judged) == []
    plan = make_plan(judged, "tls")
    assert list(plan.files) == ["server.der", "server.key.der", "intermediate.der"]
    assert plan.served == [der(LEAF), der(INTERMEDIATE[0])]
    key = load_der_private_key(plan.files["server.key.der"], None)
    assert key.public_key() == LEAF.public_key()
    assert "private" not in repr(plan)
    named = make_plan(judged, "tls", ["a", "b"])
    assert (list(named.files), named.served) == (["a", "b"], [der(LEAF)])
    spare = make_plan(judged, "tls", ["a", "b", "c", "d"])
    assert list(spare.files) == ["a", "b", "c"]


BLOCKERS = {
    "key_matches_certificate": lambda: live(key=p256("another")),
    "leaf_is_valid_now": lambda: live(leaf(end=NOW - DAY)),
    "signature_is_usable": lambda: live(
        leaf(
            issuer=(INTERMEDIATE[0], RSA_KEY),
            rsa_padding=padding.PSS(padding.MGF1(hashes.SHA256()), 32),
        )
    ),
    "camera_can_use_key": lambda: live(leaf(public_key=ED.public_key()), key=ED),
    "certificate_fits_camera": lambda: live(
        leaf(names=[f"camera-{number}.example.com" for number in range(200)])
    ),
}


@pytest.mark.parametrize("name", BLOCKERS)
def test_blockers_of_the_audit_are_refused_with_their_remedy(name, tmp_path):
    with pytest.raises(Refused, match=rf"(?m)^{name}: blocker: .+ \(.+\)$"):
        judge(evidence(tmp_path, BLOCKERS[name](), domain=None))


def test_missing_key_is_refused(tmp_path):
    files = live()
    del files["privkey.pem"]
    with pytest.raises(Refused, match="no private key was given"):
        make_plan(evidence(tmp_path, files), "tls")


def test_chain_that_does_not_fit_is_refused_and_its_leaf_alone_is_not(tmp_path):
    names = [f"camera-{number:03}.some-long-domain.example.com" for number in range(80)]
    judged = evidence(tmp_path, live(leaf(names=names)), domain=names[0])
    alone, full = ([judged.leaf], [judged.leaf, INTERMEDIATE[0]])
    assert certificate_message_size(alone) < CERTIFICATE_MESSAGE_LIMIT
    assert certificate_message_size(full) > CERTIFICATE_MESSAGE_LIMIT
    with pytest.raises(Refused, match=f"would have {certificate_message_size(full)} bytes"):
        make_plan(judged, "tls")
    assert len(make_plan(judged, "tls", ["leaf.der", "key.der"]).files) == 2


def test_limit_is_the_firmwares(tmp_path):
    profile = replace(PROFILES["openmv-5.0"], message_limit=2048)
    names = [f"camera-{number:03}.some-long-domain.example.com" for number in range(25)]
    judged = evidence(tmp_path, live(leaf(names=names)), domain=names[0])
    size = certificate_message_size([judged.leaf, INTERMEDIATE[0]])
    assert profile.message_limit < size < CERTIFICATE_MESSAGE_LIMIT
    assert make_plan(judged, "tls").chain == [judged.leaf, INTERMEDIATE[0]]
    with pytest.raises(Refused, match=f"would have {size} bytes, and 2048 fit {profile.title}"):
        make_plan(judged, "tls", profile=profile)


def test_firmware_that_does_not_load_der_is_refused(tmp_path):
    judged = evidence(tmp_path, live())
    with pytest.raises(
        Refused, match=r"^CircuitPython .* does not load DER, .*emulator:circuitpython"
    ):
        make_plan(judged, "tls", profile=PROFILES["circuitpython"])


def test_more_intermediates_than_names_are_refused(tmp_path):
    second = ca("Second", "second", parent=ROOT)
    third = ca("Third", "third", parent=second)
    judged = evidence(tmp_path, live(leaf(issuer=third), chain=(third[0], second[0])))
    with pytest.raises(Refused, match="1 names for 2 intermediates"):
        make_plan(judged, "tls", ["leaf", "key", "one"])


def test_intermediate_that_a_camera_does_not_load_is_refused(tmp_path):
    with_pss = with_pss_signature(INTERMEDIATE[0], RSA_KEY)
    judged = evidence(tmp_path, live(chain=(with_pss,)))
    with pytest.raises(Refused, match=r"OpenMV .* would not load these files: ValueError"):
        make_plan(judged, "tls")
    assert len(make_plan(judged, "tls", profile=PROFILES["esp32"]).served) == 2


@pytest.mark.parametrize("text", ["", "/", "//", ".", "..", "a/../b", "a b", "a'b", "a\n", "ä"])
def test_folders_that_are_refused(text):
    with pytest.raises(ValueError, match="--to="):
        check_folder(text)


def test_folders():
    for text in ("tls", "/flash/tls", "sd/camera_1/tls"):
        assert check_folder(text) == text


@pytest.mark.parametrize(
    "text", ["", "a", "a,", "a,a", "a.der,A.DER", "a,b/c", "a,b c", "a,b.pem", "a,b,,c"]
)
def test_names_that_are_refused(text):
    with pytest.raises(ValueError, match="--names="):
        check_names(text)


def test_document_has_the_lines_for_main():
    names = ["server.der", "server.key.der"]
    names += ["intermediate.der", "intermediate2.der", "intermediate3.der"]
    assert f"```python\n{main_lines('/flash/tls', names)}```" in DOCUMENT.read_text()
