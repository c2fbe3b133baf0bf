"""The pins agree with each other, and name no registry."""

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]


def test_constraints_are_the_hashed_locks_versions() -> None:
    locked = (ROOT / "requirements.lock").read_text()
    pins = re.findall(r"^([\w.-]+==[^\s\\;]+)", locked, re.MULTILINE)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    constraints = project["tool"]["uv"]["constraint-dependencies"]
    assert sorted(each.partition(";")[0] for each in constraints) == sorted(pins)


def test_lock_names_no_address_and_every_pin_has_a_hash() -> None:
    locked = (ROOT / "requirements.lock").read_text()
    assert "://" not in locked
    for block in re.split(r"\n(?=\w)", locked):
        assert "--hash=sha256:" in block
