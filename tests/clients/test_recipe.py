"""What users are told to do is what the harness does, for every client."""

import shlex
from dataclasses import replace

import pytest

from leafonly.clients import CLIENTS, Client
from leafonly.clients.recipe import EXAMPLE, recipe
from leafonly.clients.trust_store import BUNDLE


@pytest.mark.parametrize("client", CLIENTS.values(), ids=CLIENTS)
def test_every_client_has_a_recipe(client: Client) -> None:
    steps = recipe(client).steps
    text = "\n".join(each.lines or "" for each in steps)
    assert BUNDLE in text
    for placeholder in ("trust", "empty", "url", "urls", "host", "port", "program", "home"):
        assert f"{{{placeholder}}}" not in text
    assert "print_file.py" not in text
    for step in steps:
        assert step.text.endswith(".")
        # As a shell reads them; the last step of a proxy is not for a shell.
        if step.lines and client.kind != "proxy":
            shlex.split(step.lines, comments=True)


def test_a_command_is_the_entrys_without_what_isolates_it() -> None:
    (step,) = recipe(CLIENTS["curl"], "cam.test").steps
    assert step.lines == f"curl -sS --cacert {BUNDLE} https://cam.test/"
    renamed = replace(CLIENTS["curl"], run="curl --cafile={trust} --dir={empty} {url}")
    assert recipe(renamed, "cam.test").steps[0].lines == (
        f"curl --cafile={BUNDLE} https://cam.test/"
    )


def test_a_variable_is_set_and_the_program_comes_along() -> None:
    chosen = recipe(CLIENTS["node-fetch"])
    assert chosen.steps[-1].lines is not None
    assert chosen.steps[-1].lines.startswith(f"NODE_EXTRA_CA_CERTS={BUNDLE} node ./fetch_get.mjs")
    assert "await fetch(url" in chosen.files["fetch_get.mjs"]


@pytest.mark.parametrize("host", ["$(reboot).test", "a`id`", "a b", "a\nb", 'x";id;"', ""])
def test_a_hostile_name_reaches_no_line(host: str) -> None:
    with pytest.raises(ValueError, match="is not a DNS name"):
        recipe(CLIENTS["w3m"], host)


@pytest.mark.parametrize("host", [EXAMPLE, "192.0.2.7", "2001:db8::7"])
def test_names_and_addresses_are_fine(host: str) -> None:
    assert host in str(recipe(CLIENTS["curl"], host).steps[-1].lines)
