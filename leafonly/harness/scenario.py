"""The scenarios: what the camera presents, what the client holds, and what each is for."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Literal

from leafonly.cameras import Served
from leafonly.certificates.chain import KEY_TYPES, KeyType
from leafonly.certificates.hierarchy import Hierarchy
from leafonly.clients.measured import SCENARIO_NAMES

__all__ = ["CONTROLS", "SCENARIOS", "Scenario", "is_measured", "possible", "without_root"]


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """One presentation and one holding.

    Attributes:
        name: As users write it: `--scenarios=absent`.
        purpose: One line for people.
        served: What the camera is asked to present.
        holds_root: The client trusts our root; otherwise it trusts some other root.
        holds_intermediate: `all` if every intermediate is in the client's store, `first` if
            only the leaf's issuer is, `rotated` if in its place another of the same name with
            another key is.
        visited: The client has just visited, in the same process or profile, a server of
            the same authority that presented the full chain.
        aia: `live` if leaf and intermediates name caIssuers URLs that work, `dead` if the leaf
            names one that never answers, None if there are none.
        needed: The numbers of missing intermediates with which it can be asked; see
            `Hierarchy.needed`. None: with any.
        control: A cell that tells whether this client's other cells can be believed.
        correct: What a correct client does, where the standards leave no choice.

    """

    name: str
    purpose: str
    served: Served = "leaf"
    holds_root: bool = True
    holds_intermediate: Literal["all", "first", "rotated"] | None = None
    visited: bool = False
    aia: Literal["live", "dead"] | None = None
    needed: Collection[int] | None = None
    control: bool = False
    correct: Literal["accepted", "rejected"] | None = None

    @property
    def needs_several(self) -> bool:
        """Whether it can be asked only where several intermediates stand above the leaf."""
        return self.needed is not None and min(self.needed) > 1


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
        holds_root=False,
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
    """Return the scenarios that can be asked with this many certificates above the leaf."""
    return [each for each in _ALL if each.needed is None or hierarchy.needed in each.needed]


def without_root(scenario: Scenario) -> Scenario:
    """Take the root away: what tells *completes* from *anchors* in `cached`."""
    return replace(scenario, holds_root=False)
