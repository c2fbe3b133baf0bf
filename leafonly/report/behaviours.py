"""The few behaviours into which the clients of a report can be grouped."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from leafonly.report.rows import CellRow, Report
from leafonly.report.summary import rows, scenario_names

__all__ = ["Behaviour", "behaviours"]

Outcomes = Mapping[str, str]


@dataclass(frozen=True)
class Behaviour:
    """Clients with the same verdict in every scenario.

    Attributes:
        name: The behaviour in plain words.
        clients: The names of the clients; with the key type if a client behaves differently with
            another one.
        count: The number of clients.
        cells: Scenario -> the cell of the first client, as an example for all of them.

    """

    name: str
    clients: Sequence[str]
    count: int
    cells: Mapping[str, CellRow]


def behaviours(report: Report) -> list[Behaviour]:
    """Return the groups of clients whose verdicts agree, the largest group first.

    Clients that complete the path with a stored intermediate and clients that trust it as an
    anchor (`cached_kind`) behave differently. The reason of a rejection makes no difference.
    """
    scenarios = scenario_names(report)
    groups: dict[tuple[str, ...], list[tuple[str, str, Mapping[str, CellRow]]]] = {}
    patterns: dict[str, set[tuple[str, ...]]] = {}
    for client, key_type, cells in rows(report):
        pattern = tuple(_outcome(cells.get(name)) for name in scenarios)
        groups.setdefault(pattern, []).append((client["name"], key_type, cells))
        patterns.setdefault(client["name"], set()).add(pattern)
    found = [
        _behaviour(dict(zip(scenarios, pattern, strict=True)), members, patterns)
        for pattern, members in groups.items()
    ]
    return sorted(found, key=lambda each: -each.count)


def _behaviour(
    outcomes: Outcomes,
    members: Sequence[tuple[str, str, Mapping[str, CellRow]]],
    patterns: Mapping[str, set[tuple[str, ...]]],
) -> Behaviour:
    shown = [
        name if len(patterns[name]) == 1 else f"{name} ({key_type})"
        for name, key_type, _ in members
    ]
    clients = tuple(dict.fromkeys(shown))
    count = len({name for name, _, _ in members})
    return Behaviour(_name(outcomes), clients, count, members[0][2])


def _outcome(cell: CellRow | None) -> str:
    if cell is None:
        return "none"
    return "anchors" if cell["cached_kind"] == "anchors" else cell["verdict"]


def _name(outcomes: Outcomes) -> str:
    """Return the name of a behaviour, its most important part first."""
    known = {each for each in outcomes.values() if each not in ("error", "not_applicable", "none")}
    if not known:
        only_errors = "error" in outcomes.values()
        return "No verdict" if only_errors else "Does not apply"
    if outcomes.get("untrusted_root") == "accepted":
        return "Does not verify the root"
    if outcomes.get("full_chain") == "rejected":
        return "Rejects even the full chain"
    parts = [*_of_the_leaf_alone(outcomes), *_of_other_sources(outcomes)]
    return "; ".join(parts) or ("Connects" if "accepted" in known else "Rejects the certificate")


def _of_the_leaf_alone(outcomes: Outcomes) -> Iterator[str]:
    stored = outcomes.get("cached")
    if outcomes.get("absent") == "accepted":
        yield "Connects to the leaf alone"
    elif stored == "anchors":
        yield "Trusts an installed intermediate like a root"
    elif stored == "accepted":
        yield "Completes the chain from an installed intermediate"
    elif stored == "rejected":
        yield "Does not use an installed intermediate"
    elif outcomes.get("absent") == "rejected":
        yield "Rejects the leaf alone"
    elif outcomes.get("full_chain") == "accepted":
        yield "Connects to the full chain"
    if outcomes.get("wrong_cached") in ("accepted", "anchors"):
        yield "accepts an intermediate with another key"
    if outcomes.get("stale_cached") in ("accepted", "anchors"):
        yield "goes on trusting it when it has expired"
    if outcomes.get("stale_full_chain") == "rejected":
        yield "rejects even the full chain while an expired one is installed"
    if outcomes.get("stale_cross") == "rejected":
        yield "takes an expired cross-certificate although it has another path"


_FETCHED = {
    "aia_two": "two in a row",
    "aia_three": "three in a row",
    "aia_redirect": "by a redirect",
    "aia_pem": "PEM",
    "aia_p7c": "PKCS#7",
}


def _of_other_sources(outcomes: Outcomes) -> Iterator[str]:
    fetches = [outcomes.get(name) == "accepted" for name in ("aia", *_FETCHED)]
    if any(fetches):
        fails = [what for name, what in _FETCHED.items() if outcomes.get(name) == "rejected"]
        yield "fetches a missing one (AIA)" + (f", but not {' or '.join(fails)}" if fails else "")
    if outcomes.get("visited") == "accepted":
        yield "remembers one from a visit"
    unknown = sum(each in ("error", "not_applicable") for each in outcomes.values())
    if unknown:
        yield f"{unknown} without a verdict"
