"""A cell of a longer chain has what its scenario says, or it is an error and no verdict."""

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from leafonly.cameras import METHODS, Load
from leafonly.cameras.emulator.camera import EmulatedEndpoint, Emulator
from leafonly.certificates.authority import Authority
from leafonly.certificates.chain import Chain, pem
from leafonly.certificates.hierarchy import CLASSIC, HIERARCHIES
from leafonly.clients import CLIENTS
from leafonly.clients.measured import DEFAULT_SCENARIOS
from leafonly.harness.bench import Bench
from leafonly.harness.scenario import (
    SCENARIOS,
    Scenario,
    asked_by_default,
    first_hierarchy,
    possible,
)
from leafonly.harness.subjects.own_authority import OwnAuthority
from leafonly.harness.subjects.subject import ToServe

RSA, DEEP = HIERARCHIES["letsencrypt-rsa"], HIERARCHIES["deep"]
HONEST = CLIENTS["urllib"]


def test_the_default_run_has_the_scenarios_of_the_readme_and_no_others() -> None:
    assert [each.name for each in asked_by_default(CLASSIC)] == list(DEFAULT_SCENARIOS)
    for each in SCENARIOS.values():
        assert each in possible(first_hierarchy(each))
        # A scenario of longer chains is asked as soon as somebody asks for such a chain.
        assert each.only_named or each in asked_by_default(first_hierarchy(each))


@pytest.mark.parametrize(
    ("scenario", "presented", "stored"),
    [
        ("full_chain", 3, 0),
        ("partial_chain", 2, 0),
        ("absent", 1, 0),
        ("cached_first", 1, 1),
        ("cached", 1, 2),
        ("aia_two", 1, 0),
    ],
)
def test_what_is_presented_and_what_is_stored(scenario: str, presented: int, stored: int) -> None:
    with contextlib.closing(OwnAuthority(hierarchy=RSA)) as subject:
        served = subject.to_serve(SCENARIOS[scenario], "p256", "cell")
        held = subject.holding(SCENARIOS[scenario])
    assert served.chain
    assert list(served.presented) == list(served.chain.full[:presented])
    assert list(held.intermediates) == list(served.chain.intermediates[:stored])
    assert list(held.anchors) == [served.chain.root]


def test_with_the_wrong_key_only_the_lowest_is_wrong() -> None:
    with contextlib.closing(OwnAuthority(hierarchy=DEEP)) as subject:
        lowest, *others = subject.holding(SCENARIOS["cached"]).intermediates
        wrong, *right = subject.holding(SCENARIOS["wrong_cached"]).intermediates
    assert right == others
    assert wrong.subject == lowest.subject
    assert wrong.public_key() != lowest.public_key()


class Saboteur(Emulator):
    """A camera that leaves out the last of several certificates, or adds what is missing."""

    def __init__(self) -> None:
        super().__init__()
        self.instead: Sequence[Load] | None = None

    @contextlib.contextmanager
    def serve(self, loads: Sequence[Load]) -> Iterator[EmulatedEndpoint]:
        # The controls (three loads: the full chain) are left alone.
        is_partial = len(loads) == 2 and self.instead is not None
        with super().serve(self.instead if is_partial and self.instead else loads) as endpoint:
            yield endpoint


@pytest.mark.parametrize("method", ["der_leaf", "der_appended"])
def test_camera_that_presents_less_or_more_than_a_part(method: str, tmp_path: Path) -> None:
    camera, subject = Saboteur(), OwnAuthority(hierarchy=RSA)
    chain = subject.to_serve(SCENARIOS["full_chain"], "p256", "sabotage").chain
    assert isinstance(chain, Chain)
    camera.instead = METHODS[method](chain)
    with Bench(camera, subject, tmp_path) as bench:
        cell = bench.measure(HONEST, SCENARIOS["partial_chain"], "p256")
    assert cell.verdict == "error"
    assert "and not the 2 that this scenario asks for" in str(cell.reason)


def test_camera_that_cannot_send_the_chain_presents_no_certificate(tmp_path: Path) -> None:
    camera = Saboteur()
    camera.instead = METHODS["der_appended"](Authority(6).issue(aia="http://h/" + "x" * 1200))
    with Bench(camera, OwnAuthority(hierarchy=RSA), tmp_path) as bench:
        cell = bench.measure(HONEST, SCENARIOS["partial_chain"], "p256")
    assert cell.verdict == "error"
    assert "presents no certificate; this scenario asks for 2" in str(cell.reason)


HAS_MORE = """
import ssl, sys, urllib.request
context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
for file in sys.argv[1:3]:
    context.load_verify_locations(file)
print(urllib.request.urlopen(sys.argv[3], context=context).read().decode())
"""


def test_client_that_has_all_intermediates_is_noticed_in_cached_first(tmp_path: Path) -> None:
    subject = OwnAuthority(hierarchy=RSA)
    more = tmp_path / "more.pem"
    more.write_bytes(pem(subject.holding(SCENARIOS["cached"]).intermediates))
    client = replace(HONEST, run=("{python}", "-c", HAS_MORE, "{trust}", str(more), "{url}"))
    with Bench(Emulator(), subject, tmp_path / "cells") as bench:
        cell = bench.measure(client, SCENARIOS["cached_first"], "p256")
    # Only an anchor can be accepted there, and a client that completes is none.
    assert cell.verdict == "error"
    assert "more certificates than the scenario says" in str(cell.reason)


class NamesAnother(OwnAuthority):
    """A subject whose fetched intermediates lead to another root."""

    def to_serve(self, scenario: Scenario, key_type: str, cell: str) -> ToServe:
        served = super().to_serve(scenario, "p256", cell)
        if scenario.aia is None or served.chain is None:
            return served
        others = self._unrelated.intermediates
        return replace(served, chain=replace(served.chain, intermediates=others))


@pytest.mark.parametrize(("scenario", "hierarchy"), [("aia_two", RSA), ("aia_three", DEEP)])
def test_chain_that_cannot_be_completed_by_fetching(
    scenario: str, hierarchy: object, tmp_path: Path
) -> None:
    assert isinstance(hierarchy, type(RSA))
    with Bench(Emulator(), NamesAnother(hierarchy=hierarchy), tmp_path) as bench:
        cell = bench.measure(HONEST, SCENARIOS[scenario], "p256")
    assert cell.verdict == "error"
    assert "the leaf does not verify even with its full chain" in str(cell.reason)
