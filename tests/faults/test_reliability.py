"""docs/reliability.md names tests that exist, and every fault that is tested here."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/reliability.md").read_text("utf-8")
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in PAGE.splitlines()
    if line.startswith("| ") and not line.startswith("| fault ")
]


def names_in(path: Path) -> set[str]:
    tree = ast.parse(path.read_text("utf-8"))
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


def test_every_row_names_a_test_that_exists_or_says_that_there_is_none() -> None:
    assert len(ROWS) >= 60
    for fault, promise, test, result in ROWS:
        assert fault
        assert promise
        if test == "none":
            assert result.startswith("not tested: "), fault
            continue
        match = re.fullmatch(r"`(tests/[\w/]+\.py)::(test_\w+)`(?: \[(.+)\])?", test)
        assert match, fault
        path = ROOT / match[1]
        assert match[2] in names_in(path), f"{fault}: {test}"
        assert match[3] is None or f'"{match[3]}"' in path.read_text("utf-8"), f"{fault}: {test}"
