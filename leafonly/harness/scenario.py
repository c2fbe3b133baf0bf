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
    """What the camera presents, and what the client holds.

    Attributes:
        name: As users write it: `--scenarios=absent`.
        purpose: One line for people.
        served: What the camera is asked to present.
        holds_roots: The client trusts `all` of our roots; if an older root has certified the
            newer one, only the `newer` or only the `older`. None: it trusts an unrelated root.
        holds_intermediate: The intermediates in the client's store. `all`: every one. `first`:
            only the leaf's issuer. `rotated`: all, but the leaf's issuer is replaced by a
            certificate of the same name with another key. `expired`: all, but the leaf's issuer
            is replaced by an expired certificate of the same key. `expired_cross`: all, but the
            cross-certificate is replaced by an expired one. None: none.
        visited: The client has just visited, in the same process or profile, a server of
            the same authority that presented the full chain.
        aia: What the caIssuers URLs in leaf and intermediates respond with: the certificate as
            DER (`live`), nothing ever (`dead`), a redirect to the certificate, the certificate as
            `pem`, or in a PKCS#7 (`p7c`), or one of the same name with another key
            (`wrong_issuer`). None: there are no URLs.
        needed: The numbers of missing intermediates with which the scenario is possible; see
            `Hierarchy.needed`. None: any number.
        crossed: The scenario needs a root that an older root has certified, too.
        only_named: The scenario is measured only if `--scenarios` names it, or is `all`. The
            others are measured by default, with the hierarchies that make them possible.
        control: The cell shows whether the client's other verdicts count.
        correct: What a correct client does; None if the standards leave a choice.

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
    def in_default_run(self) -> bool:
        """Whether it is in the default run, and so was measured with every declared version."""
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


# Another key could change whether a chain is accepted, and the message if it is rejected.
_WITH_EVERY_KEY = ("full_chain", "untrusted_root", "absent", "cached")


def is_measured(scenario: Scenario, key_type: KeyType) -> bool:
    """Return whether a scenario is measured with a key type; all are with the first one."""
    return key_type == KEY_TYPES[0] or scenario.name in _WITH_EVERY_KEY


def possible(hierarchy: Hierarchy) -> list[Scenario]:
    """Return the scenarios that these certificates above the leaf make possible."""
    return [
        each
        for each in _ALL
        if (each.needed is None or hierarchy.needed in each.needed)
        and (hierarchy.crossed or not each.crossed)
    ]


def asked_by_default(hierarchy: Hierarchy) -> list[Scenario]:
    """Return the scenarios that are measured with a hierarchy if the user names none."""
    return [each for each in possible(hierarchy) if not each.only_named]


def first_hierarchy(scenario: Scenario) -> Hierarchy:
    """Return the hierarchy with the shortest chain that makes a scenario possible."""
    return next(each for each in HIERARCHIES.values() if scenario in possible(each))


def without_root(scenario: Scenario) -> Scenario:
    """Return the scenario with an unrelated root, which tells `completes` from `anchors`."""
    return replace(scenario, holds_roots=None)
