"""What is written for a gateway is complete, or the folder is as before."""

import os
import stat
from pathlib import Path

import pytest

from leafonly.gateways.writing import write_files

KEY, CHAIN = Path("camera/server.key.der"), Path("fullchain.pem")


def contents(folder: Path) -> dict[str, bytes]:
    return {
        str(each.relative_to(folder)): each.read_bytes()
        for each in folder.rglob("*")
        if each.is_file()
    }


def test_only_the_owner_can_read_a_key(tmp_path: Path) -> None:
    write_files(tmp_path / "new", {KEY: b"key", CHAIN: b"chain"}, {}, force=False)
    assert contents(tmp_path / "new") == {str(KEY): b"key", str(CHAIN): b"chain"}
    if os.name == "posix":
        places = ("", "camera", KEY, CHAIN)
        modes = [stat.S_IMODE((tmp_path / "new" / each).stat().st_mode) for each in places]
        assert modes == [0o700, 0o700, 0o600, 0o644]


def test_a_failure_leaves_what_was_there(tmp_path: Path) -> None:
    write_files(tmp_path, {KEY: b"old key", CHAIN: b"old chain"}, {}, force=False)
    before = contents(tmp_path)
    too_long = Path("x" * 300)
    with pytest.raises(OSError, match="name"):
        write_files(tmp_path, {KEY: b"new key", too_long: b""}, {}, force=True)
    assert contents(tmp_path) == before
    (tmp_path / "folder").mkdir()
    with pytest.raises(ValueError, match="folder is a folder"):
        write_files(tmp_path, {KEY: b"new key", Path("folder"): b""}, {}, force=True)
    assert contents(tmp_path) == before


def test_a_link_is_replaced_and_not_what_it_leads_to(tmp_path: Path) -> None:
    target = tmp_path / "privkey.pem"
    target.write_bytes(b"the user's key")
    output = tmp_path / "output"
    write_files(output, {}, {CHAIN: target}, force=False)
    write_files(output, {CHAIN: b"chain"}, {}, force=True)
    assert target.read_bytes() == b"the user's key"
    assert (output / CHAIN).read_bytes() == b"chain"
    assert not (output / CHAIN).is_symlink()
