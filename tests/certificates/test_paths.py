"""Which paths there are above a leaf, in which order, and how much work a hostile file causes."""

from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from leafonly.certificates import paths, trusted
from leafonly.certificates import system_roots as system_roots_module
from leafonly.certificates.chain import pem
from leafonly.certificates.paths import (
    Issuers,
    SignatureBudget,
    issuers_of,
    longest_path,
    mozilla_roots,
    root_paths,
    system_roots,
)
from leafonly.certificates.system_roots import mozilla_list, system_list
from tests.helpers.making import LEAF, LOWER, ROOT, make

OLD = replace(ROOT, name="Old Root", key="old root")
CERTIFICATES = {
    "leaf": make(LEAF, LOWER),
    "lower": make(LOWER, ROOT),
    "root": make(ROOT),
    "cross": make(ROOT, OLD),
    "old": make(OLD),
}


def path(*names):
    return tuple(CERTIFICATES[name] for name in names)


def test_every_path_to_every_root_is_found_the_shortest_first():
    leaf, lower, root, cross, old = CERTIFICATES.values()
    assert root_paths(leaf, [cross, lower], Issuers([old, root])) == [
        path("leaf", "lower", "root"),
        path("leaf", "lower", "cross", "old"),
    ]
    assert root_paths(leaf, [], Issuers([old, root])) == []
    assert root_paths(leaf, [lower], Issuers(())) == []


def test_a_root_in_the_path_is_not_added_again():
    leaf, lower, root, *_ = CERTIFICATES.values()
    assert root_paths(leaf, [lower, root], Issuers([root])) == [path("leaf", "lower", "root")]


def test_the_longest_path_needs_no_root():
    leaf, lower, _, cross, _ = CERTIFICATES.values()
    assert longest_path(leaf, [cross, lower]) == path("leaf", "lower", "cross")
    assert longest_path(leaf, []) == path("leaf")


def test_an_issuer_is_known_by_its_signature_and_not_its_name_alone():
    leaf, lower, *_ = CERTIFICATES.values()
    namesake = make(replace(LOWER, key="another key"), ROOT)
    pool = Issuers([namesake, lower])
    assert list(pool.named(leaf.issuer)) == [namesake, lower]
    assert list(issuers_of(leaf, pool, SignatureBudget(9))) == [lower]
    assert list(issuers_of(leaf, pool, SignatureBudget(9), excluding=[lower])) == []
    assert (bool(pool), bool(Issuers(()))) == (True, False)


def test_signatures_are_verified_within_the_budget():
    leaf, lower, *_ = CERTIFICATES.values()
    namesake = make(replace(LOWER, key="another key"), ROOT)
    pool = Issuers([namesake, lower])
    assert list(issuers_of(leaf, pool, SignatureBudget(1))) == []
    assert list(issuers_of(leaf, pool, SignatureBudget(2))) == [lower]
    excluded = issuers_of(leaf, pool, SignatureBudget(1), excluding=[namesake])
    assert list(excluded) == [lower]


def row(count):
    """Make a leaf, and CAs that each issued the one before."""
    plans = [replace(LOWER, name=f"CA {n}", key=f"ca {n}") for n in range(count)]
    above = [make(plan, issuer) for plan, issuer in zip(plans, [*plans[1:], ROOT], strict=True)]
    return make(LEAF, plans[0]), above


def test_a_path_has_at_most_eight_certificates_below_its_root():
    leaf, above = row(7)
    assert len(longest_path(leaf, above)) == 8
    assert [len(each) for each in root_paths(leaf, above, Issuers([make(ROOT)]))] == [9]
    leaf, above = row(8)
    assert len(longest_path(leaf, above)) == 8
    assert root_paths(leaf, above, Issuers([make(ROOT)])) == []


def test_at_most_sixteen_paths_are_returned():
    leaf, lower, *_ = CERTIFICATES.values()
    roots = [make(ROOT) for _ in range(17)]
    assert len(set(roots)) == 17
    assert len(root_paths(leaf, [lower], Issuers(roots))) == 16


def test_no_further_path_is_tried_once_there_are_sixteen(monkeypatch):
    leaf, lower, *_ = CERTIFICATES.values()
    roots = [make(ROOT) for _ in range(16)]
    crosses = [make(ROOT, OLD) for _ in range(2)]
    budgets = []

    class Counted(SignatureBudget):
        def __init__(self, count):
            super().__init__(count)
            self.spent = 0
            budgets.append(self)

        def spend(self):
            self.spent += 1
            return super().spend()

    monkeypatch.setattr(paths, "SignatureBudget", Counted)
    root_paths(leaf, [lower, *crosses], Issuers([*roots, make(OLD)]))
    assert [each.spent for each in budgets] == [1 + 16]


@pytest.mark.parametrize(
    ("roots", "encoded"), [(mozilla_roots, mozilla_list), (system_roots, system_list)]
)
def test_the_lists_of_roots_are_read_whole_and_once(roots, encoded):
    subjects = [each for each in encoded() if each]
    assert bool(roots()) == bool(subjects)
    assert roots() is roots()


def test_a_root_that_cannot_be_parsed_is_left_out(monkeypatch):
    root = CERTIFICATES["root"]
    good, name = root.public_bytes(Encoding.DER), root.subject.public_bytes()
    monkeypatch.setattr(paths, "mozilla_list", lambda: [b"\x30\x00", good])
    found = mozilla_roots.__wrapped__()
    assert list(found.named(root.subject)) == [root]
    monkeypatch.setattr(trusted, "system_list", lambda: [b"\x30\x00" + name, good])
    assert trusted.Trusted().named(root.subject) == [root]


def test_a_damaged_root_does_not_hide_the_others(monkeypatch, tmp_path):
    good = pem([CERTIFICATES["root"]])
    bundle = tmp_path / "ca-certificates.crt"
    bundle.write_bytes(good.replace(b"\nMII", b"\nII") + good)
    monkeypatch.setattr(system_roots_module, "_SYSTEM_BUNDLES", (bundle,))
    assert system_list() == [CERTIFICATES["root"].public_bytes(Encoding.DER)]
