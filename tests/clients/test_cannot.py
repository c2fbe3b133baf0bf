"""What cannot apply to a client is said in words, and not tried."""

from dataclasses import replace
from pathlib import Path

import pytest

from leafonly.cameras.emulator.camera import Emulator
from leafonly.certificates.chain import KeyType
from leafonly.clients import CLIENTS
from leafonly.harness.bench import Bench
from leafonly.harness.scenario import SCENARIOS
from leafonly.harness.subjects.own_authority import OwnAuthority


@pytest.mark.parametrize(
    ("key_type", "scenario", "verdict"),
    [
        ("p384", "full_chain", "not_applicable"),
        ("p256", "cached", "not_applicable"),
        ("p256", "full_chain", "accepted"),
    ],
)
def test_a_scenario_or_a_key_type_can_be_none_of_a_clients(
    tmp_path: Path, key_type: KeyType, scenario: str, verdict: str
) -> None:
    why = "it has never heard of that"
    client = replace(CLIENTS["urllib"], cannot={"p384": why, "cached": why})
    with Bench(Emulator(), OwnAuthority(), tmp_path) as bench:
        cell = bench.measure(client, SCENARIOS[scenario], key_type)
    assert cell.verdict == verdict
    assert cell.reason == (why if verdict == "not_applicable" else None)
