"""axe-core, the judge of a page's accessibility, at levels A and AA of WCAG 2.2."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.browser_page import Page

MODES = {"light": (1300, False), "dark": (1300, True), "phone": (360, False)}
"""Mode -> width of the page in pixels, and whether the reader prefers it dark."""

_TO_HAVE_AXE = "npm install axe-core, and its folder in LEAFONLY_AXE"
_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


def axe() -> str:
    """Return axe-core's script; skips the test if it is not on this machine."""
    folder = os.environ.get("LEAFONLY_AXE")
    script = Path(folder, "axe.min.js") if folder else None
    if script is None or not script.is_file():
        pytest.skip(f"axe-core is not here; to have it: {_TO_HAVE_AXE}")
    return script.read_text(encoding="utf-8")


def violations(page: Page, script: str) -> Any:
    """Return what axe finds in an open page: each rule, how many places, the first of them."""
    page.evaluate(f"(() => {{ {script} }})()")
    options = json.dumps({"runOnly": _RULES, "resultTypes": ["violations"]})
    return page.evaluate(
        f"axe.run(document, {options}).then(r => r.violations.map(v =>"
        " [v.id, v.nodes.length, v.nodes[0].html, v.nodes[0].failureSummary]))"
    )
