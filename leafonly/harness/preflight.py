"""A stage is checked before a client enters it: only the chain may be at fault."""

import functools

from OpenSSL import crypto

from leafonly.cameras import Endpoint
from leafonly.certificates.chain import Chain, der
from leafonly.certificates.inspection import covers
from leafonly.harness.scenario import Scenario
from leafonly.tls.flight import read_flight

__all__ = ["StageError", "check_stage"]


class StageError(Exception):
    """The camera presents something else than the scenario says, in one line for people."""


def check_stage(endpoint: Endpoint, chain: Chain, scenario: Scenario, host: str) -> None:
    """Read what is presented off the wire, and compare it with what is to be presented.

    A leaf that is expired or another's would also be rejected, in words that often name the
    missing issuer first; then the cell would measure nothing.

    Raises:
        StageError: It is something else, or the leaf is at fault itself.
        FlightError: It cannot be read.

    """
    flight = read_flight(endpoint.address, endpoint.port, host)
    endpoint.settle()
    planned = chain.full if scenario.served == "full_chain" else (chain.leaf,)
    if flight.certificates != [der(certificate) for certificate in planned]:
        raise StageError(
            f"the camera presents {len(flight.certificates)} certificates that are not the "
            f"{len(planned)} this scenario asks for"
        )
    _check_leaf(chain, host)


# Cells share a leaf, and its soundness does not change in a run.
@functools.lru_cache(maxsize=64)
def _check_leaf(chain: Chain, host: str) -> None:
    store = crypto.X509Store()
    store.add_cert(crypto.X509.from_cryptography(chain.root))
    untrusted = [crypto.X509.from_cryptography(each) for each in chain.intermediates]
    leaf = crypto.X509.from_cryptography(chain.leaf)
    try:
        crypto.X509StoreContext(store, leaf, untrusted).verify_certificate()
    except crypto.X509StoreContextError as error:
        raise StageError(f"the leaf is at fault even in its full chain: {error}") from error
    if not covers(chain.leaf, host):
        raise StageError(f"the leaf is not for {host}")
