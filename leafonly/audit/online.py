"""Fetch what a leaf's caIssuers addresses name. Only ever used with `--online`."""

import time
from collections.abc import Iterable

import httpx
from cryptography import x509

from leafonly.audit.contents import read_contents

__all__ = ["fetch_issuers"]

_MOST_BYTES = 1 << 16
_MOST_URLS = 4


def fetch_issuers(
    urls: Iterable[str], *, seconds: float = 10.0
) -> dict[str, x509.Certificate | str]:
    """Fetch the first certificate from each http address; in words why where there is none.

    Args:
        urls: The addresses; others than plain http ones are left out, as clients do.
        seconds: How long connecting, and each wait for the answer, may take. No more than
            64 KiB are read, and not for longer than this altogether.

    """
    http = [url for url in urls if url.lower().startswith("http://")]
    # The environment's proxies and certificates are for other purposes than an audit.
    with httpx.Client(timeout=seconds, trust_env=False, follow_redirects=False) as client:
        return {url: _fetch(client, url, seconds) for url in http[:_MOST_URLS]}


def _fetch(client: httpx.Client, url: str, seconds: float) -> x509.Certificate | str:
    data, end = b"", time.monotonic() + seconds
    try:
        with client.stream("GET", url) as response:
            if response.status_code != 200:
                return f"the server answered {response.status_code}"
            for piece in response.iter_raw(4096):
                data += piece
                if len(data) > _MOST_BYTES or time.monotonic() > end:
                    return "the answer does not end"
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
        # A ValueError is idna's, which httpx 0.28 lets through.
        return type(error).__name__
    certificates = read_contents(data, lambda: None).certificates
    return certificates[0] if certificates else "what is there is no certificate"
