"""Browsers, each asked through its own automation interface. One entry is two clients.

A browser can have visited a server before in two ways: in the same process, and before a
restart with the same profile. The second is a client of its own, `...-restarted`.
"""

from dataclasses import replace

from leafonly.clients import browser_messages as says
from leafonly.clients.client import Client, Install, NameOverride, apt
from leafonly.clients.measured import measured
from leafonly.clients.own_trust import NotTested, OwnTrust
from leafonly.clients.stack import BORINGSSL, GNUTLS, NSS, Stack
from leafonly.clients.trust_store import (
    chromium_policy,
    firefox_policy,
    nss_database,
    system_bundle,
)

__all__ = ["CLIENTS"]

_BUNDLE = "/etc/ssl/certs/ca-certificates.crt"  # Debian's, and what Debian's GnuTLS reads

# WebKitGTK trusts that bundle and can be given no other. This mounts another file there in a
# new mount namespace, which only this process and its children see.
_WITH_ANOTHER_BUNDLE = (
    f"""unshare --map-root-user --mount sh -c 'mount --bind "$0" {_BUNDLE} && exec "$@"'"""
)

_WEBKIT = "/usr/bin/python3 {programs}/webkitgtk_get.py"


def _with_policy(folder: str, file: str) -> tuple[str, str]:
    """Return the prefix of a command that starts a browser with a policy, and one without.

    The first takes the policy's file as its next word. In a new mount namespace, an empty folder
    hides the system's policies.
    """
    mount = f"mount -t tmpfs none {folder}"
    place = f'mkdir -p $(dirname {file}) && cp "$0" {file}'
    start = """unshare --map-root-user --mount sh -c '{} && exec "$@"'"""
    return start.format(f"{mount} && {place}"), start.format(mount) + " sh"


_CHROMIUM_MANAGED, _CHROMIUM_UNMANAGED = _with_policy(
    "/etc/chromium", "/etc/chromium/policies/managed/camera-ca.json"
)
_FIREFOX_MANAGED, _FIREFOX_UNMANAGED = _with_policy(
    "/usr/lib/firefox-esr/distribution", "/usr/lib/firefox-esr/distribution/policies.json"
)
_CHROMIUM, _FIREFOX = "{python} {programs}/chromium_get.py", "{python} {programs}/firefox_get.py"
_SAME_ROOTS = NotTested("the policy only adds to the browser's own trust store")

_SINGLE_PROCESS = (
    Client(
        name="chromium",
        kind="browser",
        stack=BORINGSSL,
        needs=("chromium", "certutil"),
        # Where Chromium looks for it: crypto/nss_util.cc, found by HOME.
        trust=nss_database("home/.pki/nssdb"),
        run="{python} {programs}/chromium_get.py {trust} {urls}",
        own_trust=OwnTrust(roots="program", adds=True),  # net/data/ssl/chrome_root_store
        # It waits 10 s for an issuer's site that never answers.
        time_limit=60,
        messages=says.CHROMIUM,
        measured=measured("156.0.8078.73", "156.0.8078.79", aia="accepted"),
        install=Install(debian="apt install chromium libnss3-tools"),
        name_override=NameOverride(environment={"LEAFONLY_MAP": "{host}={address}"}),
    ),
    Client(
        name="firefox",
        kind="browser",
        stack=NSS,
        needs=("firefox-esr", "certutil", "python:websocket"),
        trust=nss_database("home/profile"),
        run="{python} {programs}/firefox_get.py {trust} {urls}",
        own_trust=NotTested(
            "a fresh profile has not yet preloaded the public intermediates, so it would reject "
            "chains that a user's Firefox accepts"
        ),
        time_limit=60,
        messages=says.FIREFOX,
        measured=measured("153.5.1esr/3.125", "153.6.0esr", "153.7.0esr/3.125.1"),
        asks_ocsp=True,
        install=Install(
            debian="apt install firefox-esr libnss3-tools; uv sync --inexact --extra browsers"
        ),
    ),
    Client(
        name="qtwebengine",
        kind="browser",
        stack=BORINGSSL,
        needs=("python:PySide6", "certutil"),
        trust=nss_database("home/.pki/nssdb"),
        run="{python} {programs}/qtwebengine_get.py {trust} {urls}",
        own_trust=OwnTrust(roots="program", adds=True),
        environment={"QT_QPA_PLATFORM": "offscreen"},
        time_limit=60,
        messages=says.QTWEBENGINE,
        measured=measured("6.11.3", aia="accepted"),
        install=Install(debian="apt install libnss3-tools; uv sync --inexact --extra browsers"),
    ),
    Client(
        name="webkitgtk",
        kind="browser",
        stack=Stack("GnuTLS", says.WEBKIT, others=("OpenSSL",), usual=GNUTLS.usual),
        needs=("unshare", "Xvfb"),
        trust=system_bundle,
        run=f"{_WITH_ANOTHER_BUNDLE} {{trust}} {_WEBKIT} {{trust}} {{urls}}",
        own_trust=f"{_WEBKIT} native {{urls}}",
        # With the same mount, so that it is available only where the namespace is allowed.
        version_run=f"{_WITH_ANOTHER_BUNDLE} {_BUNDLE} {_WEBKIT} --version",
        time_limit=60,
        measured=measured("2.50.6/3.7.9"),
        install=apt("gir1.2-webkit2-4.1 python3-gi-cairo glib-networking xvfb"),
    ),
)


def _restarted(client: Client) -> Client:
    """Return the client with one process per visit: only the profile can remember a visit."""
    return replace(
        client,
        name=f"{client.name}-restarted",
        run=tuple("{url}" if word == "{urls}" else word for word in client.command),
        own_trust=NotTested(
            "only the visit before the camera distinguishes it, so it would measure the same as "
            f"{client.name}"
        ),
    )


_MANAGED = (
    Client(
        name="chromium-policy",
        kind="browser",
        stack=BORINGSSL,
        needs=("chromium", "unshare"),
        trust=chromium_policy,
        run=f"{_CHROMIUM_MANAGED} {{trust}} {_CHROMIUM} {{trust}} {{urls}}",
        own_trust=_SAME_ROOTS,
        version_run=f"{_CHROMIUM_UNMANAGED} {_CHROMIUM} --version",
        time_limit=60,
        messages=says.CHROMIUM,
        measured=measured("156.0.8078.79", aia="accepted"),
        install=Install(debian="apt install chromium"),
    ),
    Client(
        name="firefox-policy",
        kind="browser",
        stack=NSS,
        needs=("firefox-esr", "unshare", "python:websocket"),
        trust=firefox_policy,
        run=f"{_FIREFOX_MANAGED} {{trust}} {_FIREFOX} {{home}}/profile {{urls}}",
        own_trust=_SAME_ROOTS,
        version_run=f"{_FIREFOX_UNMANAGED} {_FIREFOX} --version",
        time_limit=60,
        messages=says.FIREFOX,
        measured=measured("153.7.0esr/3.125.1", cached="accepted: anchors"),
        asks_ocsp=True,
        install=Install(debian="apt install firefox-esr; uv sync --inexact --extra browsers"),
    ),
)

CLIENTS = (*_SINGLE_PROCESS, *map(_restarted, _SINGLE_PROCESS), *_MANAGED)
