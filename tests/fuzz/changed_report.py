"""A report with some of its values changed, as a few bytes say: the JSON around them stays whole.

A fuzzer that changes the text of a report hardly gets past its JSON, and what draws a report is
behind that and behind the schema.
"""

import functools
import json
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

from tests.report.hostile import HOSTILE

__all__ = ["changed"]

_SAMPLE = Path(__file__).parents[2] / "reports/sample/report.json"
_CLIENTS = ("curl", "java")
_ODD: list[Any] = [
    *(text[:3000] for text in HOSTILE),
    *(None, True, False, 0, -1, 10**30, -1e308, 0.5, "", [], {}, [[]], "rejected", "accepted"),
    *("error", "missing_issuer", "absent", "cached", "2026-02-30T25:61:61Z", "leafonly/2"),
]


def changed(orders: bytes) -> bytes:
    """Return the text of a report, changed once for every four bytes."""
    report = deepcopy(_seed())
    for start in range(0, len(orders) - 3, 4):
        places = list(_places(report))
        holder, key = places[int.from_bytes(orders[start : start + 2]) % len(places)]
        match orders[start + 2] % 4:
            case 0:
                del holder[key]
            case 1:
                other, other_key = places[orders[start + 3] * 37 % len(places)]
                holder[key] = deepcopy(other[other_key])
            case _:
                # A copy: what comes next may change it, or put it into itself.
                holder[key] = deepcopy(_ODD[orders[start + 3] % len(_ODD)])
        if not report:
            break
    return json.dumps(report).encode()


@functools.cache
def _seed() -> Any:
    report = json.loads(_SAMPLE.read_bytes())
    report["clients"] = [each for each in report["clients"] if each["name"] in _CLIENTS]
    report["cells"] = [each for each in report["cells"] if each["client"] in _CLIENTS][::4]
    report["presentation"] = report["presentation"][:2]
    finding = {"check": "expiry", "severity": "blocker", "message": "seen", "remedy": "do"}
    report["findings"] = [*report["findings"], finding]
    return report


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    pairs = value.items() if isinstance(value, dict) else enumerate(value)
    for key, each in list(pairs):
        yield value, key
        if isinstance(each, dict | list):
            yield from _places(each)
