"""Rust's HTTP clients: one Cargo project, one program each. One entry is one client."""

from leafonly.clients.build import PROGRAMS, Build
from leafonly.clients.client import Client, Install
from leafonly.clients.error_messages import OPENSSL as OPENSSL_MESSAGES
from leafonly.clients.error_messages import RUSTLS as RUSTLS_MESSAGES
from leafonly.clients.measured import measured
from leafonly.clients.mending import Mending
from leafonly.clients.own_trust import AS_RUN, NoneOfItsOwn, NotTested, OwnTrust
from leafonly.clients.refusal import together
from leafonly.clients.stack import LIBCURL, OPENSSL, RUSTLS

__all__ = ["CLIENTS"]

_BUILD = Build(
    source=PROGRAMS / "rust",
    commands=(
        # Says which registry this machine asks; what is compiled is in Crates.lock. build.rs
        # reads the versions off the lock file.
        ("cargo", "generate-lockfile", "--manifest-path", "{source}/Cargo.toml"),
        (
            *("cargo", "install", "--locked", "--no-track", "--path", "{source}"),
            *("--target-dir", "{source}/target", "--root", "{output}"),
        ),
    ),
    result="bin",
    crates=True,
    by_hand=True,
)

_INSTALL = Install(
    anywhere="install Rust, then: python -m leafonly build",
    debian="install Rust; apt install libssl-dev pkg-config; python -m leafonly build",
)

CLIENTS = (
    Client(
        name="reqwest",
        kind="library",
        stack=RUSTLS,
        build=_BUILD,
        run="{program}/reqwest_platform {trust} {urls}",
        environment={"SSL_CERT_FILE": "{trust}"},
        own_trust=AS_RUN,
        measured=measured("0.13.5/0.23.46"),
        install=_INSTALL,
    ),
    Client(
        name="reqwest-webpki",
        kind="library",
        stack=RUSTLS,
        build=_BUILD,
        run="{program}/reqwest_webpki {trust} {urls}",
        own_trust=NoneOfItsOwn("without given roots, it is the same as the client reqwest"),
        measured=measured("0.13.5/0.23.46"),
        install=_INSTALL,
    ),
    Client(
        name="reqwest-added",
        kind="library",
        stack=RUSTLS,
        build=_BUILD,
        run="{program}/reqwest_added {trust} {urls}",
        own_trust=NotTested("the program reads roots and intermediates from one file"),
        measured=measured("0.13.5/0.23.46", cached="accepted: completes"),
        install=_INSTALL,
        mends=Mending(
            clients=("reqwest", "reqwest-webpki", "ureq"),
            scenario="cached",
            widens="The root is still the only trust anchor; added certificates are not. The "
            "verifier is the library's own, behind an interface that rustls calls dangerous.",
            cost="Forty lines, and a file that goes stale when the CA changes an intermediate.",
        ),
    ),
    Client(
        name="reqwest-native-tls",
        kind="library",
        stack=OPENSSL,
        build=_BUILD,
        run="{program}/reqwest_native_tls {trust} {urls}",
        own_trust=AS_RUN,
        # Apple's and Microsoft's own TLS are used where there is no OpenSSL.
        messages=together((OPENSSL_MESSAGES, RUSTLS_MESSAGES)),
        measured=measured("0.13.5/3.0.19"),
        install=_INSTALL,
    ),
    Client(
        name="ureq",
        kind="library",
        stack=RUSTLS,
        build=_BUILD,
        run="{program}/ureq_get {trust} {urls}",
        own_trust=OwnTrust(roots="program"),  # the crate webpki-roots is compiled in
        measured=measured("3.5.2/0.23.46"),
        install=_INSTALL,
    ),
    Client(
        name="curl-crate",
        kind="library",
        stack=LIBCURL,
        build=_BUILD,
        run="{program}/curl_crate {trust} {urls}",
        # A file that it is given takes the place of libcurl's own file, not of its folder.
        own_trust=OwnTrust(adds=True),
        measured=measured("0.4.51/3.0.19"),
        install=_INSTALL,
    ),
)
