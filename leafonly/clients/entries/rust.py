"""Rust's HTTP clients: one Cargo project, one program each. One entry is one client."""

from collections.abc import Mapping
from dataclasses import replace

from leafonly.clients.build import Build
from leafonly.clients.client import Client, Install
from leafonly.clients.discovery import PROGRAMS
from leafonly.clients.entries.python_core import VERSION_LINES
from leafonly.clients.error_messages import OPENSSL, RUSTLS
from leafonly.clients.library_version import CURLS
from leafonly.clients.measured import Measurements, measured
from leafonly.clients.refusal import Vocabulary, together

__all__ = ["CLIENTS"]

_BUILD = Build(
    source=PROGRAMS / "rust",
    commands=(
        # First, because build.rs reads the resolved versions off the lock file.
        ("cargo", "generate-lockfile", "--manifest-path", "{source}/Cargo.toml"),
        (
            *("cargo", "install", "--locked", "--no-track", "--path", "{source}"),
            *("--target-dir", "{source}/target", "--root", "{output}"),
        ),
    ),
    result="bin",
    by_hand=True,
)


def _crate(
    name: str,
    program: str,
    *,
    measured: Measurements,
    stack: str = "rustls",
    words: Vocabulary = RUSTLS,
    environment: Mapping[str, str] | None = None,
) -> Client:
    """Declare a crate whose program follows the contract of programs/README.md."""
    return Client(
        name=name,
        kind="library",
        stack=stack,
        needs=("cargo",),
        build=_BUILD,
        command=(f"{{program}}/{program}", "{trust}", "{urls}"),
        native=(f"{{program}}/{program}", "native", "{urls}"),
        environment=environment or {},
        version_command=(f"{{program}}/{program}", "--version"),
        version_pattern=VERSION_LINES,
        words=words,
        measured=measured,
        install=Install(
            anywhere="install Rust, then: python -m leafonly build",
            debian="install Rust; apt install libssl-dev pkg-config; python -m leafonly build",
        ),
    )


CLIENTS = (
    _crate(
        "reqwest",
        "reqwest_platform",
        environment={"SSL_CERT_FILE": "{trust}"},
        measured=measured("0.13.5/0.23.46", cached="accepted: anchors"),
    ),
    replace(
        _crate(
            "reqwest-webpki",
            "reqwest_webpki",
            measured=measured("0.13.5/0.23.46", cached="accepted: anchors"),
        ),
        native=None,
        not_native="given no roots, it is the client reqwest",
    ),
    _crate(
        "reqwest-native-tls",
        "reqwest_native_tls",
        stack="OpenSSL",
        # Apple's and Microsoft's own TLS are used where there is no OpenSSL.
        words=together((OPENSSL, RUSTLS)),
        measured=measured("0.13.5/3.0.19"),
    ),
    # The crate webpki-roots is compiled in.
    replace(
        _crate("ureq", "ureq_get", measured=measured("3.5.2/0.23.46", cached="accepted: anchors")),
        native_roots="program",
    ),
    replace(
        _crate(
            "curl-crate",
            "curl_crate",
            stack="OpenSSL",
            words=OPENSSL,
            measured=measured("0.4.51/3.0.19", cached="accepted: anchors"),
        ),
        other_stacks=CURLS,
        # A file that it is given takes the place of libcurl's own file, not of its folder.
        adds_to_native=True,
    ),
)
