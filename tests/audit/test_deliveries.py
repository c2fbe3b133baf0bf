"""Deliveries as they come, by CA and by tool: the right leaf, key and chain are found in them."""

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    pkcs7,
    pkcs12,
)

from leafonly.audit import CHECKS, Evidence, read_directory, run_check
from leafonly.audit.files.credentials import spki
from leafonly.certificates.chain import pem
from leafonly.certificates.paths import Issuers
from tests.helpers.credentials import (
    DAY,
    INTERMEDIATE,
    LEAF,
    NAME,
    NOW,
    ROOT,
    assert_one_finding,
    ca,
    evidence,
    findings,
    key_pem,
    leaf,
    live,
    p256,
)

SEC1 = p256().private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
CRLF = {"cam_example_com.crt": pem([LEAF]).replace(b"\n", b"\r\n")}

# The old root that still vouches for the newer one, whose own certificate is a root too.
OLD_ROOT = ca("AAA Certificate Services", "old root")
CROSS = ca("Example Root", "root", OLD_ROOT)

# As Windows exports it by default: 3DES, its password in the environment of the run.
WINDOWS = (
    PrivateFormat.PKCS12.encryption_builder()
    .kdf_rounds(2000)
    .key_cert_algorithm(pkcs12.PBES.PBESv1SHA1And3KeyTripleDESCBC)
    .hmac_hash(hashes.SHA1())
    .build(b"right")
)
RENEWED = leaf(public_key=p256("renewed").public_key(), start=NOW - DAY)

ROOT_INCLUDED = ("warning", "root_is_left_out")

# Files, and what is to be done: the certificate and the key that are to be found are `LEAF`'s.
DELIVERIES = {
    "Sectigo, in a zip": (
        CRLF
        | {
            "ExamplePublicServerAuthenticationCADVR36.crt": pem([INTERMEDIATE[0]]),
            "USERTrustRSAAAACA.crt": pem([CROSS[0]]),
            "AAACertificateServices.crt": pem([OLD_ROOT[0]]),
            "cam.key": key_pem(),
        },
        [],
    ),
    "GoDaddy": (
        {
            "8f3a6c0d4be21977.crt": pem([LEAF]),
            "8f3a6c0d4be21977.pem": pem([LEAF]),
            "gd_bundle-g2.crt": pem([INTERMEDIATE[0], CROSS[0], OLD_ROOT[0]]),
            "generated-private-key.txt": b"\xef\xbb\xbf" + key_pem(),
        },
        [("warning", "text_files_are_plain"), ROOT_INCLUDED],
    ),
    "DigiCert": (
        {
            "cam_example_com.crt": pem([LEAF]),
            "DigiCertCA.crt": pem([INTERMEDIATE[0]]),
            "TrustedRoot.crt": pem([ROOT[0]]),
            "INSTALL_INSTRUCTIONS.en.txt": b"Copy DigiCertCA.crt to your server.\n",
            "cam.key": key_pem(),
        },
        [],
    ),
    "Windows, exported with its chain": (
        {
            "cam.pfx": pkcs12.serialize_key_and_certificates(
                b"cam", p256(), LEAF, [INTERMEDIATE[0], ROOT[0]], WINDOWS
            )
        },
        [("warning", "key_is_not_encrypted"), ROOT_INCLUDED],
    ),
    "p7b with everything": (
        {
            "cam.p7b": pkcs7.serialize_certificates([ROOT[0], INTERMEDIATE[0], LEAF], Encoding.DER),
            "cam.key": key_pem(),
        },
        [ROOT_INCLUDED],
    ),
    "p7b that calls itself a certificate": (
        {
            "certnew.p7b": pkcs7.serialize_certificates(
                [LEAF, INTERMEDIATE[0]], Encoding.PEM
            ).replace(b"PKCS7", b"CERTIFICATE"),
            "cam.key": key_pem(),
        },
        [],
    ),
    "acme.sh, ECC": (
        {
            "cam.example.com.cer": pem([LEAF]),
            "cam.example.com.conf": b"Le_Domain='cam.example.com'\nLe_Keylength='ec-256'\n",
            "cam.example.com.csr.conf": b"[req]\ndistinguished_name = dn\n",
            "cam.example.com.key": SEC1,
            "ca.cer": b"\n" + pem([INTERMEDIATE[0]]),
            "fullchain.cer": pem([LEAF]) + b"\n" + pem([INTERMEDIATE[0]]),
        },
        [],
    ),
    "lego": (
        {
            "cam.example.com.crt": pem([LEAF, INTERMEDIATE[0]]),
            "cam.example.com.issuer.crt": b"\n" + pem([INTERMEDIATE[0]]),
            "cam.example.com.key": SEC1,
            "cam.example.com.json": b'{"domain": "cam.example.com", "certUrl": "https://x/1"}',
        },
        [],
    ),
    "Caddy": (
        {
            "cam.example.com.crt": pem([LEAF]) + b"\n" + pem([INTERMEDIATE[0]]),
            "cam.example.com.key": SEC1,
            "cam.example.com.json": b'{"sans": ["cam.example.com"], "issuer_data": {}}',
        },
        [],
    ),
    "certbot's archive, once renewed": (
        {
            name.replace(".pem", f"{number}.pem"): data
            for number, files in (
                (9, live(RENEWED, key=p256("renewed"))),
                (10, live(LEAF)),
            )
            for name, data in files.items()
        },
        [],
    ),
    "ZeroSSL": (
        {
            "certificate.crt": pem([LEAF]),
            "ca_bundle.crt": pem([INTERMEDIATE[0]]),
            "private.key": key_pem(),
        },
        [],
    ),
    "win-acme": (
        {
            f"{NAME}-crt.pem": pem([LEAF]),
            f"{NAME}-chain.pem": pem([LEAF, INTERMEDIATE[0]]),
            f"{NAME}-chain-only.pem": pem([INTERMEDIATE[0]]),
            f"{NAME}-key.pem": key_pem(),
        },
        [],
    ),
    "step-ca": (
        {
            "cam.crt": pem([LEAF, INTERMEDIATE[0]]),
            "cam.key": SEC1,
            "root_ca.crt": pem([ROOT[0]]),
        },
        [],
    ),
    "Kubernetes": (
        {"tls.crt": pem([LEAF, INTERMEDIATE[0]]), "tls.key": key_pem(), "ca.crt": pem([ROOT[0]])},
        [],
    ),
}


@pytest.mark.parametrize("delivery", DELIVERIES)
def test_delivery(tmp_path, delivery):
    files, expected = DELIVERIES[delivery]
    public = Issuers([ROOT[0], OLD_ROOT[0]])
    the_evidence = evidence(tmp_path, files, password=b"right", mozilla=public, system=public)
    assert the_evidence.leaf == LEAF
    assert the_evidence.issuers[0] == INTERMEDIATE[0]
    assert spki(the_evidence.key.public_key()) == spki(LEAF.public_key())
    found = _judged(the_evidence)
    actionable = [(each.severity, each.check) for each in found if each.severity != "info"]
    assert actionable == expected, "\n".join(map(str, found))


def _judged(the_evidence):
    return [each for check in CHECKS.values() for each in run_check(check, the_evidence)]


def test_mkcert(tmp_path):
    # Its root issues the leaf itself, and lies in another folder: mkcert -CAROOT.
    certificate = leaf(issuer=ROOT, aia=None, sct=0)
    files = {f"{NAME}.pem": pem([certificate]), f"{NAME}-key.pem": key_pem()}
    nobody = {"mozilla": Issuers(()), "system": Issuers(())}
    alone = findings(tmp_path, files, **nobody)
    (missing,) = [each for each in alone if each.check == "issuer_is_given"]
    assert "--trust=FILE" in missing.remedy
    found = findings(tmp_path, files, private=Issuers([ROOT[0]]), **nobody)
    assert_one_finding(found, "warning", "aia_names_issuer")
    assert any("there is no intermediate" in each.message for each in found)
    assert any("reaches your own root" in each.message for each in found)


def test_names_of_others_in_the_same_folder(tmp_path):
    other = leaf(names=["door.example.com"], public_key=p256("door").public_key(), start=NOW - DAY)
    files = {
        "cam.example.com.crt": pem([LEAF, INTERMEDIATE[0]]),
        "cam.example.com.key": SEC1,
        "door.example.com.crt": pem([other, INTERMEDIATE[0]]),
        "door.example.com.key": key_pem(p256("door")),
    }
    everything = evidence(tmp_path, files).credentials
    assert everything.leaf == other
    ours = everything.about(NAME)
    assert ours.leaves == (LEAF,)
    assert spki(ours.key.public_key()) == spki(LEAF.public_key())
    assert everything.about("gate.example.com") == everything
    found = _judged(Evidence(ours, NOW, NAME, mozilla=Issuers([ROOT[0]]), system=Issuers(())))
    assert [each for each in found if each.severity != "info"] == []


def test_numbers_in_names_are_no_generations_by_themselves(tmp_path):
    # `awk` splits a chain into cert1.pem, cert2.pem, and so on: all of them count.
    files = {"cert1.pem": pem([LEAF]), "cert2.pem": pem([INTERMEDIATE[0]]), "k.pem": key_pem()}
    assert evidence(tmp_path, files).issuers[0] == INTERMEDIATE[0]


@pytest.mark.parametrize(
    ("names", "hint"),
    [
        (["README", "cam.example.com/cert.pem", "door.example.com/cert.pem"], "cam.example.com"),
        (["cam_example_com.zip"], "unpack .cam_example_com.zip. first"),
        (["notes.txt"], "signing request$"),
    ],
)
def test_folder_that_is_not_quite_the_one(tmp_path, names, hint):
    for name in names:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"PK\x03\x04")
    with pytest.raises(ValueError, match=hint):
        read_directory(tmp_path, lambda path: None)


@pytest.mark.parametrize(
    ("start", "words"), [(b"PK\x03\x04", "unpack it"), (b"\xfe\xed\xfe\xed", "keytool")]
)
def test_container_of_another_kind(tmp_path, start, words):
    found = findings(tmp_path, live() | {"cam.crt": start + bytes(40)})
    assert_one_finding(found, "blocker", "files_are_understood", words)
