"""The documents that are drawn from entries and measurements are not stale."""

import json
from pathlib import Path

from leafonly.clients import CLIENTS, catalogue
from leafonly.harness.scenario import SCENARIOS
from leafonly.report import answer
from leafonly.report.document import validate

ROOT = Path(__file__).parents[1]
SAMPLE = "reports/sample/report.json"


def test_catalogue_is_what_the_entries_say() -> None:
    written = (ROOT / "docs/clients.md").read_text()
    assert written == catalogue.markdown(), (
        "run: uv run python -m leafonly docs clients >docs/clients.md"
    )


def test_every_client_declares_every_scenario_and_its_versions() -> None:
    for client in CLIENTS.values():
        assert client.expected.keys() == SCENARIOS.keys(), client.name
        assert all(each.versions for each in client.measured), client.name
        assert set(client.cannot) <= {*SCENARIOS, "p256", "p384", "rsa2048"}, client.name


def test_answer_is_what_the_sample_report_says() -> None:
    report = json.loads((ROOT / SAMPLE).read_text())
    validate(report)
    written = (ROOT / "docs/answer.md").read_text()
    assert written == answer.markdown(report, SAMPLE), (
        f"run: uv run python -m leafonly answer {SAMPLE} >docs/answer.md"
    )
