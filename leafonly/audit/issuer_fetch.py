"""Fetch what is at the caIssuers URLs of a leaf and of its issuers. Used only with `--online`."""

from collections.abc import Callable, Iterable

import httpx
from cryptography import x509

from leafonly.audit.context import Answer, Fetched
from leafonly.audit.files.parser import read_contents
from leafonly.certificates.inspection import aia_urls, is_issued_by
from leafonly.certificates.names import shown
from leafonly.tls.deadline import Deadline, in_time

__all__ = ["fetch_chain", "fetch_issuers"]

_MOST_BYTES = 1 << 16
_MOST_URLS = 4
_MOST_REDIRECTS = 3
_MOST_FETCHES = 8  # for one chain; the longest on the web has 5 certificates


def fetch_chain(
    leaf: x509.Certificate, is_known: Callable[[x509.Name], bool], *, seconds: float = 10.0
) -> dict[str, Answer | str]:
    """Return what is at the caIssuers URLs of a leaf, of its issuer, of that one's, and so on.

    A fetched certificate is followed only if it signed the one below it. So the URLs that are
    asked come from the CAs above the leaf alone.

    Args:
        leaf: Where to begin.
        is_known: Whether a root has this name; nothing is fetched above it.
        seconds: As for `fetch_issuers`, for each URL.

    """
    found: dict[str, Answer | str] = {}
    waiting = [leaf]
    while waiting and len(found) < _MOST_FETCHES:
        below = waiting.pop(0)
        urls = [url for url in aia_urls(below) if url not in found]
        for url, answer in fetch_issuers(urls, seconds=seconds).items():
            found[url] = answer
            above = answer.certificates if isinstance(answer, Answer) else ()
            waiting += [
                each
                for each in above
                if is_issued_by(below, each)
                and each.issuer != each.subject
                and not is_known(each.issuer)
            ]
    return found


def fetch_issuers(urls: Iterable[str], *, seconds: float = 10.0) -> Fetched:
    """Return the certificates at each http URL, or the reason why there are none.

    Args:
        urls: The URLs. Only http is fetched, as by clients.
        seconds: The time limit for each URL: resolving the name, redirects and the whole
            answer, of which at most 64 KiB are read.

    """
    http = [url for url in urls if url.lower().startswith("http://")]
    return {url: _fetch_in_time(url, seconds) for url in http[:_MOST_URLS]}


def _fetch_in_time(url: str, seconds: float) -> Answer | str:
    """Return the certificates at one URL, or the reason why there are none.

    httpx bounds each wait, but neither the name's resolution nor the whole time.
    """
    try:
        found = in_time(lambda: _fetch(url, seconds), Deadline(seconds), "it was fetched")
    except TimeoutError as error:
        return f"{error} ({seconds:g} s)"
    if isinstance(found, str):
        return found
    data, is_redirected = found
    certificates = read_contents(data, lambda: None).certificates
    if not certificates:
        return "there is no certificate in the answer"
    return Answer(certificates, is_redirected)


def _fetch(url: str, seconds: float) -> tuple[bytes, bool] | str:
    """Return the answer of one URL, and whether it was reached by a redirect; else the reason.

    Redirects are followed, because many clients follow them.
    """
    asked = url
    # Not with proxies and certificates from the environment: clients do not have them.
    with httpx.Client(timeout=seconds, trust_env=False, follow_redirects=False) as client:
        for _ in range(_MOST_REDIRECTS + 1):
            try:
                with client.stream("GET", asked) as response:
                    location = response.headers.get("location")
                    if location is None or not response.is_redirect:
                        return _read(response, is_redirected=asked != url)
                    status, asked = response.status_code, str(response.url.join(location))
            except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
                # A ValueError is idna's, which httpx 0.28 lets through.
                return shown(str(error)) or type(error).__name__
            if not asked.lower().startswith(("http://", "https://")):
                return f"the server answered {status}, with a redirect that is not http or https"
    return "there are too many redirects"


def _read(response: httpx.Response, *, is_redirected: bool) -> tuple[bytes, bool] | str:
    data = b""
    if response.status_code != 200:
        return f"the server answered {response.status_code}"
    for piece in response.iter_raw(4096):
        data += piece
        if len(data) > _MOST_BYTES:
            return f"the answer is longer than {_MOST_BYTES // 1024} KiB"
    return data, is_redirected
