"""Clients that misbehave: none makes a false verdict, a hang, or a mess."""

import os
from pathlib import Path

import pytest

from tests.faults.promises import COSTLY, under

pytestmark = pytest.mark.skipif(os.name != "posix", reason="the clients are shell scripts")

# Each with the verdicts that would be true of it.
CLIENTS = {
    "crashes": ("kill -SEGV $$", {"error"}),
    "leaves children with stdout": ("(sleep 300 &) ; setsid sleep 300 & echo ACCEPT", {"error"}),
    "fills its home": ("head -c 20000000 /dev/zero >$HOME/x; echo REJECT", {"error"}),
    "deletes its folder": ('rm -rf "$PWD"; echo ACCEPT', {"error"}),
    "wants a terminal": ("read x </dev/tty; echo $x", {"error"}),
    "prints escapes and no UTF-8": (
        r"printf '\033]0;x\007\033[2J\377\376\n'; echo UNSUPPORTED",
        {"not_applicable", "error"},
    ),
    "gives 4 MB of reasons": (
        "head -c 4000000 /dev/zero | tr '\\0' x; echo; echo UNSUPPORTED",
        {"not_applicable", "error"},
    ),
    "accepts without coming": ("echo ACCEPT", {"error"}),
    "rejects without coming": ("echo unknown ca; echo REJECT", {"error"}),
    "rewrites its trust": (": >trust.pem; echo ACCEPT", {"error"}),
    "prints nothing": (":", {"error"}),
    "is no program": ("exec /no/such/program", {"error"}),
}
COSTLY_CLIENTS = {
    "hangs": ("exec sleep 600", {"error"}),
    "hangs and ignores SIGTERM": ("trap '' TERM HUP INT; while :; do sleep 1; done", {"error"}),
    "prints 500 MB": ("head -c 500000000 /dev/zero; echo ACCEPT", {"error"}),
}


def stub(tmp_path: Path, script: str) -> Path:
    path = tmp_path / "odd.sh"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return path


@pytest.mark.parametrize(
    ("script", "true"),
    [
        *(pytest.param(*CLIENTS[name], id=name) for name in CLIENTS),
        *(pytest.param(*COSTLY_CLIENTS[name], id=name, marks=COSTLY) for name in COSTLY_CLIENTS),
    ],
)
def test_client(tmp_path: Path, script: str, true: set[str]) -> None:
    client = f"--client=odd={stub(tmp_path, script)}"
    ended = under(tmp_path, client, "--scenarios=full_chain,untrusted_root,absent")
    assert set(ended.verdicts.values()) <= true, ended.verdicts
    reasons = [cell["reason"] for cell in ended.report["cells"]]
    assert all(len(reason) <= 1000 for reason in reasons)


@pytest.mark.needs("curl")
def test_a_client_that_rewrites_its_neighbours_trust_makes_no_verdict(tmp_path: Path) -> None:
    """Cells share a parent folder: what a client trusts is compared after it ran."""
    script = 'for each in ../*/trust.pem; do cat "$PWD/trust.pem" >"$each"; done; curl -s '
    script += '--cacert "$3" "https://$1:$2/" && echo ACCEPT || echo REJECT'
    absent = ("--scenarios=full_chain,untrusted_root", f"--client=odd={stub(tmp_path, script)}")
    assert under(tmp_path, *absent, "--clients=curl").report["cells"]


def test_a_client_that_empties_its_trust_is_named_for_it(tmp_path: Path) -> None:
    script = ": >trust.pem; exit 0"
    ended = under(tmp_path, f"--client=odd={stub(tmp_path, script)}", "--scenarios=full_chain")
    (cell,) = ended.report["cells"]
    assert "the client's trust file was changed" in cell["reason"]
