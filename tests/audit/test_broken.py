"""Broken credentials: each gives one finding that a person can act on."""

import base64
import datetime as dt
import ipaddress
import os

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    pkcs12,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, SignatureAlgorithmOID

from leafonly.audit import CHECKS, read_directory, read_files, run_check
from leafonly.audit.context import Answer
from leafonly.cameras import Load, LoadRefused
from leafonly.cameras.emulator.loading_rules import load
from leafonly.certificates.chain import der, pem
from leafonly.certificates.paths import Issuers
from tests.helpers.credentials import (
    AIA,
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


def test_nothing_is_found_in_a_good_delivery(tmp_path):
    found = findings(tmp_path, live())
    assert [each for each in found if each.severity != "info"] == []


# --- files


def test_empty_file(tmp_path):
    found = findings(tmp_path, live() | {"chain.pem": b"\n\n"})
    assert_one_finding(found, "blocker", "no_file_is_empty", "chain.pem")


def test_rubbish(tmp_path):
    found = findings(tmp_path, live() | {"chain.pem": bytes(range(200))})
    assert_one_finding(found, "blocker", "files_are_understood", "chain.pem", "neither PEM nor DER")


def test_web_page_saved_instead_of_certificate(tmp_path):
    found = findings(tmp_path, live() | {"ca.crt": b"<!DOCTYPE html><title>Log in</title>"})
    assert_one_finding(found, "blocker", "files_are_understood", "ca.crt", "HTML page")


def test_huge_file(tmp_path):
    found = findings(tmp_path, live() | {"photo.der": bytes(2 << 20)})
    assert_one_finding(found, "blocker", "files_are_understood", "photo.der", "larger than")


def test_certificate_cut_off(tmp_path):
    cut = pem([INTERMEDIATE[0]])[:400]
    found = findings(tmp_path, live() | {"chain.pem": cut})
    assert_one_finding(found, "blocker", "files_are_understood", "END line is missing")


def test_der_cut_off(tmp_path):
    found = findings(tmp_path, live() | {"ca.der": der(INTERMEDIATE[0])[:-9]})
    assert_one_finding(found, "blocker", "files_are_understood", "ca.der", "cut off")


def test_base64_damaged(tmp_path):
    damaged = pem([INTERMEDIATE[0]]).replace(b"M", b"*", 1)
    found = findings(tmp_path, live() | {"chain.pem": damaged})
    assert_one_finding(found, "blocker", "files_are_understood", "base64")


def test_certificate_damaged_inside(tmp_path):
    inside = bytearray(der(INTERMEDIATE[0]))
    inside[4] ^= 0xFF  # the tag of what is signed
    found = findings(tmp_path, live() | {"ca.pem": _armoured(bytes(inside))})
    assert_one_finding(found, "blocker", "files_are_understood", "ca.pem", "damaged")


def test_begin_line_damaged(tmp_path):
    four_dashes = pem([INTERMEDIATE[0]]).replace(b"-----BEGIN", b"----BEGIN")
    found = findings(tmp_path, live() | {"ca.pem": four_dashes})
    assert_one_finding(found, "blocker", "files_are_understood", "five dashes")


def test_end_line_of_something_else(tmp_path):
    mixed = pem([INTERMEDIATE[0]]).replace(b"END CERTIFICATE", b"END PRIVATE KEY")
    found = findings(tmp_path, live() | {"ca.pem": mixed})
    assert_one_finding(found, "blocker", "files_are_understood", "another END line")


def test_something_of_no_use(tmp_path):
    public = b"-----BEGIN PUBLIC KEY-----\nMAAA\n-----END PUBLIC KEY-----\n"
    found = findings(tmp_path, live() | {"pub.pem": public})
    assert_one_finding(found, "blocker", "files_are_understood", "pub.pem")


@pytest.mark.skipif(os.name != "posix", reason="named pipes are Unix's")
def test_named_pipe_does_not_hang(tmp_path):
    os.mkfifo(tmp_path / "pipe.pem")
    found = findings(tmp_path, live())
    assert_one_finding(found, "blocker", "files_are_understood", "pipe.pem", "not an ordinary file")


def test_dangling_link(tmp_path):
    (tmp_path / "old.pem").symlink_to(tmp_path / "archive" / "old1.pem")
    found = findings(tmp_path, live())
    assert_one_finding(found, "blocker", "files_are_understood", "old.pem", "No such file")


def test_byte_order_mark(tmp_path):
    files = live()
    found = findings(tmp_path, files | {"cert.pem": b"\xef\xbb\xbf" + files["cert.pem"]})
    assert_one_finding(found, "warning", "text_files_are_plain", "byte order mark")


def test_utf16(tmp_path):
    files = live()
    found = findings(tmp_path, files | {"cert.pem": files["cert.pem"].decode().encode("utf-16")})
    assert_one_finding(found, "warning", "text_files_are_plain", "UTF-16")


def test_base64_without_armour(tmp_path):
    bare = b"".join(pem([INTERMEDIATE[0]]).splitlines(keepends=True)[1:-1])
    found = findings(tmp_path, live() | {"ca.crt": bare})
    assert_one_finding(found, "warning", "text_files_are_plain", "without BEGIN and END")


def test_windows_line_ends_are_only_mentioned(tmp_path):
    files = {name: data.replace(b"\n", b"\r\n") for name, data in live().items()}
    found = findings(tmp_path, files)
    assert [each for each in found if each.severity != "info"] == []
    assert any("Windows line ends" in each.message for each in found)


def test_text_before_pem_is_only_mentioned(tmp_path):
    files = live()
    # Its first byte is that of a DER SEQUENCE.
    found = findings(tmp_path, files | {"chain.pem": b"0 s:CN=x\n" * 9 + files["chain.pem"]})
    assert [each for each in found if each.severity != "info"] == []
    assert any("text around" in each.message for each in found)


def test_leaf_missing(tmp_path):
    found = findings(tmp_path, {"chain.pem": pem([INTERMEDIATE[0]]), "privkey.pem": key_pem()})
    assert_one_finding(found, "blocker", "leaf_is_there", "the leaf")


def test_only_the_request_is_there(tmp_path):
    found = findings(tmp_path, {"cam.csr": _csr(), "cam.key": key_pem()})
    assert_one_finding(found, "blocker", "leaf_is_there", "signing request")


def test_only_the_key_is_there(tmp_path):
    found = findings(tmp_path, {"privkey.pem": key_pem()})
    assert_one_finding(found, "blocker", "leaf_is_there", "no certificate")


def test_files_of_two_issuances(tmp_path):
    renewed = leaf(start=NOW - DAY)
    found = findings(tmp_path, live() | {"fullchain.pem": pem([renewed, INTERMEDIATE[0]])})
    assert_one_finding(found, "blocker", "leaf_is_one", "cert.pem", "fullchain.pem")


def test_two_keys(tmp_path):
    found = findings(tmp_path, live() | {"old.key": key_pem(p256("old"))})
    assert_one_finding(found, "warning", "key_is_one", "2 different private keys")


def test_chain_out_of_order(tmp_path):
    found = findings(tmp_path, live() | {"fullchain.pem": pem([INTERMEDIATE[0], LEAF])})
    assert_one_finding(found, "warning", "chain_is_in_order", "fullchain.pem")


def test_leaf_behind_a_stranger(tmp_path):
    """Every certificate is followed by its issuer, or by none of its issuers."""
    stranger = ca("Another Intermediate", "another", ROOT)[0]
    fullchain = pem([stranger, LEAF, INTERMEDIATE[0]])
    found = findings(tmp_path, live() | {"fullchain.pem": fullchain})
    assert_one_finding(found, "warning", "chain_is_in_order", "fullchain.pem")


def test_intermediate_issued_again_by_the_same_ca(tmp_path):
    again = ca(parent=ROOT, until=NOW + 3001 * DAY)[0]
    found = findings(tmp_path, live(chain=(INTERMEDIATE[0], again)))
    (finding,) = [each for each in found if "more than once" in each.message]
    assert "or on another day" in finding.message


def test_root_included(tmp_path):
    files = {"cam.crt": pem([LEAF]), "cam.ca-bundle": pem([INTERMEDIATE[0], ROOT[0]])}
    found = findings(tmp_path, files | {"cam.key": key_pem()})
    assert_one_finding(found, "warning", "root_is_left_out", "cam.ca-bundle")


def test_fullchain_where_the_leaf_is_meant(tmp_path):
    found = findings(tmp_path, live() | {"cert.pem": live()["fullchain.pem"]})
    assert_one_finding(found, "warning", "files_are_what_they_are_called", "full chain of 2")


def test_leaf_where_the_full_chain_is_meant(tmp_path):
    found = findings(tmp_path, live() | {"fullchain.pem": pem([LEAF])})
    assert_one_finding(
        found, "warning", "files_are_what_they_are_called", "fullchain.pem", "only the leaf"
    )


def test_intermediate_where_the_full_chain_is_meant(tmp_path):
    found = findings(tmp_path, live() | {"fullchain.pem": pem([INTERMEDIATE[0]])})
    assert_one_finding(
        found, "blocker", "files_are_what_they_are_called", "fullchain.pem", "1 CA certificate"
    )


def test_leaf_where_the_chain_is_meant(tmp_path):
    found = findings(tmp_path, live() | {"chain.pem": pem([LEAF])})
    assert_one_finding(found, "blocker", "files_are_what_they_are_called", "chain.pem", "the leaf")


def test_certificate_where_the_key_is_meant(tmp_path):
    found = findings(tmp_path, live() | {"cam.key": pem([LEAF])})
    assert_one_finding(found, "blocker", "files_are_what_they_are_called", "cam.key", "1 leaf")


def test_parameters_where_the_key_is_meant(tmp_path):
    """`openssl ecparam -name prime256v1 -out privkey.pem` makes no key without -genkey."""
    parameters = b"-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n"
    found = findings(tmp_path, live() | {"privkey.pem": parameters})
    assert_one_finding(
        found, "blocker", "files_are_what_they_are_called", "privkey.pem", "nothing that leafonly"
    )


def test_key_where_the_certificate_is_meant(tmp_path):
    files = {"cert.pem": key_pem(), "fullchain.pem": live()["fullchain.pem"]}
    found = findings(tmp_path, files)
    assert_one_finding(
        found, "blocker", "files_are_what_they_are_called", "cert.pem", "1 private key"
    )


def test_intermediate_where_the_leaf_is_meant(tmp_path):
    found = findings(tmp_path, live() | {"cert.pem": pem([INTERMEDIATE[0]])})
    assert_one_finding(found, "blocker", "files_are_what_they_are_called", "1 CA certificate")


def test_request_made_with_another_key(tmp_path):
    found = findings(tmp_path, live() | {"cam.csr": _csr(p256("another"))})
    assert_one_finding(found, "warning", "csr_belongs", "another key")


# --- key


def test_key_of_another_certificate(tmp_path):
    found = findings(tmp_path, live(key=p256("another")))
    assert_one_finding(found, "blocker", "key_matches_certificate", "bad signature")


def test_encrypted_key_without_password(tmp_path):
    encrypted = key_pem(encryption=BestAvailableEncryption(b"right"))
    found = findings(tmp_path, live() | {"privkey.pem": encrypted})
    assert_one_finding(found, "blocker", "files_are_understood", "encrypted", "no password")


def test_encrypted_key_with_wrong_password(tmp_path):
    encrypted = key_pem(encryption=BestAvailableEncryption(b"right"))
    found = findings(tmp_path, live() | {"privkey.pem": encrypted}, password=b"wrong")
    assert_one_finding(found, "blocker", "files_are_understood", "password does not open")


def test_encrypted_key_with_right_password(tmp_path):
    encrypted = key_pem(encryption=BestAvailableEncryption(b"right"))
    found = findings(tmp_path, live() | {"privkey.pem": encrypted}, password=b"right")
    assert_one_finding(found, "warning", "key_is_not_encrypted", "privkey.pem")


def test_pkcs12_with_wrong_password(tmp_path):
    found = findings(tmp_path, live() | {"cam.pfx": _pfx(b"right")}, password=b"wrong")
    assert_one_finding(found, "blocker", "files_are_understood", "cam.pfx", "password is wrong")


@pytest.mark.skipif(os.name != "posix", reason="permission bits are Unix's")
def test_key_readable_by_everybody(tmp_path):
    everything = live()
    the_evidence = evidence(tmp_path, everything)
    (tmp_path / "privkey.pem").chmod(0o644)
    the_evidence = type(the_evidence)(
        read_directory(tmp_path, lambda path: None),
        NOW,
        NAME,
        mozilla=the_evidence.mozilla,
        system=the_evidence.system,
    )
    assert_one_finding(_all(the_evidence), "warning", "key_file_is_private", "mode 0644")


def test_ed25519_key(tmp_path):
    key = ed25519.Ed25519PrivateKey.generate()
    certificate = leaf(public_key=key.public_key())
    found = findings(tmp_path, live(certificate, key=key))
    assert_one_finding(found, "blocker", "camera_can_use_key", "Ed25519")
    _assert_refused_by_camera(certificate, key)


def test_curve_that_browsers_lack(tmp_path):
    key = ec.generate_private_key(ec.SECP256K1())
    found = findings(tmp_path, live(leaf(public_key=key.public_key()), key=key))
    assert_one_finding(found, "blocker", "camera_can_use_key", "secp256k1")


def test_slow_curve(tmp_path):
    key = ec.generate_private_key(ec.SECP521R1())
    found = findings(tmp_path, live(leaf(public_key=key.public_key()), key=key))
    assert_one_finding(found, "warning", "camera_can_use_key", "P-521", "Chromium")


def test_weak_rsa_key(tmp_path):
    key = rsa.generate_private_key(65537, 1024)
    found = findings(tmp_path, live(leaf(public_key=key.public_key()), key=key))
    assert_one_finding(found, "blocker", "camera_can_use_key", "1024")


def test_slow_rsa_key(tmp_path):
    key = rsa.generate_private_key(65537, 3072)
    found = findings(tmp_path, live(leaf(public_key=key.public_key()), key=key))
    assert_one_finding(found, "warning", "camera_can_use_key", "3072")


def test_key_usage_without_signing(tmp_path):
    found = findings(tmp_path, live(leaf(sign=False)))
    assert_one_finding(found, "blocker", "key_may_sign", "digitalSignature")


# --- certificate


def test_another_name(tmp_path):
    found = findings(tmp_path, live(), domain="door.example.com")
    assert_one_finding(found, "blocker", "name_is_in_certificate", "not for door.example.com", NAME)


def test_wildcard_does_not_reach_two_labels_down(tmp_path):
    certificate = leaf(names=["*.example.com"])
    one_label = findings(tmp_path, live(certificate))
    assert [each for each in one_label if each.severity != "info"] == []
    found = findings(tmp_path, live(certificate), domain="a.cam.example.com")
    assert_one_finding(found, "blocker", "name_is_in_certificate", "*.example.com")


def test_common_name_only(tmp_path):
    found = findings(tmp_path, live(leaf(sans=[])))
    assert_one_finding(found, "blocker", "name_is_in_certificate", "common name")


def test_address_as_name(tmp_path):
    certificate = leaf(sans=[x509.IPAddress(ipaddress.ip_address("192.0.2.7"))])
    found = findings(tmp_path, live(certificate), domain="192.0.2.7")
    assert_one_finding(found, "warning", "name_is_public", "an address that is reserved")


def test_public_address_is_only_mentioned(tmp_path):
    certificate = leaf(sans=[x509.IPAddress(ipaddress.ip_address("8.8.8.8"))])
    found = findings(tmp_path, live(certificate), domain="8.8.8.8")
    assert [each for each in found if each.severity != "info"] == []
    assert "few public CAs" in _only(found, "name_is_public", "info").message


def test_single_label(tmp_path):
    found = findings(tmp_path, live(leaf(names=["openmv"])), domain="openmv")
    assert_one_finding(found, "warning", "name_is_public", "single label")


def test_dot_local(tmp_path):
    found = findings(tmp_path, live(leaf(names=["openmv.local"])), domain="openmv.local")
    assert_one_finding(found, "warning", "name_is_public", "private networks")


@pytest.mark.parametrize(
    "name", ["front_door.example.com", "a b.example.com", "-.example.com", ".."]
)
def test_odd_name_is_no_traceback(tmp_path, name):
    found = findings(tmp_path, live(leaf(names=[name])), domain=name)
    (odd,) = [each for each in found if each.severity != "info"]
    assert odd.check in ("chain_is_verified", "name_is_in_certificate")


def test_expired(tmp_path):
    found = findings(tmp_path, live(), at=LEAF.not_valid_after_utc + DAY)
    assert_one_finding(found, "blocker", "leaf_is_valid_now", "expired")


def test_not_yet_valid(tmp_path):
    found = findings(tmp_path, live(), at=LEAF.not_valid_before_utc - DAY)
    assert_one_finding(found, "blocker", "leaf_is_valid_now", "not valid before")


def test_nearly_expired(tmp_path):
    found = findings(tmp_path, live(), at=LEAF.not_valid_after_utc - 20 * DAY)
    assert_one_finding(found, "warning", "leaf_is_valid_now", "20 days left")


@pytest.mark.parametrize(
    ("start", "allowed"),
    [
        ("2020-08-31", 825),
        ("2020-09-01", 398),
        ("2026-03-14", 398),
        ("2026-03-15", 200),
        ("2027-03-15", 100),
        ("2029-03-15", 47),
    ],
)
def test_lives_too_long(tmp_path, start, allowed):
    begins = dt.datetime.fromisoformat(start).replace(tzinfo=dt.UTC)

    def warnings(end):
        found = findings(tmp_path, live(leaf(start=begins, end=end)), at=begins + DAY)
        return [
            each.message
            for each in found
            if each.check == "lifetime_is_allowed" and each.severity == "warning"
        ]

    assert warnings(begins + allowed * DAY - dt.timedelta(seconds=1)) == []
    (message,) = warnings(begins + allowed * DAY)
    assert f"lives {allowed + 1} days" in message
    assert f"give {allowed} " in message


@pytest.mark.parametrize(("days", "expected"), [(825, 0), (826, 1)])
def test_lives_too_long_for_apple(tmp_path, days, expected):
    # Below a private root only Apple's systems count the days.
    certificate = leaf(end=NOW - 10 * DAY + days * DAY - dt.timedelta(seconds=1))
    private = {"mozilla": Issuers(()), "system": Issuers(()), "private": Issuers([ROOT[0]])}
    found = findings(tmp_path, live(certificate), **private)
    assert [each.check for each in found if each.severity == "warning"] == [
        "lifetime_is_allowed"
    ] * expected


def test_for_any_use(tmp_path):
    found = findings(tmp_path, live(leaf(usage=[ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE])))
    assert_one_finding(found, "blocker", _SERVERS, "Firefox, OpenSSL")


def test_use_not_said(tmp_path):
    found = findings(tmp_path, live(leaf(usage=None)))
    assert_one_finding(found, "warning", _SERVERS, "Apple's")


def test_for_clients_only(tmp_path):
    found = findings(tmp_path, live(leaf(usage=[ExtendedKeyUsageOID.CLIENT_AUTH])))
    assert_one_finding(found, "blocker", _SERVERS, "serverAuth")


_SERVERS = "certificate_is_for_servers"


def test_must_staple(tmp_path):
    feature = x509.TLSFeature([x509.TLSFeatureType.status_request])
    found = findings(tmp_path, live(leaf(extra=[feature])))
    assert_one_finding(found, "warning", _SERVERS, "stapling")


def test_self_signed(tmp_path):
    certificate = leaf(issuer=(_Named(LEAF.subject), p256()), is_ca=True)
    found = findings(tmp_path, {"cert.pem": pem([certificate]), "privkey.pem": key_pem()})
    assert_one_finding(found, "warning", _SERVERS, "self-signed")


def test_precertificate(tmp_path):
    found = findings(tmp_path, live(leaf(sct=0, extra=[x509.PrecertPoison()])))
    assert_one_finding(found, "blocker", "certificate_is_logged", "precertificate")


def test_not_logged(tmp_path):
    found = findings(tmp_path, live(leaf(sct=0)))
    assert_one_finding(found, "warning", "certificate_is_logged", "0 logs", "want 2")


@pytest.mark.parametrize(("days", "wanted"), [(180, 2), (181, 3)])
def test_logged_in_too_few_logs(tmp_path, days, wanted):
    end = NOW - 10 * DAY + days * DAY - dt.timedelta(seconds=1)
    enough = findings(tmp_path, live(leaf(sct=wanted, end=end)))
    assert [each for each in enough if each.severity != "info"] == []
    found = findings(tmp_path, live(leaf(sct=wanted - 1, end=end)))
    assert_one_finding(found, "warning", "certificate_is_logged", f"want {wanted}")


def test_pss_signature(tmp_path):
    key = rsa.generate_private_key(65537, 2048)
    issuer = (_Named(INTERMEDIATE[0].subject), key)
    certificate = leaf(issuer=issuer, rsa_padding=padding.PSS(padding.MGF1(hashes.SHA256()), 32))
    assert certificate.signature_algorithm_oid == SignatureAlgorithmOID.RSASSA_PSS
    found = findings(tmp_path, live(certificate))
    assert "refuses" in _only(found, "signature_is_usable", "blocker").message
    _assert_refused_by_camera(certificate, p256())


def test_leaf_too_large(tmp_path):
    names = [NAME, *(f"cam-{n:03}.a-rather-long-label.example.com" for n in range(90))]
    found = findings(tmp_path, live(leaf(names=names)))
    assert_one_finding(found, "blocker", "certificate_fits_camera", "4096")


def test_chain_too_large(tmp_path):
    names = [NAME, *(f"cam-{n:03}.a-rather-long-label.example.com" for n in range(75))]
    found = findings(tmp_path, live(leaf(names=names)))
    assert_one_finding(found, "warning", "certificate_fits_camera", "cannot be presented")


# --- chain


def test_intermediate_missing(tmp_path):
    found = findings(tmp_path, {"cert.pem": pem([LEAF]), "privkey.pem": key_pem()})
    assert_one_finding(found, "warning", "issuer_is_given", "Example Intermediate")


def test_intermediate_of_another_ca(tmp_path):
    other = ca("Other Intermediate", "other", ROOT)
    found = findings(tmp_path, live(chain=[other[0]]))
    assert_one_finding(found, "blocker", "issuer_is_given", "Other Intermediate", "did not issue")


def test_rotated_intermediate(tmp_path):
    rotated = ca(key="rotated", parent=ROOT)
    found = findings(tmp_path, live(chain=[rotated[0]]))
    assert_one_finding(found, "blocker", "issuer_is_given", "another key")


def test_second_intermediate_missing(tmp_path):
    lower = ca("Lower Intermediate", "lower", INTERMEDIATE)
    found = findings(tmp_path, live(leaf(issuer=lower), chain=[lower[0]]))
    assert_one_finding(found, "blocker", "root_is_in_mozilla_list", "no known root")


def test_intermediate_expired(tmp_path):
    expired = ca(parent=ROOT, until=NOW - DAY)
    found = findings(tmp_path, live(chain=[expired[0]]))
    assert_one_finding(found, "blocker", "issuers_are_valid", "not valid now")


def test_intermediate_expires_before_leaf(tmp_path):
    short = ca(parent=ROOT, until=NOW + 50 * DAY)
    found = findings(tmp_path, live(chain=[short[0]]))
    assert_one_finding(found, "warning", "issuers_are_valid", "before the leaf")


def test_intermediate_made_for_a_short_time(tmp_path):
    quarterly = ca(parent=ROOT, start=NOW - 30 * DAY, until=NOW + 300 * DAY)
    found = findings(tmp_path, live(chain=[quarterly[0]]))
    assert_one_finding(found, "warning", "intermediate_will_stay", "short time")


def test_private_root_given_with_the_files(tmp_path):
    found = findings(
        tmp_path,
        live() | {"root.pem": pem([ROOT[0]])},
        mozilla=Issuers(()),
        system=Issuers(()),
    )
    assert_one_finding(found, "warning", "root_is_in_mozilla_list", "not a public root")


def test_private_root_named_is_only_mentioned(tmp_path):
    found = findings(
        tmp_path, live(), mozilla=Issuers(()), system=Issuers(()), private=Issuers([ROOT[0]])
    )
    assert [each for each in found if each.severity != "info"] == []


def test_root_only_in_the_system_store(tmp_path):
    found = findings(tmp_path, live(), mozilla=Issuers(()))
    assert_one_finding(found, "warning", "root_is_in_mozilla_list", "Mozilla's list")


def test_root_not_in_the_system_store(tmp_path):
    found = findings(tmp_path, live(), system=Issuers([ca("Another Root", "another root")[0]]))
    assert_one_finding(found, "warning", "root_is_in_system_store", "this system's own store")


def test_no_caissuers_address(tmp_path):
    found = findings(tmp_path, live(leaf(aia=None)))
    assert_one_finding(found, "warning", "aia_names_issuer", "no caIssuers address")


def test_caissuers_address_dead(tmp_path):
    found = findings(tmp_path, live(), fetched={AIA: "ConnectError"})
    assert_one_finding(found, "warning", "aia_names_issuer", "ConnectError")


def test_caissuers_address_of_another_intermediate(tmp_path):
    rotated = ca(key="rotated", parent=ROOT)
    found = findings(tmp_path, live(), fetched={AIA: Answer([rotated[0]])})
    assert_one_finding(found, "warning", "aia_names_issuer", "another intermediate")


def test_ca_that_rotates(tmp_path):
    root = ca("ISRG Root X9", "root", organization="Internet Security Research Group")
    e9 = ca("E9", parent=root, organization="Let's Encrypt")
    public = Issuers([root[0]])
    found = findings(tmp_path, live(leaf(issuer=e9), chain=[e9[0]]), mozilla=public, system=public)
    assert_one_finding(found, "warning", "intermediate_will_stay", "Let's Encrypt", "E9")


# --- what is no folder of credentials at all


def test_folder_without_credentials(tmp_path):
    (tmp_path / "notes.txt").write_text("nothing here")
    with pytest.raises(ValueError, match="holds no certificate"):
        read_directory(tmp_path, lambda path: None)


def test_no_folder(tmp_path):
    with pytest.raises(ValueError, match="give a folder of credentials"):
        read_directory(tmp_path / "nowhere", lambda path: None)


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may read everything")
def test_folder_of_somebody_else(tmp_path):
    (tmp_path / "live").mkdir(mode=0)
    with pytest.raises(ValueError, match="copy it to a folder that only you can read"):
        read_directory(tmp_path / "live", lambda path: None)


def test_named_file_that_is_not_there(tmp_path):
    credentials = read_files(tmp_path / "cam.crt", None, None, lambda path: None)
    assert [problem for _, problem in credentials.problems] == [
        "it cannot be read: No such file or directory"
    ]


# --- helpers


class _Named:
    """Stands for an issuer of whom only the name matters."""

    def __init__(self, subject):
        self.subject = subject


def _all(the_evidence):
    return [each for check in CHECKS.values() for each in run_check(check, the_evidence)]


def _only(found, check, severity):
    chosen = [each for each in found if each.check == check and each.severity == severity]
    assert len(chosen) == 1
    return chosen[0]


def _armoured(data):
    body = base64.encodebytes(data)
    return b"-----BEGIN CERTIFICATE-----\n" + body + b"-----END CERTIFICATE-----\n"


def _csr(key=None):
    builder = x509.CertificateSigningRequestBuilder().subject_name(LEAF.subject)
    return builder.sign(key or p256(), hashes.SHA256()).public_bytes(Encoding.PEM)


def _pfx(password):
    return pkcs12.serialize_key_and_certificates(
        b"cam", p256(), LEAF, [INTERMEDIATE[0]], BestAvailableEncryption(password)
    )


def _assert_refused_by_camera(certificate, key):
    """The check and the emulated camera hold one and the same rule."""
    private = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    with pytest.raises(LoadRefused):
        load([Load(der(certificate), private)])
