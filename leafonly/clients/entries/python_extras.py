"""Python libraries that come with the extras `clients` and `more-clients`."""

from dataclasses import replace

from leafonly.clients.client import Client, Install, by_itself
from leafonly.clients.device_messages import MBEDTLS
from leafonly.clients.entries.python_core import python_library
from leafonly.clients.error_messages import AWSCRT, BORINGSSL, GNUTLS, QT, RUSTLS
from leafonly.clients.library_version import inscription, rust_crate
from leafonly.clients.measured import Measurements, by_default_context, measured

__all__ = ["CLIENTS"]

_RUSTLS = rust_crate("rustls")

_PAHO = ("{python}", "{programs}/paho_get.py", "{trust}", "{url}")
_PYMONGO = ("{python}", "{programs}/pymongo_get.py", "{trust}", "{url}")


def _from_pypi(
    name: str, program: str, measured: Measurements, *, module: str = "", extra: str = "clients"
) -> Client:
    """Declare a library on Python's own ssl module, or a start for another."""
    return python_library(name, program=program, measured=measured, module=module, extra=extra)


def _with_rustls(name: str, program: str, measured: Measurements) -> Client:
    """Declare a library that has rustls compiled in."""
    return replace(
        _from_pypi(name, program, measured),
        stack="rustls",
        library=_RUSTLS,
        words=RUSTLS,
    )


CLIENTS = (
    _from_pypi(
        "websockets",
        "websockets_get.py",
        by_default_context(
            "17.4/3.0.19",
            since=("17.4/3.0.19", "17.4/3.5.9", "17.4/3.6.5"),
        ),
    ),
    replace(
        _from_pypi(
            "truststore",
            "truststore_get.py",
            measured("0.10.5/3.0.19", "0.10.5/3.5.9", "0.10.5/3.6.5"),
        ),
        environment={"SSL_CERT_FILE": "{trust}", "SSL_CERT_DIR": "{empty}"},
    ),
    # pyOpenSSL's exception does not name the certificate's error, but the alert does.
    _from_pypi("twisted", "twisted_get.py", measured("26.10.0/4.0.3")),
    replace(
        _with_rustls(
            "primp", "primp_get.py", measured("2.0.1/0.23.44", cached="accepted: anchors")
        ),
        native=None,
        not_led="it asks name servers by itself, past the hosts file of this machine",
    ),
    replace(
        _with_rustls(
            "pyreqwest", "pyreqwest_get.py", measured("0.15.1/0.23.45", cached="accepted: anchors")
        ),
        adds_to_native=True,
    ),
    replace(
        _with_rustls(
            "obstore", "obstore_get.py", measured("0.12.1/0.23.36", cached="accepted: anchors")
        ),
        adds_to_native=True,
    ),
    # Unlike the others it takes no intermediate for an anchor.
    _with_rustls("rtls", "rtls_get.py", measured("2026.9.21/0.23.45")),
    replace(
        _from_pypi("wreq", "wreq_get.py", measured("0.13.0")),
        stack="BoringSSL",
        words=BORINGSSL,
        # The crate webpki-root-certs is compiled in.
        native_roots="program",
    ),
    replace(
        _from_pypi(
            "awscrt",
            "awscrt_get.py",
            measured("0.38.1", absent="rejected: other", cached="accepted: anchors"),
        ),
        stack="s2n-tls",
        words=AWSCRT,
        # s2n-tls waits up to half a minute before it admits a failure ("blinding").
        time_limit=60,
    ),
    replace(
        _from_pypi("nassl", "nassl_get.py", measured("5.4.0/1.1.1w", absent="rejected: other")),
        library=inscription(rb"OpenSSL (1\.1\.1[a-z]*) "),
        native=None,
        not_native="it leaves the choice of roots to its users, and brings none",
    ),
    replace(
        _from_pypi(
            "python-mbedtls",
            "mbedtls_get.py",
            measured("2.10.1/2.28.8", absent="rejected: other", cached="accepted: anchors"),
            module="mbedtls",
        ),
        kind="device",
        stack="mbedTLS",
        words=MBEDTLS,
        # pyproject.toml leaves it out where it has no wheel.
        install=Install(anywhere="uv sync --python 3.12 --extra clients"),
        # certifi's, as TrustStore.system.
        native_roots="package",
    ),
    replace(
        _from_pypi(
            "paho-mqtt",
            "paho_get.py",
            measured("2.2.0/3.0.19", "2.2.0/3.5.9", "2.2.0/3.6.5"),
            module="paho",
        ),
        command=_PAHO,
        native=by_itself(_PAHO),
        testimony="request",
    ),
    replace(
        # It prefers pyOpenSSL to Python's ssl.
        _from_pypi("pymongo", "pymongo_get.py", measured("4.20.0/4.0.3")),
        command=_PYMONGO,
        native=by_itself(_PYMONGO),
        testimony="request",
        asks_ocsp=True,
    ),
    replace(
        _from_pypi(
            "pyav",
            "pyav_get.py",
            measured(
                "18.1.0/3.8.13",
                "19.0.2/3.8.13",
                absent="rejected: other",
                cached="accepted: anchors",
            ),
            module="av",
            extra="more-clients",
        ),
        stack="GnuTLS",
        words=GNUTLS,
        # Measured on 18.1.0 with Debian's stores.
        native=None,
        not_native="the GnuTLS in its wheel does not find the system's roots",
    ),
    replace(
        _from_pypi(
            "qt",
            "pyside6_get.py",
            measured("6.11.3/3.0.19"),
            module="PySide6",
            extra="more-clients",
        ),
        words=QT,
    ),
)
