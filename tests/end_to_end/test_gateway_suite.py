"""suites/gateway as a user runs it: what it measures, counts and leaves out."""

import shutil
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from leafonly.cameras.emulator.camera import Emulator
from leafonly.gateways import GATEWAYS, Gateway
from leafonly.harness.gateway_trial import ask_through
from tests.helpers.gateways import skip_without
from tests.helpers.run_pytest import bare_environment, report_of, run_pytest

SUITE = "suites/gateway"
NGINX = GATEWAYS["nginx"]


def run(tmp_path, *arguments, **more):
    return run_pytest(
        *("-n0", "--clients=requests,urllib3", "--report-dir", tmp_path / "report", *arguments),
        environment=bare_environment(tmp_path, **more),
    )


def test_failing_cells_are_counted_and_those_that_are_mended(tmp_path):
    """Alone and with the matrix: the same rows, and each cell of the matrix once."""
    skip_without(NGINX)
    finished = run(tmp_path, SUITE, "--gateways=nginx,stunnel")
    assert finished.returncode == 0, finished.stdout
    alone = report_of(tmp_path / "report")
    finished = run(tmp_path, SUITE, "suites/matrix", "--gateways=nginx", "--scenarios=absent")
    assert finished.returncode == 0, finished.stdout
    both = report_of(tmp_path / "report")
    assert (alone["run"]["kind"], both["run"]["kind"]) == ("gateway", "matrix")
    for report in (alone, both):
        failing = [each for each in report["cells"] if each["verdict"] == "rejected"]
        assert {each["scenario"] for each in report["cells"]} == {"absent"}
        assert len({each["id"] for each in report["cells"]}) == len(report["cells"])
        row = report["remedies"][0]
        assert (row["name"], row["kind"], row["tried"]) == ("nginx", "gateway", True)
        assert row["cells_failing"] == row["cells_fixed"] == len(failing) == 2
        assert set(row["clients_fixed"]) == {each["client"] for each in failing}
        assert "2 of 2 through nginx" in report["summary"]["sentence"]


def test_the_default_run_leaves_the_gateways_out(tmp_path):
    assert SUITE not in run(tmp_path, "--collect-only", "-q").stdout
    assert f"{SUITE}/test_gateway.py" in run(tmp_path, "--collect-only", "-q", SUITE).stdout


def test_a_gateway_that_is_missing_is_skipped_unless_it_is_named(tmp_path):
    if shutil.which("caddy", path="/usr/sbin"):
        pytest.skip("caddy is in /usr/sbin, where it is always found")
    empty = str(Path(sys.executable).parent)
    finished = run(tmp_path, SUITE, "-k", "caddy and down", "-rs", PATH=empty)
    assert "1 skipped" in finished.stdout
    assert "install it with: apt install caddy" in finished.stdout
    finished = run(tmp_path, SUITE, "-k", "caddy and down", "--gateways=caddy", PATH=empty)
    assert finished.returncode == 1
    assert "caddy is not on this machine" in finished.stdout


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--gateways=ngnix"], "unknown name 'ngnix'"),
        (["--camera=@hosts"], "which a remote host does not allow"),
    ],
)
def test_what_cannot_be_run_is_said_in_one_line(tmp_path, arguments, words):
    (tmp_path / "hosts").write_text("localhost:9\n")
    arguments = [each.replace("@hosts", f"@{tmp_path / 'hosts'}") for each in arguments]
    finished = run(tmp_path, SUITE, *arguments)
    assert finished.returncode == 4
    assert words in finished.stderr


@pytest.mark.parametrize(
    ("name", "line", "sabotaged"),
    [
        ("nginx", "proxy_ssl_verify on;", "proxy_ssl_verify off;"),
        ("haproxy", "verify required", "verify none"),
        ("caddy", "tls_server_name", "tls_insecure_skip_verify #"),
        ("stunnel", "verifyChain = yes\nverifyPeer = yes\ncheckHost", "sni"),
    ],
)
def test_a_gateway_that_verifies_nothing_is_caught(monkeypatch, name, line, sabotaged):
    gateway = GATEWAYS[name]
    skip_without(gateway)
    assert not ask_through(gateway, Emulator(), "other").camera_asked
    render = Gateway.render

    def sabotage(self, site):
        text = render(self, site)
        assert line in text
        return text.replace(line, sabotaged)

    monkeypatch.setattr(Gateway, "render", sabotage)
    assert ask_through(replace(gateway), Emulator(), "other").camera_asked
