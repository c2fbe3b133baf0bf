"""Reverse proxies that verify the camera behind them. One entry is one client.

`programs/proxy_get.py` starts each; the name after it is its function's in that program.
"""

from pathlib import Path

from leafonly.clients.client import Client, Install, apt
from leafonly.clients.library_version import linked
from leafonly.clients.measured import measured
from leafonly.clients.own_trust import AS_RUN, NoneOfItsOwn
from leafonly.clients.stack import BORINGSSL, GO, OPENSSL

__all__ = ["CLIENTS"]

_APACHE_SSL = Path("/usr/lib/apache2/modules/mod_ssl.so")  # Debian's place for it

_CONFIGURED = NoneOfItsOwn("the proxy trusts only the file that its configuration names")

CLIENTS = (
    Client(
        name="nginx",
        kind="proxy",
        stack=OPENSSL,
        needs=("nginx",),
        run="{python} {programs}/proxy_get.py nginx {trust} {urls}",
        own_trust=_CONFIGURED,
        version=(
            r"nginx version: nginx/(?P<version>\S++)(?:.*running with|.*built with) "
            r"(?P<stack>\S+) (?P<stack_version>[\d.]+\w?)"
        ),
        version_run="nginx -V",
        measured=measured("1.22.1/3.0.19", "1.26.3/3.5.9", "1.30.6/3.6.5"),
        install=apt("nginx", brew="nginx"),
    ),
    Client(
        name="haproxy",
        kind="proxy",
        stack=OPENSSL,
        needs=("haproxy",),
        run="{python} {programs}/proxy_get.py haproxy {trust} {urls}",
        own_trust=_CONFIGURED,
        version=(
            r"HAProxy version (?P<version>\S+)"
            # 2.6 and 3.0 say it in the first way, 3.2 in the second.
            r".*Running on (?:OpenSSL|SSL library) version : "
            r"(?P<stack>\S+) (?P<stack_version>\S+)"
        ),
        version_run="haproxy -vv",
        # Its log does not name the certificate's error, but its alert does.
        measured=measured("2.6.12-1+deb12u4/3.0.19", "3.0.11-1+deb13u4/3.5.9", "3.2.26-1/3.6.5"),
        install=apt("haproxy", brew="haproxy"),
    ),
    Client(
        name="stunnel",
        kind="proxy",
        stack=OPENSSL,
        needs=("stunnel",),
        run="{python} {programs}/proxy_get.py stunnel {trust} {urls}",
        own_trust=_CONFIGURED,
        version=(
            r"stunnel (?P<version>\S+) on.*[Rr]unning +with (?P<stack>\S+) (?P<stack_version>\S+)"
        ),
        version_run="stunnel -version",
        measured=measured("5.68/3.0.19", "5.74/3.5.9", "5.82/3.6.5"),
        install=apt("stunnel4", brew="stunnel"),
    ),
    Client(
        name="apache",
        kind="proxy",
        stack=OPENSSL,
        needs=("apache2",),
        run="{python} {programs}/proxy_get.py apache {trust} {urls}",
        own_trust=_CONFIGURED,
        version=r"Apache/(?P<version>\S+)",
        version_run="apache2 -v",
        library=lambda _: linked(_APACHE_SSL),  # OpenSSL is in its module
        measured=measured("2.4.71/3.0.19", "2.4.71/3.5.9", "2.4.69/3.6.5"),
        install=apt("apache2"),
    ),
    Client(
        name="envoy",
        kind="proxy",
        stack=BORINGSSL,
        needs=("envoy",),
        run="{python} {programs}/proxy_get.py envoy {trust} {urls}",
        own_trust=_CONFIGURED,
        version=r"version: \w+/(?P<version>[\d.]+)/.*/(?P<stack>\w+)",
        version_run="envoy --version",
        cannot={
            "p384": "Envoy offers the curves X25519 and P-256 unless it is configured otherwise, "
            "so no P-384 leaf can serve it"
        },
        measured=measured(
            "1.40.0",
            cached="accepted: anchors",
            stale_full_chain="rejected",
            stale_cross="accepted: completes",
        ),
        install=Install(
            anywhere="uv sync --inexact --extra more-clients", macos="brew install envoy"
        ),
    ),
    Client(
        name="caddy",
        kind="proxy",
        stack=GO,
        needs=("caddy",),
        run="{python} {programs}/proxy_get.py caddy {trust} {urls}",
        own_trust=AS_RUN,
        version=r"(?P<version>\d+\.\d+\S*)",
        version_run="caddy version",
        measured=measured("2.6.2/1.19.8", "2.6.2/1.24.4", "2.11.4/1.26.5"),
        install=apt("caddy", brew="caddy"),
    ),
)
