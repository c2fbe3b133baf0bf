"""The measured outcomes of clients, by version.

Every expectation is an earlier measurement. With other versions, a different verdict is news and
no failure.
"""

import functools
import re
import ssl
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from leafonly.clients.refusal import REASONS

__all__ = [
    "DEFAULT_SCENARIOS",
    "MUST_REJECT",
    "PARTIAL_CHAIN",
    "SCENARIO_NAMES",
    "USUAL",
    "WHOLE_CHAIN",
    "Condition",
    "Measured",
    "Measurements",
    "by_default_context",
    "checked_outcomes",
    "fitting",
    "in_words",
    "is_measured",
    "measured",
    "nearest",
    "with_usual",
]

USUAL = {
    "full_chain": "accepted",
    "untrusted_root": "rejected",
    "absent": "rejected: missing_issuer",
    "cached": "accepted: completes",
    "visited": "rejected",
    "aia": "rejected",
    "aia_dead": "rejected",
    "wrong_cached": "rejected",
    "partial_chain": "rejected: missing_issuer",
    "cached_first": "rejected",
    "aia_two": "rejected",
    "aia_three": "rejected",
    "aia_redirect": "rejected",
    "aia_pem": "rejected",
    "aia_p7c": "rejected",
    "aia_wrong_issuer": "rejected",
    "stale_cached": "rejected",
    "stale_full_chain": "accepted",
    "older_root": "accepted",
    "newer_root": "accepted",
    "stale_cross": "accepted: completes",
}
"""Scenario -> the outcome of most clients."""

SCENARIO_NAMES = tuple(USUAL)
"""The scenarios in reading order; `leafonly.harness.scenario` describes them."""

MUST_REJECT = frozenset({"untrusted_root", "wrong_cached", "aia_wrong_issuer"})
"""The scenarios without a path to a trusted root, whatever a client has stored or fetched."""

DEFAULT_SCENARIOS = SCENARIO_NAMES[: SCENARIO_NAMES.index("wrong_cached") + 1]
"""The scenarios of the default run. The others are measured on request, and with fewer versions of
the clients; docs/chains.md lists them."""


_OUTCOMES = {"accepted", "accepted: completes", "accepted: anchors", "rejected"} | {
    f"rejected: {reason}" for reason in REASONS
}


@dataclass(frozen=True)
class Condition:
    """A property of the machine that outcomes depend on. `text` continues "measured ..."."""

    text: str
    holds: Callable[[], bool]


@functools.cache
def _trusts_partial_chains() -> bool:
    return bool(ssl.create_default_context().verify_flags & ssl.VERIFY_X509_PARTIAL_CHAIN)


PARTIAL_CHAIN = Condition("on Python 3.13 and later", _trusts_partial_chains)
"""`ssl.create_default_context()` sets VERIFY_X509_PARTIAL_CHAIN since Python 3.13 (Lib/ssl.py,
python/cpython#107361), and urllib3 does what Python does (urllib3/urllib3#3571)."""

WHOLE_CHAIN = Condition("on Python 3.12 and earlier", lambda: not _trusts_partial_chains())


@dataclass(frozen=True)
class Measured:
    """The outcomes of a client, which are the same with all these versions.

    Attributes:
        versions: `CLIENT/LIBRARY`, the versions of the client and of its TLS library, as
            `leafonly.clients.discovery` reports them; `CLIENT` if the library comes with the
            client, `/LIBRARY` if the client has no version.
        outcomes: Scenario -> outcome, see `checked_outcomes`; in a `Client`, of every scenario.
        where: The property of the machine that the outcomes depend on.

    """

    versions: tuple[str, ...]
    outcomes: Mapping[str, str]
    where: Condition | None = None

    def __str__(self) -> str:
        """Return the versions, for people."""
        named = ", ".join(map(_in_words, self.versions))
        return f"{named} {self.where.text}" if self.where else named


Measurements = tuple[Measured, ...]
"""The measurements of a client, oldest first. `+` joins them."""


def checked_outcomes(outcomes: Mapping[str, str]) -> Mapping[str, str]:
    """Return the outcomes by scenario, unchanged.

    An outcome is a verdict, with a detail where it matters: the reason of a rejection
    (`rejected: other`), or the role of a stored intermediate (`accepted: anchors`).

    Raises:
        ValueError: There is no scenario of that name, or no such outcome.

    """
    if unknown := outcomes.keys() - USUAL.keys():
        raise ValueError(f"no such scenario: {', '.join(sorted(unknown))}")
    if wrong := set(outcomes.values()) - _OUTCOMES:
        raise ValueError(f"no such outcome: {', '.join(sorted(wrong))}")
    return outcomes


def measured(*versions: str, where: Condition | None = None, **differences: str) -> Measurements:
    """Return the measurement of a client with these versions.

    Args:
        versions: See `Measured`.
        where: The property of the machine that the outcomes depend on.
        differences: Scenario -> outcome, if it is not the usual one of the client's stack.

    Raises:
        ValueError: There is no scenario of that name, or no such outcome.

    """
    return (Measured(versions, checked_outcomes(differences), where),)


def with_usual(measurements: Measurements, usual: Mapping[str, str]) -> Measurements:
    """Return the measurements with all outcomes: the declared, the stack's usual, then `USUAL`."""
    return tuple(
        replace(each, outcomes=_with_what_follows({**usual, **each.outcomes}))
        for each in measurements
    )


def _with_what_follows(declared: Mapping[str, str]) -> Mapping[str, str]:
    """Return all outcomes; those beyond the default scenarios are derived.

    A chain that ends early has the outcome of the leaf alone. A client that anchors needs nothing
    above the stored intermediate. A client that fetches an issuer also fetches the issuer's
    issuer, follows a redirect, and reads each form. Entries declare exceptions.
    """
    one = {**USUAL, **declared}
    anchors = {"cached_first": one["cached"]} if one["cached"] == "accepted: anchors" else {}
    stored = {"stale_cross": one["cached"], **anchors}
    fetches = dict.fromkeys(_BY_FETCHING, one["aia"])
    return {**one, "partial_chain": one["absent"], **stored, **fetches, **declared}


_BY_FETCHING = ("aia_two", "aia_three", "aia_redirect", "aia_pem", "aia_p7c")


def by_default_context(*versions: str, since: tuple[str, ...]) -> Measurements:
    """Return the measurements of a client whose context is `ssl.create_default_context()`.

    Args:
        versions: Measured with Python 3.12 and earlier, where a stored intermediate completes.
        since: Measured with Python 3.13 and later, where it anchors.

    """
    return measured(*versions, where=WHOLE_CHAIN) + measured(
        *since, where=PARTIAL_CHAIN, cached="accepted: anchors"
    )


def is_measured(one: Measured, version: str | None, library: str | None) -> bool:
    """Return whether these versions of a client and of its library were measured."""
    here = {f"{version or ''}/{library or ''}"} | ({version} if version else set())
    return not here.isdisjoint(one.versions)


def nearest(
    measurements: Measurements, version: str | None, library: str | None
) -> Measured | None:
    """Return the measurement that applies to these versions; None if nothing was measured.

    It is the measurement of exactly these versions, else the newest of older versions, else the
    oldest.
    """
    possible = fitting(measurements)
    for each in possible:
        if is_measured(each, version, library):
            return each
    here = _order(f"{version or ''}/{library or ''}")
    older = [each for each in possible if min(map(_order, each.versions)) <= here]
    best = older or possible[:1]
    return best[-1] if best else None


def fitting(measurements: Measurements) -> list[Measured]:
    """Return the measurements whose condition holds on this machine; all if none does."""
    return [each for each in measurements if each.where is None or each.where.holds()] or list(
        measurements
    )


def _order(version: str) -> list[list[int]]:
    """Return a sort key: the version's numbers, the client's before the library's."""
    return [[int(number) for number in re.findall(r"\d+", part)] for part in version.split("/")]


def _in_words(version: str) -> str:
    client, _, library = version.partition("/")
    return f"{client} ({library})" if client and library else client or library


def in_words(measurements: Iterable[Measured]) -> str:
    """Return all versions that were measured, for people."""
    return "; ".join(map(str, measurements))
