"""`leafonly test` and `leafonly audit`: the suites from any directory; and where reports go."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.helpers.deployable import issue, root
from tests.helpers.run_pytest import PROJECT, run_pytest
from tests.helpers.waiting import LONGEST

BOTH = ("leaf", "chain")
ONE = ("--clients=urllib", "--scenarios=absent", "suites/matrix")


def leafonly(
    directory: Path, *arguments: str, **environment: str
) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "leafonly", *arguments],
        cwd=directory,
        env={**os.environ, "PYTHONPATH": str(PROJECT), "PYTHONDONTWRITEBYTECODE": "1"}
        | environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def ids(output: str) -> list[str]:
    return [line for line in output.splitlines() if "::" in line]


def test_same_tests_as_in_a_clone(tmp_path: Path) -> None:
    asked = ("--clients=urllib,curl", "--collect-only", "-q", "-p", "no:cacheprovider")
    in_clone = run_pytest("suites/matrix", "suites/presentation", *asked)
    anywhere = leafonly(tmp_path, "test", *asked)
    assert ids(anywhere.stdout) == ids(in_clone.stdout) != []


def test_run_writes_into_the_current_directory_alone(tmp_path: Path) -> None:
    (tmp_path / "pytest.ini").write_text("[pytest]\nleafonly_clients = nonsense\n")
    finished = leafonly(tmp_path, "test", *ONE)
    assert finished.returncode == 0, finished.stdout
    assert "report: leafonly-report/latest/report.html" in finished.stdout
    assert sorted(each.name for each in tmp_path.iterdir()) == ["leafonly-report", "pytest.ini"]


def test_bundle_goes_by_the_last_report_in_the_current_directory(tmp_path: Path) -> None:
    issue(tmp_path / "cam")
    audit = ("audit", "cam", "--clients=none", f"--trust={root(tmp_path)}")
    assert leafonly(tmp_path, *audit, "--bundle=leaf").returncode == 0
    last = tmp_path / "leafonly-report/latest/report.json"
    report = json.loads(last.read_text())
    report["camera"]["kind"] = "board"
    report["presentation"] = [{"method": "der_appended (p256)", "presented": 2}]
    last.write_text(json.dumps(report))
    assert leafonly(tmp_path, *audit, "--bundle=chain").returncode == 0
    calls = [(tmp_path / each / "load.py").read_text().count("load_cert_chain") for each in BOTH]
    assert calls == [1, 2]
    refused = leafonly(tmp_path, *audit, "--bundle=leafonly-report/camera")
    assert "is among the reports" in " ".join(refused.stdout.split())


def test_settings_rank_below_the_command_line(tmp_path: Path) -> None:
    (tmp_path / "pytest.ini").write_text("[pytest]\nleafonly_clients = urllib,nonsense\n")
    finished = leafonly(tmp_path, "test", "--collect-only", "-q")
    assert finished.returncode == pytest.ExitCode.USAGE_ERROR
    assert "nonsense" in finished.stderr
    finished = leafonly(tmp_path, "test", "--collect-only", "-q", "--clients=urllib")
    assert ids(finished.stdout)


def test_help_is_about_leafonly_alone(tmp_path: Path) -> None:
    for command in ("test", "audit"):
        out = leafonly(tmp_path, command, "--help").stdout
        assert "--camera" in out
        assert "--credentials" in out
        assert "--allow-key-on-camera" in out
        assert "--gateways" in out
        assert "--maxfail" not in out


def test_audit_takes_the_folder_first(tmp_path: Path) -> None:
    finished = leafonly(tmp_path, "audit", "cam", "--clients=none")
    assert "cam: No such file or directory" in finished.stderr + finished.stdout


def test_narrow_run_does_not_replace_a_whole_one_as_latest(tmp_path: Path) -> None:
    reports = tmp_path / "leafonly-report"
    whole = reports / "whole"
    whole.mkdir(parents=True)
    (whole / "report.json").write_text(json.dumps({"run": {"complete": True}}))
    (reports / "latest").symlink_to("whole")
    finished = leafonly(tmp_path, "test", *ONE)
    assert (reports / "latest").readlink() == Path("whole")
    (mine,) = (each for each in reports.iterdir() if each.name[0].isdigit())
    assert f"report: leafonly-report/{mine.name}/report.html" in finished.stdout
    (whole / "report.json").write_text(json.dumps({"run": {"complete": True, "narrow": True}}))
    leafonly(tmp_path, "test", *ONE)
    assert (reports / "latest").readlink() != Path("whole")


def test_report_of_a_version_that_kept_one_is_kept(tmp_path: Path) -> None:
    old = tmp_path / "leafonly-report/latest"
    old.mkdir(parents=True)
    (old / "report.json").write_text("{}")
    leafonly(tmp_path, "test", *ONE)
    assert old.is_symlink()
    (kept,) = old.parent.glob("latest-until-*/report.json")
    assert kept.read_text() == "{}"


def test_report_directory_is_checked_before_the_run(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    finished = leafonly(tmp_path, "test", *ONE, "--report-dir=file/below")
    assert finished.returncode == pytest.ExitCode.USAGE_ERROR
    assert f"{tmp_path / 'file'} is not a folder: name another" in finished.stdout + finished.stderr
    assert "::" not in finished.stdout


def test_shell_completes_commands(tmp_path: Path) -> None:
    finished = subprocess.run(
        [sys.executable, "-m", "leafonly"],
        env={
            "PYTHONPATH": str(PROJECT),
            **{"_ARGCOMPLETE": "1", "COMP_LINE": "leafonly loo", "COMP_POINT": "12"},
            **{"_ARGCOMPLETE_STDOUT_FILENAME": str(tmp_path / "out"), "COMP_TYPE": "9"},
        },
        cwd=tmp_path,
        check=False,
        timeout=LONGEST,
    )
    assert finished.returncode == 0
    assert (tmp_path / "out").read_text().strip() == "look"
