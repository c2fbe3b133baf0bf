"""Clients that users bring along: what `--client` takes, and what they are called."""

import shlex
import sys
from pathlib import Path

import pytest

from leafonly.clients.external import stub_clients


def stub(path: Path, text: str = "#!/bin/sh\n", mode: int = 0o755) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(mode)
    return path


def names(tmp_path: Path, *values: str) -> list[str]:
    return list(stub_clients(values, {"curl", "urllib"}, tmp_path))


def test_command_line_is_split_and_holds_in_every_directory(tmp_path: Path) -> None:
    script = stub(tmp_path / "my stubs/urllib3/run.py", "print('ACCEPT')\n", 0o644)
    (client,) = stub_clients(
        ["python3 -W 'error::Foo' 'my stubs/urllib3/run.py' $HOME"], (), tmp_path
    ).values()
    assert client.name == "urllib3"
    assert client.command == (
        *("python3", "-W", "error::Foo", str(script), "$HOME"),
        *("{host}", "{port}", "{trust}"),
    )


def test_a_link_to_an_interpreter_stays_one(tmp_path: Path) -> None:
    """Python in a virtual environment is a link to one that is in none."""
    (tmp_path / "python").symlink_to(sys.executable)
    stub(tmp_path / "x.py")
    (client,) = stub_clients(["./python x.py"], (), tmp_path).values()
    assert client.command[0] == str(tmp_path / "python")


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (["mystub"], ["mystub"]),
        (["a/run"], ["a"]),
        (["a/run", "b/run"], ["a", "b"]),
        (["one/a/run", "two/a/run"], ["one-a", "two-a"]),
        (["a/curl"], ["a-curl"]),
        (["sh a/curl", "sh b/curl"], ["a-curl", "b-curl"]),
        (["mine=sh a/run", "b/run"], ["mine", "b"]),
        (["a=sh b/run", "one/a/run"], ["a", "one-a"]),
        (["with blank, and [brackets]/run"], ["with_blank_and_brackets_"]),
    ],
)
def test_names(tmp_path: Path, values: list[str], expected: list[str]) -> None:
    for path in ("mystub", "a/run", "b/run", "one/a/run", "two/a/run", "a/curl", "b/curl"):
        stub(tmp_path / path)
    stub(tmp_path / "with blank, and [brackets]/run")
    assert names(tmp_path, *values) == expected


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("no/such/stub", "no/such/stub does not exist"),
        ("no-such-program x", "no-such-program does not exist, and no program of that name is on"),
        ("sh no/such.sh", "no/such.sh does not exist"),
        ("folder", "folder is a folder: name the program in it"),
        ("sh 'x", "No closing quotation"),
        ("", "it names no program"),
        ("plain.py", "no #! line, so it cannot be started: write --client='python3 plain.py'"),
        ("plain", "no #! line, so it cannot be started: write --client='INTERPRETER plain'"),
        ("not-executable", "chmod +x it, or write --client='bash not-executable'"),
        ("by-env", "chmod +x it, or write --client='lua5.4 by-env'"),
        ("curl=sh executable", "there is already a client curl; name this one: --client=NAME="),
    ],
)
def test_what_is_no_client_is_one_line_with_what_to_write(
    tmp_path: Path, value: str, message: str
) -> None:
    (tmp_path / "folder").mkdir()
    stub(tmp_path / "plain.py", "print()\n")
    stub(tmp_path / "plain", "print()\n")
    stub(tmp_path / "not-executable", "#!/bin/bash -e\n", 0o644)
    stub(tmp_path / "by-env", "#!/usr/bin/env lua5.4\n", 0o644)
    stub(tmp_path / "executable")
    with pytest.raises(ValueError, match=r"^--client=") as raised:
        names(tmp_path, value)
    assert message in str(raised.value)
    assert "\n" not in str(raised.value)


def test_the_same_client_twice_must_be_named(tmp_path: Path) -> None:
    path = stub(tmp_path / "x/run")
    with pytest.raises(ValueError, match=r"there is already a client .*; name this one") as raised:
        names(tmp_path, "x/run", "sh x/run")
    # What it tells the user to write does it.
    told = str(raised.value).partition("--client=NAME=")[2]
    assert shlex.split(told) == [f"sh {path}"]
    assert names(tmp_path, "x/run", f"other=sh {path}") == ["x", "other"]
