"""`pytest` as people use it: options, exit codes, parallel runs, reports."""

import contextlib
import json
import platform
import ssl
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from leafonly.cameras import loads_for
from leafonly.cameras.emulator.camera import Emulator
from leafonly.certificates.authority import Authority
from leafonly.certificates.chain import pem
from leafonly.certificates.hierarchy import CLASSIC
from leafonly.clients import CLIENTS
from leafonly.harness.scenario import SCENARIOS, asked_by_default, possible
from tests.helpers.default_context import kind_of_a_stored_intermediate
from tests.helpers.run_pytest import report_of, run_pytest, started_pytest

ROOT = Path(__file__).parents[2]
CURL = "curl 8.0.0 (x86_64-pc-linux-gnu) libcurl/8.0.0 OpenSSL/3.0.0"

ACCEPTING_STUB = """
import socket, ssl, sys
context = ssl.create_default_context(cafile=sys.argv[3])
try:
    plain = socket.create_connection((sys.argv[1], int(sys.argv[2])))
    context.wrap_socket(plain, server_hostname=sys.argv[1]).close()
    print("ACCEPT")
except ssl.SSLError as error:
    print(error)
    print("REJECT")
"""


def run(*arguments: str) -> tuple[int, str]:
    finished = run_pytest(*arguments)
    return finished.returncode, finished.stdout + finished.stderr


def cell_ids(report: dict[str, Any]) -> list[str]:
    return sorted(cell["id"] for cell in report["cells"])


@pytest.mark.parametrize(
    ("argument", "words"),
    [
        ("--clients=crul", "unknown name 'crul'; did you mean curl?"),
        ("--clients=,", "no name given"),
        ("--require=crul", "--require=crul: unknown name 'crul'; did you mean curl?"),
        ("--require=curl", "--require=curl is about your own certificate or one deployed camera"),
        ("--scenarios=missing", "unknown name 'missing'; there are: full_chain"),
        ("--scenarios=aia_two", "add --hierarchy=letsencrypt-rsa or letsencrypt-ecdsa"),
        ("--scenarios=older_root", "add --hierarchy=cross or letsencrypt-ecdsa"),
        ("--key-types=p521", "unknown name 'p521'"),
        ("--client=no/such/stub", "no/such/stub does not exist"),
        ("--client=README.md", "has no #! line, so it cannot be started"),
        ("--camera=nonsense", "--camera=nonsense"),
        ("--camera=localhost:9", "--camera=localhost:9: localhost:9: "),
        ("--trust=README.md", "--trust=README.md: no certificate can be read from it"),
        ("--trust=no/such/file", "--trust=no/such/file: "),
    ],
)
def test_bad_value_is_one_line_and_exit_code_4(argument: str, words: str) -> None:
    exit_code, output = run(argument)
    assert exit_code == 4
    assert [line for line in output.splitlines() if words in line]
    assert "Traceback" not in output
    assert len(output.strip().splitlines()) == 1


def test_parallel_run_gives_the_whole_report(tmp_path: Path) -> None:
    exit_code, output = run(
        *("--clients=urllib,pyopenssl", "--key-types=p256,p384", f"--report-dir={tmp_path}"),
        *("-n2", f"--junitxml={tmp_path / 'junit.xml'}"),
    )
    assert exit_code == 0, output
    report = report_of(tmp_path)
    assert len(cell_ids(report)) == len(set(cell_ids(report))) == 2 * (8 + 4)
    assert all(cell["as_expected"] or cell["news"] for cell in report["cells"])
    cases = ET.parse(tmp_path / "junit.xml").findall(".//testcase")
    names = [str(case.get("name")) for case in cases]
    assert sorted(name for name in names if name.startswith("test_cell")) == [
        f"test_cell[{cell_id}]" for cell_id in cell_ids(report)
    ]
    assert "Leaf alone: 0 of 2 clients connect." in output
    assert report["run"] == {
        "kind": "matrix",
        "options": report["run"]["options"],
        "exit_status": 0,
        "complete": True,
        "tests_planned": len(cases),
        "tests_run": len(cases),
        "narrow": True,
    }
    assert str(tmp_path) not in json.dumps(report["run"])
    assert "<!doctype html>" in (tmp_path / "report.html").read_text()


def test_full_run_has_every_scenario_once_and_all_are_as_measured(tmp_path: Path) -> None:
    exit_code, output = run(
        *("suites/matrix", "--hierarchy=all", "--clients=urllib", f"--report-dir={tmp_path}")
    )
    assert exit_code == 0, output
    report = report_of(tmp_path)
    assert cell_ids(report) == sorted(f"urllib-{name}-p256" for name in SCENARIOS)
    assert all(cell["as_expected"] for cell in report["cells"]), output


def test_all_scenarios_are_those_of_the_hierarchy(tmp_path: Path) -> None:
    asked = ("suites/matrix", "--clients=urllib", "--collect-only", "-q")
    _, default = run(*asked)
    _, everything = run(*asked, "--scenarios=all")
    for name, each in SCENARIOS.items():
        assert (f"urllib-{name}-p256" in default) == (each in asked_by_default(CLASSIC))
        assert (f"urllib-{name}-p256" in everything) == (each in possible(CLASSIC))


def test_one_cell_by_its_node_id_brings_its_controls_itself(tmp_path: Path) -> None:
    node = "suites/matrix/test_matrix.py::test_cell[urllib-absent-p256]"
    exit_code, output = run(node, f"--report-dir={tmp_path}")
    assert exit_code == 0, output
    assert cell_ids(report_of(tmp_path)) == ["urllib-absent-p256"]
    assert report_of(tmp_path)["cells"][0]["conclusive"]


NODE = "suites/matrix/test_matrix.py::test_cell"


@pytest.mark.parametrize(
    ("arguments", "looked_for"),
    [
        ([f"{NODE}[urllib-absent-p256]"], False),
        ([f"{NODE}[urllib-absent-p256]", "-n1"], False),
        (["suites/matrix", "-k", "urllib and absent"], False),
        (["suites/matrix", "-m", "control and proxy"], False),
        (["suites/matrix", "--clients=urllib"], False),
        # These show that the test would see it.
        (["suites/matrix", "-k", "lynx"], True),
        (["suites/matrix", "-m", "control and command_line"], True),
        ([f"{NODE}[lynx-absent-p256]"], True),
        (["suites/matrix", "-k", "lynx", "--collect-only"], False),
    ],
)
def test_only_clients_that_are_asked_for_are_looked_for(
    arguments: list[str], looked_for: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lynx = tmp_path / "lynx"
    lynx.write_text(f"#!/bin/sh\necho asked >>{tmp_path}/asked\nexit 1\n")
    lynx.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    # Everything but the tests themselves.
    ends = "import pytest\n@pytest.hookimpl(tryfirst=True)\ndef pytest_runtestloop(): return True\n"
    (tmp_path / "ends.py").write_text(ends)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    _, output = run(*arguments, "-p", "ends", f"--report-dir={tmp_path}/report")
    assert (tmp_path / "asked").exists() == looked_for, output


def test_cell_of_a_client_that_is_not_here_is_asked_by_its_node_id(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    exit_code, output = run(f"{NODE}[curl-absent-p256]", f"--report-dir={tmp_path}")
    assert exit_code == 1
    assert "curl is not on PATH; install it with: " in output


def test_why_nothing_is_left_of_what_was_chosen_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    exit_code, output = run("suites/matrix", "-k", "wget2")
    assert exit_code == pytest.ExitCode.NO_TESTS_COLLECTED
    assert "wget2 is not available: wget2 is not on PATH; install it with: " in output


def test_markers_select(tmp_path: Path) -> None:
    arguments = ("--clients=urllib", "-n0", f"--report-dir={tmp_path}", "-m", "control and p256")
    exit_code, output = run(*arguments)
    assert exit_code == 0, output
    assert cell_ids(report_of(tmp_path)) == [
        "urllib-full_chain-p256",
        "urllib-untrusted_root-p256",
    ]


def test_two_runs_at_once_do_not_disturb_each_other(tmp_path: Path) -> None:
    arguments = ("--clients=urllib,httpx", "-n2", "--scenarios=absent,cached,visited,aia")
    with contextlib.ExitStack() as stack:
        running = [
            stack.enter_context(started_pytest(*arguments, f"--report-dir={tmp_path / name}"))
            for name in ("a", "b")
        ]
        for process in running:
            output, _ = process.communicate(timeout=300)
            assert process.returncode == 0, output
    one, other = (report_of(tmp_path / name) for name in ("a", "b"))
    assert [cell["verdict"] for cell in one["cells"]] == [
        cell["verdict"] for cell in other["cells"]
    ]


def test_client_that_is_asked_for_and_not_here_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    exit_code, output = run(
        "--clients=curl", "--scenarios=absent", "-n0", f"--report-dir={tmp_path}"
    )
    assert exit_code == 1
    assert "curl is not on PATH; install it with: " in output
    report = report_of(tmp_path)
    assert [cell["verdict"] for cell in report["cells"]] == ["error"]
    assert not report["clients"][0]["available"]


def test_own_client_by_the_stub_contract(tmp_path: Path) -> None:
    stub = tmp_path / "mystub"
    stub.write_text(ACCEPTING_STUB)
    exit_code, output = run(
        f"--client=mine={sys.executable} {stub}", "-n0", f"--report-dir={tmp_path}"
    )
    assert exit_code == 0, output
    assert {cell["client"] for cell in report_of(tmp_path)["cells"]} == {"mine"}
    outcomes = {cell["scenario"]: cell for cell in report_of(tmp_path)["cells"]}
    assert outcomes["full_chain"]["verdict"] == "accepted"
    assert outcomes["untrusted_root"]["verdict"] == "rejected"
    assert outcomes["absent"]["reason"] == "missing_issuer"
    assert outcomes["cached"]["cached_kind"] == kind_of_a_stored_intermediate()
    assert outcomes["absent"]["expected"] is None


def test_crashed_worker_leaves_no_cell_out(tmp_path: Path) -> None:
    """A stub that kills the process that measures it: the worst there is."""
    stub = tmp_path / "killer"
    stub.write_text(f"#!{sys.executable}\nimport os\nos.kill(os.getppid(), 9)\n")
    stub.chmod(0o755)
    exit_code, _ = run(
        *("--clients=urllib", f"--client={stub}", "--scenarios=absent", "-n1"),
        f"--report-dir={tmp_path}",
    )
    assert exit_code == 1
    verdicts = {cell["client"]: cell["verdict"] for cell in report_of(tmp_path)["cells"]}
    assert verdicts == {"urllib": "rejected", "killer": "error"}


def test_client_that_does_not_work_here_fails_once_and_only_if_it_was_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand_in = f'#!/bin/sh\n[ "$1" != --version ] || {{ echo "{CURL}"; exit 0; }}\nexit 1\n'
    (tmp_path / "curl").write_text(stand_in)
    (tmp_path / "curl").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    asked = ("suites/matrix", "-n0", "--scenarios=full_chain,absent,cached")
    exit_code, output = run(*asked, "--clients=curl", f"--report-dir={tmp_path}")
    assert exit_code == 1
    assert "1 failed, 2 skipped" in output
    assert [cell["verdict"] for cell in report_of(tmp_path)["cells"]] == ["error"] * 3
    assert "No verdict on curl (does not work here: " in " ".join(output.split())
    # Nobody named it, but nothing else was run: then it is not the client that does not work.
    exit_code, output = run(*asked, "-k", "[curl-", f"--report-dir={tmp_path}")
    assert exit_code == 1
    assert "3 skipped" in output
    exit_code, output = run(*asked, "-k", "[curl- or [urllib-", f"--report-dir={tmp_path}")
    assert exit_code == 0, output


def test_report_of_a_run_that_was_ended_says_so(tmp_path: Path) -> None:
    arguments = (
        "suites/matrix",
        "--clients=urllib",
        f"--report-dir={tmp_path}",
        "--scenarios=absent",
    )
    _, output = run(*arguments)
    assert "Stopped" not in output
    assert report_of(tmp_path)["run"]["complete"]
    # Neither is a client, so the first of them ends the run.
    _, output = run(*arguments, "--client=/bin/true", "--client=/bin/false", "--maxfail=1")
    assert "Stopped after 2 of 3 tests; the rest did not run." in output
    told = report_of(tmp_path)["run"]
    assert not told["complete"]
    assert (told["tests_run"], told["tests_planned"], told["exit_status"]) == (2, 3, 1)
    assert told["options"]["client"] == ["true", "false"]


def test_list_clients_names_versions_and_what_to_install() -> None:
    exit_code, output = run("--list-clients")
    assert exit_code == 0
    lines = {line.split()[0]: line for line in output.splitlines() if line.strip()}
    assert lines.keys() >= CLIENTS.keys()
    assert platform.python_version() in lines["urllib"]
    assert ssl.OPENSSL_VERSION.split()[1] in lines["urllib"]


def test_no_client_is_no_failure(tmp_path: Path) -> None:
    exit_code, output = run("suites/matrix", "--clients=none", "-n0", f"--report-dir={tmp_path}")
    assert exit_code == 0, output
    assert not (tmp_path / "report.json").exists()


@pytest.fixture
def deployed(tmp_path: Path) -> Iterator[str]:
    """Serve a leaf for `localhost`, whose root and intermediate are in `trust.pem`."""
    chain = Authority().issue()
    (tmp_path / "trust.pem").write_bytes(pem([chain.root, *chain.intermediates]))
    with Emulator().serve(loads_for("leaf", chain)) as endpoint:
        yield f"localhost:{endpoint.port}"


def test_a_deployed_camera_has_a_matrix_of_its_own(deployed: str, tmp_path: Path) -> None:
    exit_code, output = run(
        *(f"--camera={deployed}", f"--trust={tmp_path / 'trust.pem'}", "--clients=urllib"),
        f"--report-dir={tmp_path}",
    )
    assert exit_code == 1, output  # its chain is not complete
    report = report_of(tmp_path)
    assert cell_ids(report) == ["urllib-absent-p256", "urllib-cached-p256"]
    assert all(cell["conclusive"] for cell in report["cells"])
    assert [row["presented"] for row in report["presentation"]] == [1]
    assert report["camera"]["kind"] == "deployed"
    words = " ".join(output.split())
    assert "is missing. As it is, urllib does not connect; with the intermediate" in words
    assert report["run"]["kind"] == "remote_host"
    exit_code, output = run(
        *(f"--camera={deployed}", f"--trust={tmp_path / 'trust.pem'}", "--require=urllib"),
        *("--clients=none", f"--report-dir={tmp_path}", "suites/matrix"),
    )
    assert exit_code == 1
    assert "FAILED: --require is not met: urllib (missing_issuer)" in output
    assert report_of(tmp_path)["summary"]["failed_requirements"] == ["urllib-absent-p256"]


def test_a_list_of_deployed_cameras_is_looked_at(deployed: str, tmp_path: Path) -> None:
    (tmp_path / "hosts").write_text(f"{deployed}\nlocalhost:9\n")
    exit_code, output = run(f"--camera=@{tmp_path / 'hosts'}", f"--report-dir={tmp_path}")
    assert exit_code == 1
    assert "0 of 2 cameras present a complete chain." in output
    severities = [each["severity"] for each in report_of(tmp_path)["findings"]]
    assert severities == ["warning", "blocker"]
