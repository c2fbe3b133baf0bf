"""Browsers, each asked through its own automation interface.

A server can have been visited before in two ways: in the same process, and before a restart
with the same profile. The second makes a client of its own, `...-restarted`.
"""

from dataclasses import replace

from leafonly.clients.browser_messages import CHROMIUM, FIREFOX, QTWEBENGINE, WEBKIT
from leafonly.clients.client import Client, Install, Led, by_itself
from leafonly.clients.entries.python_core import VERSION_LINES
from leafonly.clients.measured import measured
from leafonly.clients.trust_store import nss_database

__all__ = ["CLIENTS"]

_BUNDLE = "/etc/ssl/certs/ca-certificates.crt"  # Debian's, and what Debian's GnuTLS reads

# WebKitGTK trusts that bundle and can be told of no other. In a mount namespace of its own,
# another file lies there, for this one process and its children alone.
_WITH_ANOTHER_BUNDLE = (
    *("unshare", "--map-root-user", "--mount", "sh", "-c"),
    f'mount --bind "$0" {_BUNDLE} && exec "$@"',
)

_CHROMIUM = ("{python}", "{programs}/chromium_get.py", "{trust}", "{urls}")

_QTWEBENGINE = ("{python}", "{programs}/qtwebengine_get.py", "{trust}", "{urls}")

_SINGLE_PROCESS = (
    Client(
        name="chromium",
        kind="browser",
        stack="BoringSSL",
        needs=("chromium", "certutil"),
        # Where Chromium looks for it: crypto/nss_util.cc, found by HOME.
        trust=nss_database("home/.pki/nssdb"),
        command=_CHROMIUM,
        version_command=("{python}", "{programs}/chromium_get.py", "--version"),
        version_pattern=VERSION_LINES,
        # It waits 10 s for an issuer's site that never answers.
        time_limit=60,
        words=CHROMIUM,
        measured=measured("156.0.8078.73", "156.0.8078.79", aia="accepted"),
        install=Install(debian="apt install chromium libnss3-tools"),
        led=Led(environment={"LEAFONLY_MAP": "{host}={address}"}),
        native=by_itself(_CHROMIUM),
        # net/data/ssl/chrome_root_store.
        native_roots="program",
        adds_to_native=True,
    ),
    Client(
        name="firefox",
        kind="browser",
        stack="NSS",
        needs=("firefox-esr", "certutil", "python:websocket"),
        trust=nss_database("home/profile"),
        command=("{python}", "{programs}/firefox_get.py", "{trust}", "{urls}"),
        version_command=("{python}", "{programs}/firefox_get.py", "--version"),
        version_pattern=VERSION_LINES,
        time_limit=60,
        words=FIREFOX,
        measured=measured("153.5.1esr/3.125", "153.6.0esr", "153.7.0esr/3.125.1"),
        asks_ocsp=True,
        not_native="a fresh profile has not yet preloaded the public intermediates that a "
        "user's Firefox has, so it would say less than is true",
        install=Install(debian="apt install firefox-esr libnss3-tools; uv sync --extra browsers"),
    ),
    Client(
        name="qtwebengine",
        kind="browser",
        stack="BoringSSL",
        needs=("python:PySide6", "certutil"),
        trust=nss_database("home/.pki/nssdb"),
        command=_QTWEBENGINE,
        native=by_itself(_QTWEBENGINE),
        native_roots="program",
        adds_to_native=True,
        environment={"QT_QPA_PLATFORM": "offscreen"},
        version_command=("{python}", "{programs}/qtwebengine_get.py", "--version"),
        version_pattern=VERSION_LINES,
        time_limit=60,
        words=QTWEBENGINE,
        measured=measured("6.11.3", aia="accepted"),
        install=Install(debian="apt install libnss3-tools; uv sync --extra browsers"),
    ),
    Client(
        name="webkitgtk",
        kind="browser",
        stack="GnuTLS",
        other_stacks=("OpenSSL",),
        needs=("unshare", "Xvfb"),
        command=(
            *(*_WITH_ANOTHER_BUNDLE, "{trust}", "/usr/bin/python3"),
            *("{programs}/webkitgtk_get.py", "{trust}", "{urls}"),
        ),
        native=("/usr/bin/python3", "{programs}/webkitgtk_get.py", "native", "{urls}"),
        # The same way, so that it counts as present only where the namespace can be had.
        version_command=(
            *(*_WITH_ANOTHER_BUNDLE, _BUNDLE, "/usr/bin/python3"),
            *("{programs}/webkitgtk_get.py", "--version"),
        ),
        version_pattern=VERSION_LINES,
        time_limit=60,
        words=WEBKIT,
        measured=measured("2.50.6/3.7.9", cached="accepted: anchors"),
        install=Install(
            debian="apt install gir1.2-webkit2-4.1 python3-gi-cairo glib-networking xvfb"
        ),
    ),
)


def _restarted(client: Client) -> Client:
    """Give a process to each visit; what the browser remembers is in the profile alone."""
    command = tuple("{url}" if word == "{urls}" else word for word in client.command)
    return replace(
        client,
        name=f"{client.name}-restarted",
        command=command,
        native=None,
        not_native="nobody is visited before the camera here, so it would be the same client",
    )


CLIENTS = (*_SINGLE_PROCESS, *map(_restarted, _SINGLE_PROCESS))
