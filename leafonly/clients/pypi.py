"""Python libraries that come with the extras `clients` and `more-clients`."""

from dataclasses import replace

from leafonly.clients.client import Client, Install, by_itself, expects
from leafonly.clients.library import inscription, rust_crate
from leafonly.clients.python import python_library
from leafonly.clients.words import (
    AWSCRT,
    BORINGSSL,
    GNUTLS,
    MBEDTLS,
    QT,
    RUSTLS,
)

__all__ = ["CLIENTS"]

_GENERIC = expects(absent="rejected: other")
_ANCHORS = expects(cached="accepted: anchors")
_RUSTLS = rust_crate("rustls")

_PAHO = ("{python}", "{programs}/paho_get.py", "{trust}", "{url}")
_PYMONGO = ("{python}", "{programs}/pymongo_get.py", "{trust}", "{url}")


def _from_pypi(
    name: str, program: str, seen: str, *, module: str = "", extra: str = "clients"
) -> Client:
    """Declare a library on Python's own ssl module, or a start for another."""
    return python_library(name, program=program, seen=seen, module=module, extra=extra)


def _with_rustls(name: str, program: str, seen: str) -> Client:
    """Declare a library that has rustls compiled in."""
    return replace(
        _from_pypi(name, program, seen),
        stack="rustls",
        library=_RUSTLS,
        words=RUSTLS,
        expected=_ANCHORS,
    )


CLIENTS = (
    _from_pypi("websockets", "websockets_get.py", "17.4"),
    replace(
        _from_pypi("truststore", "truststore_get.py", "0.10.5"),
        environment={"SSL_CERT_FILE": "{trust}", "SSL_CERT_DIR": "{empty}"},
    ),
    replace(
        _from_pypi("twisted", "twisted_get.py", "26.10.0"),
        # pyOpenSSL's exception says no more.
        expected=_GENERIC,
    ),
    replace(
        _with_rustls("primp", "primp_get.py", "2.0.1"),
        native=None,
        not_led="it asks name servers by itself, past the hosts file of this machine",
    ),
    replace(_with_rustls("pyreqwest", "pyreqwest_get.py", "0.15.1"), adds_to_native=True),
    replace(_with_rustls("obstore", "obstore_get.py", "0.12.1"), adds_to_native=True),
    # Unlike the others it takes no intermediate for an anchor.
    replace(_with_rustls("rtls", "rtls_get.py", "2026.9.21"), expected=expects()),
    replace(
        _from_pypi("wreq", "wreq_get.py", "0.13.0"),
        stack="BoringSSL",
        words=BORINGSSL,
        expected=_GENERIC,
        # The crate webpki-root-certs is compiled in.
        native_roots="program",
    ),
    replace(
        _from_pypi("awscrt", "awscrt_get.py", "0.38.1"),
        stack="s2n-tls",
        words=AWSCRT,
        # s2n-tls waits up to half a minute before it admits a failure ("blinding").
        time_limit=60,
        expected=expects(absent="rejected: other", cached="accepted: anchors"),
    ),
    replace(
        _from_pypi("nassl", "nassl_get.py", "5.4.0"),
        library=inscription(rb"OpenSSL (1\.1\.1[a-z]*) "),
        native=None,
        not_native="it leaves the choice of roots to its users, and brings none",
        expected=_GENERIC,
    ),
    replace(
        _from_pypi("python-mbedtls", "mbedtls_get.py", "2.10.1", module="mbedtls"),
        kind="device",
        stack="mbedTLS",
        words=MBEDTLS,
        expected=expects(absent="rejected: other", cached="accepted: anchors"),
        # pyproject.toml leaves it out where it has no wheel.
        install=Install(anywhere="uv sync --python 3.12 --extra clients"),
        # certifi's, as TrustStore.system.
        native_roots="package",
    ),
    replace(
        _from_pypi("paho-mqtt", "paho_get.py", "2.2.0", module="paho"),
        command=_PAHO,
        native=by_itself(_PAHO),
        testimony="request",
    ),
    replace(
        _from_pypi("pymongo", "pymongo_get.py", "4.20.0"),
        command=_PYMONGO,
        native=by_itself(_PYMONGO),
        testimony="request",
        asks_ocsp=True,
        # pyOpenSSL's exception again, which it prefers to Python's ssl.
        expected=_GENERIC,
    ),
    replace(
        _from_pypi("pyav", "pyav_get.py", "18.1.0", module="av", extra="more-clients"),
        stack="GnuTLS",
        words=GNUTLS,
        # Measured on 18.1.0 with Debian's stores.
        native=None,
        not_native="the GnuTLS in its wheel does not find the system's roots",
        expected=expects(absent="rejected: other", cached="accepted: anchors"),
    ),
    replace(
        _from_pypi("qt", "pyside6_get.py", "6.12.0", module="PySide6", extra="more-clients"),
        words=QT,
    ),
)
