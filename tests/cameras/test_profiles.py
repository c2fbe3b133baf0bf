"""The firmwares that the emulator stands for differ in what they load and send."""

from collections.abc import Sequence

import pytest

from leafonly.cameras import METHODS, Load, LoadRefused, loads_for
from leafonly.cameras.emulator.camera import Emulator
from leafonly.cameras.emulator.loading_rules import load
from leafonly.cameras.emulator.profiles import PROFILES, Profile
from leafonly.cameras.loading_methods import conclude, examine
from leafonly.certificates.authority import Authority
from leafonly.certificates.chain import pem
from leafonly.tls.flight import read_flight
from leafonly.tls.message_size import certificate_message_size
from tests.helpers.emulator_client import AUTHORITY

CHAIN = AUTHORITY.issue()
EACH = pytest.mark.parametrize("profile", PROFILES.values(), ids=PROFILES)
READS_PEM = [each for each in PROFILES.values() if each.reads_pem]


@EACH
def test_every_profile_presents_what_it_is_asked_to_by_its_own_method(profile: Profile) -> None:
    camera = Emulator(profile)
    ways = camera.info().ways
    assert load(loads_for("leaf", CHAIN, ways), profile)[0] == [CHAIN.leaf]
    with camera.serve(loads_for("full_chain", CHAIN, ways)) as endpoint:
        flight = read_flight(endpoint.address, endpoint.port, "localhost")
    assert len(flight.certificates) == len(CHAIN.full) > 1


@EACH
def test_every_profile_says_whether_it_was_recorded(profile: Profile) -> None:
    assert Emulator(profile).info().description.endswith(f"({profile.basis})")
    assert (profile.basis == "recorded") == (".json" in profile.source)


@EACH
def test_the_conclusion_names_the_ways_that_the_profile_has(profile: Profile) -> None:
    sentence = conclude([examine(Emulator(profile), each, CHAIN, "p256") for each in METHODS])
    assert sentence.startswith("limitation confirmed")
    by_pem = "context.load_cert_chain(leaf_pem + intermediate_pem, key_pem)" in sentence
    by_calls = "context.load_cert_chain(intermediate_der, key_der)" in sentence
    assert (by_pem, by_calls) == (profile.reads_pem, profile.reads_der)
    assert ("PEM only" in sentence) == (not profile.reads_der)


def test_a_second_call_replaces_the_first_on_circuitpython_alone() -> None:
    calls = [Load(pem([each]), METHODS["pem_leaf"](CHAIN)[0].key) for each in CHAIN.full]
    presented = {each.name: load(calls, each)[0] for each in READS_PEM}
    assert presented.pop("circuitpython") == [CHAIN.full[-1]]
    assert all(each == list(CHAIN.full) for each in presented.values())


@EACH
def test_a_chain_over_the_profile_s_limit_fails_each_handshake(profile: Profile) -> None:
    """The longest chain that fits is presented, and one of a certificate more is not."""
    ways = Emulator(profile).info().ways
    fits, longer = 0, 0
    for count in range(1, 10):
        chain = Authority(intermediates=count).issue()
        size = certificate_message_size(chain.full)
        with Emulator(profile).serve(loads_for("full_chain", chain, ways)) as endpoint:
            presented = len(read_flight(endpoint.address, endpoint.port, "x").certificates)
        assert presented == (len(chain.full) if size <= profile.message_limit else 0), size
        fits, longer = fits + bool(presented), longer + (not presented)
        if longer:
            break
    assert fits
    assert longer


def around(data: bytes, block: bytes) -> Sequence[bytes]:
    return (b"text before\r\n" + data, data + b"text behind", data + block, block + data)


@pytest.mark.parametrize("profile", READS_PEM, ids=lambda each: each.name)
def test_pem_is_searched_for_its_lines_and_one_bad_certificate_refuses_all(
    profile: Profile,
) -> None:
    (call,) = METHODS["pem_full_chain"](CHAIN)
    for certificates in around(call.certificate, call.key):
        assert load([Load(certificates, call.key)], profile)[0] == list(CHAIN.full)
    for key in around(call.key, pem([CHAIN.leaf])):
        assert (
            load([Load(call.certificate, key)], profile)[1].public_key() == CHAIN.leaf.public_key()
        )
    # Behind a zero byte nothing is searched: this is a file of DER.
    (in_der,) = METHODS["der_leaf"](CHAIN)
    mixed = Load(in_der.certificate + call.certificate, call.key)
    assert load([mixed], profile)[0] == [CHAIN.leaf]
    broken = pem([CHAIN.leaf]) + pem([CHAIN.root]).replace(b"MII", b"AAA", 1)
    with pytest.raises(LoadRefused, match="invalid cert"):
        load([Load(broken, call.key)], profile)
