"""Whatever the bytes are: findings in words, no traceback, no hang, no byte of a key."""

import base64
import time

import pytest
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    pkcs7,
    pkcs12,
)
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from leafonly.audit import CHECKS, Evidence, run_check
from leafonly.audit.files.credentials import CredentialFile, sort_out
from leafonly.audit.files.kdf_cost import is_too_costly
from leafonly.audit.files.parser import read_contents
from leafonly.certificates.chain import der, pem
from leafonly.certificates.der_elements import elements
from leafonly.certificates.paths import Issuers, root_paths
from tests.helpers.credentials import INTERMEDIATE, LEAF, NAME, NOW, ROOT, ca, key_pem, leaf, p256

PASSWORD = b"right"
KEY = key_pem()
ENCRYPTED = key_pem(encryption=BestAvailableEncryption(PASSWORD))
ENCRYPTED_DER = p256().private_bytes(
    Encoding.DER, PrivateFormat.PKCS8, BestAvailableEncryption(PASSWORD)
)
SCRYPT = bytes.fromhex("2b06010401da47040b")
PFX = pkcs12.serialize_key_and_certificates(
    b"cam", p256(), LEAF, [INTERMEDIATE[0]], BestAvailableEncryption(PASSWORD)
)
SEEDS = [
    pem([LEAF]),
    der(LEAF),
    der(INTERMEDIATE[0]),
    KEY,
    ENCRYPTED,
    ENCRYPTED_DER,
    PFX,
    pkcs7.serialize_certificates([LEAF, INTERMEDIATE[0]], Encoding.DER),
    pem([LEAF, INTERMEDIATE[0]]) + KEY,
]


@st.composite
def mutated(draw):
    """One of the seeds with some bytes changed, cut out, doubled, or moved about."""
    data = bytearray(draw(st.sampled_from(SEEDS)))
    for _ in range(draw(st.integers(1, 6))):
        at = draw(st.integers(0, max(0, len(data) - 1)))
        length = draw(st.integers(0, 40))
        match draw(st.sampled_from(["change", "cut", "double", "insert", "truncate"])):
            case "change":
                data[at : at + 1] = bytes([draw(st.integers(0, 255))])
            case "cut":
                del data[at : at + length]
            case "double":
                data[at:at] = data[at : at + length]
            case "insert":
                data[at:at] = draw(st.binary(max_size=40))
            case "truncate":
                del data[at:]
    return bytes(data)


def judge(path, data):
    """Everything the audit does with a file, but for reading it from the disk."""
    files = [
        CredentialFile(path / "cam.pem", read_contents(data, lambda: PASSWORD), "leaf", 0o600),
        CredentialFile(path / "chain.pem", read_contents(pem([INTERMEDIATE[0]]), lambda: None)),
    ]
    evidence = Evidence(
        sort_out(files), NOW, NAME, mozilla=Issuers([ROOT[0]]), system=Issuers([ROOT[0]])
    )
    return [each for check in CHECKS.values() for each in run_check(check, evidence)]


HARMLESS = settings(
    max_examples=300,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)


@HARMLESS
@given(mutated())
def test_mutated_files_give_findings_and_nothing_else(tmp_path, data):
    started = time.monotonic()
    found = judge(tmp_path, data)
    assert time.monotonic() - started < 20  # each takes milliseconds; a hang takes for ever
    for finding in found:
        assert finding.message.isprintable()
        assert finding.severity == "info" or finding.remedy


@HARMLESS
@given(st.binary(max_size=400))
@example(b"0")
@example(b"-----BEGIN ")
@example(b"-----BEGIN CERTIFICATE-----" * 3000)
@example(b"-----END CERTIFICATE-----" * 3000)
@example(b"\xff\xfe\x00")
@example(b"\xef\xbb\xbf")
@example(b"\x30\x84\xff\xff\xff\xff")
def test_any_bytes_give_findings_and_nothing_else(tmp_path, data):
    assert judge(tmp_path, data)


def test_a_million_begin_lines_are_read_at_once(tmp_path):
    started = time.monotonic()
    judge(tmp_path, b"-----BEGIN CERTIFICATE-----\n" * 37000)
    judge(tmp_path, b"-----BEGIN CERTIFICATE-----\nMAAA\n-----END CERTIFICATE-----\n" * 16000)
    judge(tmp_path, b"\x30\x00" * 500_000)
    judge(tmp_path, b"\x30\x80" * 500_000)
    assert time.monotonic() - started < 20


def test_a_password_is_not_stretched_for_ever():
    rounds = (0x7FFFFFFF).to_bytes(4)
    assert not is_too_costly(ENCRYPTED_DER)
    # PBKDF2 (RFC 8018): SEQUENCE { salt, rounds }, as in every encrypted PKCS#8 key.
    slow = _sequence(
        _sequence(b"\x06\x09" + bytes(9) + _sequence(b"\x04\x08" + bytes(8) + b"\x02\x04" + rounds))
    )
    assert is_too_costly(slow)


def test_memory_is_not_filled_for_a_password():
    parameters = b"\x04\x08" + bytes(8) + b"\x02\x04" + (1 << 23).to_bytes(4) + b"\x02\x01\x08"
    scrypt = _sequence(b"\x06\x09" + SCRYPT + _sequence(parameters + b"\x02\x01\x01"))
    assert is_too_costly(scrypt)
    modest = parameters.replace((1 << 23).to_bytes(4), (1 << 14).to_bytes(4))
    assert not is_too_costly(_sequence(b"\x06\x09" + SCRYPT + _sequence(modest + b"\x02\x01\x01")))


def test_a_costly_key_is_named_and_left_alone(tmp_path):
    grown = _with_rounds(ENCRYPTED_DER, (0x7FFFFFFF).to_bytes(4))
    assert "unreasonably long" in _problem(grown)
    # The same surgery with a bearable number leaves a key that the password just does not open.
    assert "does not open" in _problem(_with_rounds(ENCRYPTED_DER, (4096).to_bytes(2)))
    armoured = b"-----BEGIN ENCRYPTED PRIVATE KEY-----\n" + base64.encodebytes(grown)
    assert "unreasonably long" in _problem(armoured + b"-----END ENCRYPTED PRIVATE KEY-----\n")


def test_many_namesakes_do_not_make_paths_explode():
    namesakes = [ca(parent=INTERMEDIATE)[0] for _ in range(120)]
    started = time.monotonic()
    root_paths(leaf(), namesakes, Issuers([ROOT[0]]))
    assert time.monotonic() - started < 10


@pytest.mark.parametrize("seed", range(len(SEEDS)))
def test_every_seed_is_understood(seed):
    contents = read_contents(SEEDS[seed], lambda: PASSWORD)
    assert contents.holds_anything
    assert contents.problems == []


def _problem(data):
    contents = read_contents(data, lambda: PASSWORD)
    assert contents.keys == []
    return contents.problems[0]


def _sequence(body):
    assert len(body) < 128
    return b"\x30" + bytes([len(body)]) + body


def _with_rounds(encrypted, rounds):
    """Write another number of rounds, and mend the lengths of everything around it."""

    def rebuild(data):
        out, at = b"", 0
        for tag, body, end in elements(data):
            if tag == 2 and body == (2048).to_bytes(2):  # what cryptography 50 writes
                body = rounds
            elif tag & 0x20:
                body = rebuild(body)
            size = (
                bytes([len(body)])
                if len(body) < 128
                else b"\x81" + bytes([len(body)])
                if len(body) < 256
                else b"\x82" + len(body).to_bytes(2)
            )
            out += bytes([tag]) + size + body
            at = end
        assert at == len(data)
        return out

    return rebuild(encrypted)
