"""docs/report.md says of every field what it is, and its jq commands work."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import leafonly.report

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/report.md").read_text(encoding="utf-8")
SCHEMA = json.loads(Path(leafonly.report.__file__).with_name("schema.json").read_text())
SAMPLE = ROOT / "reports/sample/report.json"
COMMANDS = re.findall(r"^jq .*report\.json$", PAGE, re.MULTILINE)


def sections() -> dict[str, str]:
    """Return the text of each section of the page by the field that its title names."""
    parts = re.split(r"^#+ (.*)$", PAGE, flags=re.MULTILINE)
    titles = (re.match(r"`(\w+)", title) for title in parts[1::2])
    found = {m[1]: text for m, text in zip(titles, parts[2::2], strict=True) if m}
    return {"": PAGE, **found}


def fields(schema: Any) -> Iterator[tuple[str, Any]]:
    for name, value in schema.get("properties", {}).items():
        yield name, value
        for inner in (value, value.get("items"), value.get("additionalProperties")):
            if isinstance(inner, dict):
                yield from fields(inner)


def test_every_field_and_every_value_is_explained() -> None:
    text = sections()
    for top, schema in SCHEMA["properties"].items():
        inner = schema.get("items", schema)
        for name, value in [(top, schema), *fields(inner)]:
            place = text.get(top, text[""])
            assert f"`{name}`" in place or f"### `{name}" in PAGE, f"{top}: {name}"
            for word in (*value.get("enum", ()), *value.get("examples", ())):
                assert word is None or f"`{word}`" in place, f"{top}.{name}: {word}"


def test_no_field_is_explained_that_is_not_there() -> None:
    text = sections()
    for top, schema in SCHEMA["properties"].items():
        known = {name for name, _ in fields(schema.get("items", schema))}
        rows = re.findall(r"^\| (`.*?) \|", text.get(top, ""), re.MULTILINE)
        assert {name for row in rows for name in re.findall(r"`(\w+)`", row)} <= known, top


@pytest.mark.needs("jq")
@pytest.mark.parametrize("command", COMMANDS)
def test_the_commands_of_the_page_answer(command: str) -> None:
    line = command.replace("report.json", str(SAMPLE))
    assert shutil.which("sh")
    finished = subprocess.run(["sh", "-c", line], capture_output=True, text=True, check=False)
    assert (finished.returncode, finished.stderr) == (0, "")


def test_there_are_commands() -> None:
    assert len(COMMANDS) == 5
