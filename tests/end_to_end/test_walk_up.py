"""Real browsers as visitors: the page must come to the verdicts that the matrix comes to."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography import x509

from leafonly.cameras.emulator.camera import Emulator
from leafonly.clients import CLIENTS
from leafonly.clients.discovery import PROGRAMS, find
from leafonly.clients.process import bare_environment
from leafonly.harness.bench import Bench
from leafonly.harness.scenario import SCENARIOS
from leafonly.harness.subjects.own_authority import OwnAuthority
from leafonly.walk_up.chains import TEST_SCENARIOS, Offer
from leafonly.walk_up.opening import opened
from leafonly.walk_up.plan import Plan, test_plan
from leafonly.walk_up.rows import cell_rows

HELPER = Path(__file__).parents[1] / "helpers/walk_up_browser.py"
test_plan.__test__ = False  # type: ignore[attr-defined]  # it only begins as tests do


class WalkUp:
    """A walk-up test that is served, and browsers that visit it."""

    def __init__(self, plan: Plan, url: str, offers: dict[str, Offer], directory: Path) -> None:
        self.plan, self.url, self.offers, self.directory = plan, url, offers, directory

    @property
    def root(self) -> x509.Certificate:
        return self.offers["absent"].chain.root

    def visit(self, browser: str, *, anchors: list = [], others: list = []) -> dict:  # noqa: B006
        directory = self.directory / f"visit-{len(list(self.directory.iterdir()))}"
        (directory / "home").mkdir(parents=True)
        store = CLIENTS[browser].trust.write(directory, anchors, others)
        profile = store if browser == "firefox" else "home/profile"
        environment = bare_environment(directory / "home") | {"PYTHONPATH": str(PROGRAMS)}
        finished = subprocess.run(
            [sys.executable, HELPER, browser, profile, self.url, f"my {browser}"],
            cwd=directory,
            env=environment,
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert finished.returncode == 0, finished.stderr
        return json.loads(finished.stdout)

    def verdicts(self) -> dict[str, str]:
        """Return the verdicts on the device that came last, as the report has them."""
        rows = cell_rows(self.plan.site.visitors, self.plan.key_type)
        return {r["scenario"]: r["verdict"] for r in rows if r["client"] == rows[-1]["client"]}


@pytest.fixture
def walk_up(tmp_path: Path) -> Iterator[WalkUp]:
    plan = test_plan(("127.0.0.1",), None, TEST_SCENARIOS)
    made: dict[str, Offer] = {}

    def offers(port: int) -> list[Offer]:
        made.update({each.scenario.name: each for each in plan.offers(port)})
        return list(made.values())

    (tmp_path / "visits").mkdir()
    with opened("127.0.0.1", 0, plan.site, offers) as page:
        yield WalkUp(plan, f"http://127.0.0.1:{page.port}/", made, tmp_path / "visits")


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    (tmp_path / "bench").mkdir()
    with Bench(Emulator(), OwnAuthority(), tmp_path / "bench") as bench:
        yield bench


@pytest.mark.parametrize("browser", ["chromium", "firefox"])
def test_the_page_says_what_the_matrix_says(browser: str, walk_up: WalkUp, bench: Bench) -> None:
    found = find(CLIENTS[browser])
    if not found.available:
        pytest.skip(f"{browser}: {found.unavailable_because}; to have it: {found.install}")

    def measured(scenario: str) -> str:
        return bench.measure(CLIENTS[browser], SCENARIOS[scenario], "p256").verdict

    # Without the root: what is left of every answer is that the full chain is rejected.
    said = walk_up.visit(browser)
    verdicts = walk_up.verdicts()
    assert verdicts["full_chain"] == measured("untrusted_root")
    assert verdicts["absent"] == "error"
    assert said["again"]

    # With the root, as the page offers it.
    said = walk_up.visit(browser, anchors=[walk_up.root])
    assert walk_up.verdicts() == {name: measured(name) for name in TEST_SCENARIOS}
    marks = {"accepted": "yes", "rejected": "no"}
    assert said["answers"] == {name: marks[each] for name, each in walk_up.verdicts().items()}
    assert not said["again"]
    assert said["overflow"] == 0

    # With the intermediate, too.
    held = walk_up.offers["absent"].chain.intermediates
    walk_up.visit(browser, anchors=[walk_up.root], others=list(held))
    assert walk_up.verdicts()["absent"] == measured("cached")
