"""Draw docs/answer.md from a report: whether the camera documentation's sentence holds."""

from collections.abc import Mapping, Sequence

from leafonly.clients import CLIENTS
from leafonly.clients.changes import changes
from leafonly.report.rows import CellRow, ClientRow, Report

__all__ = ["markdown"]

_HEAD = """\
# Does the sentence hold?

Camera documentation says of a camera that presents only its leaf certificate: clients that already have the CA's intermediate cached, "mainstream browsers and HTTPS libraries usually do", connect fine; clients that rely on the server to send it fail; if every client must succeed, put a gateway in front.

Written by `uv run python -m leafonly answer REPORT` from `{name}`: {clients} clients over {stacks} TLS libraries, measured {day} on {os} against {camera}. Every figure below is counted from that report; a cell without a verdict is counted nowhere. What other versions do was measured apart from it, and is said under "What a new version changed".
The authority is a private one, made for the run, so nothing about its intermediate can have come along with a program. For a certificate of a public CA one thing may differ, which this report cannot show: Firefox on desktop systems downloads the intermediates of the CAs in Mozilla's root program ahead of time (Mozilla Security Blog, "Preloading Intermediate CA Certificates into Firefox", 13 November 2020; not measured here).
"""


def markdown(report: Report, name: str) -> str:
    """Answer the sentence point by point.

    Args:
        report: As in report.json.
        name: What to call that file.

    Raises:
        ValueError: No client has a verdict on `absent`, so that there is no answer.

    """
    said = {client["name"]: client for client in report["clients"]}
    answers = _Answers(report["cells"], said)
    if not answers.asked:
        raise ValueError(f"{name}: no client has a verdict on absent with a p256 key")
    measured = [said[client] for client in answers.clients]
    head = _HEAD.format(
        name=name,
        clients=len(measured),
        stacks=len({client["stack"] for client in measured}),
        day=report["started"][:10],
        os=report["host"]["os"],
        camera=report["camera"]["description"],
    )
    return "\n".join((head, *answers.sections()))


class _Answers:
    """The verdicts of one report, counted by what they say about the sentence."""

    def __init__(self, cells: Sequence[CellRow], clients: Mapping[str, ClientRow]) -> None:
        self._said = clients
        self._cells = {
            (cell["client"], cell["scenario"]): cell
            for cell in cells
            if cell["conclusive"] and cell["key_type"] == "p256"
        }
        self.clients = sorted({client for client, _ in self._cells}, key=str.lower)
        self.asked = [name for name in self.clients if self._verdict(name, "absent") is not None]

    def sections(self) -> list[str]:
        """Write the sections, each an answer with the clients it is counted from."""
        browsers = [name for name in self.clients if self._said[name]["kind"] == "browser"]
        absent, fetching = self._accepting("absent"), self._accepting("aia")
        visited = self._accepting("visited")
        completes = self._cached("completes")
        anchors = self._cached("anchors")
        helped = {*absent, *fetching, *visited, *completes, *anchors}
        never = [name for name in self.clients if name not in helped]
        return [
            f"## Browsers and libraries usually have it cached\n\n{self._usually(browsers)}",
            f"## Who succeeds with the intermediate absent\n\n{self._list(absent)}",
            f"## Who fetches it when the leaf says where (AIA)\n\n{self._list(fetching)}",
            f"## Who remembers it from a visit to another server of the CA\n\n{self._list(visited)}",
            "## Who succeeds once it is in the store, by completing the path\n\n"
            f"{self._list(completes)}",
            "## Who succeeds once it is in the store, by trusting it outright\n\n"
            "These accept it with the root removed: what was meant to help finding a path has "
            f"become an anchor.\n\n{self._list(anchors)}",
            f"## Who succeeds in none of these ways\n\n{self._list(never)}",
            f"## What a new version changed\n\n{changes(CLIENTS.values())}",
            f"## If every client must succeed\n\n{self._every()}",
        ]

    def _accepting(self, scenario: str) -> list[str]:
        return [name for name in self.clients if self._verdict(name, scenario) == "accepted"]

    def _cached(self, kind: str) -> list[str]:
        return [
            name
            for name in self._accepting("cached")
            if self._cells[name, "cached"]["cached_kind"] == kind
        ]

    def _verdict(self, name: str, scenario: str) -> str | None:
        cell = self._cells.get((name, scenario))
        return str(cell["verdict"]) if cell else None

    def _usually(self, browsers: Sequence[str]) -> str:
        connect = [name for name in self.asked if self._verdict(name, "absent") == "accepted"]
        lines = [
            f"Not seen: with the intermediate absent, {len(connect)} of {len(self.asked)} clients connect."
            if len(connect) < len(self.asked)
            else "All connect."
        ]
        for name in browsers:
            words = (
                f"{scenario} {self._verdict(name, scenario) or 'no verdict'}"
                for scenario in ("absent", "visited", "aia", "cached")
            )
            lines.append(f"- {self._label(name)}: {', '.join(words)}")
        return "\n".join(lines) + "\n"

    def _every(self) -> str:
        full = [name for name in self.clients if self._verdict(name, "full_chain") == "accepted"]
        return (
            f"{len(full)} of {len(self.clients)} clients connect when the full chain is presented, "
            "by the camera itself or by a gateway in front of it. With the leaf alone it is "
            f"{self._count('absent')} with the intermediate absent, {self._count('aia')} with a "
            f"caIssuers address, {self._count('visited')} after a visit, "
            f"{self._count('cached')} with the intermediate in the store.\n"
        )

    def _count(self, scenario: str) -> int:
        return len(self._accepting(scenario))

    def _list(self, names: Sequence[str]) -> str:
        return ", ".join(map(self._label, names)) + ".\n" if names else "Nobody.\n"

    def _label(self, name: str) -> str:
        client = self._said[name]
        library = " ".join(filter(None, (client["stack"], client["stack_version"])))
        return f"{name} {client['version'] or ''} ({library})".replace("  ", " ")
