"""Python's HTTP clients. One entry is one client, one file in `programs/` its program."""

from leafonly.clients.client import Client, Install, NameOverride
from leafonly.clients.error_messages import OPENSSL as OPENSSL_MESSAGES
from leafonly.clients.measured import by_default_context, measured
from leafonly.clients.own_trust import AS_RUN, OwnTrust
from leafonly.clients.refusal import UNKNOWN_ISSUER, Vocabulary
from leafonly.clients.stack import BORINGSSL, LIBCURL, OPENSSL

__all__ = ["CLIENTS"]

# pyOpenSSL prints numbers (X509_V_ERR_*, OpenSSL's x509_vfy.h) and the depth they are for.
_PYOPENSSL: Vocabulary = OPENSSL_MESSAGES | {
    r"verify error:num=20 at depth 0": "missing_issuer",
    r"verify error:num=20 at depth [1-9]": UNKNOWN_ISSUER,
    r"verify error:num=2 ": UNKNOWN_ISSUER,
    r"verify error:num=19 ": "untrusted_root",
    r"verify error:num=(9|10) ": "expired",
    r"verify error:num=7 ": "bad_signature",
}

_BY_PYTHONS_RESOLVER = NameOverride(
    environment={"PYTHONPATH": "{programs}/mapped", "LEAFONLY_MAP": "{host}={address}"}
)

_INSTALL = Install(anywhere="uv sync --inexact")

# The versions of Python and OpenSSL that its own three clients were measured with.
_PYTHONS = by_default_context(
    "3.11.7/3.0.19",
    "3.12.1/3.0.19",
    since=("3.13.0/3.0.19", "3.13.5/3.5.9", "3.14.10/3.6.5"),
)

CLIENTS = (
    Client(
        name="urllib",
        kind="library",
        stack=OPENSSL,
        needs=("python:urllib",),
        run="{python} {programs}/urllib_get.py {trust} {urls}",
        own_trust=AS_RUN,
        name_override=_BY_PYTHONS_RESOLVER,
        measured=_PYTHONS,
        install=_INSTALL,
    ),
    Client(
        name="http.client",
        kind="library",
        stack=OPENSSL,
        needs=("python:http.client",),
        run="{python} {programs}/http_client_get.py {trust} {urls}",
        own_trust=AS_RUN,
        measured=_PYTHONS,
        install=_INSTALL,
    ),
    Client(
        name="asyncio",
        kind="library",
        stack=OPENSSL,
        needs=("python:asyncio",),
        run="{python} {programs}/asyncio_get.py {trust} {urls}",
        own_trust=AS_RUN,
        measured=_PYTHONS,
        install=_INSTALL,
    ),
    Client(
        name="httpx",
        kind="library",
        stack=OPENSSL,
        needs=("python:httpx",),
        run="{python} {programs}/httpx_get.py {trust} {urls}",
        own_trust=OwnTrust(roots="package"),  # certifi's
        name_override=_BY_PYTHONS_RESOLVER,
        measured=by_default_context(
            "0.28.1/3.0.19", since=("0.28.1/3.0.19", "0.28.1/3.5.9", "0.28.1/3.6.5")
        ),
        install=_INSTALL,
    ),
    Client(
        name="requests",
        kind="library",
        stack=OPENSSL,
        needs=("python:requests",),
        run="{python} {programs}/requests_get.py {trust} {urls}",
        own_trust=OwnTrust(roots="package"),  # certifi's
        name_override=_BY_PYTHONS_RESOLVER,
        measured=by_default_context(
            "2.34.2/3.0.19", since=("2.34.2/3.0.19", "2.34.2/3.5.9", "2.34.2/3.6.5")
        ),
        install=_INSTALL,
    ),
    Client(
        name="urllib3",
        kind="library",
        stack=OPENSSL,
        needs=("python:urllib3",),
        run="{python} {programs}/urllib3_get.py {trust} {urls}",
        own_trust=AS_RUN,
        name_override=_BY_PYTHONS_RESOLVER,
        measured=by_default_context(
            "2.8.0/3.0.19", since=("2.8.0/3.0.19", "2.8.0/3.5.9", "2.8.0/3.6.5")
        ),
        install=_INSTALL,
    ),
    Client(
        name="aiohttp",
        kind="library",
        stack=OPENSSL,
        needs=("python:aiohttp",),
        run="{python} {programs}/aiohttp_get.py {trust} {urls}",
        own_trust=AS_RUN,
        name_override=_BY_PYTHONS_RESOLVER,
        measured=by_default_context(
            "3.14.5/3.0.19", since=("3.14.5/3.0.19", "3.14.5/3.5.9", "3.14.5/3.6.5")
        ),
        install=_INSTALL,
    ),
    Client(
        name="pyopenssl",
        kind="library",
        stack=OPENSSL,
        needs=("python:OpenSSL",),
        run="{python} {programs}/pyopenssl_get.py {trust} {urls}",
        own_trust=AS_RUN,
        messages=_PYOPENSSL,
        measured=measured("26.4.0/4.0.3"),
        install=_INSTALL,
    ),
    Client(
        name="pycurl",
        kind="library",
        stack=LIBCURL,
        needs=("python:pycurl",),
        run="{python} {programs}/pycurl_get.py {trust} {urls}",
        own_trust=AS_RUN,
        name_override=_BY_PYTHONS_RESOLVER,
        measured=measured("8.23.0/3.6.5"),
        install=_INSTALL,
    ),
    Client(
        name="curl_cffi",
        kind="library",
        stack=BORINGSSL,
        needs=("python:curl_cffi",),
        run="{python} {programs}/curl_cffi_get.py {trust} {urls}",
        # A file that it is given takes the place of libcurl's own file, not of its folder.
        own_trust=OwnTrust(adds=True),
        measured=measured(
            "0.16.3",
            cached="accepted: anchors",
            stale_full_chain="rejected",
            stale_cross="accepted: completes",
        ),
        install=_INSTALL,
    ),
)
