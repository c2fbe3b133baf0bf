"""`python -m leafonly serve`: a cell that a user runs by hand."""

import subprocess
import sys
from pathlib import Path

import pytest

from leafonly.__main__ import main
from tests.helpers.waiting import LONGEST


@pytest.mark.parametrize(
    ("scenario", "exit_code", "words"),
    [
        ("full_chain", 0, ""),
        ("absent", 1, "unable to get local issuer certificate"),
        # It needs two roots.
        ("older_root", 0, ""),
    ],
)
def test_printed_command_shows_what_the_cell_shows(
    scenario: str, exit_code: int, words: str
) -> None:
    argv = (sys.executable, "-u", "-m", "leafonly", "serve", f"urllib-{scenario}-p256")
    with subprocess.Popen(
        argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as serving:
        assert serving.stdin
        assert serving.stdout
        assert serving.stderr
        lines = [serving.stdout.readline() for _ in range(5)]
        folder = lines[3].removeprefix("cd ").strip()
        client = subprocess.run(
            lines[4], shell=True, cwd=folder, capture_output=True, text=True, timeout=LONGEST
        )
        assert client.returncode == exit_code, client.stderr
        assert words in client.stderr
        # The end of its input ends it, as Enter does.
        serving.stdin.close()
        assert serving.wait(timeout=LONGEST) == 0
        assert serving.stderr.read() == ""
    assert not Path(folder).exists()


def test_a_client_that_is_not_here_is_said_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))  # where nothing is built yet
    assert main(["serve", "reqwest-absent-p256"]) == 2
    said = capsys.readouterr()
    assert "leafonly: reqwest: " in said.err
    assert "; install it with: " in said.err
    assert len(said.err.splitlines()) == 1
    assert said.out == ""
