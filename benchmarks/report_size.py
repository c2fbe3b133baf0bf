"""How large the HTML of a report is, and how long Chromium takes to open 10 000 cells.

    python benchmarks/report_size.py [REPORT]

The cells are those of a report (default: reports/sample/report.json), repeated for each key type
and, for the large one, under further names. Needs chromium on PATH for the time. The goals: 500 kB
for 50 clients with 8 scenarios and 3 key types; under 2 s for 10 000 cells.
"""

import shutil
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path[0] = str(ROOT)

from leafonly.report.document import read  # noqa: E402
from leafonly.report.html import render  # noqa: E402
from leafonly.report.rows import Report  # noqa: E402
from tests.helpers.browser_page import Page, opened  # noqa: E402

KEY_TYPES = ("p256", "p384", "rsa2048")
# Until the page is laid out and its script has run; a picture is drawn after that.
OPENED = "(document.body.offsetHeight, performance.now())"


def repeated(report: Report, clients: int) -> Report:
    """Return the report with this number of clients, each with all key types."""
    names = [each["name"] for each in report["clients"] if each["available"]]
    cells = [cell for cell in report["cells"] if cell["key_type"] == "p256"]
    rows = {each["name"]: each for each in report["clients"]}
    new = report.copy()
    new["clients"], new["cells"] = [], []
    for number in range(clients):
        old = names[number % len(names)]
        name = old if number < len(names) else f"{old}-{number // len(names)}"
        new["clients"].append({**rows[old], "name": name})
        for cell in (each for each in cells if each["client"] == old):
            for key_type in KEY_TYPES:
                cell_id = f"{name}-{cell['scenario']}-{key_type}"
                moved = {"id": cell_id, "client": name, "key_type": key_type}
                new["cells"].append({**cell, **moved})  # type: ignore[typeddict-item]
    return new


def main() -> None:
    """Measure, and print."""
    path = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "reports/sample/report.json"
    report = read(path)
    fifty = repeated(report, 50)
    size = len(render(fifty).encode())
    print(
        f"{len(fifty['cells'])} cells of 50 clients: {size:,} bytes, {size / 500_000:.2f} of 500 kB"
    )
    large = repeated(report, 417)
    page = render(large)
    print(f"{len(large['cells'])} cells of 417 clients: {len(page.encode()):,} bytes")
    if shutil.which("chromium") is None:
        print("chromium is not on PATH: not opened")
        return
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "report.html")
        file.write_text(page, encoding="utf-8")
        with opened("chromium", Path(folder, "p")) as browser:
            _open(browser, file.as_uri())


def _open(browser: Page, url: str) -> None:
    """Open a page five times, and print the shortest time."""
    browser.resize(1300, 900)
    times = []
    for _ in range(5):
        browser.open(url)
        times.append(float(browser.evaluate(OPENED)) / 1000)
    print(f"opened in {min(times):.2f} s (best of 5), {min(times) / 2:.2f} of 2 s")


if __name__ == "__main__":
    main()
