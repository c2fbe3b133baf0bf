"""The TLS libraries of desktops and devices, as the system packages them. One entry, one client."""

from leafonly.clients import error_messages as says
from leafonly.clients.build import PROGRAMS, Build, compiled
from leafonly.clients.client import Client, Install, apt
from leafonly.clients.measured import measured
from leafonly.clients.own_trust import AS_RUN, NoneOfItsOwn
from leafonly.clients.stack import BEARSSL, GNUTLS, MBEDTLS, NSS, WOLFSSL, Stack
from leafonly.clients.trust_store import nss_database

__all__ = ["CLIENTS"]

_NO_ROOTS = NoneOfItsOwn("the library has no roots; the manufacturer of a device chooses them")

# One of libcurl's builds, as other programs link it.
_LIBCURL_GNUTLS = "{python} {programs}/libcurl_get.py libcurl-gnutls.so.4"
_LIBCURL_NSS = "{python} {programs}/libcurl_get.py libcurl-nss.so.4"


def _in_c(program: str, *libraries: str) -> Build:
    """Return a `Build` that compiles a file of programs/ and links it with libraries."""
    compiler = ("cc", "-O1", "-o", f"{{output}}/{program}", "{source}")
    return compiled(PROGRAMS / f"{program}.c", (*compiler, *libraries), program)


CLIENTS = (
    Client(
        name="libcurl-gnutls",
        kind="library",
        stack=GNUTLS,
        run=f"{_LIBCURL_GNUTLS} {{trust}} {{urls}}",
        own_trust=AS_RUN,
        version_run=f"{_LIBCURL_GNUTLS} --version",
        # It names the cause since 8.14.
        measured=measured("7.88.1/3.7.9", absent="rejected: other")
        + measured("8.14.1/3.8.9", "8.23.0/3.8.13"),
        install=apt("libcurl3-gnutls"),
    ),
    Client(
        name="libcurl-nss",
        kind="library",
        stack=NSS,
        needs=("certutil",),
        trust=nss_database("nss"),
        run=f"{_LIBCURL_NSS} {{trust}} {{urls}}",
        own_trust=NoneOfItsOwn(
            "the library trusts an NSS database, and Debian has none for the system"
        ),
        version_run=f"{_LIBCURL_NSS} --version",
        measured=measured("7.88.1/3.87.1"),
        install=apt("libcurl3-nss"),
    ),
    Client(
        name="gio",
        kind="library",
        # glib-networking has a backend of OpenSSL, which Debian does not build.
        stack=Stack("GnuTLS", says.GIO, others=("OpenSSL",), usual=GNUTLS.usual),
        # The system's own interpreter: the bindings are Debian's, not PyPI's.
        run="/usr/bin/python3 {programs}/gio_get.py {trust} {urls}",
        own_trust=AS_RUN,
        measured=measured("2.74.4/3.7.9", "2.84.4/3.8.9", "2.90.1/3.8.13"),
        install=apt("python3-gi gir1.2-glib-2.0 glib-networking"),
    ),
    Client(
        name="mbedtls",
        kind="device",
        stack=MBEDTLS,
        build=_in_c("mbedtls_get", "-lmbedtls", "-lmbedx509", "-lmbedcrypto"),
        run="{program} {trust} {urls}",
        own_trust=_NO_ROOTS,
        measured=measured("2.28.3", "3.6.6", "3.6.7"),
        install=apt("gcc libc6-dev libmbedtls-dev", brew="mbedtls"),
    ),
    Client(
        name="micropython",
        kind="device",
        stack=MBEDTLS,
        run="micropython {programs}/micropython_get.py {trust} {urls}",
        own_trust=NoneOfItsOwn("MicroPython has no roots; the program on the board chooses them"),
        measured=measured("1.29.0/3.6.6"),
        install=Install(
            # No command: older systems do not have it, and CI installs what commands say.
            debian="the package micropython of Debian 13, Ubuntu 24.04 or later",
            macos="brew install micropython",
        ),
    ),
    Client(
        name="wolfssl",
        kind="device",
        stack=WOLFSSL,
        build=_in_c("wolfssl_get", "-lwolfssl"),
        run="{program} {trust} {urls}",
        own_trust=_NO_ROOTS,
        # A verified intermediate stays in the context as a CA (WOLFSSL_CHAIN_CA: "added to
        # cache from trusted chain", wolfssl/ssl.h).
        measured=measured("5.5.4", "5.7.2", "5.9.2", visited="accepted"),
        install=apt("gcc libc6-dev libwolfssl-dev", brew="wolfssl"),
    ),
    Client(
        name="bearssl",
        kind="device",
        stack=BEARSSL,
        build=_in_c("bearssl_get", "-lbearssl"),
        run="{program} {trust} {urls}",
        own_trust=_NO_ROOTS,
        version=r"\A(?P<stack>BearSSL)\nmodule (?P<module>[^\n]+)",
        measured=measured("0.6"),
        install=apt("gcc libc6-dev libbearssl-dev", brew="bearssl"),
    ),
)
