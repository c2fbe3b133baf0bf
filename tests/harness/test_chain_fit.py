"""What of a chain fits a firmware's buffer is what the camera presents."""

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from leafonly.cameras.emulator.profiles import DEFAULT, PROFILES, Profile
from leafonly.certificates.authority import Authority
from leafonly.certificates.chain import Chain, der
from leafonly.harness.chain_fit import excess, shapes, with_ec_key
from leafonly.report.remedies.shorter_chain import shorter_chain


@pytest.fixture(scope="module", params=list(PROFILES.values()), ids=list(PROFILES))
def profile(request: pytest.FixtureRequest) -> Profile:
    chosen: Profile = request.param
    return chosen


@pytest.fixture(scope="module")
def too_long(profile: Profile) -> Chain:
    """Give an RSA chain that is just too long, so that a smaller leaf may fit."""
    chains = (Authority(intermediates=count).issue(key_type="rsa2048") for count in range(2, 10))
    return next(each for each in chains if excess(each.full, profile) > 0)


def test_a_shape_is_presented_if_and_only_if_it_fits(too_long: Chain, profile: Profile) -> None:
    tried = list(shapes(too_long.leaf, too_long.intermediates, profile))
    assert {each.presented for each in tried if each.size <= profile.message_limit} == {True}
    assert not any(each.presented for each in tried if each.size > profile.message_limit)
    shortest = [each for each in tried if len(each.left_out) == len(too_long.intermediates) - 1]
    assert [each.key_type for each in shortest] == [None, "p256"]
    # The topmost goes first: it is the one that clients may have.
    one_less = next(each for each in tried if len(each.left_out) == 1)
    assert list(one_less.left_out) == [too_long.intermediates[-1]]


def test_a_smaller_key_saves_what_a_new_leaf_saves(too_long: Chain, profile: Profile) -> None:
    tried = list(shapes(too_long.leaf, too_long.intermediates, profile))
    sizes = {each.key_type: each.size for each in tried if len(each.left_out) == 1}
    authority = Authority()
    rsa, ec = (excess([authority.issue(key_type=each).leaf]) for each in ("rsa2048", "p256"))
    # Two ECDSA signatures of one curve differ by a few bytes.
    assert sizes[None] - sizes["p256"] == pytest.approx(rsa - ec, abs=8)


def test_the_row_names_the_excess_and_what_is_left_out(too_long: Chain, profile: Profile) -> None:
    row = shorter_chain(
        excess(too_long.full, profile),
        list(shapes(too_long.leaf, too_long.intermediates, profile)),
        limit=profile.message_limit,
        firmware=profile.title,
    )
    fit = f"longer than the {profile.message_limit} that fit the buffer of {profile.title}"
    assert f"{excess(too_long.full, profile)} bytes {fit}" in row["how"]
    assert row["clients_fixed"] == []
    top = too_long.intermediates[-1].subject.rfc4514_string()
    assert any(f"Clients must trust {top}." in step["text"] for step in row["steps"])


def test_a_chain_that_fits_one_firmware_is_too_long_for_another() -> None:
    chain = Authority(intermediates=3).issue(key_type="rsa2048").full
    assert excess(chain, DEFAULT) <= 0 < excess(chain, PROFILES["circuitpython"])


def test_a_signature_of_any_length_is_imitated_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """ML-DSA-65 has 3309 bytes (FIPS 204, table 2); an RSA key of that length takes hours."""
    sizes: list[int] = []
    generate = rsa.generate_private_key

    def noted(public_exponent: int, key_size: int) -> rsa.RSAPrivateKey:
        sizes.append(key_size)
        return generate(public_exponent, min(key_size, 4096))

    monkeypatch.setattr(rsa, "generate_private_key", noted)
    for length in (70, 512, 3309):
        leaf = with_ec_key(Authority().issue(key_type="rsa2048").leaf, length)
        plain = with_ec_key(Authority().issue(key_type="rsa2048").leaf, 256)
        longer = len(der(leaf)) - len(der(plain))
        assert longer == pytest.approx(length - 256, abs=24)
    assert max(sizes) <= 4096
