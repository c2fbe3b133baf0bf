"""The verdicts do not depend on the order of the tests, on workers, or on a busy machine."""

import contextlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.promises import COSTLY, under

pytestmark = [COSTLY, pytest.mark.needs("curl", "openssl", "gnutls-cli", "wget", "ruby")]

FAST = ("curl", "openssl", "gnutls-cli", "wget", "urllib", "requests", "nodejs", "ruby")
SHUFFLING = """
import os, random, pytest

@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items):
    random.Random(int(os.environ["LEAFONLY_SEED"])).shuffle(items)
"""
Outcomes = dict[str, tuple[str, str | None, str | None]]


def outcomes(folder: Path, *arguments: str, seed: int | None = None) -> Outcomes:
    """Run the matrix, and return each cell's verdict, reason and kind of `cached`."""
    folder.mkdir()
    more = {}
    if seed is not None:
        (folder / "shuffling.py").write_text(SHUFFLING)
        more = {"PYTHONPATH": str(folder), "LEAFONLY_SEED": str(seed)}
        arguments = ("-p", "shuffling", *arguments)
    ended = under(folder, f"--clients={','.join(FAST)}", *arguments, more=more, limit=900)
    assert ended.code == 0, ended.output
    cells = ended.report["cells"]
    return {each["id"]: (each["verdict"], each["reason"], each["cached_kind"]) for each in cells}


@pytest.fixture(scope="module")
def once(tmp_path_factory: pytest.TempPathFactory) -> Outcomes:
    found = outcomes(tmp_path_factory.mktemp("once") / "run")
    assert len(found) == 8 * len(FAST)
    return found


@pytest.mark.parametrize("seed", range(5))
def test_in_random_order(once: Outcomes, tmp_path: Path, seed: int) -> None:
    assert outcomes(tmp_path / "run", seed=seed) == once


def test_ten_times_in_a_row(once: Outcomes, tmp_path: Path) -> None:
    for number in range(10):
        assert outcomes(tmp_path / str(number)) == once


@pytest.mark.parametrize("workers", ["-n0", "-n2", "-n8"])
def test_with_workers(once: Outcomes, tmp_path: Path, workers: str) -> None:
    assert outcomes(tmp_path / "run", workers) == once


@contextlib.contextmanager
def busy(count: int) -> Iterator[None]:
    spinning = [sys.executable, "-c", "while True: pass"]
    processes = [subprocess.Popen(spinning) for _ in range(count)]
    try:
        yield
    finally:
        for each in processes:
            each.kill()
            each.wait()


def test_beside_eight_busy_processes(once: Outcomes, tmp_path: Path) -> None:
    with busy(8):
        assert outcomes(tmp_path / "run") == once
