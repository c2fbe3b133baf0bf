"""No report says where things lie on the machine that it was made on."""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

import leafonly
from leafonly.report.masking import masked, masked_text

CHECKOUT = Path(leafonly.__file__).parents[1]


def folders() -> list[Path]:
    return [CHECKOUT, Path(sys.prefix), Path(sys.base_prefix), Path.home()]


def test_traceback_of_a_real_client_names_no_folder_of_the_machine() -> None:
    # It ends in the interpreter's ssl module, by way of two libraries of the environment.
    client = CHECKOUT / "leafonly/clients/programs/requests_get.py"
    said = subprocess.run(
        [sys.executable, client, CHECKOUT / "none.pem", "https://localhost:1/"],
        capture_output=True,
        text=True,
        check=False,
    ).stderr
    assert str(client) in said
    shown = masked_text(said)
    assert "$LEAFONLY/leafonly/clients/programs/requests_get.py" in shown
    assert "$VENV/lib" in shown or "$VENV\\\\Lib" in shown or "$VENV\\Lib" in shown
    usual = {Path("/usr"), Path("/usr/local"), Path("/")}
    for folder in folders():
        if folder not in usual:
            assert str(folder) not in shown


def test_every_text_of_a_report_is_masked_and_nothing_else(tmp_path: Path) -> None:
    rows = {"cells": [{"said": f"at {Path.home()}/x: no", "seconds": 0.5}], "none": [None, True]}
    assert masked(rows) == {"cells": [{"said": "at ~/x: no", "seconds": 0.5}], "none": [None, True]}


@pytest.mark.parametrize(
    ("home", "text", "shown"),
    [
        ("/home/ann", "open /home/ann/key.pem", "open ~/key.pem"),
        ("/home/ann", "in /home/ann.", "in ~."),
        ("/home/ann", "-I/home/ann/include", "-I~/include"),
        ("/home/ann", "file:///home/ann/x", "file://~/x"),
        ("/home/ann", "/home/anna and /home/ann.bak", "/home/anna and /home/ann.bak"),
        ("/home/al ice", "file:///home/al%20ice/x", "file://~/x"),
        ("/root", "cd /root; ls /root/x", "cd ~; ls ~/x"),
        ("/root", "/srv/root, /rootfs", "/srv/root, /rootfs"),
        ("/", "/ and /etc", "/ and /etc"),
    ],
)
def test_a_folder_is_replaced_and_no_other_of_a_like_name(
    home: str, text: str, shown: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", home)
    monkeypatch.setenv("USERPROFILE", home)
    assert masked_text(text) == shown


def test_folder_of_pytest_does_not_name_the_user() -> None:
    inside = f"{tempfile.gettempdir()}/pytest-of-ann/pytest-3/x"
    assert masked_text(json.dumps(inside)) == '"$TMPDIR/pytest/pytest-3/x"'
