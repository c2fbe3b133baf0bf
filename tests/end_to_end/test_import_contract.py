"""The floors are held: an import that goes sideways or up makes lint-imports fail."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2]
LINT = Path(sys.executable).with_name("lint-imports")

pytestmark = pytest.mark.skipif(not LINT.exists(), reason="lint-imports is not in this environment")


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    copy = tmp_path_factory.mktemp("copy")
    for package in ("leafonly", "fixtures", "suites"):
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(PROJECT / package, copy / package, ignore=ignored)
    shutil.copy(PROJECT / "pyproject.toml", copy)
    return copy


def lint(copy: Path) -> "subprocess.CompletedProcess[str]":
    # Its cache would be of the copy before the import.
    return subprocess.run(
        [str(LINT), "--no-cache"],
        cwd=copy,
        env={"PYTHONPATH": str(copy), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_the_copy_keeps_the_contracts(copy: Path) -> None:
    finished = lint(copy)
    assert finished.returncode == 0, finished.stdout + finished.stderr


@pytest.mark.parametrize(
    ("importer", "imported"),
    [
        ("leafonly/clients/external.py", "leafonly.cameras"),  # sideways
        ("leafonly/tls/records.py", "leafonly.certificates"),  # sideways
        ("leafonly/audit/context.py", "leafonly.harness.cell"),  # up
        ("leafonly/report/html.py", "leafonly.harness.cell"),  # sideways
        ("leafonly/harness/cell.py", "pytest"),  # out of the engine
        ("suites/matrix/test_matrix.py", "subprocess"),
    ],
)
def test_an_import_against_the_contracts_fails(copy: Path, importer: str, imported: str) -> None:
    path = copy / importer
    text = path.read_text()
    path.write_text(f"{text}\nimport {imported}\n")
    try:
        finished = lint(copy)
    finally:
        path.write_text(text)
    assert finished.returncode == 1, finished.stdout + finished.stderr
    assert "BROKEN" in finished.stdout
    module = importer.removesuffix(".py").replace("/", ".")
    assert f"{module} -> {imported}" in finished.stdout
