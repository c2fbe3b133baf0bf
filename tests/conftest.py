"""Tests that stand on a program which not every machine has say so, and are skipped without."""

import os
import shutil
import signal

import pytest
from hypothesis import HealthCheck, settings

# On a busy machine a process stands still for longer than Hypothesis allows one example (200 ms)
# and the making of ten (1 s): neither says anything of what is tested.
settings.register_profile("busy", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("busy")


def pytest_configure(config: pytest.Config) -> None:
    # The runs that tests start are not what a step of GitHub Actions is about.
    os.environ.pop("GITHUB_STEP_SUMMARY", None)
    # A shell lets its background jobs ignore Ctrl-C, and their children inherit that.
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    config.addinivalue_line("markers", "needs(*programs): skip where one of them is missing")


def pytest_runtest_setup(item: pytest.Item) -> None:
    for marker in item.iter_markers("needs"):
        for program in marker.args:
            if shutil.which(program) is None:
                pytest.skip(f"{program} is not on this machine")
