"""Signing requests, good and broken: each fault gives one finding that a person can act on."""

import ipaddress
import subprocess

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from leafonly.audit import REQUEST_CHECKS, Evidence, read_files, run_check
from tests.helpers.credentials import (
    NAME,
    NOW,
    assert_one_finding,
    key_pem,
    key_usage,
    live,
    p256,
)

SAN = x509.SubjectAlternativeName([x509.DNSName(NAME)])
EKU = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH])


def request(*extensions, key=None, common=NAME, digest=None):
    names = [x509.NameAttribute(NameOID.COMMON_NAME, common)] if common else []
    builder = x509.CertificateSigningRequestBuilder().subject_name(x509.Name(names))
    for each in extensions:
        builder = builder.add_extension(each, critical=False)
    key = key or p256()
    is_ed25519 = isinstance(key, ed25519.Ed25519PrivateKey)
    return builder.sign(key, None if is_ed25519 else digest or hashes.SHA256())


def judge(directory, data, *, domain=None, key=None):
    if isinstance(data, x509.CertificateSigningRequest):
        data = data.public_bytes(Encoding.PEM)
    path, key_path = directory / "cam.csr", directory / "cam.key"
    path.write_bytes(data)
    key_path.write_bytes(key or b"")
    credentials = read_files(None, key_path if key else None, None, lambda path: None, path)
    evidence = Evidence(credentials, NOW, domain)
    return [each for check in REQUEST_CHECKS.values() for each in run_check(check, evidence)]


@pytest.mark.parametrize("domain", [None, NAME])
def test_good_request(domain, tmp_path):
    asked = request(SAN, EKU, key_usage())
    found = judge(tmp_path, asked, domain=domain, key=key_pem())
    assert [each for each in found if each.severity != "info"] == []
    said = [each.message for each in found]
    assert f"the request is for {NAME}" in said
    assert "the key is P-256, which cameras and clients can use" in said
    assert not any(each.is_unchecked for each in found)


def test_another_key(tmp_path):
    found = judge(tmp_path, request(SAN), key=key_pem(p256("another")))
    assert_one_finding(found, "blocker", "request_has_the_key", "does not fit the request")


@pytest.mark.parametrize(
    ("key", "severity", "words"),
    [
        (lambda: rsa.generate_private_key(65537, 1024), "blocker", "RSA with 1024 bits"),
        (lambda: rsa.generate_private_key(65537, 3072), "warning", "RSA with 3072 bits"),
        (lambda: ec.generate_private_key(ec.SECP256K1()), "blocker", "secp256k1"),
        (lambda: ec.generate_private_key(ec.SECP521R1()), "warning", "P-521"),
        (ed25519.Ed25519PrivateKey.generate, "blocker", "Ed25519"),
    ],
)
def test_key_that_a_camera_or_clients_cannot_use(key, severity, words, tmp_path):
    found = judge(tmp_path, request(SAN, key=key()))
    assert_one_finding(found, severity, "camera_can_use_requested_key", words)


@pytest.mark.needs("openssl")
def test_key_for_rsa_pss_only(tmp_path):
    command = [
        *("openssl", "req", "-new", "-nodes", "-newkey", "rsa-pss", "-subj", f"/CN={NAME}"),
        *("-addext", f"subjectAltName=DNS:{NAME}", "-keyout", "/dev/null"),
    ]
    made = subprocess.run(command, check=True, capture_output=True).stdout
    found = judge(tmp_path, made)
    assert_one_finding(found, "blocker", "camera_can_use_requested_key", "RSA-PSS only")


def is_verified_by_openssl(data):
    command = ["openssl", "req", "-verify", "-noout", "-inform", "DER"]
    done = subprocess.run(command, input=data, capture_output=True, check=False)
    # OpenSSL 3.0 says it on stderr, 3.5 on stdout.
    return b"verify OK" in done.stderr + done.stdout


@pytest.mark.needs("openssl")
def test_changed_request_is_refused_as_by_openssl(tmp_path):
    good = request(SAN).public_bytes(Encoding.DER)
    changed = good.replace(NAME.encode(), b"cat.example.com")
    assert is_verified_by_openssl(good)
    assert not is_verified_by_openssl(changed)
    found = judge(tmp_path, changed)
    assert_one_finding(
        found, "blocker", "request_is_signed_by_its_key", "not signed by its own key"
    )


@pytest.mark.needs("openssl")
def test_old_digest(tmp_path):
    (tmp_path / "key").write_bytes(key_pem())
    command = [
        *("openssl", "req", "-new", "-sha1", "-key", tmp_path / "key", "-subj", f"/CN={NAME}"),
        *("-addext", f"subjectAltName=DNS:{NAME}"),
    ]
    made = subprocess.run(command, check=True, capture_output=True).stdout
    found = judge(tmp_path, made)
    assert_one_finding(found, "blocker", "request_is_signed_by_its_key", "sha1")


def alternatives(*names):
    return x509.SubjectAlternativeName(names)


@pytest.mark.parametrize(
    ("asked", "domain", "severity", "words"),
    [
        (request(), None, "warning", "only a common name"),
        (request(), NAME, "warning", "only a common name"),
        (request(common="other.example.com"), NAME, "blocker", f"does not name {NAME}"),
        (request(common=""), None, "blocker", "does not name anything"),
        (request(SAN), "cam2.example.com", "blocker", f"not for cam2.example.com, but for {NAME}"),
        (request(alternatives(x509.DNSName("cam.local"))), None, "warning", "private networks"),
        (
            request(alternatives(x509.IPAddress(ipaddress.ip_address("192.168.1.7")))),
            "192.168.1.7",
            "warning",
            "an address that is reserved",
        ),
        (
            request(alternatives(x509.DNSName(NAME), x509.DNSName("203.0.114.7"))),
            None,
            "blocker",
            "has the address 203.0.114.7 as a DNS name",
        ),
    ],
)
def test_name(asked, domain, severity, words, tmp_path):
    found = judge(tmp_path, asked, domain=domain)
    assert_one_finding(found, severity, "request_names_the_camera", words)


@pytest.mark.parametrize(
    ("extension", "words"),
    [
        (x509.BasicConstraints(ca=True, path_length=None), "a CA certificate"),
        (key_usage(sign=False), "digitalSignature"),
        (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), "serverAuth"),
        (x509.TLSFeature([x509.TLSFeatureType.status_request]), "must-staple"),
    ],
)
def test_request_for_something_else(extension, words, tmp_path):
    found = judge(tmp_path, request(SAN, extension))
    assert_one_finding(found, "blocker", "request_asks_for_a_server_certificate", words)


def test_two_requests(tmp_path):
    both = b"".join(request(SAN, key=p256(w)).public_bytes(Encoding.PEM) for w in "ab")
    found = judge(tmp_path, both)
    assert_one_finding(found, "blocker", "request_is_one", "2 signing requests")


def test_file_that_holds_a_certificate(tmp_path):
    found = judge(tmp_path, live()["cert.pem"])
    assert_one_finding(
        found, "blocker", "files_are_what_they_are_called", "should hold the signing request"
    )
    assert any(each.is_unchecked for each in found)
