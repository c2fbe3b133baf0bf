"""From a real ACME server to a board in software, by certbot's hook, and back by a rollback."""

import shlex
import sys

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from leafonly.certificates.chain import pem
from tests.helpers.acme import MISSING, NAME, Acme
from tests.helpers.run_pytest import PROJECT
from tests.helpers.software_board import SoftwareBoard, micropython_program

PROGRAM = micropython_program()
WITHOUT = [*MISSING, *([] if PROGRAM else ["no micropython: uv sync --extra micropython"])]
pytestmark = [
    pytest.mark.skipif(bool(WITHOUT), reason="; ".join(WITHOUT)),
    pytest.mark.needs("env"),
]

# Flash on which the second certificate goes bad, once the board has lost its power.
BAD_FLASH = """
import os
if "tls.old" in os.listdir():
    with open("tls/server.der", "wb") as file:
        file.write(b"bad")
"""


def leaf_on(board):
    return x509.load_der_x509_certificate((board.flash / "tls" / "server.der").read_bytes())


def test_certbot_renews_and_the_board_serves_it_or_what_it_had(tmp_path):
    board = SoftwareBoard(str(PROGRAM), tmp_path)
    acme = Acme(tmp_path)
    trust = tmp_path / "pebble-root.pem"
    deploy = ["-m", "leafonly", "deploy", "--yes", "--camera", board.port, "--trust", trust]
    # certbot looks for the first word on PATH, so it cannot be `cd`.
    hook = shlex.join(map(str, ["env", "-C", PROJECT, sys.executable, *deploy]))
    try:
        with acme.running():
            trust.write_bytes(pem([acme.root()]))
            live = acme.obtain(*acme.by_http, "--deploy-hook", hook)
            first = leaf_on(board)
            assert first.public_bytes(Encoding.PEM) == (live / "cert.pem").read_bytes()

            renewed = acme.certbot("renew", "--force-renewal", "--no-random-sleep-on-renew")
            assert renewed.returncode == 0, renewed.stdout + renewed.stderr
            second = leaf_on(board)
            assert second.public_bytes(Encoding.PEM) == (live / "cert.pem").read_bytes()
            assert second.serial_number != first.serial_number
            assert f"deployed: {NAME}" in renewed.stdout + renewed.stderr

            (board.flash / "boot.py").write_text(BAD_FLASH)
            failed = acme.certbot("renew", "--force-renewal", "--no-random-sleep-on-renew")
            said = failed.stdout + failed.stderr
            assert "the previous files are back" in said, said
            # certbot renewed; that its hook failed does not change its exit code.
            assert "deploy-hook" in said
            assert failed.returncode == 0, said
            assert leaf_on(board) == second
            assert (live / "cert.pem").read_bytes() != second.public_bytes(Encoding.PEM)
            assert sorted(path.name for path in board.flash.iterdir()) == ["boot.py", "tls"]
    finally:
        board.close()
