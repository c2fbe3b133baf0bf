"""Real browsers as visitors: the page must come to the verdicts that the matrix comes to."""

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes

from leafonly.cameras.emulator.camera import Emulator
from leafonly.clients import CLIENTS
from leafonly.clients.discovery import PROGRAMS, find
from leafonly.clients.process import bare_environment
from leafonly.harness.bench import Bench
from leafonly.harness.scenario import SCENARIOS
from leafonly.harness.subjects.own_authority import OwnAuthority
from leafonly.report.document import read
from leafonly.walk_up.chains import TEST_SCENARIOS, Offer
from leafonly.walk_up.opening import opened
from leafonly.walk_up.plan import Plan
from leafonly.walk_up.plan import test_plan as plan_of_test_authority
from leafonly.walk_up.rows import cell_rows
from tests.helpers.visitor import Visitor
from tests.helpers.waiting import LONGEST

ROOT = Path(__file__).parents[2]
HELPER = Path(__file__).parents[1] / "helpers/walk_up_browser.py"


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
            timeout=300,
        )
        assert finished.returncode == 0, finished.stderr
        return json.loads(finished.stdout)

    def verdicts(self) -> dict[str, str]:
        """Return the verdicts on the device that came last, as the report has them."""
        rows = cell_rows(self.plan.site.visitors, self.plan.key_type)
        return {r["scenario"]: r["verdict"] for r in rows if r["client"] == rows[-1]["client"]}


@pytest.fixture
def walk_up(tmp_path: Path) -> Iterator[WalkUp]:
    plan = plan_of_test_authority(("127.0.0.1",), None, TEST_SCENARIOS)
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
    answers = {name: marks[each] for name, each in walk_up.verdicts().items()}
    assert said["answers"] == answers | {"untrusted_root": "right"}
    assert not said["again"]
    assert said["overflow"] == 0

    # With the intermediate, too.
    held = walk_up.offers["absent"].chain.intermediates
    walk_up.visit(browser, anchors=[walk_up.root], others=list(held))
    assert walk_up.verdicts()["absent"] == measured("cached")


@pytest.mark.skipif(os.name != "posix", reason="this system has no SIGTERM to be handled")
@pytest.mark.parametrize("end", ["enter", "interrupt", "terminate"])
def test_at_its_end_the_report_is_written(end: str, tmp_path: Path) -> None:
    options = ("--walk-up", "--port=0", f"--report-dir={tmp_path}")
    argv = (sys.executable, "-u", "-m", "leafonly", "serve", *options)
    pipe = subprocess.PIPE
    with contextlib.ExitStack() as stack:
        serving = stack.enter_context(
            subprocess.Popen(argv, cwd=ROOT, stdin=pipe, stdout=pipe, stderr=pipe, text=True)
        )
        stack.callback(serving.kill)
        assert serving.stdin
        assert serving.stdout
        assert serving.stderr
        said = ""
        while "Press Enter" not in said:
            line = serving.stdout.readline()
            assert line, serving.stderr.read()
            said += line
        assert "Only this computer can reach it." in said
        (port,) = map(int, re.findall(r"http://127\.0\.0\.1:(\d+)/", said))
        stranger = Visitor(port)
        root = x509.load_der_x509_certificate(stranger.get("/leafonly-test-root.crt")[1])
        assert root.fingerprint(hashes.SHA256()).hex(":").upper() in said
        visitor = Visitor(port, [root])
        device = visitor.enter("Anna's phone")
        for scenario in TEST_SCENARIOS:
            visitor.ask(device, scenario)
        if end == "enter":
            serving.stdin.write("\n")
            serving.stdin.flush()
        else:
            # A service has no input: its end alone ends nothing.
            serving.stdin.close()
            numbers = {"interrupt": signal.SIGINT, "terminate": signal.SIGTERM}
            serving.send_signal(numbers[end])
        assert serving.wait(timeout=LONGEST) == 0, serving.stderr.read()
        said = serving.stdout.read()
    assert said.startswith("Anna's phone: absent rejected, ")
    assert f"report: {tmp_path / 'report.html'}" in said
    report = read(tmp_path / "report.json")
    assert [each["kind"] for each in report["clients"]] == ["walk-up"]
    assert len(report["cells"]) == len(TEST_SCENARIOS)
    text = (tmp_path / "report.json").read_text() + (tmp_path / "report.html").read_text()
    assert "PRIVATE KEY" not in text
    assert str(tmp_path) not in text
