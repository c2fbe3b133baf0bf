"""What a host presents has a name, and what is wrong with it is said."""

import itertools
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.x509.oid import AuthorityInformationAccessOID

from leafonly.cameras.look import Look, Trusted, classify
from leafonly.certificates.authority import Authority
from leafonly.certificates.chain import Chain, pem
from leafonly.tls.address import Target
from leafonly.tls.read_host import TLS12, Presented
from tests.helpers.laboratory import CHAINS
from tests.helpers.making import DAY, HOST, LEAF, LOWER, NOW, ROOT, make

AUTHORITY = Authority()
DEEP = Authority(intermediates=2)
HERE = Target("localhost", 443)
CAMERA = Target(HOST, 443)


def trusting(directory: Path, *certificates: x509.Certificate) -> Trusted:
    file = directory / "trust.pem"
    file.write_bytes(pem(certificates))
    return Trusted.of_file(file)


@pytest.mark.parametrize(
    ("present", "kinds", "verdict"),
    [
        (lambda c: c.full, "full_chain", "complete: 3 presented, trusted by "),
        (
            lambda c: c.full[:1],
            "leaf_only incomplete",
            "incomplete: the issuer OU=intermediate 2 .* is missing",
        ),
        (
            lambda c: (c.leaf, *reversed(c.intermediates)),
            "wrong_order",
            "complete: 3 presented, trusted by .*; warning: wrong order",
        ),
        (lambda c: (*c.full, c.root), "full_chain root_included", "complete: 4 presented"),
        (
            lambda c: (*c.full, *AUTHORITY.intermediates),
            "full_chain unrelated",
            "complete: 4 presented",
        ),
        (
            lambda c: (c.leaf, *AUTHORITY.intermediates),
            "unrelated incomplete",
            "incomplete: the issuer OU=intermediate 2",
        ),
    ],
    ids=["full", "leaf", "order", "root", "unrelated", "unrelated_alone"],
)
def test_what_is_presented_has_a_name(
    tmp_path: Path, present: Callable[[Chain], list[x509.Certificate]], kinds: str, verdict: str
) -> None:
    chain = DEEP.issue()
    found = classify(HERE, list(present(chain)), trusting(tmp_path, chain.root))
    assert found.kinds == tuple(kinds.split())
    assert re.match(verdict, found.verdict)
    assert found.complete == verdict.startswith("complete")


def test_a_root_is_found_behind_any_number_of_intermediates(tmp_path: Path) -> None:
    """Each of these has the root's name in it, as its issuer."""
    others = [make(replace(LOWER, name=f"Intermediate {n}"), ROOT) for n in range(25)]
    trusted = trusting(tmp_path, *others, make(ROOT))
    found = classify(CAMERA, [make(LEAF, LOWER), make(LOWER, ROOT)], trusted)
    assert found.complete
    assert trusted.has_root_named(make(ROOT).subject)


def test_a_trust_file_with_the_intermediate_does_not_hide_that_it_is_not_sent(
    tmp_path: Path,
) -> None:
    chain = DEEP.issue()
    trusted = trusting(tmp_path, chain.root, *chain.intermediates)
    for count in (1, 2):
        found = classify(HERE, chain.full[:count], trusted)
        assert found.missing == chain.full[count].subject.rfc4514_string()
        assert found.verdict.startswith("incomplete")


def test_an_unknown_root_is_not_incomplete(tmp_path: Path) -> None:
    chain = AUTHORITY.issue()
    trusted = trusting(tmp_path, Authority().root)
    for presented in (chain.full, (*chain.full, chain.root)):
        found = classify(HERE, presented, trusted)
        assert (found.complete, found.missing) == (False, None)
        assert "unknown_root" in found.kinds
        assert found.verdict.startswith("unknown root: OU=root")


def test_a_rotated_intermediate_of_the_same_name_is_not_the_issuer(tmp_path: Path) -> None:
    chain = AUTHORITY.issue()
    presented = [chain.leaf, AUTHORITY.rotated_intermediate]
    found = classify(HERE, presented, trusting(tmp_path, chain.root))
    assert found.verdict.startswith("incomplete")
    assert "of that name is presented, but did not sign" in found.verdict
    found = classify(HERE, [chain.leaf], trusting(tmp_path, chain.root))
    assert "of that name" not in found.verdict


def leads(leaf: str, *above: str, url: str = "http://ca.example/") -> list[x509.Certificate]:
    """Make certificates that each issue the one before, and say where their issuer is."""
    plans = [
        replace(LOWER, name=name, key=name, extra=[(aia(f"{url}{name}"), False)]) for name in above
    ]
    plans = [replace(LEAF, key=leaf, extra=[(aia(f"{url}leaf"), False)]), *plans]
    return [make(plan, issuer) for plan, issuer in itertools.pairwise([*plans, ROOT])]


def aia(url: str) -> x509.AuthorityInformationAccess:
    method = AuthorityInformationAccessOID.CA_ISSUERS
    where = x509.UniformResourceIdentifier(url)
    return x509.AuthorityInformationAccess([x509.AccessDescription(method, where)])


def test_every_missing_issuer_is_named_with_where_it_is(tmp_path: Path) -> None:
    leaf, *between = leads("leaf", "lower", "middle", "upper")
    trusted = trusting(tmp_path, make(ROOT), *between)
    found = classify(CAMERA, [leaf, between[0]], trusted)
    assert [(each.subject, each.url) for each in found.missing_issuers] == [
        (between[1].subject.rfc4514_string(), "http://ca.example/lower"),
        (between[2].subject.rfc4514_string(), "http://ca.example/middle"),
    ]
    for each in found.missing_issuers:
        assert f"{each.subject} (from {each.url})" in found.verdict


def test_an_upper_certificate_that_is_missing_is_no_unknown_root(tmp_path: Path) -> None:
    """As with Let's Encrypt since 2026: the last one presented says where its issuer is."""
    leaf, *between = leads("leaf", "lower", "upper")
    found = classify(CAMERA, [leaf, between[0]], trusting(tmp_path, make(ROOT)))
    assert found.missing == between[1].subject.rfc4514_string()
    assert "unknown_root" not in found.kinds
    assert "if it is a root that clients trust, name it with --trust" in found.verdict
    alone = classify(CAMERA, [leaf], trusting(tmp_path, make(ROOT)))
    assert "--trust" not in alone.verdict


def test_two_gaps_are_both_named(tmp_path: Path) -> None:
    leaf, _, middle, upper = leads("leaf", "lower", "middle", "upper")
    found = classify(CAMERA, [leaf, middle], trusting(tmp_path, make(ROOT)))
    assert [each.url for each in found.missing_issuers] == [
        "http://ca.example/leaf",
        "http://ca.example/middle",
    ]
    assert upper.subject.rfc4514_string() in found.verdict


def test_the_environment_of_this_shell_does_not_change_who_is_trusted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chain = AUTHORITY.issue()
    (tmp_path / "root.pem").write_bytes(pem([chain.root]))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "root.pem"))
    assert not classify(HERE, chain.full, Trusted()).complete


def test_a_name_cannot_write_to_the_terminal(tmp_path: Path) -> None:
    hostile = make(replace(LEAF, name="\x1b]0;owned\x07\u202e" + "a" * 30), LOWER)
    for trusted in (trusting(tmp_path, make(ROOT)), trusting(tmp_path, hostile)):
        found = classify(CAMERA, [hostile], trusted)
        assert found.verdict.isprintable()
        assert "".join(found.subjects).isprintable()


def test_self_signed_is_told_from_incomplete(tmp_path: Path) -> None:
    root = AUTHORITY.root
    found = classify(HERE, [root], trusting(tmp_path, Authority().root))
    assert "self_signed" in found.kinds
    assert found.verdict.startswith("self-signed")
    assert not found.complete


def test_the_report_rows_of_a_host(tmp_path: Path) -> None:
    chain = AUTHORITY.issue()
    trusted = trusting(tmp_path, chain.root)
    complete, leaf_only = classify(HERE, chain.full, trusted), classify(HERE, [chain.leaf], trusted)
    assert [each["severity"] for each in complete.as_findings()] == ["info"]
    assert [each["severity"] for each in leaf_only.as_findings()] == ["warning"]
    assert "gateway" in str(leaf_only.as_findings()[0]["remedy"])
    row = leaf_only.as_presentation()
    assert (row["loaded"], row["presented"], row["error"]) == (True, 1, None)
    gone = Look("host:1", False, "unreachable: timed out", ("unreachable",))
    assert gone.as_presentation()["presented"] is None
    assert gone.as_presentation()["error"] == gone.verdict
    assert [each["severity"] for each in gone.as_findings()] == ["blocker"]
    expired = make(replace(LEAF, end=NOW - DAY), LOWER)
    both = classify(CAMERA, [expired], trusting(tmp_path, make(ROOT)))
    assert {"incomplete", "expired"} <= set(both.kinds)
    assert [each["severity"] for each in both.as_findings()] == ["blocker"]


def test_what_is_wrong_with_a_host_is_said_beside_its_chain(tmp_path: Path) -> None:
    chain = AUTHORITY.issue()
    trusted = trusting(tmp_path, chain.root)

    def seen(count: int = 2, version: int = TLS12, **more: Any) -> Look:
        presented = replace(Presented((b"",) * count, version), **more)
        return classify(HERE, chain.full, trusted, presented)

    assert seen(100).complete
    assert seen(101).kinds == ("full_chain", "too_many")
    assert "presents 101 certificates" in seen(101).verdict
    assert seen(version=TLS12 - 1).kinds == ("full_chain", "old_tls")
    assert "TLS 1.1 at most" in seen(version=TLS12 - 1).verdict
    assert seen(problem="no shared cipher").verdict == "no shared cipher"
    asking = seen(asks_for_certificate=True)
    assert (asking.complete, asking.asks_for_certificate) == (True, True)
    assert not seen().asks_for_certificate
    assert [each["check"] for each in asking.as_findings()] == [
        "deployed_chain",
        "deployed_warning",
    ]


def test_a_chain_that_verifiers_reject_has_their_reasons(tmp_path: Path) -> None:
    laid = CHAINS["no_authority_key_identifier"]()
    found = classify(CAMERA, laid.presented, trusting(tmp_path, *laid.roots))
    assert "refused" in found.kinds
    assert re.search(
        "rejected by strict clients: OpenSSL .*Authority Key Identifier", found.verdict
    )
    expired = make(replace(LEAF, start=NOW - 9 * DAY, end=NOW - 2 * DAY), LOWER)
    found = classify(CAMERA, [expired, make(LOWER, ROOT)], trusting(tmp_path, make(ROOT)))
    assert found.kinds == ("expired",)
    assert "rejected" not in found.verdict


def test_an_expired_leaf_and_another_name_are_told_beside(tmp_path: Path) -> None:
    chain = AUTHORITY.issue("camera.example", expired=True)
    found = classify(HERE, [chain.leaf], trusting(tmp_path, chain.root))
    assert found.kinds == ("leaf_only", "incomplete", "another_name", "expired")
    assert "is missing; another name: the leaf is not for localhost; expired on" in found.verdict
