"""docs/answer.md, written from a report: a verdict on each claim of the camera documentation.

Counts come from the report, and what firmware loads comes from the emulator's profiles. The
template has the prose about sources.
"""

from collections.abc import Iterator, Mapping, Sequence

import jinja2

from leafonly.cameras.emulator.profiles import PROFILES, Profile
from leafonly.report.advice import on_emulated_firmware
from leafonly.report.counting import conclusive, many
from leafonly.report.markdown import inline
from leafonly.report.rows import CellRow, ClientRow, PresentationRow, Report

__all__ = ["markdown"]

_HOLDING = {
    "absent": "has the root only",
    "visited": "has visited another server of the same CA",
    "aia": "finds the issuer's URL in the leaf",
    "cached": "has the intermediate installed",
}
_LOADED = {
    "der_leaf": "the leaf in DER, as documented",
    "der_concatenated": "leaf and intermediate in one DER file",
    "der_appended": "leaf and intermediate in DER, one call each",
    "pem_leaf": "the leaf in PEM",
    "pem_full_chain": "leaf and intermediate in one PEM file (fullchain.pem)",
}
_NOT_MEASURED = "Not measured in this report"

Values = Mapping[str, object]


def markdown(report: Report, name: str) -> str:
    """Return the text of docs/answer.md.

    Args:
        report: As in report.json.
        name: The name of that file.

    Raises:
        ValueError: No client has a verdict on `absent`.

    """
    counted = _Counted(report)
    if not counted.cells["absent"]:
        raise ValueError(f"{name}: no client has a verdict on absent")
    return _TEMPLATES.get_template("answer.md.j2").render(
        name=name,
        clients=len(counted.clients),
        stacks=len({each["stack"] for each in counted.clients.values()}),
        day=report["started"][:10],
        os=report["host"]["os"],
        camera=report["camera"]["description"],
        emulated=on_emulated_firmware(report),
        cached=_cached(counted),
        failing=_failing(counted),
        gateways=_gateways(report),
        one=_one_certificate(report),
        file=_fullchain(report["presentation"]),
    )


class _Counted:
    """The verdicts of one report by scenario, and the clients that have one."""

    def __init__(self, report: Report) -> None:
        self.cells: Mapping[str, Sequence[CellRow]] = {
            scenario: conclusive(report, scenario) for scenario in _HOLDING
        }
        known = {each["name"]: each for each in report["clients"]}
        names = {each["client"] for cells in self.cells.values() for each in cells}
        self.clients: Mapping[str, ClientRow] = {name: known[name] for name in sorted(names)}

    def of(self, scenario: str, verdict: str, kind: str | None = None) -> str | None:
        """Return how many of the measured clients have a verdict: `11 of 100`; None without any."""
        asked = [
            each
            for each in self.cells[scenario]
            if kind in (None, self.clients[each["client"]]["kind"])
        ]
        have = sum(each["verdict"] == verdict for each in asked)
        return f"{have} of {len(asked)}" if asked else None

    def named(self, scenario: str, verdict: str) -> list[str]:
        """Return the names of the clients with a verdict, sorted."""
        return sorted(each["client"] for each in self.cells[scenario] if each["verdict"] == verdict)


def _verdict(*parts: bool) -> str:
    """Return the verdict on a claim that is true if all its parts are."""
    return "True" if all(parts) else "Partly true" if any(parts) else "Not true"


def _cached(counted: _Counted) -> Values:
    """Return the section on clients that have the intermediate."""
    installed, alone = counted.cells["cached"], counted.cells["absent"]
    connect = bool(installed) and all(each["verdict"] == "accepted" for each in installed)
    usual = len(counted.named("absent", "accepted")) * 2 > len(alone)
    return {
        "verdict": _verdict(connect, usual) if installed else _NOT_MEASURED,
        "usual": usual,
        "installed": counted.of("cached", "accepted"),
        "anchors": sum(each["cached_kind"] == "anchors" for each in installed),
        "alone": counted.of("absent", "accepted"),
        "rows": [
            {
                "what": what,
                "all": counted.of(scenario, "accepted"),
                "browsers": counted.of(scenario, "accepted", "browser"),
            }
            for scenario, what in _HOLDING.items()
            if counted.cells[scenario]
        ],
    }


def _failing(counted: _Counted) -> Values:
    """Return the section on clients that need the server to send the intermediate."""
    return {
        "verdict": _verdict(bool(counted.named("absent", "rejected"))),
        "alone": counted.of("absent", "rejected"),
        "with_url": counted.of("aia", "rejected"),
        "fetching": ", ".join(counted.named("aia", "accepted")),
        "browsers": counted.of("aia", "rejected", "browser"),
    }


def _gateways(report: Report) -> Values:
    """Return the section on gateways, and on the camera that presents the chain itself."""
    tried = [each for each in report["remedies"] if each["kind"] == "gateway" and each["tried"]]
    mends_all = any(each["cells_fixed"] == each["cells_failing"] for each in tried)
    mends = any(each["cells_fixed"] for each in tried)
    camera = [
        f"{each['cells_fixed']} of {each['cells_failing']}"
        for each in report["remedies"]
        if each["kind"] == "camera" and each["tried"] and each["cells_fixed"]
    ]
    return {
        "verdict": _verdict(mends_all, mends) if tried else _NOT_MEASURED,
        "camera": camera[0] if camera else None,
        "through": ", ".join(
            f"{each['cells_fixed']} of {each['cells_failing']} through {each['name']}"
            for each in tried
        ),
    }


def _one_certificate(report: Report) -> Values:
    """Return the section on the number of certificates, firmware by firmware."""
    presented = max((each["presented"] or 0 for each in report["presentation"]), default=0)
    return {
        "verdict": _verdict(presented == 1) if presented else _NOT_MEASURED,
        "presented": presented if presented > 1 else None,
        "firmwares": [_firmware(each, report) for each in PROFILES.values()],
    }


def _firmware(profile: Profile, report: Report) -> Values:
    here = report["presentation"] and report["camera"]["description"].startswith(profile.title)
    return {
        "title": f"{profile.title} (this report)" if here else profile.title,
        "calls": "full chain" if profile.second_call == "appends" else "the last one only",
        "pem": "full chain" if profile.reads_pem else "refused",
        "limit": profile.message_limit,
        "basis": profile.basis,
        "source": profile.source,
    }


def _fullchain(rows: Sequence[PresentationRow]) -> Values:
    """Return the section on the file that has the whole chain."""
    most = {method: max(_presented(rows, method), default=0) for method in _LOADED}
    by_file = max(most["der_concatenated"], most["pem_full_chain"]) > 1
    by_any = max(most.values()) > 1
    if by_file:
        sentence = "This firmware presents every certificate of such a file."
    elif by_any:
        sentence = "This firmware presents the chain if each certificate is loaded by its own call."
    else:
        sentence = "This firmware presents one certificate with every way of loading."
    return {
        "verdict": _verdict(not by_file, not by_any) if rows else _NOT_MEASURED,
        "sentence": sentence if rows else None,
        "rows": [
            {"what": what, "presented": _told(rows, method)}
            for method, what in _LOADED.items()
            if _presented(rows, method)
        ],
    }


def _presented(rows: Sequence[PresentationRow], method: str) -> list[int]:
    """Return how many certificates were presented, with each key type; 0 if it was refused."""
    return [each["presented"] or 0 for each in _loaded_by(rows, method)]


def _told(rows: Sequence[PresentationRow], method: str) -> str:
    """Return the result of a loading method; if key types differ, each result once."""
    return " or ".join(
        dict.fromkeys(
            many(each["presented"], "certificate")
            if each["presented"] is not None
            else f"nothing: {each['error'] or 'refused'}"
            for each in _loaded_by(rows, method)
        )
    )


def _loaded_by(rows: Sequence[PresentationRow], method: str) -> Iterator[PresentationRow]:
    """Yield the rows of a loading method; a row's `method` is `der_leaf (p256)`, for example."""
    return (each for each in rows if each["method"].partition(" ")[0] == method)


def _as_text(value: object) -> object:
    """Return a value escaped for Markdown, because it may come from outside."""
    return inline(value) if isinstance(value, str) else value


_TEMPLATES = jinja2.Environment(
    loader=jinja2.PackageLoader("leafonly.report", "templates"),
    autoescape=False,  # noqa: S701 - it is Markdown, and `finalize` escapes every value for it
    undefined=jinja2.StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
    finalize=_as_text,
)
