"""The command that a report has for a cell starts the client as leafonly started it."""

import subprocess
import sys
from pathlib import Path

import pytest

from leafonly.harness.invocation import Invocation

PRINT = "import os, sys; print(sys.argv[1:], os.environ['HOME'], sys.stdin.read())"


@pytest.mark.parametrize("folder", ["cell", "a cell", "a $cell's"])
def test_command_repeats_the_cell_in_another_folder(tmp_path: Path, folder: str) -> None:
    measured, here = tmp_path / folder, tmp_path / "repeated here"
    measured.mkdir()
    here.mkdir()
    arguments = (f'set file = "{measured}/trust.pem"', "a b", "$HOME", "'", "")
    invocation = Invocation(
        (sys.executable, "-c", PRINT, *arguments),
        {"HOME": f"{measured}/home", "PATH": "unused"},
        measured,
        "GET / HTTP/1.0\r\n\r\n",
    )
    line = invocation.shell()
    assert str(measured) not in line
    said = subprocess.run(["sh", "-c", line], cwd=here, capture_output=True, text=True, check=True)
    expected = [each.replace(str(measured), str(here)) for each in arguments]
    assert said.stdout == f"{expected} {here}/home GET / HTTP/1.0\n\n\n"
