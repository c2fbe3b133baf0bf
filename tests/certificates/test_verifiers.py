"""What verifiers say of a chain, and how much work a hostile one may cause."""

import time
from dataclasses import replace
from typing import Any

import pytest

from leafonly.certificates.verifiers import judge_chain
from tests.helpers.laboratory import CHAINS
from tests.helpers.making import DAY, HOST, LEAF, LOWER, NOW, ROOT, make


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
    assert len({plain, strict, pyca}) == 3


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


@pytest.mark.parametrize("name", ["a b", "\0", f"{HOST}\0x", "é", "[::", "x" * 300])
def test_an_odd_name_is_rejected_without_an_exception(name):
    assert not any(each.accepts for each in judge("good", name=name))


def test_an_empty_name_is_no_name():
    assert all(each.accepts for each in judge("good", name=""))


def test_a_leaf_without_names_is_rejected_by_pyca_alone():
    leaf = make(replace(LEAF, sans=()), LOWER)
    plain, _, pyca = judge_chain(leaf, [make(LOWER, ROOT)], [make(ROOT)], name=None, at=NOW)
    assert (plain.accepts, pyca.accepts) == (True, False)
    assert pyca.because == "the leaf names neither a DNS name nor an address"


def test_the_rejected_certificate_is_named_by_its_place():
    leaf, lower, old = (
        make(LEAF, LOWER),
        make(LOWER, ROOT),
        replace(LOWER, start=NOW - 9 * DAY, end=NOW - 2 * DAY),
    )
    above, *_ = judge_chain(leaf, [make(old, ROOT)], [make(ROOT)], name=HOST, at=NOW)
    assert above.because == "certificate has expired (certificate 1 above the leaf)"
    expired = make(replace(LEAF, start=NOW - 9 * DAY, end=NOW - 2 * DAY), LOWER)
    itself, *_ = judge_chain(expired, [lower], [make(ROOT)], name=HOST, at=NOW)
    assert itself.because == "certificate has expired (the leaf)"


def test_strictness_is_told_apart():
    plain, strict, _ = judge("no_authority_key_identifier")
    assert (plain.accepts, strict.accepts) == (True, False)
    assert "Authority Key Identifier" in strict.because


def test_hundreds_of_namesakes_are_judged_in_bounded_time():
    """All of one name and one key, so that each could be the other's issuer."""
    above = replace(LOWER, issuer_name=LOWER.name)
    namesakes = [make(above, LOWER) for _ in range(950)]
    began = time.thread_time()  # other programs' work is not counted
    opinions = judge_chain(make(LEAF, LOWER), namesakes, [make(ROOT)], name=None, at=NOW)
    assert not any(each.accepts for each in opinions)
    assert time.thread_time() - began < 2


@pytest.mark.parametrize(("count", "accepts"), [(2, True), (32, True), (33, False)])
def test_up_to_32_intermediates_are_left_to_openssl(count, accepts):
    """OpenSSL ignores the case of names; only among too many must a name be the same."""
    odd = make(replace(LEAF, issuer_name=str(LOWER.name).upper()), LOWER)
    unrelated = [make(replace(LOWER, name=f"Other {n}"), ROOT) for n in range(count - 1)]
    given = [*unrelated, make(LOWER, ROOT)]
    plain, *_ = judge_chain(odd, given, [make(ROOT)], name=HOST, at=NOW)
    assert plain.accepts == accepts


def test_the_needed_one_is_found_among_unrelated_ones():
    unrelated = [make(replace(LOWER, name=f"Other {number}"), ROOT) for number in range(60)]
    laid = CHAINS["good"]()
    opinions = judge_chain(
        laid.leaf, [*unrelated, laid.presented[1]], laid.roots, name=None, at=NOW
    )
    assert all(each.accepts for each in opinions)
