"""The scenarios: what the camera presents, what the client holds, and what each is for."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Literal

from leafonly.cameras import Served
from leafonly.certificates.chain import KEY_TYPES, KeyType
from leafonly.certificates.hierarchy import HIERARCHIES, Hierarchy
from leafonly.clients.measured import DEFAULT_SCENARIOS, SCENARIO_NAMES

__all__ = [
    "CONTROLS",
    "SCENARIOS",
    "Scenario",
    "asked_by_default",
    "first_hierarchy",
    "is_measured",
    "possible",
    "without_root",
]


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """One presentation and one holding.

    Attributes:
        name: As users write it: `--scenarios=absent`.
        purpose: One line for people.
        served: What the camera is asked to present.
        holds_roots: The client trusts `all` of our roots; where an older root has certified the
            newer one, only the `newer` or only the `older`. None: it trusts some other root.
        holds_intermediate: `all` if every intermediate is in the client's store, `first` if
            only the leaf's issuer is. `all` but the leaf's issuer: in its place is, of the same
            name, one with another key (`rotated`), or the same key's certificate of before,
            which has expired (`expired`). `expired_cross`: in place of the cross-certificate is
            one that has expired.
        visited: The client has just visited, in the same process or profile, a server of
            the same authority that presented the full chain.
        aia: What the caIssuers URLs in leaf and intermediates respond with: the certificate as
            DER (`live`), nothing ever (`dead`), a redirect to the certificate, the certificate as
            `pem`, or in a PKCS#7 (`p7c`), or one of the same name with another key
            (`wrong_issuer`). None: there are no URLs.
        needed: The numbers of missing intermediates with which it can be asked; see
            `Hierarchy.needed`. None: with any.
        crossed: It can be asked only where the root is also certified by an older one.
        only_named: It is asked only if `--scenarios` names it, or all. The others are asked by
            default, with the hierarchies that make them possible.
        control: A cell that tells whether this client's other cells can be believed.
        correct: What a correct client does, where the standards leave no choice.

    """

    name: str
    purpose: str
    served: Served = "leaf"
    holds_roots: Literal["all", "newer", "older"] | None = "all"
    holds_intermediate: Literal["all", "first", "rotated", "expired", "expired_cross"] | None = None
    visited: bool = False
    aia: Literal["live", "dead", "redirect", "pem", "p7c", "wrong_issuer"] | None = None
    needed: Collection[int] | None = None
    crossed: bool = False
    only_named: bool = False
    control: bool = False
    correct: Literal["accepted", "rejected"] | None = None

    @property
    def holds_root(self) -> bool:
        """Whether the client trusts a root of ours."""
        return self.holds_roots is not None

    @property
    def stored_suffice(self) -> bool:
        """Whether the intermediates in the client's store complete the path to a root of ours."""
        return self.holds_intermediate in ("all", "expired_cross")

    @property
    def in_readme(self) -> bool:
        """Whether it is one of the default run, measured with every version that is declared."""
        return self.name in DEFAULT_SCENARIOS


_SEVERAL = (2, 3)

_ALL = (
    Scenario(
        name="full_chain",
        purpose="control: the whole chain is presented, so a working client accepts",
        served="full_chain",
        control=True,
        correct="accepted",
    ),
    Scenario(
        name="untrusted_root",
        purpose="control: the root is not trusted, so a verifying client rejects",
        served="full_chain",
        holds_roots=None,
        control=True,
        correct="rejected",
    ),
    Scenario(
        name="absent",
        purpose="the documented limitation: leaf only, and the intermediate is nowhere",
        correct="rejected",
    ),
    Scenario(
        name="cached",
        purpose="leaf only, and the intermediate is in the client's store",
        holds_intermediate="all",
        correct="accepted",
    ),
    Scenario(
        name="visited",
        purpose="leaf only, just after visiting a full-chain server of the same CA",
        visited=True,
    ),
    Scenario(
        name="aia",
        purpose="leaf only, and the leaf says where the intermediate can be fetched",
        aia="live",
        needed=(1,),
    ),
    Scenario(
        name="aia_dead",
        purpose="leaf only, and the address in the leaf never answers",
        aia="dead",
        correct="rejected",
    ),
    Scenario(
        name="wrong_cached",
        purpose="leaf only, and the store holds the CA's intermediate of another key",
        holds_intermediate="rotated",
        correct="rejected",
    ),
    Scenario(
        name="partial_chain",
        purpose="the leaf and its issuer, and the other intermediates are nowhere",
        served="partial_chain",
        needed=_SEVERAL,
        correct="rejected",
    ),
    Scenario(
        name="cached_first",
        purpose="leaf only, and of the intermediates only the lowest is in the client's store",
        holds_intermediate="first",
        needed=_SEVERAL,
    ),
    Scenario(
        name="aia_two",
        purpose="leaf only, and two intermediates can be fetched, one after the other",
        aia="live",
        needed=(2,),
    ),
    Scenario(
        name="aia_three",
        purpose="leaf only, and three intermediates can be fetched, one after the other",
        aia="live",
        needed=(3,),
    ),
    Scenario(
        name="aia_redirect",
        purpose="leaf only, and the address in the leaf redirects to the intermediate",
        aia="redirect",
        needed=(1,),
        only_named=True,
    ),
    Scenario(
        name="aia_pem",
        purpose="leaf only, and the address in the leaf has the intermediate as PEM",
        aia="pem",
        needed=(1,),
        only_named=True,
    ),
    Scenario(
        name="aia_p7c",
        purpose="leaf only, and the address in the leaf has the intermediate in a PKCS#7",
        aia="p7c",
        needed=(1,),
        only_named=True,
    ),
    Scenario(
        name="aia_wrong_issuer",
        purpose="leaf only, and the address in the leaf has the CA's intermediate of another key",
        aia="wrong_issuer",
        needed=(1,),
        only_named=True,
        correct="rejected",
    ),
    Scenario(
        name="stale_cached",
        purpose="leaf only, and the store holds the intermediate's certificate that has expired",
        holds_intermediate="expired",
        only_named=True,
    ),
    Scenario(
        name="stale_full_chain",
        purpose="the whole chain, and the store holds an intermediate's that has expired",
        served="full_chain",
        holds_intermediate="expired",
        only_named=True,
        correct="accepted",
    ),
    Scenario(
        name="older_root",
        purpose="the whole chain, and of the two roots the client trusts only the older",
        served="full_chain",
        holds_roots="older",
        crossed=True,
        correct="accepted",
    ),
    Scenario(
        name="newer_root",
        purpose="the whole chain, and of the two roots the client trusts only the newer",
        served="full_chain",
        holds_roots="newer",
        crossed=True,
        correct="accepted",
    ),
    Scenario(
        name="stale_cross",
        purpose="leaf only; the store holds the intermediates and an expired cross-certificate",
        holds_intermediate="expired_cross",
        crossed=True,
        correct="accepted",
    ),
)

SCENARIOS: dict[str, Scenario] = {scenario.name: scenario for scenario in _ALL}

if tuple(SCENARIOS) != SCENARIO_NAMES:
    raise ValueError(f"scenarios that clients were measured in: {', '.join(SCENARIO_NAMES)}")

CONTROLS: tuple[Scenario, ...] = tuple(s for s in _ALL if s.control)


# What another key could change: whether a chain is accepted, and what is said if not.
_WITH_EVERY_KEY = ("full_chain", "untrusted_root", "absent", "cached")


def is_measured(scenario: Scenario, key_type: KeyType) -> bool:
    """Say whether a scenario is measured with a key type: all are with the first one."""
    return key_type == KEY_TYPES[0] or scenario.name in _WITH_EVERY_KEY


def possible(hierarchy: Hierarchy) -> list[Scenario]:
    """Return the scenarios that can be asked with these certificates above the leaf."""
    return [
        each
        for each in _ALL
        if (each.needed is None or hierarchy.needed in each.needed)
        and (hierarchy.crossed or not each.crossed)
    ]


def asked_by_default(hierarchy: Hierarchy) -> list[Scenario]:
    """Return the scenarios that are asked with a hierarchy where none is named."""
    return [each for each in possible(hierarchy) if not each.only_named]


def first_hierarchy(scenario: Scenario) -> Hierarchy:
    """Return the first hierarchy that makes a scenario possible, which has the shortest chain."""
    return next(each for each in HIERARCHIES.values() if scenario in possible(each))


def without_root(scenario: Scenario) -> Scenario:
    """Take the root away: what tells *completes* from *anchors* in `cached`."""
    return replace(scenario, holds_roots=None)
