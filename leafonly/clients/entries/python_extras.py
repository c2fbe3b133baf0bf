"""Python libraries that come with the extras `clients` and `more-clients`."""

from leafonly.clients.client import CannotOverride, Client, Install
from leafonly.clients.error_messages import QT
from leafonly.clients.library_version import inscription, rust_crate
from leafonly.clients.measured import by_default_context, measured
from leafonly.clients.own_trust import AS_RUN, NoneOfItsOwn, OwnTrust
from leafonly.clients.stack import BORINGSSL, GNUTLS, MBEDTLS, OPENSSL, RUSTLS, S2N

__all__ = ["CLIENTS"]

_CLIENTS = Install(anywhere="uv sync --inexact --extra clients")
_MORE_CLIENTS = Install(anywhere="uv sync --inexact --extra more-clients")

# Their programs can name rustls, and not its version.
_RUSTLS = rust_crate("rustls")

CLIENTS = (
    Client(
        name="websockets",
        kind="library",
        stack=OPENSSL,
        needs=("python:websockets",),
        run="{python} {programs}/websockets_get.py {trust} {urls}",
        own_trust=AS_RUN,
        measured=by_default_context(
            "17.4/3.0.19", since=("17.4/3.0.19", "17.4/3.5.9", "17.4/3.6.5")
        ),
        install=_CLIENTS,
    ),
    Client(
        name="truststore",
        kind="library",
        stack=OPENSSL,
        needs=("python:truststore",),
        run="{python} {programs}/truststore_get.py {trust} {urls}",
        environment={"SSL_CERT_FILE": "{trust}", "SSL_CERT_DIR": "{empty}"},
        own_trust=AS_RUN,
        measured=measured("0.10.5/3.0.19", "0.10.5/3.5.9", "0.10.5/3.6.5"),
        install=_CLIENTS,
    ),
    Client(
        name="twisted",
        kind="library",
        stack=OPENSSL,
        needs=("python:twisted",),
        run="{python} {programs}/twisted_get.py {trust} {urls}",
        own_trust=AS_RUN,
        # pyOpenSSL's exception does not name the certificate's error, but the alert does.
        measured=measured("26.10.0/4.0.3"),
        install=_CLIENTS,
    ),
    Client(
        name="primp",
        kind="library",
        stack=RUSTLS,
        needs=("python:primp",),
        run="{python} {programs}/primp_get.py {trust} {urls}",
        library=_RUSTLS,
        name_override=CannotOverride(
            "it queries DNS servers directly and ignores the hosts file of this machine"
        ),
        measured=measured("2.0.1/0.23.44"),
        install=_CLIENTS,
    ),
    Client(
        name="pyreqwest",
        kind="library",
        stack=RUSTLS,
        needs=("python:pyreqwest",),
        run="{python} {programs}/pyreqwest_get.py {trust} {urls}",
        own_trust=OwnTrust(adds=True),
        library=_RUSTLS,
        measured=measured("0.15.1/0.23.45"),
        install=_CLIENTS,
    ),
    Client(
        name="obstore",
        kind="library",
        stack=RUSTLS,
        needs=("python:obstore",),
        run="{python} {programs}/obstore_get.py {trust} {urls}",
        own_trust=OwnTrust(adds=True),
        library=_RUSTLS,
        measured=measured("0.12.1/0.23.36"),
        install=_CLIENTS,
    ),
    Client(
        name="rtls",
        kind="library",
        stack=RUSTLS,
        needs=("python:rtls",),
        run="{python} {programs}/rtls_get.py {trust} {urls}",
        own_trust=AS_RUN,
        library=_RUSTLS,
        # Unlike the others it takes no intermediate for an anchor.
        measured=measured(
            "2026.9.21/0.23.45", cached="accepted: completes", stale_cached="rejected"
        ),
        install=_CLIENTS,
    ),
    Client(
        name="wreq",
        kind="library",
        stack=BORINGSSL,
        needs=("python:wreq",),
        run="{python} {programs}/wreq_get.py {trust} {urls}",
        own_trust=OwnTrust(roots="program"),  # the crate webpki-root-certs is compiled in
        measured=measured("0.13.0", stale_full_chain="rejected"),
        install=_CLIENTS,
    ),
    Client(
        name="awscrt",
        kind="library",
        stack=S2N,
        needs=("python:awscrt",),
        run="{python} {programs}/awscrt_get.py {trust} {urls}",
        own_trust=AS_RUN,
        # Where the log does not say why: s2n-tls waits up to half a minute ("blinding").
        time_limit=60,
        measured=measured("0.38.1"),
        install=_CLIENTS,
    ),
    Client(
        name="nassl",
        kind="library",
        stack=OPENSSL,
        needs=("python:nassl",),
        run="{python} {programs}/nassl_get.py {trust} {urls}",
        own_trust=NoneOfItsOwn("the package has no roots; applications choose them"),
        library=inscription(rb"OpenSSL (1\.1\.1[a-z]*) "),
        measured=measured("5.4.0/1.1.1w", absent="rejected: other"),
        install=_CLIENTS,
    ),
    Client(
        name="python-mbedtls",
        kind="device",
        stack=MBEDTLS,
        needs=("python:mbedtls",),
        run="{python} {programs}/mbedtls_get.py {trust} {urls}",
        own_trust=OwnTrust(roots="package"),  # certifi's, as TrustStore.system
        measured=measured("2.10.1/2.28.8", absent="rejected: other"),
        # pyproject.toml leaves it out where it has no wheel.
        install=Install(anywhere="uv sync --inexact --python 3.12 --extra clients"),
    ),
    Client(
        name="paho-mqtt",
        kind="library",
        stack=OPENSSL,
        needs=("python:paho",),
        run="{python} {programs}/paho_get.py {trust} {url}",
        own_trust=AS_RUN,
        testimony="request",
        measured=measured("2.2.0/3.0.19", "2.2.0/3.5.9", "2.2.0/3.6.5"),
        install=_CLIENTS,
    ),
    Client(
        name="pymongo",
        kind="library",
        stack=OPENSSL,
        needs=("python:pymongo",),
        run="{python} {programs}/pymongo_get.py {trust} {url}",
        own_trust=AS_RUN,
        testimony="request",
        asks_ocsp=True,
        # It prefers pyOpenSSL to Python's ssl.
        measured=measured("4.20.0/4.0.3"),
        install=_CLIENTS,
    ),
    Client(
        name="pyav",
        kind="library",
        stack=GNUTLS,
        needs=("python:av",),
        run="{python} {programs}/pyav_get.py {trust} {urls}",
        # Measured on 18.1.0 with Debian's stores.
        own_trust=NoneOfItsOwn("the GnuTLS in its wheel does not find the system's roots"),
        measured=measured("18.1.0/3.8.13", "19.0.2/3.8.13", absent="rejected: other"),
        install=_MORE_CLIENTS,
    ),
    Client(
        name="qt",
        kind="library",
        stack=OPENSSL,
        needs=("python:PySide6",),
        run="{python} {programs}/pyside6_get.py {trust} {urls}",
        own_trust=AS_RUN,
        messages=QT,
        measured=measured("6.11.3/3.0.19", stale_full_chain="accepted"),
        install=_MORE_CLIENTS,
    ),
)
