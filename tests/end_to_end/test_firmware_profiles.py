"""The suites on each firmware profile."""

from pathlib import Path

import pytest

from leafonly.cameras.emulator.profiles import PROFILES
from tests.helpers.run_pytest import report_of, run_pytest

OTHERS = [name for name in PROFILES if name != "openmv-5.0"]


@pytest.mark.parametrize("name", OTHERS)
def test_presentation_suite_passes_and_says_how_the_firmware_is_known(
    tmp_path: Path, name: str
) -> None:
    finished = run_pytest(
        *("suites/presentation", f"--camera=emulator:{name}"), f"--report-dir={tmp_path}"
    )
    assert finished.returncode == 0, finished.stdout
    report = report_of(tmp_path)
    profile = PROFILES[name]
    assert report["camera"]["description"] == f"{profile.title} in software ({profile.basis})"
    (finding,) = report["findings"]
    assert "presents the full chain with: " in finding["message"]
    assert "leaf_pem + intermediate_pem" in finding["message"]


def test_control_holds_and_remedy_shows_the_firmware_s_own_call(tmp_path: Path) -> None:
    finished = run_pytest(
        *("suites/matrix", "--camera=emulator:circuitpython", "--clients=urllib"),
        *("--scenarios=absent,full_chain", f"--report-dir={tmp_path}"),
    )
    assert finished.returncode == 0, finished.stdout
    report = report_of(tmp_path)
    verdicts = {each["scenario"]: each["verdict"] for each in report["cells"]}
    assert (verdicts["full_chain"], verdicts["absent"]) == ("accepted", "rejected")
    (remedy,) = [each for each in report["remedies"] if each["kind"] == "camera"]
    assert remedy["steps"][0]["lines"] == (
        "context.load_cert_chain(leaf_pem + intermediate_pem, key_pem)"
    )
