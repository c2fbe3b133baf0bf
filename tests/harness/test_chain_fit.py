"""What of a chain fits the camera's buffer is what the camera presents."""

from collections.abc import Iterator

import pytest

from leafonly.certificates.authority import Authority
from leafonly.certificates.chain import Chain
from leafonly.harness.chain_fit import excess, shapes
from leafonly.report.remedies.shorter_chain import shorter_chain
from leafonly.tls.message_size import CERTIFICATE_MESSAGE_LIMIT


@pytest.fixture(scope="module")
def too_long() -> Chain:
    """Give an RSA chain that is just too long, so that a smaller leaf may fit."""
    return next(each for each in _chains() if excess(each.full) > 0)


def _chains() -> Iterator[Chain]:
    for count in range(5, 10):
        yield Authority(intermediates=count).issue(key_type="rsa2048")


def test_a_shape_is_presented_if_and_only_if_it_fits(too_long: Chain) -> None:
    tried = list(shapes(too_long.leaf, too_long.intermediates))
    assert {each.presented for each in tried if each.size <= CERTIFICATE_MESSAGE_LIMIT} == {True}
    assert not any(each.presented for each in tried if each.size > CERTIFICATE_MESSAGE_LIMIT)
    shortest = [each for each in tried if len(each.left_out) == len(too_long.intermediates) - 1]
    assert [each.key_type for each in shortest] == [None, "p256"]
    # The topmost goes first: it is the one that clients may have.
    one_less = next(each for each in tried if len(each.left_out) == 1)
    assert list(one_less.left_out) == [too_long.intermediates[-1]]


def test_a_smaller_key_saves_what_a_new_leaf_saves(too_long: Chain) -> None:
    tried = list(shapes(too_long.leaf, too_long.intermediates))
    sizes = {each.key_type: each.size for each in tried if len(each.left_out) == 1}
    authority = Authority()
    rsa, ec = (excess([authority.issue(key_type=each).leaf]) for each in ("rsa2048", "p256"))
    # Two ECDSA signatures of one curve differ by a few bytes.
    assert sizes[None] - sizes["p256"] == pytest.approx(rsa - ec, abs=8)


def test_the_row_names_the_excess_and_what_is_left_out(too_long: Chain) -> None:
    row = shorter_chain(excess(too_long.full), list(shapes(too_long.leaf, too_long.intermediates)))
    assert f"{excess(too_long.full)} bytes longer than the 4096" in row["how"]
    assert row["clients_fixed"] == []
    top = too_long.intermediates[-1].subject.rfc4514_string()
    assert any(f"Clients must trust {top}." in step["text"] for step in row["steps"])
