"""The version of a program's TLS library, for programs that do not print it."""

import mmap
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

__all__ = ["CURLS", "Library", "haskell_package", "inscription", "linked", "output", "rust_crate"]

_TIME_LIMIT = 20  # seconds for `ldd` or for one loaded library; either takes milliseconds

_ASK = """
import ctypes, sys
function = getattr(ctypes.CDLL(sys.argv[1]), sys.argv[2])
function.restype = ctypes.c_char_p
# A null pointer is also the 0 that OpenSSL_version takes for OPENSSL_VERSION.
print(function(None).decode())
"""


CURLS = (
    *("OpenSSL", "LibreSSL", "BoringSSL", "AWS-LC", "GnuTLS", "NSS", "rustls-ffi", "wolfSSL"),
    *("mbedTLS", "Schannel"),
)
"""The TLS libraries that libcurl can be built with, by the names it gives them (lib/vtls/)."""


class Library(NamedTuple):
    """A TLS library: its version, and its name if that is known."""

    version: str
    stack: str | None = None


class _Shared(NamedTuple):
    """A TLS library as a shared object: its name, a file, and the version function in the file.

    The function takes a null pointer, zero or nothing, and returns a string that contains the
    version. If the library has no such function, the file's name ends with the version.
    """

    stack: str
    holder: str
    function: str = ""


# The keys are files that only programs with TLS link. A program may link libcrypto or libnss3 just
# for a hash. BearSSL has no version function; Debian's file is libbearssl.so.0.6.
_SHARED: Mapping[str, _Shared] = {
    "ssl": _Shared("OpenSSL", "crypto", "OpenSSL_version"),
    "gnutls": _Shared("GnuTLS", "gnutls", "gnutls_check_version"),
    "ssl3": _Shared("NSS", "nss3", "NSS_GetVersion"),
    "bearssl": _Shared("BearSSL", "bearssl"),
}


def linked(program: Path) -> Library | None:
    """Return the TLS library that a program or a module links.

    A program may load several: Debian's git links libcurl with GnuTLS, which links libssh2
    with OpenSSL. `ldd` lists libraries in load order, breadth first (the gABI's chapter on
    shared object dependencies), so the first one is the nearest.

    Returns:
        None if the system has no `ldd` (only Linux has it), or if the program links none of
        the libraries that are known here.

    Raises:
        OSError: The program does not exist, for example because it is in another package.

    """
    ldd = shutil.which("ldd")
    if ldd is None:
        return None
    program.stat()
    # `ldd` prints "libssl.so.3 => /lib/.../libssl.so.3 (0x...)", or "=> not found". Such a
    # library has no version, but it is still the nearest one.
    said = output(ldd, str(program))
    files = dict(re.findall(r"\blib([\w+-]+)\.so\S* => (not found|/\S+)", said))
    shared = next((_SHARED[stem] for stem in files if stem in _SHARED), None)
    return _asked(shared, files.get(shared.holder, "")) if shared else None


def _asked(shared: _Shared, file: str) -> Library | None:
    if shared.function:
        # In a separate process, because a library may do anything when it is loaded.
        said = output(sys.executable, "-I", "-c", _ASK, file, shared.function)
    else:
        said = Path(file).resolve().name.partition(".so.")[2]
    version = re.search(r"\d[\w.+-]*", said)
    # LibreSSL has OpenSSL's file names and function, but prints its own name.
    stack = "LibreSSL" if said.startswith("LibreSSL ") else shared.stack
    return Library(version[0], stack) if version else None


def output(*argv: str) -> str:
    """Return what a helper program prints; empty if it does not start or takes too long."""
    try:
        return subprocess.run(
            argv,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            check=False,
            timeout=_TIME_LIMIT,
        ).stdout
    except (OSError, subprocess.TimeoutExpired):
        return ""


def inscription(pattern: bytes) -> Callable[[Path], Library | None]:
    """Return a function that finds a version in the text of a statically linked library.

    Args:
        pattern: A regular expression; its first group is the version.

    """

    def read(program: Path) -> Library | None:
        if program.stat().st_size == 0:
            return None  # mmap refuses an empty file
        with (
            program.open("rb") as file,
            mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content,
        ):
            match = re.search(pattern, content)
            return Library(match[1].decode()) if match else None

    return read


def rust_crate(name: str) -> Callable[[Path], Library | None]:
    """Return a function that finds a crate's version in the source paths of a binary's panics."""
    return inscription(rb"[/\\]%s-(\d+\.\d+\.\d+[\w.-]*)[/\\]" % re.escape(name.encode()))


def haskell_package(name: str) -> Callable[[Path], Library | None]:
    """Return a function that finds a package's version in the unit names of GHC's binaries."""
    return inscription(rb"(?<![\w-])%s-(\d+(?:\.\d+)+)-\w{20,22}\b" % re.escape(name.encode()))
