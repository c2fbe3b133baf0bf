"""Versions of TLS libraries, asked of the libraries themselves."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from leafonly.clients.library import inscription, rust_crate, shared_library


@pytest.mark.needs("openssl")
@pytest.mark.skipif(sys.platform != "linux", reason="ldd tells which library a program links")
def test_openssl_tells_the_version_that_its_own_program_tells() -> None:
    program = shutil.which("openssl")
    assert program is not None
    said = subprocess.run([program, "version"], capture_output=True, text=True, check=True).stdout
    version = shared_library("crypto", "OpenSSL_version")(Path(program))
    assert f"(Library: OpenSSL {version} " in said


def test_a_library_that_a_program_does_not_link_has_no_version() -> None:
    assert shared_library("no-such-library", "version")(Path(sys.executable)) is None


def test_a_version_is_read_off_a_binary(tmp_path: Path) -> None:
    binary = tmp_path / "program"
    binary.write_bytes(b"\0OpenSSL 1.1.1w  11 Sep 2023\0/registry/rustls-0.23.4/src/lib.rs\0")
    assert inscription(rb"OpenSSL (1\.1\.1[a-z]?) ")(binary) == "1.1.1w"
    assert rust_crate("rustls")(binary) == "0.23.4"
    assert rust_crate("ring")(binary) is None
