"""Reverse proxies that verify the camera behind them. One entry is one client."""

from dataclasses import replace
from pathlib import Path

from leafonly.clients.client import Client, Install
from leafonly.clients.error_messages import BORINGSSL, GO, OPENSSL
from leafonly.clients.library_version import inscription, linked
from leafonly.clients.measured import Measurements, measured

__all__ = ["CLIENTS"]

_APACHE_SSL = Path("/usr/lib/apache2/modules/mod_ssl.so")  # Debian's place for it


def _proxy(
    name: str, executable: str, version: tuple[str, ...], pattern: str, measured: Measurements
) -> Client:
    """Declare a proxy that programs/proxy_get.py can start.

    Args:
        name: The client's name, and its function's in that program.
        executable: What is started.
        version: What prints the version.
        pattern: Searched in that, see `Client`.
        measured: What it was measured to do.

    """
    return Client(
        name=name,
        kind="proxy",
        stack="OpenSSL",
        needs=(executable,),
        command=("{python}", "{programs}/proxy_get.py", name, "{trust}", "{urls}"),
        version_command=(executable, *version),
        version_pattern=pattern,
        words=OPENSSL,
        measured=measured,
        install=Install(debian=f"apt install {name}", macos=f"brew install {name}"),
        not_native="it trusts the file that its configuration names, and nothing by itself",
    )


CLIENTS = (
    _proxy(
        "nginx",
        "nginx",
        ("-V",),
        r"nginx/(?P<version>\S+)(?:.*running with|.*built with) "
        r"(?P<stack>\S+) (?P<stack_version>[\d.]+\w?)",
        measured("1.22.1/3.0.19", "1.26.3/3.5.9", "1.30.6/3.6.5"),
    ),
    replace(
        _proxy(
            "haproxy",
            "haproxy",
            ("-vv",),
            r"HAProxy version (?P<version>\S+)"
            # 2.6 and 3.0 say it in the first way, 3.2 in the second.
            r".*Running on (?:OpenSSL|SSL library) version : "
            r"(?P<stack>\S+) (?P<stack_version>\S+)",
            # Its log does not name the certificate's error, but its alert does.
            measured("2.6.12-1+deb12u4/3.0.19", "3.0.11-1+deb13u4/3.5.9", "3.2.26-1/3.6.5"),
        ),
    ),
    replace(
        _proxy(
            "stunnel",
            "stunnel",
            ("-version",),
            r"stunnel (?P<version>\S+) on.*[Rr]unning +with (?P<stack>\S+) (?P<stack_version>\S+)",
            measured("5.68/3.0.19", "5.74/3.5.9", "5.82/3.6.5"),
        ),
        install=Install(debian="apt install stunnel4", macos="brew install stunnel"),
    ),
    replace(
        _proxy(
            "apache",
            "apache2",
            ("-v",),
            r"Apache/(?P<version>\S+)",
            measured("2.4.71/3.0.19", "2.4.71/3.5.9", "2.4.69/3.6.5"),
        ),
        # OpenSSL is in its module.
        library=lambda _: linked(_APACHE_SSL),
        install=Install(debian="apt install apache2"),
    ),
    replace(
        _proxy(
            "envoy",
            "envoy",
            ("--version",),
            r"version: \w+/(?P<version>[\d.]+)/.*/(?P<stack>\w+)",
            measured("1.40.0", cached="accepted: anchors"),
        ),
        stack="BoringSSL",
        words=BORINGSSL,
        cannot={
            "p384": "Envoy offers the curves X25519 and P-256 unless it is configured otherwise, "
            "so no P-384 leaf can serve it"
        },
        install=Install(anywhere="uv sync --extra more-clients", macos="brew install envoy"),
    ),
    replace(
        _proxy(
            "caddy",
            "caddy",
            ("version",),
            r"(?P<version>\d+\.\d+\S*)",
            measured("2.6.2/1.19.8", "2.6.2/1.24.4", "2.11.4/1.26.5", cached="accepted: anchors"),
        ),
        stack="crypto/tls",
        # runtime/debug.BuildInfo: the string after the 32 bytes of its header, since Go 1.18.
        library=inscription(rb"(?s)\xff Go buildinf:.{19}go(\d+\.\d+(?:\.\d+)?)"),
        words=GO,
        native=("{python}", "{programs}/proxy_get.py", "caddy", "native", "{urls}"),
    ),
)
