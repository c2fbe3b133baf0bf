"""Python's HTTP clients. One entry is one client, one file in `programs/` its program."""

from collections.abc import Mapping

from leafonly.clients.client import AtName, Client, Install, expects
from leafonly.clients.words import BORINGSSL, OPENSSL, Vocabulary

__all__ = ["CLIENTS"]

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


def _library(
    name: str,
    *,
    program: str,
    seen: str,
    module: str = "",
    stack: str = "OpenSSL",
    words: Vocabulary = OPENSSL,
    expected: Mapping[str, str] | None = None,
    at_name: bool = True,
) -> Client:
    """Declare a Python library whose program follows the contract of programs/README.md."""
    return Client(
        name=name,
        kind="library",
        stack=stack,
        needs=(f"python:{module or name}",),
        command=("{python}", f"{{programs}}/{program}", "{trust}", "{urls}"),
        version_command=("{python}", f"{{programs}}/{program}", "--version"),
        version_pattern=VERSION_LINES,
        words=words,
        expected=expected or expects(),
        seen=seen,
        install=Install(anywhere="uv sync"),
        at_name=AtName(
            native=("{python}", f"{{programs}}/{program}", "native", "{urls}"),
            stored=("{python}", f"{{programs}}/{program}", "{trust}", "{urls}"),
            environment={
                "PYTHONPATH": "{programs}/mapped",
                "LEAFONLY_MAP": "{host}={address}",
            },
        )
        if at_name
        else None,
    )


CLIENTS = (
    _library("urllib", program="urllib_get.py", seen="3.11.7"),
    _library("httpx", program="httpx_get.py", seen="0.28.1"),
    _library("requests", program="requests_get.py", seen="2.34.2"),
    _library("urllib3", program="urllib3_get.py", seen="2.8.0"),
    _library("aiohttp", program="aiohttp_get.py", seen="3.14.5"),
    _library(
        "pyopenssl",
        module="OpenSSL",
        program="pyopenssl_get.py",
        words=_PYOPENSSL,
        # It verifies no name, and whoever uses it decides whose roots to load.
        at_name=False,
        seen="26.4.0",
    ),
    _library(
        "pycurl",
        program="pycurl_get.py",
        expected=expects(cached="accepted: anchors"),
        seen="7.49.0",
    ),
    _library(
        "curl_cffi",
        program="curl_cffi_get.py",
        at_name=False,
        stack="BoringSSL",
        words=BORINGSSL,
        expected=expects(cached="accepted: anchors"),
        seen="0.16.3",
    ),
)
