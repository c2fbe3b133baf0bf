"""Versions of TLS libraries, asked of the libraries themselves."""

import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from leafonly.clients.library_version import Library, inscription, linked, rust_crate

ON_LINUX = pytest.mark.skipif(sys.platform != "linux", reason="ldd tells what a program links")


def said_by(program: str, *arguments: str) -> str:
    finished = subprocess.run([program, *arguments], capture_output=True, text=True, check=True)
    return finished.stdout


@ON_LINUX
@pytest.mark.needs("openssl")
def test_openssl_tells_the_version_that_its_own_program_tells() -> None:
    library = linked(Path(str(shutil.which("openssl"))))
    assert library is not None
    assert f"(Library: {library.stack} {library.version} " in said_by("openssl", "version")


@ON_LINUX
@pytest.mark.needs("curl")
def test_the_nearest_library_is_the_one_that_is_reported() -> None:
    """Debian's curl links OpenSSL itself, and GnuTLS by way of librtmp."""
    library = linked(Path(str(shutil.which("curl"))))
    assert library is not None
    assert f" {library.stack}/{library.version} " in said_by("curl", "--version")


@ON_LINUX
@pytest.mark.needs("gnutls-cli")
def test_gnutls_tells_the_version_that_its_own_program_tells() -> None:
    version = said_by("gnutls-cli", "--version").split()[1]
    assert linked(Path(str(shutil.which("gnutls-cli")))) == Library(version, "GnuTLS")


def test_a_program_without_tls_has_no_library() -> None:
    assert linked(Path(str(shutil.which("true")))) is None


@ON_LINUX
def test_a_helper_that_hangs_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ldd = tmp_path / "ldd"
    ldd.write_text("#!/bin/sh\nexec sleep 60\n")
    ldd.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    monkeypatch.setattr("leafonly.clients.library_version._TIME_LIMIT", 0.2)
    started = time.monotonic()
    assert linked(Path(sys.executable)) is None
    assert time.monotonic() - started < 30


def test_a_version_is_read_off_a_binary(tmp_path: Path) -> None:
    binary = tmp_path / "program"
    binary.write_bytes(b"\0OpenSSL 1.1.1w  11 Sep 2023\0/registry/rustls-0.23.4/src/lib.rs\0")
    assert inscription(rb"OpenSSL (1\.1\.1[a-z]?) ")(binary) == Library("1.1.1w")
    assert rust_crate("rustls")(binary) == Library("0.23.4")
    assert rust_crate("ring")(binary) is None
