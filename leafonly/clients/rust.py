"""Rust's HTTP clients: one Cargo project, one program each. One entry is one client."""

from collections.abc import Mapping
from dataclasses import replace

from leafonly.clients.build import Build
from leafonly.clients.client import Client, Install, expects
from leafonly.clients.library import CURLS
from leafonly.clients.probe import PROGRAMS
from leafonly.clients.python import VERSION_LINES
from leafonly.clients.words import OPENSSL, RUSTLS, Vocabulary, together

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
    seen: str,
    stack: str = "rustls",
    words: Vocabulary = RUSTLS,
    environment: Mapping[str, str] | None = None,
    expected: Mapping[str, str] | None = None,
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
        expected=expected or expects(cached="accepted: anchors"),
        seen=seen,
        install=Install(
            anywhere="install Rust, then: python -m leafonly.clients",
            debian="install Rust; apt install libssl-dev pkg-config; python -m leafonly.clients",
        ),
    )


CLIENTS = (
    _crate("reqwest", "reqwest_platform", environment={"SSL_CERT_FILE": "{trust}"}, seen="0.13.5"),
    replace(
        _crate("reqwest-webpki", "reqwest_webpki", seen="0.13.5"),
        native=None,
        not_native="given no roots, it is the client reqwest",
    ),
    _crate(
        "reqwest-native-tls",
        "reqwest_native_tls",
        stack="OpenSSL",
        # Apple's and Microsoft's own TLS are used where there is no OpenSSL.
        words=together((OPENSSL, RUSTLS)),
        expected=expects(),
        seen="0.13.5",
    ),
    # The crate webpki-roots is compiled in.
    replace(_crate("ureq", "ureq_get", seen="3.5.2"), native_roots="program"),
    replace(
        _crate("curl-crate", "curl_crate", stack="OpenSSL", words=OPENSSL, seen="0.4.51"),
        other_stacks=CURLS,
        # A file that it is given takes the place of libcurl's own file, not of its folder.
        adds_to_native=True,
    ),
)
