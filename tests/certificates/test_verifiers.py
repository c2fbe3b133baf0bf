"""What verifiers say of a chain, and how much work a hostile one may cause."""

import time
from dataclasses import replace
from typing import Any

import pytest

from leafonly.certificates.verifiers import judge_chain
from tests.helpers.laboratory import CHAINS
from tests.helpers.making import DAY, LEAF, LOWER, NOW, ROOT, make


def judge(which, **changes):
    laid = CHAINS[which]()
    asked: dict[str, Any] = {"name": laid.host, "at": NOW} | changes
    return judge_chain(laid.leaf, laid.presented[1:], laid.roots, **asked)


def test_each_verifier_is_named_with_its_version():
    plain, strict, pyca = judge("good")
    assert plain.verifier.startswith("OpenSSL ")
    assert strict.verifier == f"{plain.verifier}, strict"
    assert pyca.verifier.startswith("pyca/cryptography ")
    assert [each.strict for each in (plain, strict, pyca)] == [False, True, True]
    assert [each.because for each in (plain, strict, pyca)] == [None] * 3


@pytest.mark.parametrize(
    "changes",
    [{"name": "other.example.com"}, {"name": "192.0.2.7"}, {"at": NOW + 400 * DAY}],
    ids=["name", "address", "moment"],
)
def test_name_and_moment_count(changes):
    assert not any(each.accepts for each in judge("good", **changes))


@pytest.mark.parametrize("name", [None, "cam.example.com."])
def test_no_name_and_a_dot_at_its_end_are_no_fault(name):
    assert all(each.accepts for each in judge("good", name=name))


@pytest.mark.parametrize("name", ["", "a b", "\0", "é", "[::", "x" * 300])
def test_an_odd_name_is_no_exception(name):
    judge("good", name=name)


def test_strictness_is_told_apart():
    plain, strict, _ = judge("no_authority_key_identifier")
    assert (plain.accepts, strict.accepts) == (True, False)
    assert "Authority Key Identifier" in strict.because


def test_hundreds_of_namesakes_are_judged_in_bounded_time():
    """All of one name and one key, so that each could be the other's issuer."""
    above = replace(LOWER, issuer_name=LOWER.name)
    namesakes = [make(above, LOWER) for _ in range(950)]
    began = time.monotonic()
    opinions = judge_chain(make(LEAF, LOWER), namesakes, [make(ROOT)], name=None, at=NOW)
    assert not any(each.accepts for each in opinions)
    assert time.monotonic() - began < 2


def test_the_needed_one_is_found_among_unrelated_ones():
    unrelated = [make(replace(LOWER, name=f"Other {number}"), ROOT) for number in range(60)]
    laid = CHAINS["good"]()
    opinions = judge_chain(
        laid.leaf, [*unrelated, laid.presented[1]], laid.roots, name=None, at=NOW
    )
    assert all(each.accepts for each in opinions)
