"""Ask a TLS library for its version when the program around it does not say."""

import mmap
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

__all__ = ["haskell_package", "inscription", "rust_crate", "shared_library"]

_ASK = """
import ctypes, sys
function = getattr(ctypes.CDLL(sys.argv[1]), sys.argv[2])
function.restype = ctypes.c_char_p
# A null pointer is also the 0 that OpenSSL_version takes for OPENSSL_VERSION.
print(function(None).decode())
"""


def shared_library(stem: str, function: str) -> Callable[[Path], str | None]:
    """Call a version function of the very library that a program links.

    Args:
        stem: The library's name without `lib` and `.so`.
        function: A C function that takes a null pointer, zero or nothing, and returns a
            string with the version in it.

    Returns:
        What to ask of a program's path; it answers None where the system cannot tell which
        library a program links (`ldd`, so: anywhere but Linux).

    """

    def ask(program: Path) -> str | None:
        ldd = shutil.which("ldd")
        if ldd is None:
            return None
        linked = subprocess.run([ldd, program], capture_output=True, text=True, check=False)
        match = re.search(rf"lib{re.escape(stem)}\.so\S* => (\S+)", linked.stdout)
        if match is None:
            return None
        # In a process of its own: a foreign library may do anything when it is loaded.
        asked = subprocess.run(
            [sys.executable, "-I", "-c", _ASK, match[1], function],
            capture_output=True,
            text=True,
            check=False,
        )
        version = re.search(r"\d[\w.+-]*", asked.stdout)
        return version[0] if version else None

    return ask


def inscription(pattern: bytes) -> Callable[[Path], str | None]:
    """Read a version off a text that a statically linked library leaves in a binary.

    Args:
        pattern: A regular expression; its first group is the version.

    """

    def read(program: Path) -> str | None:
        with (
            program.open("rb") as file,
            mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content,
        ):
            match = re.search(pattern, content)
            return match[1].decode() if match else None

    return read


def rust_crate(name: str) -> Callable[[Path], str | None]:
    """Read a crate's version off the source paths that rustc leaves in a binary's panics."""
    return inscription(rb"[/\\]%s-(\d+\.\d+\.\d+[\w.-]*)[/\\]" % re.escape(name.encode()))


def haskell_package(name: str) -> Callable[[Path], str | None]:
    """Read a package's version off the unit names that GHC leaves in a binary."""
    return inscription(rb"(?<![\w-])%s-(\d+(?:\.\d+)+)-\w{20,22}\b" % re.escape(name.encode()))
