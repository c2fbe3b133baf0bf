"""`python -m leafonly stage`: a cell that a user runs by hand."""

import subprocess
import sys
from pathlib import Path

import pytest

from leafonly.__main__ import main


@pytest.mark.parametrize(
    ("scenario", "exit_code", "words"),
    [("full_chain", 0, ""), ("absent", 1, "unable to get local issuer certificate")],
)
def test_printed_command_shows_what_the_cell_shows(
    scenario: str, exit_code: int, words: str
) -> None:
    argv = (sys.executable, "-u", "-m", "leafonly", "serve", f"urllib-{scenario}-p256")
    with subprocess.Popen(
        argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as served:
        assert served.stdin
        assert served.stdout
        assert served.stderr
        lines = [served.stdout.readline() for _ in range(5)]
        folder = lines[3].removeprefix("cd ").strip()
        client = subprocess.run(
            lines[4], shell=True, cwd=folder, capture_output=True, text=True, timeout=60
        )
        assert client.returncode == exit_code, client.stderr
        assert words in client.stderr
        # The end of its input ends it, as Enter does.
        served.stdin.close()
        assert served.wait(timeout=60) == 0
        assert served.stderr.read() == ""
    assert not Path(folder).exists()


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        ("curl-absent-p999", "unknown key type 'p999'"),
        ("reqwest-absent-p256", "; install it with: "),
    ],
    ids=["no key type", "no client"],
)
def test_what_cannot_be_served_is_said_in_one_line(
    cell: str,
    words: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))  # where nothing is built yet
    assert main(["serve", cell]) == 2
    said = capsys.readouterr()
    assert words in said.err
    assert len(said.err.splitlines()) == 1
    assert said.out == ""
