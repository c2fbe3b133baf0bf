"""A slip in an entry is found when the catalogue is loaded."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from leafonly.clients import CLIENTS, Client
from leafonly.clients.client import NameOverride
from leafonly.clients.mending import Mending
from leafonly.clients.own_trust import AS_RUN, OwnTrust
from leafonly.clients.stack import Stack
from leafonly.clients.validation import validated

CURL = CLIENTS["curl"]


def test_every_entry_is_valid() -> None:
    assert validated(CLIENTS.values()) == CLIENTS


def test_second_client_of_a_name_raises() -> None:
    with pytest.raises(ValueError, match="client curl: two clients have this name"):
        validated([CURL, replace(CLIENTS["wget"], name="curl")])


def test_code_for_an_unknown_client_raises() -> None:
    mends = Mending(clients=("crul",), scenario="aia", widens="", cost="")
    with pytest.raises(ValueError, match="client curl: mends='crul' is unknown"):
        validated([replace(CURL, mends=mends)])


SLIPS: dict[str, tuple[Callable[[], Client], str]] = {
    "name": (lambda: replace(CURL, name="two words"), "its name has other characters"),
    "kind": (lambda: replace(CURL, kind="comand-line"), "kind='comand-line' is unknown"),  # type: ignore[arg-type]
    "testimony": (lambda: replace(CURL, testimony="tokn"), "testimony='tokn'"),  # type: ignore[arg-type]
    "roots": (
        lambda: replace(CURL, own_trust=OwnTrust("curl {url}", roots="sistem")),  # type: ignore[arg-type]
        "roots='sistem'",
    ),
    "scenario": (lambda: replace(CURL, cannot={"cahced": "why"}), "cannot='cahced'"),
    "placeholder in run": (lambda: replace(CURL, run="curl {ur1}"), "placeholder {ur1} in"),
    "placeholder in environment": (
        lambda: replace(CURL, environment={"FILE": "{truts}"}),
        "environment has the unknown placeholder {truts}",
    ),
    "placeholder in options": (
        lambda: replace(CURL, name_override=NameOverride(options=("{adress}",))),
        "name_override has the unknown placeholder {adress}",
    ),
    "placeholder of cells": (
        lambda: replace(CURL, version_run="curl {trust}"),
        "version_run has the unknown placeholder {trust}",
    ),
    "urls in a word": (lambda: replace(CURL, run="curl --url={urls}"), "an argument of its own"),
    "program": (
        lambda: replace(CURL, run="{python} {programs}/crul_get.py {trust} {url}"),
        "crul_get.py, which is not in",
    ),
    "store in own trust": (
        lambda: replace(CURL, run="curl --cacert={trust} {url}", own_trust=AS_RUN),
        "own_trust still names the store in '--cacert={trust}'",
    ),
    "no version": (lambda: replace(CURL, version=None), "it has no version command"),
    "version": (lambda: replace(CURL, version="(?P<version"), "is no regular expression"),
    "group of version": (
        lambda: replace(CURL, version=r"(?P<verison>\S+)"),
        "a group of version='verison' is unknown",
    ),
}


@pytest.mark.parametrize("slip", SLIPS)
def test_slip_raises(slip: str) -> None:
    make, said = SLIPS[slip]
    with pytest.raises(ValueError, match=r"^client ") as raised:
        validated([make()])
    assert said in str(raised.value)
    assert "\n" not in str(raised.value)


def test_unknown_outcome_of_a_stack_raises() -> None:
    with pytest.raises(ValueError, match="anchros"):
        Stack("new", usual={"cached": "accepted: anchros"})


def test_outcomes_come_from_the_entry_then_the_stack_then_the_usual_ones() -> None:
    assert CLIENTS["gnutls-cli"].expected["cached"] == "accepted: anchors"
    assert CLIENTS["rtls"].expected["cached"] == "accepted: completes"
    assert CLIENTS["openssl"].expected["cached"] == "accepted: completes"


def test_command_may_be_a_shell_line_or_its_words() -> None:
    line = replace(CURL, run="curl --user-agent 'two words' {url}")
    words = replace(CURL, run=("curl", "--user-agent", "two words", "{url}"))
    assert line.command == words.command


@pytest.mark.parametrize(
    ("run", "version_command", "needs"),
    [
        ("prog -x {trust} {url}", ("prog", "--version"), ("prog",)),
        (
            "node --flag {programs}/node_get.mjs {trust} {urls}",
            ("node", "--flag", "{programs}/node_get.mjs", "--version"),
            ("node",),
        ),
        (
            "{python} {programs}/urllib_get.py {trust}",
            ("{python}", "{programs}/urllib_get.py", "--version"),
            (),
        ),
    ],
)
def test_version_command_and_needs_follow_from_the_command(
    run: str, version_command: tuple[str, ...], needs: tuple[str, ...]
) -> None:
    client = replace(CURL, run=run)
    assert client.version_command == version_command
    assert client.executables == needs


def test_compilers_are_needed() -> None:
    assert CLIENTS["mono"].executables == ("mono", "mcs")
