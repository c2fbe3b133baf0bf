"""A look as data: JSON, Prometheus's text format, a monitoring plugin's output."""

import dataclasses
import datetime as dt
from collections.abc import Callable, Iterator, Sequence

from leafonly.cameras.look_advice import concerned, fixes
from leafonly.cameras.look_outcome import Outcome

__all__ = ["SCHEMA", "as_json", "nagios", "prometheus"]

SCHEMA = "leafonly-look/1"
"""Within 1, fields are only added. docs/look.md describes them."""

OK, WARNING, CRITICAL = 0, 1, 2
_STATES = ("OK", "WARNING", "CRITICAL", "UNKNOWN")
_LONGEST = 1000  # characters of a line; Nagios 4 keeps 8 KB of a plugin's output
_TROUBLE = {"wrong_order", "refused_by_some", "expired"}  # warnings that a user can mend


def as_json(outcome: Outcome) -> dict[str, object]:
    """Return the result of one host, for JSON."""
    look = outcome.look
    fields: dict[str, object] = {"schema": SCHEMA, **dataclasses.asdict(look)}
    fields["certificates"] = [
        dataclasses.asdict(each)
        | {"not_before": _time(each.not_before), "not_after": _time(each.not_after)}
        for each in look.certificates
    ]
    differences = outcome.differences
    return fields | {
        "verdict": outcome.verdict,
        "days_left": look.days_left,
        "clients": concerned(look),
        "fixes": fixes(look),
        "expires_within": outcome.expires_within,
        "differences": differences and [dataclasses.asdict(each) for each in differences],
        "exit_code": 0 if outcome.is_good else 1,
        "exit_reasons": outcome.reasons,
    }


def _time(moment: dt.datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


def prometheus(outcomes: Sequence[Outcome]) -> Iterator[str]:
    """Yield the lines of Prometheus's text format, version 0.0.4.

    A host that was named twice appears once, because Prometheus rejects duplicate series.
    """
    hosts: dict[str, Outcome] = {}
    for each in outcomes:
        hosts.setdefault(each.look.target, each)
    for name, (text, sample) in _METRICS.items():
        samples = [f"{name}{line}" for each in hosts.values() for line in sample(each)]
        if samples:
            yield f"# HELP {name} {text}"
            yield f"# TYPE {name} gauge"
            yield from samples


def _labels(**labels: str) -> str:
    escaped = {
        key: value.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
        for key, value in labels.items()
    }
    return "{" + ",".join(f'{key}="{value}"' for key, value in escaped.items()) + "}"


_Samples = Callable[[Outcome], Iterator[str]]


def _number(value: Callable[[Outcome], float | int | None]) -> _Samples:
    """Return the function that yields a host's sample of a metric, if its value is not None."""

    def samples(outcome: Outcome) -> Iterator[str]:
        found = value(outcome)
        if found is not None:
            yield f"{_labels(target=outcome.look.target)} {found:.15g}"

    return samples


def _expiries(outcome: Outcome) -> Iterator[str]:
    for position, each in enumerate(outcome.look.certificates):
        labels = _labels(
            target=outcome.look.target,
            position=str(position),
            subject=each.subject,
            issuer=each.issuer,
            sha256=each.sha256,
        )
        yield f"{labels} {each.not_after.timestamp():.15g}"


def _first_expiry(outcome: Outcome) -> float | None:
    path = [each.not_after.timestamp() for each in outcome.look.certificates if each.in_path]
    return min(path, default=None)


_METRICS: dict[str, tuple[str, _Samples]] = {
    "leafonly_look_up": (
        "Whether the chain that the host presents could be read.",
        _number(lambda each: each.look.is_read),
    ),
    "leafonly_look_complete": (
        "Whether a strict client that trusts the root accepts what the host presents.",
        _number(lambda each: each.look.complete),
    ),
    "leafonly_look_good": (
        "Whether it is complete, does not expire too soon, and is what was issued.",
        _number(lambda each: each.is_good),
    ),
    "leafonly_look_as_issued": (
        "Whether the host presents what was issued (--expect).",
        _number(lambda each: None if each.differences is None else not each.differences),
    ),
    "leafonly_look_presented_certificates": (
        "Number of certificates that the host presents.",
        _number(lambda each: len(each.look.certificates) if each.look.is_read else None),
    ),
    "leafonly_look_missing_issuers": (
        "Number of issuers that the host does not present, as far as known.",
        _number(lambda each: len(each.look.missing_issuers) if each.look.is_read else None),
    ),
    "leafonly_look_warnings": (
        "Number of reasons why only some clients reject what the host presents.",
        _number(lambda each: len(each.look.warnings) if each.look.is_read else None),
    ),
    "leafonly_look_first_expiry_timestamp_seconds": (
        "When the first certificate of the path expires, in Unix time.",
        _number(_first_expiry),
    ),
    "leafonly_look_certificate_expiry_timestamp_seconds": (
        "When a presented certificate expires, in Unix time.",
        _expiries,
    ),
    "leafonly_look_duration_seconds": (
        "How long the look took.",
        _number(lambda each: each.look.seconds),
    ),
}
"""The help text of each metric, and the function that yields a host's samples."""


def nagios(outcomes: Sequence[Outcome]) -> tuple[str, int]:
    """Return a plugin's output and exit code (Monitoring Plugins Development Guidelines).

    For one host, the output is one line with performance data. For several, a line for each
    that is not OK follows.
    """
    states = [_state(each) for each in outcomes]
    worst = max(states)
    if len(outcomes) == 1:
        return _plugin_line(worst, _said(outcomes[0]), _performance(outcomes[0])), worst
    bad = [each for each, state in zip(outcomes, states, strict=True) if state != OK]
    text = f"{len(outcomes) - len(bad)} of {len(outcomes)} hosts are as they should be"
    counts = " ".join(
        f"{_STATES[state].lower()}={states.count(state)};;;0;{len(states)}"
        for state in (OK, WARNING, CRITICAL)
    )
    return "\n".join([_plugin_line(worst, text, counts), *map(_said, bad)]), worst


def _state(outcome: Outcome) -> int:
    if not outcome.look.complete:
        return CRITICAL
    return WARNING if not outcome.is_good or _TROUBLE & set(outcome.look.kinds) else OK


def _said(outcome: Outcome) -> str:
    return f"{outcome.look.target}: {outcome.verdict}".replace("|", "/")[:_LONGEST]


def _plugin_line(state: int, text: str, performance: str) -> str:
    return f"LEAFONLY {_STATES[state]} - {text} | {performance}"


def _performance(outcome: Outcome) -> str:
    """Return the performance data of a host: 'label'=value[UOM];warn;crit;min;max."""
    look = outcome.look
    data = [f"time={look.seconds:.3f}s;;;0"]
    if look.days_left is not None:
        within = "" if outcome.expires_within is None else f"{outcome.expires_within}:"
        data.append(f"days_left={look.days_left};{within};0:")
    if look.is_read:
        data.append(f"presented={len(look.certificates)};;;0")
        data.append(f"missing={len(look.missing_issuers)};;0;0")
    return " ".join(data)
