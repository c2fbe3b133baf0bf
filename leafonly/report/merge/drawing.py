"""A fleet for a terminal, in Markdown, and as an HTML page."""

from collections import Counter
from collections.abc import Iterator
from itertools import groupby

from leafonly.clients.measured import MUST_REJECT
from leafonly.report.counting import many
from leafonly.report.diff.order import Word
from leafonly.report.headings import HEADINGS
from leafonly.report.merge.by_version import since_version
from leafonly.report.merge.fleet import ByWord, Deviation, Fleet
from leafonly.report.page import draw
from leafonly.report.shown import folded, in_markdown

__all__ = ["html", "markdown", "since", "text"]


def text(fleet: Fleet, width: int) -> str:
    """Return what depends on the machine, for a terminal of this width."""
    lines = [folded(f"{fleet.headline} {fleet.detail}", width), ""]
    if fleet.deviations:
        lines.append("Verdicts that depend on the machine")
        for scenario, by_word, clients in fleet.deviations:
            lines.append(folded(f"  {scenario}: {_in_words(by_word)}", width, 2))
            names = ", ".join(each.label for each in clients)
            lines.append(folded(f"    {names}", width, 4))
        lines.append("")
    if fleet.conflicts:
        lines.append("Conflicts: the same versions, other verdicts")
        for client, versions, scenario, by_word in fleet.conflicts:
            line = f"  {client} {versions}, {scenario}: {_in_words(by_word)}"
            lines.append(folded(line, width, 2))
        lines.append("")
    lines.append("Machines")
    for place in fleet.places:
        line = f"  {place.name}: {many(place.clients, 'client')}, {place.system}"
        about = f"Python {place.python}, {place.camera}, {place.day}"
        lines.append(folded(f"{line}, {about}", width, 2))
    return "\n".join(lines) + "\n"


def _in_words(by_word: ByWord) -> str:
    return "; ".join(f"{word} on {', '.join(names)}" for word, names in by_word.items())


def markdown(fleet: Fleet) -> str:
    """Return the fleet in Markdown: what differs, how many connect, and every version."""
    return "\n".join(_markdown(fleet)) + "\n"


def _markdown(fleet: Fleet) -> Iterator[str]:
    names = [place.name for place in fleet.places]
    yield f"**{fleet.headline}** {fleet.detail}"
    if fleet.deviations:
        yield from ("", "## Verdicts that depend on the machine", "")
        yield from _head("client", "scenario", *names)
        yield from (row for each in fleet.deviations for row in _deviation(each, fleet))
    if fleet.conflicts:
        yield from ("", "## Conflicts: the same versions, other verdicts", "")
        yield from _head("client", "versions", "scenario", "verdicts")
        for client, versions, scenario, by_word in fleet.conflicts:
            yield _row(client, versions, _plain(scenario), _in_words(by_word))
    yield from ("", "## How many clients connect", "")
    yield from _head("scenario", *names)
    for scenario, by_name in fleet.connecting.items():
        counted = {name: f"{few} of {all_}" for name, (few, all_) in by_name.items()}
        yield _row(_plain(scenario), *(counted.get(name, "") for name in names))
    yield from ("", "## Every client", "")
    yield from _head("client", *names, *map(_plain, fleet.telling))
    for each in fleet.measured:
        # One word where machines agree, in the order in which they were named.
        words = (" → ".join(w for w, _ in groupby(each.words[s].values())) for s in fleet.telling)
        yield _row(each.label, *(each.versions.get(name, "") for name in names), *words)


def since(fleet: Fleet) -> str:
    """Return in Markdown the behaviour of each client by version."""
    return "\n".join(_since(fleet)) + "\n"


def _since(fleet: Fleet) -> Iterator[str]:
    scenarios = [name for name in fleet.scenarios if name == "absent" or name in fleet.telling]
    rows = list(since_version(fleet, scenarios))
    times = Counter(each.client for each in rows)
    changed = {client for client, count in times.items() if count > 1}
    clients = many(len(times), "client")
    yield f"**Of {clients} measured in several versions, {len(changed)} changed.**"
    for title, chosen in (
        ("Clients that changed", [each for each in rows if each.client in changed]),
        ("Clients that did not change", [each for each in rows if each.client not in changed]),
    ):
        if chosen:
            yield from ("", f"## {title}", "")
            yield from _head("client", "from", "to", "versions measured", *map(_plain, scenarios))
        for each in chosen:
            words = (each.words[name] for name in scenarios)
            yield _row(each.client, each.oldest, each.newest, str(each.measured), *words)


def _deviation(deviation: Deviation, fleet: Fleet) -> Iterator[str]:
    """Return a line per client: its verdict and its versions, by machine."""
    words = {name: word for word, names in deviation.by_word.items() for name in names}
    for client in deviation.clients:
        cells = []
        for place in fleet.places:
            version = client.versions.get(place.name, "")
            cells.append(f"{words[place.name]}: {version}" if place.name in words else version)
        yield _row(client.label, _plain(deviation.scenario), *cells)


def _head(*cells: str) -> Iterator[str]:
    yield _row(*cells)
    yield "|---" * len(cells) + "|"


def _row(*cells: str) -> str:
    return f"| {' | '.join(map(in_markdown, cells))} |"


def _plain(scenario: str) -> str:
    title, more = HEADINGS[scenario]
    return f"{title} ({more})" if more else title


def _css(word: Word, scenario: str) -> str:
    """Return the class of a verdict's colour, as `headings.look` does for a cell."""
    if scenario in MUST_REJECT:
        return "g" if word == "no" else "x"
    return {"yes": "y", "anchor": "a"}.get(word, "n")


def html(fleet: Fleet) -> str:
    """Return the fleet as one HTML file."""
    return draw("merge.html.j2", fleet=fleet, headings=HEADINGS, plain=_plain, css=_css)
