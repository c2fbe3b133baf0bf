"""Whom a certificate is for, and who issued it."""

import ipaddress

import pytest
from cryptography import x509

from leafonly.certificates.chain import der
from leafonly.certificates.inspection import addresses, aia_urls, covers, dns_names, is_issued_by
from tests.helpers.credentials import INTERMEDIATE, LEAF, ROOT, ca, leaf
from tests.helpers.laboratory import CHAINS


@pytest.mark.parametrize(
    ("name", "host", "fits"),
    [
        ("cam.example.com", "cam.example.com", True),
        ("Cam.Example.COM", "cam.example.com.", True),
        ("cam.example.com", "door.example.com", False),
        ("*.cameras.example", "front.cameras.example", True),
        ("*.cameras.example", "FRONT.cameras.example.", True),
        ("*.cameras.example", "a.front.cameras.example", False),
        ("*.cameras.example", "cameras.example", False),
        ("*.cameras.example", ".cameras.example", False),
        ("f*.cameras.example", "front.cameras.example", False),
        ("*.example", "cameras.example", False),
        ("*", "cameras", False),
        ("127.0.0.1", "127.0.0.1", False),  # a dNSName is no iPAddress
        ("cam.example.com.", "cam.example.com", False),
    ],
)
def test_names_match_by_label(name, host, fits):
    assert covers(leaf(names=[name]), host) == fits


@pytest.mark.parametrize(
    ("host", "fits"),
    [("192.0.2.7", True), ("192.0.2.8", False), ("2001:DB8:0::7", True), ("*.0.2.7", False)],
)
def test_addresses_match_as_numbers(host, fits):
    held = [ipaddress.ip_address(each) for each in ("192.0.2.7", "2001:db8::7")]
    assert covers(leaf(sans=[x509.IPAddress(each) for each in held]), host) == fits


def test_without_a_san_it_is_for_nobody():
    assert not covers(leaf(sans=[]), "cam.example.com")


def test_two_sans_are_for_nobody():
    # No builder makes two; the extension beside the SAN is turned into another one.
    other = x509.IssuerAlternativeName([x509.DNSName("door.example.com")])
    data = der(leaf(extra=[other])).replace(b"\x06\x03\x55\x1d\x12", b"\x06\x03\x55\x1d\x11")
    certificate = x509.load_der_x509_certificate(data)
    assert not covers(certificate, "cam.example.com")
    assert (dns_names(certificate), addresses(certificate)) == ([], [])
    assert aia_urls(certificate) == []


def test_issuer_is_told_by_its_signature():
    assert is_issued_by(LEAF, INTERMEDIATE[0])
    assert is_issued_by(ROOT[0], ROOT[0])
    rotated = ca(key="rotated", parent=ROOT)[0]
    assert rotated.subject == INTERMEDIATE[0].subject
    assert not is_issued_by(LEAF, rotated)
    assert not is_issued_by(LEAF, ROOT[0])


@pytest.mark.parametrize("name", ["good", "sha1_leaf", "md5_leaf", "rsa_1024_intermediate"])
def test_weak_signature_is_a_signature(name):
    laid = CHAINS[name]()
    assert is_issued_by(laid.leaf, laid.presented[1])


@pytest.mark.parametrize("name", ["damaged_leaf", "intermediate_of_another_key"])
def test_damaged_signature_is_none(name):
    laid = CHAINS[name]()
    assert not is_issued_by(laid.leaf, laid.presented[1])
