"""The TLS libraries of desktops and devices, as the system packages them."""

from dataclasses import replace

from leafonly.clients.build import compiled
from leafonly.clients.client import Client, Install, by_itself
from leafonly.clients.device_messages import BEARSSL, MBEDTLS, WOLFSSL
from leafonly.clients.discovery import PROGRAMS
from leafonly.clients.entries.python_core import VERSION_LINES
from leafonly.clients.error_messages import GIO, GNUTLS, NSS
from leafonly.clients.library_version import linked
from leafonly.clients.measured import Measurements, measured
from leafonly.clients.refusal import Vocabulary
from leafonly.clients.trust_store import nss_database

__all__ = ["CLIENTS"]


def _in_c(
    name: str, stack: str, libraries: tuple[str, ...], words: Vocabulary, measured: Measurements
) -> Client:
    """Declare a client of a C library: `programs/NAME_get.c`, linked with the libraries."""
    source = PROGRAMS / f"{name}_get.c"
    compiler = ("cc", "-O1", "-o", f"{{output}}/{name}_get", "{source}")
    return Client(
        name=name,
        kind="device",
        stack=stack,
        needs=("cc",),
        build=compiled(source, (*compiler, *libraries), f"{name}_get"),
        command=("{program}", "{trust}", "{urls}"),
        version_command=("{program}", "--version"),
        version_pattern=VERSION_LINES,
        words=words,
        measured=measured,
        install=Install(
            debian=f"apt install gcc libc6-dev lib{name}-dev", macos=f"brew install {name}"
        ),
        not_native="the library brings no roots: whoever builds a device on it chooses them",
    )


def _libcurl(name: str, stack: str, words: Vocabulary, measured: Measurements) -> Client:
    """Declare one of libcurl's builds, as other programs link it."""
    program = ("{python}", "{programs}/libcurl_get.py", f"{name}.so.4")
    command = (*program, "{trust}", "{urls}")
    return Client(
        name=name,
        kind="library",
        stack=stack,
        needs=(),
        command=command,
        native=by_itself(command),
        version_command=(*program, "--version"),
        version_pattern=VERSION_LINES,
        words=words,
        measured=measured,
        install=Install(debian=f"apt install {name.replace('curl', 'curl3')}"),
    )


CLIENTS = (
    _libcurl(
        "libcurl-gnutls",
        "GnuTLS",
        GNUTLS,
        measured("7.88.1/3.7.9", absent="rejected: other", cached="accepted: anchors")
        # It names the cause.
        + measured("8.14.1/3.8.9", "8.23.0/3.8.13", cached="accepted: anchors"),
    ),
    replace(
        _libcurl("libcurl-nss", "NSS", NSS, measured("7.88.1/3.87.1")),
        needs=("certutil",),
        trust=nss_database("nss"),
        native=None,
        not_native="it trusts what is in an NSS database, and the system brings none",
    ),
    Client(
        name="gio",
        kind="library",
        stack="GnuTLS",
        # glib-networking has a backend of OpenSSL, which Debian does not build.
        other_stacks=("OpenSSL",),
        # The system's own interpreter: the bindings are Debian's, not PyPI's.
        needs=("/usr/bin/python3",),
        command=("/usr/bin/python3", "{programs}/gio_get.py", "{trust}", "{urls}"),
        native=("/usr/bin/python3", "{programs}/gio_get.py", "native", "{urls}"),
        version_command=("/usr/bin/python3", "{programs}/gio_get.py", "--version"),
        version_pattern=VERSION_LINES,
        words=GIO,
        measured=measured(
            "2.74.4/3.7.9", "2.84.4/3.8.9", "2.90.1/3.8.13", cached="accepted: anchors"
        ),
        install=Install(debian="apt install python3-gi gir1.2-glib-2.0 glib-networking"),
    ),
    _in_c(
        "mbedtls",
        "mbedTLS",
        ("-lmbedtls", "-lmbedx509", "-lmbedcrypto"),
        MBEDTLS,
        measured("2.28.3", "3.6.6", "3.6.7", cached="accepted: anchors"),
    ),
    Client(
        name="micropython",
        kind="device",
        stack="mbedTLS",
        needs=("micropython",),
        command=("micropython", "{programs}/micropython_get.py", "{trust}", "{urls}"),
        version_command=("micropython", "{programs}/micropython_get.py", "--version"),
        version_pattern=VERSION_LINES,
        words=MBEDTLS,
        measured=measured("1.29.0/3.6.6", cached="accepted: anchors"),
        install=Install(
            # No command: older systems do not have it, and CI installs what commands say.
            debian="the package micropython of Debian 13, Ubuntu 24.04 or later",
            macos="brew install micropython",
        ),
        not_native="it brings no roots: whoever writes for a board chooses them",
    ),
    _in_c(
        "wolfssl",
        "wolfSSL",
        ("-lwolfssl",),
        WOLFSSL,
        # A verified intermediate stays in the context as a CA (WOLFSSL_CHAIN_CA: "added to
        # cache from trusted chain", wolfssl/ssl.h).
        measured("5.5.4", "5.7.2", "5.9.2", cached="accepted: anchors", visited="accepted"),
    ),
    replace(
        _in_c(
            "bearssl",
            "BearSSL",
            ("-lbearssl",),
            BEARSSL,
            measured("0.6", cached="accepted: anchors"),
        ),
        # No function of the library tells its version.
        version_pattern=r"\A(?P<stack>BearSSL)\nmodule (?P<module>[^\n]+)",
        library=linked,
    ),
)
