"""`leafonly remedies`: one client's recipe with the user's files, and what a report recommends."""

from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from leafonly.__main__ import main
from leafonly.certificates.authority import Authority
from leafonly.certificates.chain import Chain, pem
from leafonly.clients.trust_store import BUNDLE

SAMPLE = Path(__file__).parents[1] / "reports/sample/report.json"


@pytest.fixture(scope="module")
def chain() -> Chain:
    return Authority(intermediates=2).issue("cam.test")


@pytest.fixture
def delivery(chain: Chain, tmp_path: Path) -> Path:
    """Give a folder as an ACME client leaves it, and beside it the root."""
    folder = tmp_path / "live"
    folder.mkdir()
    (folder / "cert.pem").write_bytes(pem([chain.leaf]))
    (folder / "chain.pem").write_bytes(pem(chain.intermediates))
    (folder / "privkey.pem").write_bytes(chain.key_bytes(Encoding.PEM))
    (tmp_path / "root.pem").write_bytes(pem([chain.root]))
    return folder


def test_the_recipe_has_the_users_name_and_nothing_is_written(
    delivery: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    empty = delivery.parent / "empty"
    empty.mkdir()
    monkeypatch.chdir(empty)
    root = str(delivery.parent / "root.pem")
    assert main(["remedies", "curl", "--credentials", str(delivery), "--trust", root]) == 0
    said = capsys.readouterr().out
    assert f"curl -sS --cacert {BUNDLE} https://cam.test/" in said
    assert "all 3 certificates" in said
    assert "Measured: accepted: anchors" in said
    assert "PRIVATE KEY" not in said
    assert list(empty.iterdir()) == []


def test_the_file_has_the_root_and_every_intermediate_and_no_key(
    delivery: Path, chain: Chain, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["remedies", "httpx", "--credentials", str(delivery)]
    arguments += ["--trust", str(tmp_path / "root.pem"), "-o", str(tmp_path / "new")]
    assert main(arguments) == 0
    written = (tmp_path / "new" / BUNDLE).read_bytes()
    assert x509.load_pem_x509_certificates(written) == [chain.root, *chain.intermediates]
    assert b"PRIVATE KEY" not in written
    capsys.readouterr()
    assert main(arguments) == 2
    assert "exists already: name another folder" in capsys.readouterr().err
    assert (tmp_path / "new" / BUNDLE).read_bytes() == written


def test_an_incomplete_chain_gets_no_recipe(
    delivery: Path, chain: Chain, capsys: pytest.CaptureFixture[str]
) -> None:
    (delivery / "chain.pem").write_bytes(pem(chain.intermediates[:1]))
    root = str(delivery.parent / "root.pem")
    assert main(["remedies", "curl", "--credentials", str(delivery), "--trust", root]) == 2
    said = capsys.readouterr()
    assert "no root is known above the leaf: add the missing intermediates" in said.err
    assert said.out == ""


def test_a_chain_that_verifiers_reject_gets_no_recipe(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    expired = Authority().issue("cam.test", expired=True)
    (tmp_path / "all.pem").write_bytes(pem([*expired.full, expired.root]))
    (tmp_path / "root.crt").write_bytes(pem([expired.root]))
    trust = str(tmp_path / "root.crt")
    assert main(["remedies", "curl", "--credentials", str(tmp_path), "--trust", trust]) == 2
    assert "clients reject even the full chain" in capsys.readouterr().err


def test_a_report_says_what_it_measured(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["remedies", "--report", str(SAMPLE)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("Recommended: present the full chain from the camera itself")
    assert main(["remedies", "curl", "--report", str(SAMPLE)]) == 0
    assert "curl trusts the intermediate itself" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ((), "name a client, or a report by --report=REPORT"),
        (("crul",), "unknown client 'crul'; did you mean curl?"),
        (("curl", "-o", "x"), "-o needs the certificates: --credentials=DIR"),
        (("curl", "--credentials", "/none"), "/none: No such file or directory"),
    ],
)
def test_a_wrong_argument_is_one_line(
    arguments: tuple[str, ...], error: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["remedies", *arguments]) == 2
    said = capsys.readouterr().err
    assert error in said
    assert len(said.splitlines()) == 1
