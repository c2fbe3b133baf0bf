"""Python's HTTP clients. One entry is one client, one file in `programs/` its program."""

from dataclasses import replace

from leafonly.clients.client import Client, Install, Led, Roots, by_itself
from leafonly.clients.error_messages import BORINGSSL, OPENSSL
from leafonly.clients.library_version import CURLS
from leafonly.clients.measured import Measurements, by_default_context, measured
from leafonly.clients.refusal import Vocabulary

__all__ = ["CLIENTS", "VERSION_LINES", "python_library"]

VERSION_LINES = r"\A\S+ (?P<version>\S+)[^\n]*\n(?P<stack>\S+) ?(?P<stack_version>\S*)"
"""What `PROGRAM --version` prints, see programs/README.md."""

# pyOpenSSL tells numbers (X509_V_ERR_*, OpenSSL's x509_vfy.h) and the depth they are for.
_PYOPENSSL: Vocabulary = OPENSSL | {
    r"verify error:num=20 at depth 0": "missing_issuer",
    r"verify error:num=20 at depth [1-9]": "untrusted_root",
    r"verify error:num=2 ": "untrusted_root",
    r"verify error:num=19 ": "untrusted_root",
    r"verify error:num=(9|10) ": "expired",
    r"verify error:num=7 ": "bad_signature",
}

_BY_PYTHONS_RESOLVER = Led(
    environment={"PYTHONPATH": "{programs}/mapped", "LEAFONLY_MAP": "{host}={address}"}
)


def python_library(
    name: str,
    *,
    program: str,
    measured: Measurements,
    module: str = "",
    stack: str = "OpenSSL",
    words: Vocabulary = OPENSSL,
    extra: str = "",
    native: Roots = "system",
    led: Led | None = None,
) -> Client:
    """Declare a Python library whose program follows the contract of programs/README.md.

    Args:
        name: The client's name, and its module's unless `module` says another.
        program: The file in `programs/`.
        measured: What it was measured to do.
        module: What to import.
        stack: The TLS library, unless the program says another.
        words: How it says no.
        native: Where the roots lie that it trusts by itself.
        led: How it is led to a name on loopback.
        extra: The extra of this project that brings it; none for what always comes along.

    """
    command = ("{python}", f"{{programs}}/{program}", "{trust}", "{urls}")
    return Client(
        name=name,
        kind="library",
        stack=stack,
        needs=(f"python:{module or name}",),
        command=command,
        version_command=("{python}", f"{{programs}}/{program}", "--version"),
        version_pattern=VERSION_LINES,
        words=words,
        measured=measured,
        install=Install(anywhere=f"uv sync --extra {extra}" if extra else "uv sync"),
        led=led,
        native=by_itself(command),
        native_roots=native,
    )


CLIENTS = (
    python_library(
        "urllib",
        program="urllib_get.py",
        led=_BY_PYTHONS_RESOLVER,
        measured=by_default_context(
            "3.11.7/3.0.19",
            "3.12.1/3.0.19",
            since=("3.13.0/3.0.19", "3.13.5/3.5.9", "3.14.10/3.6.5"),
        ),
    ),
    python_library(
        "http.client",
        program="http_client_get.py",
        measured=by_default_context(
            "3.11.7/3.0.19",
            "3.12.1/3.0.19",
            since=("3.13.0/3.0.19", "3.13.5/3.5.9", "3.14.10/3.6.5"),
        ),
    ),
    python_library(
        "asyncio",
        program="asyncio_get.py",
        measured=by_default_context(
            "3.11.7/3.0.19",
            "3.12.1/3.0.19",
            since=("3.13.0/3.0.19", "3.13.5/3.5.9", "3.14.10/3.6.5"),
        ),
    ),
    # These two bring certifi's roots.
    python_library(
        "httpx",
        program="httpx_get.py",
        native="package",
        led=_BY_PYTHONS_RESOLVER,
        measured=by_default_context(
            "0.28.1/3.0.19",
            since=("0.28.1/3.0.19", "0.28.1/3.5.9", "0.28.1/3.6.5"),
        ),
    ),
    python_library(
        "requests",
        program="requests_get.py",
        native="package",
        led=_BY_PYTHONS_RESOLVER,
        measured=by_default_context(
            "2.34.2/3.0.19",
            since=("2.34.2/3.0.19", "2.34.2/3.5.9", "2.34.2/3.6.5"),
        ),
    ),
    python_library(
        "urllib3",
        program="urllib3_get.py",
        led=_BY_PYTHONS_RESOLVER,
        measured=by_default_context(
            "2.8.0/3.0.19",
            since=("2.8.0/3.0.19", "2.8.0/3.5.9", "2.8.0/3.6.5"),
        ),
    ),
    python_library(
        "aiohttp",
        program="aiohttp_get.py",
        led=_BY_PYTHONS_RESOLVER,
        measured=by_default_context(
            "3.14.5/3.0.19",
            since=("3.14.5/3.0.19", "3.14.5/3.5.9", "3.14.5/3.6.5"),
        ),
    ),
    python_library(
        "pyopenssl",
        module="OpenSSL",
        program="pyopenssl_get.py",
        words=_PYOPENSSL,
        measured=measured("26.4.0/4.0.3"),
    ),
    replace(
        python_library(
            "pycurl",
            program="pycurl_get.py",
            led=_BY_PYTHONS_RESOLVER,
            measured=measured("8.23.0/3.6.5", cached="accepted: anchors"),
        ),
        other_stacks=CURLS,
    ),
    replace(
        python_library(
            "curl_cffi",
            program="curl_cffi_get.py",
            stack="BoringSSL",
            words=BORINGSSL,
            measured=measured("0.16.3", cached="accepted: anchors"),
        ),
        # A file that it is given takes the place of libcurl's own file, not of its folder.
        adds_to_native=True,
    ),
)
