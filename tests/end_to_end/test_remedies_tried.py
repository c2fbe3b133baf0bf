"""Remedies of a real run, and recipes that are followed to the letter."""

import subprocess
import sys
from pathlib import Path

import pytest

from leafonly.cameras import loads_for
from leafonly.cameras.emulator.camera import Emulator
from leafonly.certificates.authority import Authority
from leafonly.certificates.chain import pem
from leafonly.clients import CLIENTS
from leafonly.clients.discovery import find
from leafonly.clients.process import bare_environment
from leafonly.clients.recipe import recipe
from leafonly.clients.trust_store import BUNDLE
from tests.helpers.run_pytest import report_of, run_pytest

FOLLOWED = ("curl", "gnutls-cli", "urllib", "nodejs", "java", "chromium")


SCENARIO = {"camera": "full_chain", "client_store": "cached", "aia": "aia"}


def test_a_run_fills_the_remedies_from_its_own_cells(tmp_path: Path) -> None:
    clients = [name for name in ("curl", "openssl", "chromium") if find(CLIENTS[name]).available]
    ran = run_pytest(
        *("-n0", "suites/matrix", f"--clients={','.join(clients)}", f"--report-dir={tmp_path}")
    )
    assert ran.returncode == 0, ran.stdout
    report = report_of(tmp_path)
    verdicts = {cell["id"]: cell["verdict"] for cell in report["cells"]}
    failing = [each for each in clients if verdicts[f"{each}-absent-p256"] == "rejected"]
    assert sorted(failing) == sorted(clients)
    for row in report["remedies"]:
        scenario = SCENARIO[row["kind"]]
        fixed = [each for each in failing if verdicts[f"{each}-{scenario}-p256"] == "accepted"]
        assert row["tried"]
        assert row["clients_fixed"] == ([row["client"]] if row["client"] else sorted(fixed))
    best = report["remedies"][0]
    assert (best["kind"], best["cells_failing"]) == ("camera", len(failing))
    assert any(row["kind"] == "aia" for row in report["remedies"]) == ("chromium" in clients)
    assert "Recommended: present the full chain from the camera itself" in ran.stdout
    assert "PRIVATE KEY" not in (tmp_path / "report.json").read_text()


@pytest.mark.parametrize("name", FOLLOWED)
def test_a_recipe_works_as_it_is_printed(name: str, tmp_path: Path) -> None:
    client = CLIENTS[name]
    found = find(client)
    if not found.available:
        pytest.skip(f"{name}: {found.unavailable_because}")
    # Two intermediates, as CAs issue now: the one file must bring both.
    authority = Authority(intermediates=2)
    chain = authority.issue()
    given = {"whole": [chain.root, *chain.intermediates], "root": [chain.root]}
    outcomes = {}
    with Emulator().serve(loads_for("leaf", chain)) as endpoint:
        for label, certificates in given.items():
            directory = tmp_path / label
            directory.mkdir()
            (directory / BUNDLE).write_bytes(pem(certificates))
            before = len(endpoint.connections)
            said = follow(name, directory, endpoint.port)
            endpoint.settle()
            # A browser opens several connections, and the last one need not carry the request.
            tokens = [each.token for each in endpoint.connections[before:] if each.token]
            outcomes[label] = any(token in said for token in tokens)
    assert outcomes == {"whole": True, "root": False}, said


def follow(name: str, directory: Path, port: int) -> str:
    """Run the lines of a client's recipe in a shell, and return what was printed."""
    client = CLIENTS[name]
    home = directory / "home"
    home.mkdir()
    chosen = recipe(client, "localhost")
    for file, text in chosen.files.items():
        (directory / file).write_text(text)
    lines = [each.lines for each in chosen.steps if each.lines]
    if client.kind == "browser":  # a user starts it; here its program does
        program = client.command[1].replace("{programs}", "leafonly/clients/programs")
        lines.append(f"{sys.executable} {Path(program).resolve()} trust https://localhost/")
    script = "\n".join(lines).replace("https://localhost/", f"https://localhost:{port}/")
    script = script.replace("--port=443", f"--port={port}")
    if client.build:  # a user compiles it
        script = f"javac {next(iter(chosen.files))}\n{script}"
    finished = subprocess.run(
        ["sh", "-c", script],
        cwd=directory,
        env=bare_environment(home),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    return finished.stdout
