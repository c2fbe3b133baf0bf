"""What is expected of a version, and what is news."""

from dataclasses import replace
from pathlib import Path

import pytest

from leafonly.cameras.emulator.camera import Emulator
from leafonly.clients import CLIENTS
from leafonly.clients.client import Client, Install
from leafonly.clients.measured import PARTIAL_CHAIN, WHOLE_CHAIN, Condition, measured
from leafonly.clients.stack import Stack
from leafonly.harness.bench import Bench
from leafonly.harness.cell import Cell
from leafonly.harness.scenario import SCENARIOS
from leafonly.harness.subjects.own_authority import OwnAuthority
from leafonly.harness.verdict import Observation

TWO = measured("7.88.1/3.0.19", "8.14.1/3.5.9") + measured("9.0", cached="accepted: anchors")
CLIENT = Client(
    name="measured",
    kind="library",
    stack=Stack("none"),
    needs=(),
    run=(),
    measured=TWO,
    install=Install(),
)


@pytest.mark.parametrize(
    ("version", "library", "cached", "known"),
    [
        ("7.88.1", "3.0.19", "accepted: completes", True),
        ("8.14.1", "3.5.9", "accepted: completes", True),
        # The same client with another library was not measured.
        ("8.14.1", "3.5.10", "accepted: completes", False),
        ("8.99", "3.5.9", "accepted: completes", False),
        ("7.1", "1.1.1", "accepted: completes", False),
        # Where the library comes with the client, the client's version is enough.
        ("9.0", "4.0", "accepted: anchors", True),
        ("10.2", "4.0", "accepted: anchors", False),
        (None, None, "accepted: completes", False),
    ],
)
def test_version_is_expected_to_do_what_the_nearest_older_one_did(
    version: str | None, library: str | None, cached: str, known: bool
) -> None:
    here = CLIENT.as_found(version, library)
    assert here.expected["cached"] == cached
    assert here.version_is_measured is known


def test_client_that_was_never_measured_has_no_expectation() -> None:
    here = replace(CLIENT, measured=()).as_found("1", None)
    assert here.expected == {}


def test_property_of_the_machine_decides_between_equal_versions() -> None:
    def on(*, partial: bool) -> str:
        both = measured("1", where=Condition("before", lambda: not partial)) + measured(
            "1", where=Condition("since", lambda: partial), cached="accepted: anchors"
        )
        return replace(CLIENT, measured=both).as_found("1", None).expected["cached"]

    assert on(partial=False) == "accepted: completes"
    assert on(partial=True) == "accepted: anchors"
    assert PARTIAL_CHAIN.holds() is not WHOLE_CHAIN.holds()


def test_typing_error_in_a_scenario_raises() -> None:
    with pytest.raises(ValueError, match="chached"):
        measured("1", chached="accepted: anchors")
    with pytest.raises(ValueError, match="anchros"):
        measured("1", cached="accepted: anchros")


def test_every_version_is_said_once() -> None:
    for client in CLIENTS.values():
        said = [(each, one.where) for one in client.measured for each in one.versions]
        assert len(said) == len(set(said)), client.name


def cell(**of: object) -> Cell:
    plain = Cell(
        client="curl",
        scenario="absent",
        key_type="p256",
        verdict="accepted",
        reason=None,
        expected="rejected: missing_issuer",
        conclusive=True,
        observation=Observation(None, None, had_issuer=False),
    )
    return replace(plain, **of)  # type: ignore[arg-type]


def test_another_verdict_is_a_failure_on_a_measured_version() -> None:
    assert cell().as_expected is False
    assert not cell().news
    assert not cell().is_as_it_should_be


def test_another_verdict_is_news_on_a_version_that_was_never_measured() -> None:
    news = cell(may_be_news=True)
    assert news.news
    assert news.as_expected is None
    assert news.is_as_it_should_be
    assert news.news


def test_what_was_expected_is_no_news() -> None:
    same = cell(may_be_news=True, verdict="rejected", reason="missing_issuer")
    assert not same.news
    assert same.as_expected is True


def test_error_is_never_news() -> None:
    error = cell(may_be_news=True, verdict="error", reason="it hung", conclusive=False)
    assert not error.news
    assert not error.is_as_it_should_be


def test_bench_tells_news_from_a_control_that_fails(tmp_path: Path) -> None:
    other = measured("0", untrusted_root="accepted", absent="rejected: expired")
    client = replace(CLIENTS["urllib"], measured=other).as_found("1", None)
    with Bench(Emulator(), OwnAuthority(), tmp_path) as bench:
        assert bench.measure(client, SCENARIOS["absent"], "p256").news
        control = bench.measure(client, SCENARIOS["untrusted_root"], "p256")
        known = bench.measure(client.as_found("0", None), SCENARIOS["absent"], "p256")
    assert control.as_expected is False
    assert not control.news
    assert known.as_expected is False


@pytest.mark.parametrize(
    ("declared", "scenario", "outcome"),
    [
        ({"aia": "accepted"}, "aia_redirect", "accepted"),
        ({"aia": "accepted"}, "aia_p7c", "accepted"),
        ({"aia": "accepted", "aia_pem": "rejected"}, "aia_pem", "rejected"),
        ({"aia": "accepted"}, "aia_wrong_issuer", "rejected"),
        ({}, "aia_redirect", "rejected"),
        ({"cached": "accepted: anchors"}, "cached_first", "accepted: anchors"),
        ({"cached": "accepted: anchors"}, "stale_cross", "accepted: anchors"),
        ({"cached": "accepted: anchors"}, "stale_cached", "rejected"),
        ({"absent": "rejected: other"}, "partial_chain", "rejected: other"),
    ],
)
def test_other_scenarios_follow_from_those_of_the_readme(
    declared: dict[str, str], scenario: str, outcome: str
) -> None:
    client = replace(CLIENT, measured=measured("1", where=None, **declared))
    assert client.expected[scenario] == outcome


def test_another_verdict_beyond_the_readme_is_news(tmp_path: Path) -> None:
    client = replace(CLIENTS["urllib"], measured=measured("1", stale_full_chain="accepted"))
    with Bench(Emulator(), OwnAuthority(), tmp_path) as bench:
        cell = bench.measure(client, SCENARIOS["stale_full_chain"], "p256")
    assert client.version_is_measured
    assert (cell.outcome, cell.news) == ("rejected: expired", True)
