"""The check before a client is started: the camera presents what the scenario asks for."""

import functools
from collections.abc import Sequence

from cryptography import x509
from OpenSSL import crypto

from leafonly.cameras import Endpoint, FirmwareLimit
from leafonly.cameras.loading_methods import key_limit
from leafonly.certificates.chain import Chain, der
from leafonly.certificates.inspection import covers
from leafonly.harness.subjects.subject import ToServe
from leafonly.tls.address import Target
from leafonly.tls.flight import read_flight
from leafonly.tls.read_host import read_host

__all__ = ["PreflightError", "check_leaf", "check_presented"]


class PreflightError(Exception):
    """The cell would measure something else than its scenario. One line for people."""


def check_presented(endpoint: Endpoint, to_serve: ToServe, host: str) -> None:
    """Raise PreflightError if the camera does not present what the scenario asks for.

    Clients also reject a leaf that has expired or has another name, often with messages that
    name the missing issuer first. The cell would then measure nothing.

    Raises:
        PreflightError: The camera presents other certificates, or the leaf itself is faulty.
        FlightError: The certificates cannot be read.
        FirmwareLimit: The firmware presents nothing with this kind of key.

    """
    if to_serve.chain is None:
        _check_unchanged(endpoint, to_serve.presented, host)
        return
    flight = read_flight(endpoint.address, endpoint.port, host)
    endpoint.settle()
    if limit := key_limit(flight, to_serve.chain.key):
        raise FirmwareLimit(limit)
    if not flight.certificates:
        raise PreflightError(
            f"the camera presents no certificate; this scenario asks for "
            f"{len(to_serve.presented)}, which may be more than its firmware can send"
        )
    if flight.certificates != [der(each) for each in to_serve.presented]:
        count = len(flight.certificates)
        raise PreflightError(
            f"the camera presents {count} certificate{'s' if count > 1 else ''}, and not the "
            f"{len(to_serve.presented)} that this scenario asks for"
        )
    check_leaf(to_serve.chain, host)


def _check_unchanged(endpoint: Endpoint, presented: Sequence[x509.Certificate], host: str) -> None:
    # A remote host may have any TLS version, so it is read as when the run began.
    now = read_host(Target(endpoint.address, endpoint.port), host).certificates
    endpoint.settle()
    if list(now[: len(presented)]) != [der(each) for each in presented]:
        raise PreflightError("the camera presents other certificates than when this run began")


# Cells share a leaf, and whether it verifies does not change in a run.
@functools.lru_cache(maxsize=64)
def check_leaf(chain: Chain, host: str) -> None:
    """Raise PreflightError if a chain does not verify now, or its leaf has another name.

    Raises:
        PreflightError: The chain or the name is wrong. One line for people.

    """
    store = crypto.X509Store()
    store.add_cert(crypto.X509.from_cryptography(chain.root))
    untrusted = [crypto.X509.from_cryptography(each) for each in chain.intermediates]
    leaf = crypto.X509.from_cryptography(chain.leaf)
    try:
        crypto.X509StoreContext(store, leaf, untrusted).verify_certificate()
    except crypto.X509StoreContextError as error:
        raise PreflightError(
            f"the leaf does not verify even with its full chain: {error}"
        ) from error
    if not covers(chain.leaf, host):
        raise PreflightError(f"the leaf is not for {host}")
