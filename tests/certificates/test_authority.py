"""Chains are what they say they are, judged by OpenSSL's own command line."""

import datetime as dt
import subprocess
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, load_der_private_key
from cryptography.x509.oid import AuthorityInformationAccessOID

from leafonly.certificates.authority import Authority
from leafonly.certificates.chain import KEY_TYPES, Chain, KeyType, der, pem

# The three one-line commands of the camera's documentation.
CSR_COMMANDS = {
    "p256": "openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256",
    "p384": "openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-384",
    "rsa2048": "openssl req -new -newkey rsa:2048",
}


def verifies(chain: Chain, directory: Path, *, partial: bool = False) -> bool:
    (directory / "root.pem").write_bytes(pem([chain.root]))
    (directory / "others.pem").write_bytes(pem([] if partial else chain.intermediates))
    (directory / "leaf.pem").write_bytes(pem([chain.leaf]))
    words = "openssl verify -x509_strict -purpose sslserver -verify_hostname localhost"
    files = ["-CAfile", "root.pem", "leaf.pem"]
    if not partial:
        files = ["-untrusted", "others.pem", *files]
    return subprocess.run([*words.split(), *files], cwd=directory, check=False).returncode == 0


@pytest.mark.needs("openssl")
@pytest.mark.parametrize("key_type", KEY_TYPES)
@pytest.mark.parametrize("intermediates", [1, 2])
def test_leaf_verifies_with_its_intermediates_and_not_without(
    key_type: KeyType, intermediates: int, tmp_path: Path
) -> None:
    chain = Authority(intermediates).issue(key_type=key_type)
    assert len(chain.full) == intermediates + 1
    assert verifies(chain, tmp_path)
    assert not verifies(chain, tmp_path, partial=True)


def test_key_types() -> None:
    authority = Authority()
    p256, p384, rsa2048 = (authority.issue(key_type=each).leaf.public_key() for each in KEY_TYPES)
    assert isinstance(p256, ec.EllipticCurvePublicKey)
    assert p256.curve.name == "secp256r1"
    assert isinstance(p384, ec.EllipticCurvePublicKey)
    assert p384.curve.name == "secp384r1"
    assert isinstance(rsa2048, rsa.RSAPublicKey)
    assert rsa2048.key_size == 2048


def test_aia_is_there_only_when_asked_for() -> None:
    authority = Authority()
    url = "http://127.0.0.1:1/intermediate.cer"
    aia = authority.issue(aia=url).leaf.extensions.get_extension_for_class(
        x509.AuthorityInformationAccess
    )
    (access,) = aia.value
    assert access.access_method == AuthorityInformationAccessOID.CA_ISSUERS
    assert access.access_location.value == url
    with pytest.raises(x509.ExtensionNotFound):
        authority.issue().leaf.extensions.get_extension_for_class(x509.AuthorityInformationAccess)


def test_rotated_intermediate_has_the_name_and_another_key() -> None:
    authority = Authority()
    (issuer,), rotated = authority.intermediates, authority.rotated_intermediate
    assert rotated.subject == issuer.subject
    assert rotated.public_key() != issuer.public_key()
    rotated.verify_directly_issued_by(authority.root)


def test_two_authorities_share_no_name() -> None:
    one, other = Authority(), Authority()
    assert one.root.subject != other.root.subject
    assert one.intermediates[0].subject != other.intermediates[0].subject


@pytest.mark.needs("openssl")
@pytest.mark.parametrize("key_type", KEY_TYPES)
@pytest.mark.parametrize("names", [[], ["-addext", "subjectAltName=DNS:localhost"]])
def test_leaf_for_a_csr_made_by_openssl(
    key_type: KeyType, names: list[str], tmp_path: Path
) -> None:
    command = [*CSR_COMMANDS[key_type].split(), "-nodes", "-keyout", "key.pem"]
    subprocess.run(
        [*command, "-subj", "/CN=localhost", *names, "-out", "csr.pem"], cwd=tmp_path, check=True
    )
    csr = x509.load_pem_x509_csr((tmp_path / "csr.pem").read_bytes())
    chain = Authority().sign(csr)
    assert chain.leaf.public_key() == csr.public_key()
    assert verifies(chain, tmp_path)
    with pytest.raises(ValueError, match="its key is not here"):
        chain.key_bytes()


@pytest.mark.parametrize("key_type", KEY_TYPES)
@pytest.mark.parametrize("traditional", [False, True])
def test_key_bytes_are_the_leafs_key_in_every_form(key_type: KeyType, traditional: bool) -> None:
    chain = Authority().issue(key_type=key_type)
    key = load_der_private_key(chain.key_bytes(traditional=traditional), None)
    assert key.public_key() == chain.leaf.public_key()
    marker = b"EC PRIVATE" if key_type != "rsa2048" else b"RSA PRIVATE"
    assert (marker in chain.key_bytes(Encoding.PEM, traditional=traditional)) is traditional


def test_key_is_not_in_repr() -> None:
    assert "key" not in repr(Authority().issue())


def test_der_and_pem_hold_the_same_certificate() -> None:
    leaf = Authority().issue().leaf
    assert der(x509.load_pem_x509_certificate(pem([leaf]))) == der(leaf)


def test_everything_but_an_expired_leaf_is_valid_now() -> None:
    authority, now = Authority(), dt.datetime.now(dt.UTC)
    for certificate in (*authority.issue().full, authority.root, authority.rotated_intermediate):
        assert certificate.not_valid_before_utc < now < certificate.not_valid_after_utc
    expired = authority.issue(expired=True).leaf
    assert expired.not_valid_before_utc < expired.not_valid_after_utc < now


def test_name_too_long_for_a_common_name_is_in_the_san_alone() -> None:
    name = f"{'camera-' * 8}a.{'b' * 40}.example.com"
    leaf = Authority().issue(name).leaf
    san = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    assert san.value.get_values_for_type(x509.DNSName) == [name]
    assert san.critical
    assert not leaf.subject
