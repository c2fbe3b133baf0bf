"""A stage is checked before a client enters it: only the chain may be at fault."""

import functools

from OpenSSL import crypto

from leafonly.cameras import Endpoint
from leafonly.certificate import covers
from leafonly.flight import read_flight
from leafonly.pki import Chain, der
from leafonly.scenario import Scenario

__all__ = ["StageError", "check_leaf", "check_stage"]


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
    planned = chain.full if scenario.presentation == "full_chain" else (chain.leaf,)
    if flight.certificates != [der(certificate) for certificate in planned]:
        raise StageError(
            f"the camera presents {len(flight.certificates)} certificates that are not the "
            f"{len(planned)} this scenario asks for"
        )
    check_leaf(chain, host)


# Cells share a leaf, and its soundness does not change in a run.
@functools.lru_cache(maxsize=64)
def check_leaf(chain: Chain, host: str) -> None:
    """Verify a chain as of now, and compare its leaf's name.

    Raises:
        StageError: It is at fault.

    """
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
