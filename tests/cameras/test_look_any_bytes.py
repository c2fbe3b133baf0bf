"""Whatever certificates a host sends: there is one result, and every form of it is harmless."""

import functools
import warnings

from hypothesis import given, settings
from hypothesis import strategies as st

from leafonly.cameras.look import Trusted, classify, contained, read_certificates
from leafonly.cameras.look_outcome import Outcome
from leafonly.certificates.chain import der
from leafonly.tls.address import Target
from leafonly.tls.read_host import Presented
from tests.helpers.laboratory import CHAINS
from tests.helpers.look_forms import assert_harmless
from tests.helpers.making import HOST, Laid

NAMES = ("good", "good_out_of_order", "version_1_leaf", "serial_zero")


@functools.cache
def laid(name: str) -> Laid:
    return CHAINS[name]()


@st.composite
def presented(draw: st.DrawFn) -> tuple[Laid, list[bytes]]:
    """A chain with some bytes of its certificates changed: it is still DER most of the time."""
    chain = laid(draw(st.sampled_from(NAMES)))
    certificates = [bytearray(der(each)) for each in chain.presented]
    for _ in range(draw(st.integers(0, 3))):
        changed = draw(st.sampled_from(certificates))
        changed[draw(st.integers(0, len(changed) - 1))] = draw(st.integers(0, 255))
    return chain, [bytes(each) for each in certificates]


@settings(max_examples=60)
@given(presented())
def test_any_certificates_have_a_result(given_: tuple[Laid, list[bytes]]) -> None:
    chain, sent = given_
    answer = Presented(tuple(sent))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            with contained():
                certificates = read_certificates(answer)
                found = classify(Target(HOST, 443), certificates, Trusted(chain.roots), answer)
        except ValueError:
            return
    assert_harmless(Outcome(found, 30))
