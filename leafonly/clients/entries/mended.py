"""Application code that connects where the plain library fails. One entry is one client.

Java's are in jvm.py, Rust's is in rust.py, because they share what builds the others there.
"""

from leafonly.clients import error_messages as says
from leafonly.clients.build import in_go
from leafonly.clients.client import Client, Install
from leafonly.clients.measured import PARTIAL_CHAIN, WHOLE_CHAIN, Measurements, measured
from leafonly.clients.mending import Mending
from leafonly.clients.own_trust import AS_RUN, NotTested, OwnTrust
from leafonly.clients.stack import GO, OPENSSL

__all__ = ["CLIENTS"]

_MENDING = Install(anywhere="uv sync --inexact --extra mending")
_CLIENTS = Install(anywhere="uv sync --inexact --extra clients")

# Those whose context is `ssl.create_default_context()` or an own one that takes its place.
_PYTHONS = (
    *("urllib", "http.client", "asyncio", "httpx", "requests", "urllib3", "aiohttp"),
    "websockets",
)
_BY_VARIABLE = {"SSL_CERT_FILE": "{trust}", "SSL_CERT_DIR": "{empty}"}
_SPLITS = NotTested("the program reads roots and intermediates from one file, and needs that file")

_FETCHES = (
    "The application requests a URL over plain HTTP from a certificate that is not verified yet. "
    "A server can therefore choose that URL. "
)
_ROOT_DECIDES = "The root is still the only trust anchor; added certificates are not."


_DER_ALONE = {"aia_pem": "rejected", "aia_p7c": "rejected"}


def _by_fetching(*versions: str, **differences: str) -> Measurements:
    """Return the measurements of a Python client that fetches, on Pythons of both kinds."""
    seen = {"aia": "accepted", **differences}
    return measured(*versions, where=WHOLE_CHAIN, **seen) + measured(
        *versions, where=PARTIAL_CHAIN, cached="accepted: anchors", **seen
    )


def _fetches_once(version: str, **differences: str) -> Measurements:
    """Return the measurements of a program that fetches the leaf's issuer and nothing above."""
    return measured(
        version,
        where=None,
        aia="accepted",
        aia_two="rejected",
        aia_three="rejected",
        **differences,
    )


CLIENTS = (
    Client(
        name="python-added",
        kind="library",
        stack=OPENSSL,
        needs=("python:urllib",),
        run="{python} {programs}/added_store_get.py {trust} {urls}",
        own_trust=AS_RUN,
        measured=measured("3.11.7/3.0.19", "3.13.0/3.0.19"),
        install=Install(anywhere="uv sync"),
        mends=Mending(
            clients=_PYTHONS,
            scenario="cached",
            widens=f"Nothing. {_ROOT_DECIDES}",
            cost="One line, and a file that goes stale when the CA changes an intermediate.",
        ),
    ),
    Client(
        name="python-aia",
        kind="library",
        stack=OPENSSL,
        needs=("python:aia", "openssl"),
        run="{python} {programs}/aia_get.py {trust} {urls}",
        environment=_BY_VARIABLE,
        own_trust=AS_RUN,
        time_limit=60,
        measured=_by_fetching("0.2.0/3.0.19", **_DER_ALONE),
        install=_MENDING,
        mends=Mending(
            clients=_PYTHONS,
            scenario="aia",
            widens=f"{_FETCHES}The package finds the root by its name alone, before OpenSSL "
            "verifies. From Python 3.13 on, fetched certificates are trust anchors of that "
            "context once they are verified.",
            cost="The package aia (0.2.0 of 2021 is its newest), the program openssl, and one "
            "more connection for each camera.",
        ),
    ),
    Client(
        name="python-aia-chaser",
        kind="library",
        stack=OPENSSL,
        needs=("python:aia_chaser",),
        run="{python} {programs}/aia_chaser_get.py {trust} {urls}",
        environment=_BY_VARIABLE,
        own_trust=AS_RUN,
        time_limit=60,
        measured=_by_fetching("3.6.0/3.0.19"),
        install=_MENDING,
        mends=Mending(
            clients=_PYTHONS,
            scenario="aia",
            widens=f"{_FETCHES}With allow_private_ip=False, the package does not connect to "
            "private addresses. From Python 3.13 on, the leaf and the fetched certificates are "
            "trust anchors of that context.",
            cost="The package aia-chaser, and one more connection for each camera.",
        ),
    ),
    Client(
        name="go-added",
        kind="runtime",
        stack=GO,
        build=in_go("go_added_get"),
        run="{program} {trust} {urls}",
        own_trust=_SPLITS,
        measured=measured("1.27.3", cached="accepted: completes"),
        install=_CLIENTS,
        mends=Mending(
            clients=("go", "go-default"),
            scenario="cached",
            widens=f"{_ROOT_DECIDES} InsecureSkipVerify is on, so VerifyConnection is all that "
            "verifies: an error in it turns verification off.",
            cost="Ten lines, and a file that goes stale when the CA changes an intermediate. For "
            "public CAs the module filippo.io/intermediates brings them all; it is as fresh as "
            "the application's last build.",
        ),
    ),
    Client(
        name="go-aia",
        kind="runtime",
        stack=GO,
        build=in_go("go_aia_get"),
        run="{program} {trust} {urls}",
        own_trust=AS_RUN,
        time_limit=60,
        measured=_fetches_once("1.27.3", **_DER_ALONE),
        install=_CLIENTS,
        mends=Mending(
            clients=("go", "go-default"),
            scenario="aia",
            widens=f"{_FETCHES}{_ROOT_DECIDES} InsecureSkipVerify is on, so VerifyConnection is "
            "all that verifies.",
            cost="Thirty lines, and one request to the CA for each connection.",
        ),
    ),
    Client(
        name="node-aia",
        kind="runtime",
        stack=OPENSSL,
        run="node {programs}/node_aia_get.mjs {trust} {urls}",
        own_trust=OwnTrust(roots="program"),
        messages=says.NODE,
        time_limit=60,
        measured=_fetches_once("24.19.0/3.5.7", aia_redirect="rejected", aia_p7c="rejected"),
        install=_CLIENTS,
        mends=Mending(
            clients=("nodejs", "node-fetch"),
            scenario="aia",
            widens=f"{_FETCHES}One connection is made without verification, to read the leaf.",
            cost="Forty lines, and two more connections for each request that fails.",
        ),
    ),
)
