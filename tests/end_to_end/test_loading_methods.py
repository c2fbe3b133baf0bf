"""What the presentation suite makes of what it sees."""

import shutil
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from leafonly.cameras import METHODS
from leafonly.cameras.emulator.camera import Emulator
from leafonly.cameras.loading_methods import (
    LoadingResult,
    conclude,
    examine,
    present,
    with_other_key,
)
from leafonly.certificates.authority import Authority
from leafonly.certificates.chain import Chain, der, new_key
from tests.helpers.run_pytest import report_of, run_pytest
from tests.helpers.software_board import SoftwareBoard, micropython_program

LEAF, ISSUER = b"leaf", b"issuer"

ONE = LoadingResult("der_leaf", "p256", loaded=True, certificates=(LEAF,), key_fits=True)
BOTH = replace(ONE, certificates=(LEAF, ISSUER), full_chain=True, accepted=True)
REFUSED = LoadingResult("pem_full_chain", "p256", loaded=False, error="ValueError('invalid key',)")


@pytest.fixture
def chain() -> Chain:
    return Authority().issue()


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        (
            [ONE, replace(ONE, method="der_appended"), REFUSED],
            "limitation confirmed: the documented call sends only the leaf (3 ways tried); "
            "this firmware presents the full chain in none of these ways",
        ),
        (
            [ONE, replace(BOTH, method="der_appended"), REFUSED],
            "limitation confirmed: the documented call sends only the leaf (3 ways tried); "
            "but this firmware presents the full chain with: "
            "context.load_cert_chain(leaf_der, key_der); "
            "context.load_cert_chain(intermediate_der, key_der)",
        ),
        # One key type that does not: each is told by itself.
        (
            [
                ONE,
                replace(BOTH, method="der_appended"),
                replace(ONE, key_type="rsa2048"),
                replace(ONE, method="der_appended", key_type="rsa2048"),
            ],
            "limitation confirmed: the documented call sends only the leaf (2 ways tried); "
            "with p256 keys: this firmware presents the full chain with: "
            "context.load_cert_chain(leaf_der, key_der); "
            "context.load_cert_chain(intermediate_der, key_der); "
            "with rsa2048 keys: this firmware presents the full chain in none of these ways",
        ),
        # LoadingResult but not accepted is no full chain either.
        (
            [ONE, replace(BOTH, method="der_appended", accepted=False)],
            "limitation confirmed: the documented call sends only the leaf (2 ways tried); "
            "this firmware presents the full chain in none of these ways",
        ),
        (
            [BOTH],
            "limitation not confirmed: the documented call does not present exactly one "
            "certificate",
        ),
        (
            [replace(ONE, certificates=())],
            "limitation not confirmed: the documented call does not present exactly one "
            "certificate",
        ),
    ],
)
def test_the_sentence_says_what_was_seen(rows: list[LoadingResult], sentence: str) -> None:
    assert conclude(rows) == sentence


def test_both_witnesses_agree_on_what_the_emulator_presents(chain: Chain) -> None:
    leaf = examine(Emulator(), "der_leaf", chain, "p256")
    assert leaf.certificates == (der(chain.leaf),)
    assert (leaf.full_chain, leaf.accepted, leaf.key_fits) == (False, False, True)
    assert "unable to get local issuer" in (leaf.client_said or "")
    full = examine(Emulator(), "der_appended", chain, "p256")
    assert full.certificates == tuple(map(der, chain.full))
    assert (full.full_chain, full.accepted, full.key_fits) == (True, True, True)
    refused = examine(Emulator(), "pem_leaf", chain, "p256")
    assert refused.as_json() == {
        "method": "pem_leaf (p256)",
        "loaded": False,
        "presented": None,
        "subjects": [],
        "error": "ValueError('invalid key',)",
    }


@pytest.mark.parametrize("key_type", ["p256", "rsa2048"])
def test_the_emulator_presents_a_certificate_with_another_s_key(key_type, chain: Chain) -> None:
    chain = Authority().issue(key_type=key_type)
    loads = [
        with_other_key(load, new_key(key_type), chain) for load in METHODS["der_appended"](chain)
    ]
    row = present(Emulator(), loads, chain, "another key", key_type)
    assert row.certificates == tuple(map(der, chain.full))
    assert (row.accepted, row.key_fits) == (False, False)
    assert "signature" in (row.client_said or "").lower()


needs_micropython = pytest.mark.skipif(
    micropython_program() is None,
    reason="no micropython program: uv sync --inexact --extra micropython",
)

# MicroPython 1.20's module, without SSLContext, and its cipher suites for RSA keys.
OLD_FIRMWARE = """\
import sys, tls as today

class tls:
    def wrap_socket(sock, server_side=False, key=None, cert=None, do_handshake=True):
        context = today.SSLContext(today.PROTOCOL_TLS_SERVER)
        context.set_ciphers([
            "TLS-ECDHE-ECDSA-WITH-AES-128-GCM-SHA256", "TLS-RSA-WITH-AES-128-CBC-SHA256",
        ])
        context.load_cert_chain(cert, key)
        return context.wrap_socket(
            sock, server_side=True, do_handshake_on_connect=do_handshake)

sys.modules["tls"] = tls
"""


ONE_CERTIFICATE = "this firmware takes one certificate only (MicroPython before 1.22)"
NO_ECDHE_RSA = "this firmware has no ECDHE_RSA cipher suite (MicroPython before 1.24)"

# The system's MicroPython would negotiate TLS 1.3, which no old firmware has.
DER_ONLY = shutil.which("micropython", path=str(Path(sys.executable).parent))


@pytest.mark.skipif(DER_ONLY is None, reason="no MicroPython from PyPI: --extra micropython")
def test_the_suite_passes_on_old_firmware_and_says_what_it_lacks(tmp_path: Path) -> None:
    (tmp_path / "flash").mkdir()
    (tmp_path / "flash/boot.py").write_text(OLD_FIRMWARE)
    board = SoftwareBoard(str(DER_ONLY), tmp_path)
    try:
        finished = run_pytest(
            *("suites/presentation", f"--camera={board.port}"), f"--report-dir={tmp_path}"
        )
    finally:
        board.close()
    assert finished.returncode == 0, finished.stdout
    (finding,) = report_of(tmp_path)["findings"]
    assert finding["message"] == (
        "limitation confirmed: the documented call sends only the leaf (5 ways tried); "
        "with p256 and p384 keys: this firmware presents the full chain in none of these ways: "
        f"{ONE_CERTIFICATE}; with rsa2048 keys: {NO_ECDHE_RSA}"
    )


@pytest.mark.needs("curl", "openssl")
@pytest.mark.skipif(DER_ONLY is None, reason="no MicroPython from PyPI: --extra micropython")
def test_the_matrix_runs_what_old_firmware_can(tmp_path: Path) -> None:
    (tmp_path / "flash").mkdir()
    (tmp_path / "flash/boot.py").write_text(OLD_FIRMWARE)
    board = SoftwareBoard(str(DER_ONLY), tmp_path)
    try:
        finished = run_pytest(
            *("suites/matrix", "-n0", "--clients=curl,openssl", "--key-types=p256,rsa2048"),
            "--scenarios=full_chain,untrusted_root,absent,cached",
            *(f"--camera={board.port}", f"--report-dir={tmp_path}"),
        )
    finally:
        board.close()
    assert finished.returncode == 0, finished.stdout
    report = report_of(tmp_path)
    for name in ("curl", "openssl"):
        cells = {each["id"]: each for each in report["cells"] if each["client"] == name}
        for scenario in ("full_chain", "untrusted_root"):
            alone = cells[f"{name}-{scenario}-p256"]
            assert (alone["verdict"], alone["reason"]) == ("not_applicable", ONE_CERTIFICATE)
        assert cells[f"{name}-absent-p256"]["reason"] == "missing_issuer"
        assert cells[f"{name}-cached-p256"]["verdict"] == "accepted"
        for scenario in ("absent", "cached"):
            rsa = cells[f"{name}-{scenario}-rsa2048"]
            assert (rsa["verdict"], rsa["reason"]) == ("not_applicable", NO_ECDHE_RSA)
    said = report["summary"]["sentence"]
    assert f"T{ONE_CERTIFICATE[1:]}. T{NO_ECDHE_RSA[1:]}. The controls were measured on" in said


@needs_micropython
def test_the_suite_passes_against_micropython(tmp_path: Path) -> None:
    finished = run_pytest(
        *("suites/presentation", f"--camera=micropython:{micropython_program()}"),
        f"--report-dir={tmp_path}",
    )
    assert finished.returncode == 0, finished.stdout
    report = report_of(tmp_path)
    assert len(report["presentation"]) == 15
    (finding,) = report["findings"]
    assert finding["message"].startswith("limitation confirmed: the documented call")
