"""Fetch what a leaf's caIssuers addresses name. Only ever used with `--online`."""

import time
from collections.abc import Iterable

import httpx

from leafonly.audit.contents import read_contents
from leafonly.audit.evidence import Answer, Fetched

__all__ = ["fetch_issuers"]

_MOST_BYTES = 1 << 16
_MOST_URLS = 4
_MOST_REDIRECTS = 3


def fetch_issuers(urls: Iterable[str], *, seconds: float = 10.0) -> Fetched:
    """Fetch the certificates at each http address; in words why where there are none.

    Args:
        urls: The addresses; others than plain http ones are left out, as clients do.
        seconds: How long connecting, and each wait for the answer, may take. No more than
            64 KiB are read, and not for longer than this altogether.

    """
    http = [url for url in urls if url.lower().startswith("http://")]
    # The environment's proxies and certificates are for other purposes than an audit.
    with httpx.Client(timeout=seconds, trust_env=False, follow_redirects=False) as client:
        return {url: _fetch(client, url, seconds) for url in http[:_MOST_URLS]}


def _fetch(client: httpx.Client, url: str, seconds: float) -> Answer | str:
    """Fetch from one address, and from where it leads to, because many clients follow."""
    end, asked = time.monotonic() + seconds, url
    for _ in range(_MOST_REDIRECTS + 1):
        try:
            with client.stream("GET", asked) as response:
                leads_to = response.headers.get("location")
                if leads_to is None or not response.is_redirect:
                    return _read(response, end, redirected=asked != url)
                status, asked = response.status_code, str(response.url.join(leads_to))
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
            # A ValueError is idna's, which httpx 0.28 lets through.
            return type(error).__name__
        if not asked.lower().startswith(("http://", "https://")):
            return f"the server answered {status}, and leads to no web address"
    return "it leads from one address to the next"


def _read(response: httpx.Response, end: float, *, redirected: bool) -> Answer | str:
    data = b""
    if response.status_code != 200:
        return f"the server answered {response.status_code}"
    for piece in response.iter_raw(4096):
        data += piece
        if len(data) > _MOST_BYTES or time.monotonic() > end:
            return "the answer does not end"
    certificates = read_contents(data, lambda: None).certificates
    return Answer(certificates, redirected) if certificates else "what is there is no certificate"
