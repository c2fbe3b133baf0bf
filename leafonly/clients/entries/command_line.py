"""Clients with a command line of their own. One entry is one client."""

from leafonly.clients.client import Client, Install, Led
from leafonly.clients.error_messages import (
    BORINGSSL,
    GNUTLS,
    NSS,
    OPENSSL,
    OPENSSL_OR_GNUTLS,
    RUSTLS,
)
from leafonly.clients.library_version import CURLS, linked
from leafonly.clients.measured import measured
from leafonly.clients.refusal import together
from leafonly.clients.trust_store import nss_database

__all__ = ["CLIENTS"]

_GET = "GET / HTTP/1.0\r\n\r\n"

_S_CLIENT = (
    *("openssl", "s_client", "-quiet", "-verify_return_error", "-verify_hostname", "{host}"),
    *("-connect", "{address}:{port}", "-servername", "{host}"),
)
_GNUTLS_CLI = (
    *("gnutls-cli", "--sni-hostname={host}", "--verify-hostname={host}"),
    *("--port={port}", "{address}"),
)
_ARIA2 = (
    *("{python}", "{programs}/print_file.py", "body", "aria2c", "--no-conf", "--max-tries=1"),
    *("--file-allocation=none", "--dir=.", "--out=body"),
)

CLIENTS = (
    Client(
        name="openssl",
        kind="command-line",
        stack="OpenSSL",
        needs=("openssl",),
        # -verify_return_error: without it s_client goes on after a broken chain, and exits 0.
        # -quiet also means: wait for the server's end, not for the end of standard input.
        command=(*_S_CLIENT, "-CAfile", "{trust}", "-no-CApath", "-no-CAstore"),
        stdin=_GET,
        version_command=("openssl", "version"),
        # OpenSSL 1.1 names the library only where it is another than the program's.
        version_pattern=(
            r"\A(?P<stack>OpenSSL) (?P<version>\S+)"
            r"(?:.*?\(Library: \w+ (?P<stack_version>\S+))?"
        ),
        library=linked,
        words=OPENSSL,
        measured=measured("3.0.19", "3.5.9", "3.6.5"),
        install=Install(debian="apt install openssl", macos="brew install openssl"),
        led=Led(),
        native=_S_CLIENT,
    ),
    Client(
        name="curl",
        kind="command-line",
        stack="OpenSSL",
        other_stacks=CURLS,
        needs=("curl",),
        command=("curl", "-sS", "--cacert", "{trust}", "--capath", "{empty}", "{urls}"),
        version_command=("curl", "--version"),
        version_pattern=(
            rf"curl (?P<version>\S+).*?(?P<stack>{'|'.join(CURLS)})"
            r"/?(?P<stack_version>[\w.]*)"
        ),
        words=together((OPENSSL, BORINGSSL, GNUTLS, RUSTLS)),
        # libcurl has set X509_V_FLAG_PARTIAL_CHAIN since 7.68.0 (lib/vtls/openssl.c).
        measured=measured(
            "7.88.1/3.0.19", "8.14.1/3.5.9", "8.23.0/3.6.5", cached="accepted: anchors"
        ),
        install=Install(debian="apt install curl", macos="brew install curl"),
        led=Led(options=("--connect-to", "{host}:{port}:{address}:{port}")),
        native=("curl", "-sS", "{urls}"),
    ),
    Client(
        name="wget",
        kind="command-line",
        stack="GnuTLS",
        other_stacks=("OpenSSL",),
        needs=("wget",),
        # --ca-directory is emptied: a plain GnuTLS build adds the system's own certificates.
        command=(
            *("wget", "--no-config", "-nv", "-O-", "--tries=1", "--ca-certificate={trust}"),
            *("--ca-directory={empty}", "{urls}"),
        ),
        version_command=("wget", "--version"),
        version_pattern=r"GNU Wget (?P<version>\S+)",
        library=linked,
        words=OPENSSL_OR_GNUTLS,
        measured=measured(
            "1.21.3/3.7.9", "1.25.0/3.8.9", "1.25.0/3.8.13", cached="accepted: anchors"
        ),
        install=Install(debian="apt install wget", macos="brew install wget"),
        native=("wget", "--no-config", "-nv", "-O-", "--tries=1", "{urls}"),
    ),
    Client(
        name="gnutls-cli",
        kind="command-line",
        stack="GnuTLS",
        needs=("gnutls-cli",),
        command=(*_GNUTLS_CLI, "--x509cafile={trust}"),
        stdin=_GET,
        version_command=("gnutls-cli", "--version"),
        version_pattern=r"gnutls-cli (?P<version>\S+)",
        library=linked,
        words=GNUTLS,
        # gnutls_x509_trust_list_add_cas: whatever is in the list is trusted.
        measured=measured("3.7.9", "3.8.9", "3.8.13", cached="accepted: anchors"),
        install=Install(debian="apt install gnutls-bin", macos="brew install gnutls"),
        led=Led(),
        native=_GNUTLS_CLI,
    ),
    Client(
        name="wget2",
        kind="command-line",
        stack="GnuTLS",
        other_stacks=("OpenSSL",),
        needs=("wget2",),
        command=(
            *("wget2", "-nv", "-O-", "--tries=1", "--ca-certificate={trust}"),
            *("--ca-directory={empty}", "{urls}"),
        ),
        version_command=("wget2", "--version"),
        version_pattern=r"GNU Wget2 (?P<version>\S+)",
        library=linked,
        words=OPENSSL_OR_GNUTLS,
        measured=measured(
            "1.99.1/3.7.9", "2.2.0/3.8.9", "2.2.0/3.8.13", cached="accepted: anchors"
        ),
        install=Install(debian="apt install wget2", macos="brew install wget2"),
        native=("wget2", "-nv", "-O-", "--tries=1", "{urls}"),
    ),
    Client(
        name="aria2",
        kind="command-line",
        stack="GnuTLS",
        other_stacks=("OpenSSL",),
        needs=("aria2c",),
        # It seeks in what it writes, so standard output will not do.
        command=(*_ARIA2, "--ca-certificate={trust}", "{url}"),
        version_command=("aria2c", "--version"),
        version_pattern=r"aria2 version (?P<version>\S+)",
        library=linked,
        words=OPENSSL_OR_GNUTLS,
        measured=measured(
            "1.36.0/3.7.9", "1.37.0/3.8.9", "1.37.0/3.8.13", cached="accepted: anchors"
        ),
        install=Install(debian="apt install aria2", macos="brew install aria2"),
        native=(*_ARIA2, "{url}"),
    ),
    Client(
        name="tstclnt",
        kind="command-line",
        stack="NSS",
        needs=("tstclnt", "certutil"),
        trust=nss_database("nss"),
        command=("tstclnt", "-4", "-h", "{host}", "-p", "{port}", "-d", "sql:{trust}"),
        stdin=_GET,
        # It has no version of its own, and says how it is used to whoever asks for one.
        version_command=("tstclnt", "--version"),
        version_exit_code=1,
        version_pattern="tstclnt -h host",
        library=linked,
        words=NSS,
        measured=measured("3.87.1", "3.110", "3.132"),
        install=Install(debian="apt install libnss3-tools", macos="brew install nss"),
        not_native="it trusts what is in the database that it is given, and nothing by itself",
    ),
    Client(
        name="socat",
        kind="command-line",
        stack="OpenSSL",
        needs=("socat",),
        # -t: how long to wait for the answer after the end of standard input.
        command=("socat", "-t10", "-", "OPENSSL:{host}:{port},cafile={trust},verify=1"),
        stdin=_GET,
        version_command=("socat", "-V"),
        version_pattern=r"socat version (?P<version>\S+)",
        library=linked,
        words=OPENSSL,
        # Read off its ClientHello: the one supported group is secp256r1.
        cannot={"p384": "socat 1.7 offers the curve P-256 alone, so no P-384 leaf can serve it"},
        measured=measured("1.7.4.4/3.0.19", "1.8.0.3/3.5.9", "1.8.1.3/3.6.5"),
        install=Install(debian="apt install socat", macos="brew install socat"),
        native=("socat", "-t10", "-", "OPENSSL:{host}:{port},verify=1"),
    ),
    Client(
        name="ncat",
        kind="command-line",
        stack="OpenSSL",
        needs=("ncat",),
        command=("ncat", "-v", "--ssl-verify", "--ssl-trustfile", "{trust}", "{host}", "{port}"),
        stdin=_GET,
        version_command=("ncat", "--version"),
        version_pattern=r"Version (?P<version>\S+)",
        library=linked,
        words=OPENSSL,
        measured=measured("7.93/3.0.19", "7.95/3.5.9", "7.991/3.6.5"),
        install=Install(debian="apt install ncat", macos="brew install nmap"),
        native=("ncat", "-v", "--ssl-verify", "{host}", "{port}"),
    ),
)
