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


def test_a_run_fills_the_remedies_from_its_own_cells(tmp_path: Path) -> None:
    ran = run_pytest(
        *("-n0", "suites/matrix", "--clients=curl,openssl", "--key-types=p256,rsa2048"),
        *("--report-dir", tmp_path),
    )
    assert ran.returncode == 0, ran.stdout
    report = report_of(tmp_path)
    cells = {cell["id"]: cell["verdict"] for cell in report["cells"]}
    failing = [name for name, verdict in cells.items() if "-absent-" in name]
    failing = [name for name in failing if cells[name] == "rejected"]
    assert len(failing) == 4
    best = report["remedies"][0]
    assert best["kind"] == "camera"
    assert best["tried"]
    assert best["cells_fixed"] == best["cells_failing"] == len(failing)
    assert best["clients_fixed"] == ["curl", "openssl"]
    for row in report["remedies"]:
        scenario = {"camera": "full_chain", "client_store": "cached"}[row["kind"]]
        works = [cells[name.replace("absent", scenario)] == "accepted" for name in failing]
        assert row["cells_fixed"] <= sum(works)
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
            said = follow(name, directory, endpoint.port)
            endpoint.settle()
            token = endpoint.connections[-1].token
            outcomes[label] = token is not None and token in said
    assert outcomes == {"whole": True, "root": False}


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
