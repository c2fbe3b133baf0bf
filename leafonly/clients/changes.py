"""What new versions of clients changed, according to the measurements in the entries."""

from collections import defaultdict
from collections.abc import Iterable
from itertools import pairwise

from leafonly.clients.client import Client
from leafonly.clients.measured import DEFAULT_SCENARIOS

__all__ = ["changes"]

_ABOUT = (
    "Python 3.13 made stored intermediates trust anchors: from that version on, "
    "`ssl.create_default_context()` sets VERIFY_X509_PARTIAL_CHAIN (python/cpython#107361). "
    "urllib3 sets the flag in the same versions (urllib3/urllib3#3571). Up to Python 3.12, an "
    "intermediate in the store only helps to build the path, and the root is still the trust "
    "anchor. From 3.13 on, these clients accept the camera even if the root is removed from the "
    "store. An update of Python is enough for that; the program does not change.\n"
)


def changes(clients: Iterable[Client]) -> str:
    """Return a Markdown list of the outcomes that changed, and the version that changed each."""
    found: dict[str, list[str]] = defaultdict(list)
    for client in clients:
        for before, after in pairwise(client.measured):
            for scenario, outcome in after.outcomes.items():
                if scenario in DEFAULT_SCENARIOS and outcome != before.outcomes[scenario]:
                    change = f"`{scenario}` from `{before.outcomes[scenario]}` to `{outcome}`"
                    since = after.where.text if after.where else f"with {after}"
                    found[f"{change}, {since}"].append(client.name)
    lines = [
        f"- {', '.join(sorted(names, key=str.lower))}: {what}"
        for what, names in sorted(found.items(), key=lambda item: (-len(item[1]), item[0]))
    ]
    return "\n".join((_ABOUT, *lines)) + "\n"
