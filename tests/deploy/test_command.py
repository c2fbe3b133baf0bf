"""The command line of `deploy`: what it refuses, and how it says so."""

from types import SimpleNamespace

import pytest

from leafonly.__main__ import main
from leafonly.certificates.chain import pem
from leafonly.command_line.credentials import PASSWORD, asked_password
from tests.helpers.board_client import AUTHORITY
from tests.helpers.credentials import key_pem, p256
from tests.helpers.deployable import NAME, issue, root
from tests.helpers.secrets import leaks


@pytest.fixture
def run(tmp_path, capsys, monkeypatch):
    monkeypatch.delenv("RENEWED_LINEAGE", raising=False)
    issue(tmp_path / "live")
    arguments = {
        "--credentials": tmp_path / "live",
        "--camera": tmp_path / "no-such-port",
        "--trust": root(tmp_path),
    }

    def run_deploy(**changed):
        given = arguments | {f"--{name}": value for name, value in changed.items()}
        words = [str(each) for pair in given.items() if pair[1] is not None for each in pair]
        code = main(["deploy", "--yes", *words])
        said = capsys.readouterr().err
        assert said.startswith("leafonly: deploy: ")
        return code, said

    return run_deploy


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"credentials": None}, "nothing to deploy: give --credentials DIR"),
        ({"credentials": "/no/such/folder"}, "give a folder of credentials"),
        ({"camera": "emulator"}, "not a serial port of this machine"),
        ({"camera": "rfc2217://192.0.2.7:2217"}, "not a serial port of this machine"),
        ({"camera": "cam.example.com:443"}, "not a serial port of this machine"),
        ({}, "no-such-port: no such port"),
        (
            {"firmware": "openmv-4"},
            "no firmware profile is called 'openmv-4': use one of openmv-5.0",
        ),
        ({"to": "/"}, "--to=/: name a folder of its own"),
        ({"names": "a.pem,b.pem"}, "the files are DER"),
        ({"check": "cam:x"}, "cam:x is not HOST, HOST:PORT"),
        ({"trust": "/no/such/file"}, "cannot be read"),
        ({"trust": __file__}, "it is neither PEM nor DER"),
    ],
)
def test_what_could_not_run_is_one_line_and_exit_code_2(changed, words, run):
    code, said = run(**changed)
    assert (code, said.count("\n")) == (2, 1)
    assert words in said


def test_firmware_that_was_named_is_the_one_that_must_load_the_files(run):
    code, said = run(firmware="circuitpython")
    assert (code, "does not load DER" in said) == (1, True)


@pytest.mark.parametrize("fault", ["untrusted", "name", "key"])
def test_a_blocker_is_refused_before_the_board_is_looked_for(fault, run, tmp_path):
    changed: dict[str, str | None] = {}
    if fault == "untrusted":
        changed["trust"] = None
    if fault == "name":
        changed["domain"] = "other.example.com"
    if fault == "key":
        (tmp_path / "live" / "privkey.pem").write_bytes(key_pem(p256("another")))
    code, said = run(**changed)
    assert code == 1, said
    assert "blocker: " in said
    assert "no such port" not in said
    assert leaks(p256("another"), {"said": said.encode()}) == []


def test_a_leaf_for_a_wildcard_needs_the_cameras_name(run, tmp_path):
    chain = AUTHORITY.issue("*.example.com")
    (tmp_path / "live" / "cert.pem").write_bytes(pem([chain.leaf]))
    code, said = run()
    assert (code, said.count("\n")) == (2, 1)
    assert "the leaf does not say the camera's name: --domain NAME" in said
    code, said = run(domain="cam.example.com")
    assert "no-such-port: no such port" in said


def test_a_prompt_that_is_left_gives_no_password(tmp_path, monkeypatch):
    asked = []

    def leave(prompt):
        asked.append(prompt)
        raise EOFError

    monkeypatch.delenv(PASSWORD, raising=False)
    monkeypatch.setattr("getpass.getpass", leave)
    monkeypatch.setattr("sys.stdin", None)
    assert asked_password(tmp_path / "privkey.pem") is None
    monkeypatch.setattr("sys.stdin", SimpleNamespace(isatty=lambda: True))
    assert asked_password(tmp_path / "priv\x1b[2Jkey.pem") is None
    assert asked == ["password of priv?[2Jkey.pem: "]


def test_lineage_from_certbot_stands_for_the_credentials(run, tmp_path, monkeypatch):
    monkeypatch.setenv("RENEWED_LINEAGE", str(tmp_path / "live"))
    code, said = run(credentials=None)
    assert (code, "no such port" in said) == (2, True)
    assert NAME not in said
