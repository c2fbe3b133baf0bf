"""Write docs/answer.md from a report: whether the camera documentation's claim is true."""

from collections.abc import Mapping, Sequence

from leafonly.clients import CLIENTS
from leafonly.clients.changes import changes
from leafonly.report.rows import CellRow, ClientRow, Report

__all__ = ["markdown"]

_HEAD = """\
# Is the documentation's claim true?

Camera documentation says about a camera that presents only its leaf certificate: clients that have the CA's intermediate cached ("mainstream browsers and HTTPS libraries usually do") connect. Clients that need the server to send it fail. If every client must connect, put a gateway in front.

This page was written by `uv run python -m leafonly answer REPORT` from `{name}`: {clients} clients with {stacks} TLS libraries, measured on {day} on {os} with {camera}. Every figure is counted from that report. A cell without a verdict is not counted.

The CA was made for the run, so no client had its intermediate before. For a certificate of a public CA, one client may differ, which was not measured: Firefox on desktop systems downloads the intermediates of the CAs in Mozilla's root program in advance (Mozilla Security Blog, "Preloading Intermediate CA Certificates into Firefox", 13 November 2020).
"""

_SCENARIOS = {
    "full_chain": "The camera or a gateway presents the full chain",
    "absent": "Leaf alone",
    "visited": "Leaf alone, after a visit to another server of the same CA",
    "aia": "Leaf alone, with a caIssuers URL in it",
    "cached": "Leaf alone, with the intermediate installed on the client",
}


def markdown(report: Report, name: str) -> str:
    """Return the answer to the claim, point by point.

    Args:
        report: As in report.json.
        name: The name of that file.

    Raises:
        ValueError: No client has a verdict on `absent`.

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
    """The verdicts of one report, counted by what they say about the claim."""

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
        """Return the sections, each with a sentence and the table it is counted from."""
        browsers = [name for name in self.clients if self._said[name]["kind"] == "browser"]
        fetching, visited = self._accepting("aia"), self._accepting("visited")
        completes, anchors = self._cached("completes"), self._cached("anchors")
        helped = {*self._accepting("absent"), *fetching, *visited, *completes, *anchors}
        never = [name for name in self.clients if name not in helped]
        return [
            f"## How many clients connect\n\n{self._counts()}",
            f"## Browsers\n\n{self._browsers(browsers)}",
            f"## Clients that fetch the intermediate\n\nThese clients connect if the leaf has a caIssuers URL.\n\n{self._table(fetching)}",
            f"## Clients that remember the intermediate\n\nThese clients connect after a visit to another server of the same CA.\n\n{self._table(visited)}",
            "## Clients that complete the path with a stored intermediate\n\n"
            f"The root is still their trust anchor.\n\n{self._table(completes)}",
            "## Clients that trust a stored intermediate\n\n"
            "These clients accept the leaf even without the root: the stored intermediate is a "
            f"trust anchor for them.\n\n{self._table(anchors)}",
            f"## Clients that connect in none of these ways\n\n{self._table(never)}",
            f"## What a new version changed\n\n{changes(CLIENTS.values())}",
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

    def _counts(self) -> str:
        """Return the answer in a sentence, and the number of clients for each scenario."""
        connect = len([name for name in self.asked if self._verdict(name, "absent") == "accepted"])
        sentence = (
            f"No: leaf alone, {connect} of {len(self.asked)} clients connect."
            if connect < len(self.asked)
            else "Yes: all clients connect."
        )
        rows = [
            f"| {what} | {len(self._accepting(name))} of {self._measured(name)} |"
            for name, what in _SCENARIOS.items()
        ]
        return "\n".join((sentence, "", "| | clients that connect |", "|---|---|", *rows)) + "\n"

    def _measured(self, scenario: str) -> int:
        return sum(self._verdict(name, scenario) is not None for name in self.clients)

    def _browsers(self, names: Sequence[str]) -> str:
        if not names:
            return "No browser was measured.\n"
        scenarios = ("absent", "visited", "aia", "cached")
        rows = [
            f"| {self._label(name)} | {' | '.join(self._verdict(name, each) or 'no verdict' for each in scenarios)} |"
            for name in names
        ]
        head = (f"| browser | {' | '.join(scenarios)} |", "|---|---|---|---|---|")
        return "\n".join(("Verdicts of the browsers, by scenario.", "", *head, *rows)) + "\n"

    def _table(self, names: Sequence[str]) -> str:
        """Return a table of clients by TLS library, the library with most clients first."""
        by_library: dict[str, list[str]] = {}
        for name in names:
            client = self._said[name]
            library = " ".join(filter(None, (client["stack"], client["stack_version"])))
            by_library.setdefault(library, []).append(name)
        if not by_library:
            return "None.\n"
        rows = [
            f"| {library} | {len(which)} | {', '.join(map(self._label, which))} |"
            for library, which in sorted(
                by_library.items(), key=lambda each: (-len(each[1]), each[0])
            )
        ]
        head = ("| TLS library | clients | names and versions |", "|---|---|---|")
        return "\n".join((*head, *rows)) + "\n"

    def _label(self, name: str) -> str:
        return f"{name} {self._said[name]['version'] or ''}".strip()
