"""The check before a client is started: it holds and can fetch what its scenario says, no more.

`preflight` checks what the camera presents. This module checks only chains that were made for
this run, because leafonly does not know what a client should hold for other chains.
"""

import datetime as dt
import functools
import urllib.error
import urllib.request
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import pkcs7
from OpenSSL import crypto

from leafonly.certificates.chain import Chain
from leafonly.certificates.inspection import aia_urls, is_issued_by
from leafonly.certificates.issuer_site import UNCOUNTED
from leafonly.harness.preflight import PreflightError
from leafonly.harness.scenario import Scenario
from leafonly.harness.subjects.subject import Holding

__all__ = ["check_fetchable", "check_held"]

_TIME_LIMIT = 10  # seconds; the site is on loopback


def check_held(scenario: Scenario, chain: Chain, held: Holding) -> None:
    """Raise PreflightError if roots and store do not hold what the scenario says.

    OpenSSL verifies which paths the client's roots and stored intermediates make possible.

    Raises:
        PreflightError: The client would hold more or less. One line for people.

    """
    _check_held(scenario, chain, Holding(tuple(held.anchors), tuple(held.intermediates)))


# The same in every client's cell, and it takes some milliseconds.
@functools.lru_cache(maxsize=64)
def _check_held(scenario: Scenario, chain: Chain, held: Holding) -> None:
    crossing = [each for each in chain.intermediates if each.subject == chain.root.subject]
    below = [each for each in chain.intermediates if each not in crossing]
    others = [each for each in held.anchors if each != chain.root]
    expected = {
        None: (False, False),
        "all": (True, bool(crossing)),
        "newer": (True, False),
        "older": (False, True),
    }
    newer, older = (
        _verifies(chain, below, held.anchors),
        _verifies(chain, chain.intermediates, others),
    )
    if (newer, older) != expected[scenario.holds_roots]:
        raise PreflightError("the client would trust other roots than this scenario says")
    by_store = _verifies(chain, held.intermediates, held.anchors)
    now = dt.datetime.now(dt.UTC)
    expired = any(each.not_valid_after_utc < now for each in held.intermediates)
    if by_store != (scenario.holds_root and scenario.stored_suffice):
        raise PreflightError("the client's store would have more or less than this scenario says")
    if expired != (scenario.holds_intermediate or "").startswith("expired"):
        raise PreflightError(
            "other certificates in the client's store have expired than this scenario says"
        )


def _verifies(
    chain: Chain, untrusted: Sequence[x509.Certificate], anchors: Sequence[x509.Certificate]
) -> bool:
    """Return whether OpenSSL verifies the leaf now with these certificates."""
    store = crypto.X509Store()
    for each in anchors:
        store.add_cert(crypto.X509.from_cryptography(each))
    leaf = crypto.X509.from_cryptography(chain.leaf)
    others = [crypto.X509.from_cryptography(each) for each in untrusted]
    try:
        crypto.X509StoreContext(store, leaf, others).verify_certificate()
    except crypto.X509StoreContextError:
        return False
    return True


def check_fetchable(scenario: Scenario, chain: Chain) -> None:
    """Raise PreflightError if the URL in the leaf does not have what the scenario says.

    The request is not counted as a fetch of the client.

    Raises:
        PreflightError: The URL has something else. One line for people.

    """
    if scenario.aia in (None, "dead"):
        return
    try:
        form, certificates = _fetched(aia_urls(chain.leaf)[0])
    except (OSError, ValueError) as error:
        raise PreflightError(f"the URL in the leaf has no certificate: {error}") from error
    is_wrong = scenario.aia == "wrong_issuer"
    if form != ("live" if is_wrong else scenario.aia):
        raise PreflightError(f"the URL in the leaf does not respond with {scenario.aia}")
    if any(is_issued_by(chain.leaf, each) for each in certificates) == is_wrong:
        raise PreflightError("the URL in the leaf has another issuer than this scenario says")


class _NotFollowed(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        """Return None: the redirect itself is what is checked."""


def _fetched(url: str) -> tuple[str, Sequence[x509.Certificate]]:
    """Return the form of a URL's response, as `Scenario.aia` names it, and its certificates."""
    # Without the user's http_proxy, because the site is on this machine.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), _NotFollowed)
    request = urllib.request.Request(url, headers={"User-Agent": UNCOUNTED})  # noqa: S310
    try:
        with opener.open(request, timeout=_TIME_LIMIT) as found:
            body = found.read()
    except urllib.error.HTTPError as error:
        error.close()
        if error.code != HTTPStatus.FOUND:
            raise
        return "redirect", _fetched(error.headers["Location"])[1]
    if body.startswith(b"-----BEGIN CERTIFICATE-----"):
        return "pem", x509.load_pem_x509_certificates(body)
    try:
        return "live", [x509.load_der_x509_certificate(body)]
    except ValueError:
        return "p7c", pkcs7.load_der_pkcs7_certificates(body)
