"""Browsers, each driven through its own automation interface. One entry is one client."""

from leafonly.clients.client import Client, Install, expects
from leafonly.clients.python import VERSION_LINES
from leafonly.clients.trust import nss_database
from leafonly.clients.words import CHROMIUM, FIREFOX

__all__ = ["CLIENTS"]

CLIENTS = (
    Client(
        name="chromium",
        kind="browser",
        stack="BoringSSL",
        needs=("chromium", "certutil"),
        trust=nss_database("home/.pki/nssdb"),
        command=("{python}", "{programs}/chromium_get.py", "{trust}", "{urls}"),
        version_command=("{python}", "{programs}/chromium_get.py", "--version"),
        version_pattern=VERSION_LINES,
        time_limit=60,
        words=CHROMIUM,
        expected=expects(),
        seen="156.0.8078.79",
        install=Install(debian="apt install chromium libnss3-tools"),
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
        expected=expects(),
        seen="153.7.0esr",
        install=Install(debian="apt install firefox-esr libnss3-tools"),
    ),
)
