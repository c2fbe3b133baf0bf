"""Who has the certificates of a chain already: lists of roots, and Firefox's preloads."""

import hashlib
import json
import zipfile
from base64 import b64encode
from pathlib import Path

import pytest

from leafonly.audit import CHECKS, run_check
from leafonly.certificates.chain import der
from leafonly.certificates.firefox_preload import Preloaded, firefox_preloads, read_preloads
from leafonly.certificates.paths import Issuers
from tests.helpers.credentials import INTERMEDIATE, LEAF, ROOT, evidence, live


def firefox_with(folder: Path, *certificates) -> Path:
    """Lay a folder out as Firefox's is, with these certificates on its list."""
    rows = [
        {"derHash": b64encode(hashlib.sha256(der(each)).digest()).decode()} for each in certificates
    ]
    (folder / "browser").mkdir(parents=True)
    (folder / "application.ini").write_text("; not used\n[App]\nName=Firefox\nVersion=153.7.0\n")
    with zipfile.ZipFile(folder / "browser" / "omni.ja", "w") as archive:
        name = "defaults/settings/security-state/intermediates.json"
        archive.writestr(name, json.dumps({"data": rows}))
    return folder


def said(tmp_path: Path, preloads: Preloaded | None, **others) -> list[str]:
    the_evidence = evidence(tmp_path, live(), firefox=lambda: preloads, **others)
    return [str(each) for each in run_check(CHECKS["certificates_are_known"], the_evidence)]


def test_each_certificate_is_looked_up_in_each_list(tmp_path: Path) -> None:
    preloads = read_preloads(firefox_with(tmp_path / "firefox", INTERMEDIATE[0]))
    lower, root, summary = said(tmp_path, preloads, system=Issuers(()))
    assert (
        "not in Mozilla's list; not in this system's store; preloaded by Firefox 153.7.0" in lower
    )
    assert "in Mozilla's list; not in this system's store" in root
    assert "preloaded" not in root
    assert (lower.count("issued by"), root.count("issued by")) == (1, 0)
    assert "it needs only the leaf. Other clients need the intermediate," in summary


def test_a_firefox_that_preloads_another_certificate_needs_the_intermediate(tmp_path: Path) -> None:
    preloads = read_preloads(firefox_with(tmp_path / "firefox", LEAF))
    lower, _, summary = said(tmp_path, preloads)
    assert "not preloaded by Firefox 153.7.0" in lower
    assert "Firefox 153.7.0 does not preload all of them" in summary


def test_without_firefox_it_is_not_mentioned_per_certificate(tmp_path: Path) -> None:
    *lines, summary = said(tmp_path, None)
    assert not any("Firefox" in each for each in lines)
    assert "no Firefox was found here" in summary


def test_a_private_chain_is_not_looked_up(tmp_path: Path) -> None:
    nobody = Issuers(())
    assert said(tmp_path, None, mozilla=nobody, private=Issuers([ROOT[0]])) == []
    (line,) = said(tmp_path, None, mozilla=nobody)
    assert "no root of Mozilla's list" in line


@pytest.mark.parametrize("spoil", ["missing", "no zip", "no list", "no json", "no version"])
def test_a_firefox_that_cannot_be_read_is_none(tmp_path: Path, spoil: str) -> None:
    folder = firefox_with(tmp_path / "firefox", LEAF)
    archive = folder / "browser" / "omni.ja"
    assert read_preloads(folder) is not None
    if spoil == "missing":
        archive.unlink()
    elif spoil == "no zip":
        archive.write_bytes(b"hello")
    elif spoil == "no version":
        (folder / "application.ini").write_text("[App]\n")
    else:
        with zipfile.ZipFile(archive, "w") as rewritten:
            name = "defaults/settings/security-state/intermediates.json"
            rewritten.writestr(name if spoil == "no json" else "other", "{" * 100_000)
    assert read_preloads(folder) is None


def test_the_firefox_that_is_installed_here_can_be_read() -> None:
    found = firefox_preloads()
    if found is None:
        pytest.skip("no Firefox is installed here")
    assert len(found.hashes) > 1000
    assert all(len(each) == 44 for each in found.hashes)
