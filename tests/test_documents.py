"""The documents that are drawn from entries and measurements are not stale."""

import json
from pathlib import Path

from leafonly.clients import CLIENTS, catalogue
from leafonly.harness.scenario import SCENARIOS
from leafonly.report import answer
from leafonly.report.document import read, validate
from leafonly.report.merge import drawing
from leafonly.report.merge.by_version import since_version
from leafonly.report.merge.fleet import Machine
from leafonly.report.merge.table import merged

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


GENERATIONS = {"Debian 12": "debian-12", "Debian 13": "debian-13", "unstable": "debian-unstable"}


def debian() -> list[Machine]:
    folder = ROOT / "docs/generations"
    return [Machine(name, read(folder / f"{file}.json")) for name, file in GENERATIONS.items()]


def test_the_generations_of_debian_are_what_their_reports_say() -> None:
    folder = ROOT / "docs/generations"
    assert {path.stem for path in folder.glob("*.json")} == set(GENERATIONS.values())
    machines = debian()
    about = (folder / "about.md").read_text(encoding="utf-8")
    written = (ROOT / "docs/generations.md").read_text(encoding="utf-8")
    fleet = merged(machines)
    assert written == about + drawing.markdown(fleet), "run: make docs"
    # What about.md says in words.
    for scenario, connect in (("absent", False), ("full_chain", True), ("cached", True)):
        for few, asked in fleet.connecting[scenario].values():
            assert few == (asked if connect else 0), scenario
    differ = [(each.scenario, *each.by_word, len(each.clients)) for each in fleet.deviations]
    assert differ == [("cached", "yes", "anchor", 7), ("cached", "anchor", "yes", 1)]
    fetch = [each.name for each in fleet.measured if "yes" in each.words["aia"].values()]
    assert fetch == ["chromium", "chromium-restarted", "java-aia", "java-url-aia"]
    # Without evidence: it would be two thirds of them.
    assert all(path.stat().st_size < 300_000 for path in folder.iterdir())


# Those of which about.md says that Python's version decides.
PYTHON = {"aiohttp", "asyncio", "http.client", "httpx", "requests", "urllib", "urllib3"}


def test_what_clients_do_since_which_version_is_what_their_reports_say() -> None:
    folder = ROOT / "docs/versions"
    files = sorted(folder.glob("*.json"))
    fleet = merged([*debian(), *(Machine(each.stem, read(each)) for each in files)])
    about = (folder / "about.md").read_text(encoding="utf-8")
    written = (ROOT / "docs/versions.md").read_text(encoding="utf-8")
    assert written == about + drawing.since(fleet), "run: make docs"
    # What about.md says in words.
    rows = list(since_version(fleet, fleet.scenarios))
    for row in rows:
        assert (row.words["absent"], row.words["full_chain"]) == ("no", "yes"), row
        is_old_bun = row.client == "bun" and row.newest.startswith("1.2.2 ")
        assert (row.words["cached"] == "no") == is_old_bun, row
    changed = {each.client for each in rows if sum(each.client == one.client for one in rows) > 1}
    assert changed == PYTHON | {"apt", "bun"}
    bun = [each for each in rows if each.client == "bun"]
    assert [each.words["cached"] for each in bun] == ["no", "yes"]
    assert bun[1].oldest.startswith("1.2.3 ")
    urllib = [(each.words["cached"], each.oldest) for each in rows if each.client == "urllib"]
    assert [word for word, _ in urllib] == ["yes", "anchor"]
    assert urllib[1][1].startswith("3.13.0 ")
    runtimes = {"Node.js", "Go", "Python", "Java", "Bun", "Deno"}
    assert all(f"| {each} " in about for each in runtimes)
    assert all(path.stat().st_size < 30_000 for path in folder.iterdir())
