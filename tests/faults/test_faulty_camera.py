"""Cameras that break off in a phase of the handshake: their fault is never a client's rejection.

Real sockets, real TLS and real clients. `LEAFONLY_COSTLY_FAULTS=1` asks every client of this
machine, which takes minutes.
"""

import contextlib
import itertools
import os
import socket
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
import trustme

from leafonly.cameras import METHODS, remote
from leafonly.cameras.emulator.camera import Emulator
from leafonly.cameras.remote import RemoteCamera
from leafonly.certificates.authority import Authority
from leafonly.certificates.chain import Chain, pem
from leafonly.clients import CLIENTS, Client
from leafonly.clients.discovery import find_all
from leafonly.harness.bench import Bench
from leafonly.harness.cell import Cell
from leafonly.harness.scenario import SCENARIOS, Scenario
from leafonly.harness.subjects.own_authority import OwnAuthority
from leafonly.harness.subjects.remote_host import read_remote_host, remote_bench
from leafonly.tls.address import Target
from leafonly.tls.flight import read_flight
from tests.faults.promises import under
from tests.helpers.faulty_camera import (
    Fault,
    FaultyCamera,
    alert,
    damaged,
    in_front_of,
    no_certificates,
    pass_on_both,
)
from tests.helpers.servers import listening

FAULTS = {
    "resets before its ServerHello": Fault(0),
    "resets after its ServerHello": Fault(1),
    "resets after its Certificate": Fault(2),
    "resets after its ServerKeyExchange": Fault(3),
    "resets after its ServerHelloDone": Fault(4, at_once=True),
    "resets after the client's Finished": Fault(4),
    "resets in place of its answer": Fault(6),
    "closes before its ServerHello": Fault(0, "close"),
    "closes amid its Certificate": Fault(1, "close", half=True),
    "closes after its ServerHelloDone": Fault(4, "close", at_once=True),
    "closes after the client's Finished": Fault(4, "close"),
    "closes in place of its answer": Fault(6, "close"),
    "closes amid its answer": Fault(6, "close", half=True),
    "is silent from the start": Fault(0, "silence"),
    "is silent amid its Certificate": Fault(1, "silence", half=True),
    "is silent in place of its Finished": Fault(4, "silence"),
    "is silent in place of its answer": Fault(6, "silence"),
    "speaks HTTP in place of TLS": Fault(0, "close", instead=lambda _: b"HTTP/1.1 400 No\r\n\r\n"),
    "alerts handshake_failure at once": Fault(0, "close", instead=alert(40)),
    "alerts unknown_ca after the client's Finished": Fault(4, "close", instead=alert(48)),
    # libcurl has a code for its own rejections that it also gives to this.
    "alerts certificate_expired after the client's Finished": Fault(4, "close", instead=alert(45)),
}
# What each may come out as, beside an error. A client cannot tell a damaged signature from one by
# another key than the leaf's.
DAMAGED: dict[str, tuple[Fault, set[str]]] = {
    "sends no certificate": (Fault(1, "goes on", instead=no_certificates), {"rejected: other"}),
    "signs wrongly": (
        Fault(2, "goes on", instead=damaged),
        {"rejected: bad_signature", "rejected: other"},
    ),
    "sends a wrong Finished": (Fault(5, "goes on", instead=damaged), set()),
}
SOUND = Fault(99)
# ELinks has one message for every failure.
FEW = ("curl", "openssl", "gnutls-cli", "urllib", "elinks")
PATIENCE = 2.0  # seconds that a client has where the camera is silent


@pytest.fixture(scope="session")
def clients() -> list[Client]:
    names = CLIENTS if "LEAFONLY_COSTLY_FAULTS" in os.environ else FEW
    # Envoy connects to ::1, where this camera does not listen.
    found = find_all({name: CLIENTS[name] for name in names if name != "envoy"})
    return [CLIENTS[name] for name, each in found.items() if each.available]


def measured(
    bench: Bench, clients: Sequence[Client], scenario: Scenario, fault: Fault
) -> list[Cell]:
    if fault.end == "silence":
        clients = [replace(each, time_limit=PATIENCE) for each in clients]
    with ThreadPoolExecutor(4) as pool:
        return list(pool.map(lambda each: bench.measure_alone(each, scenario, "p256"), clients))


def test_without_a_fault_they_accept(clients: list[Client], tmp_path: Path) -> None:
    with Bench(FaultyCamera(SOUND), OwnAuthority(), tmp_path) as bench:
        cells = measured(bench, clients, SCENARIOS["full_chain"], SOUND)
    assert {each.client: each.outcome for each in cells if each.verdict != "accepted"} == {}


@pytest.mark.parametrize("name", FAULTS)
def test_fault(clients: list[Client], tmp_path: Path, name: str) -> None:
    """No client is said to reject the full chain; to accept it, only by a request that arrived."""
    fault, started = FAULTS[name], time.monotonic()
    with Bench(FaultyCamera(fault), OwnAuthority(), tmp_path) as bench:
        cells = measured(bench, clients, SCENARIOS["full_chain"], fault)
    may_accept = {each.name for each in clients if each.testimony == "request" and fault.after >= 6}
    concluded = {each.client: each.outcome for each in cells if each.verdict != "error"}
    assert set(concluded.values()) <= {"accepted"}, concluded
    assert set(concluded) <= may_accept, concluded
    # A client that hangs is asked twice; four are asked at a time.
    limit = PATIENCE if fault.end == "silence" else max(each.time_limit for each in clients)
    assert time.monotonic() - started < 120 + 2 * limit * len(clients) / 4


@pytest.mark.parametrize("name", FAULTS)
def test_fault_with_the_leaf_alone(clients: list[Client], tmp_path: Path, name: str) -> None:
    """A client that was shown the leaf may reject it; one that was not has nothing to reject."""
    fault = FAULTS[name]
    with Bench(FaultyCamera(fault), OwnAuthority(), tmp_path) as bench:
        cells = measured(bench, clients, SCENARIOS["absent"], fault)
    true = {"error", "rejected"} if fault.after >= 2 else {"error"}
    assert {each.client: each.outcome for each in cells if each.verdict not in true} == {}
    assert [
        each for each in cells if each.verdict == "rejected" and each.as_expected is False
    ] == []


@pytest.mark.parametrize("name", DAMAGED)
def test_damage(clients: list[Client], tmp_path: Path, name: str) -> None:
    fault, outcomes = DAMAGED[name]
    with Bench(FaultyCamera(fault), OwnAuthority(), tmp_path) as bench:
        cells = measured(bench, clients, SCENARIOS["full_chain"], fault)
    concluded = {each.client: each.outcome for each in cells if each.verdict != "error"}
    assert set(concluded.values()) <= outcomes, concluded


@pytest.mark.needs("openssl", "gnutls-cli")
@pytest.mark.parametrize("fault", [SOUND, FAULTS["resets after the client's Finished"]])
def test_the_name_of_a_certificate_is_not_the_clients_message(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: Fault
) -> None:
    """Both print the names of the certificates that they are shown."""

    def named(self: Authority, role: str, parent: trustme.CA | None) -> trustme.CA:
        return trustme.CA(parent, organization_name="Self-Signed Certificate, has expired")

    monkeypatch.setattr(Authority, "_certificate_authority", named)
    with Bench(FaultyCamera(fault), OwnAuthority(), tmp_path) as bench:
        asked = [CLIENTS["openssl"], CLIENTS["gnutls-cli"]]
        cells = measured(bench, asked, SCENARIOS["full_chain"], fault)
    for cell in cells:
        assert cell.verdict == ("accepted" if fault is SOUND else "error"), cell.explain()


NAME = "cam.example.test"
# Where the camera shows nothing of its certificate, leafonly's own limit of 20 s comes first.
OF_REMOTE_HOSTS = [
    each for each in FAULTS if FAULTS[each].end != "silence" or FAULTS[each].after > 3
]


@pytest.mark.parametrize(
    "client",
    [pytest.param(each, marks=pytest.mark.needs(each)) for each in ("curl", "elinks")],
)
@pytest.mark.parametrize("name", OF_REMOTE_HOSTS)
def test_fault_of_a_remote_host(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, client: str
) -> None:
    """Its answer cannot be seen: a client that sent its request has accepted the certificate."""
    monkeypatch.setattr(remote, "_LONGEST_ANSWER", 0.5)
    # As this client's name cannot be overridden everywhere, it asks for localhost.
    host = NAME if client == "curl" else "localhost"
    fault, chain = FAULTS[name], Authority().issue(host)
    # ELinks waits for an answer; curl is satisfied once the camera's time for one is over.
    accepts = fault.after >= 6 and not (client == "elinks" and fault.end == "silence")
    hangs = fault.end == "silence" and not accepts
    # Two connections are leafonly's own: one to read the host, one before the client.
    with (
        Emulator().serve(METHODS["der_appended"](chain)) as inner,
        in_front_of(inner, fault, sound=2) as endpoint,
    ):
        target = Target(endpoint.address, endpoint.port)
        found = read_remote_host(target, host, [chain.root])
        with remote_bench(RemoteCamera([target]), found, tmp_path) as bench:
            asked = replace(CLIENTS[client], time_limit=PATIENCE) if hangs else CLIENTS[client]
            cell = bench.measure_alone(asked, found.scenarios[0], "p256")
    assert cell.verdict == ("accepted" if accepts else "error"), cell.explain()


@contextlib.contextmanager
def alternating(chains: Sequence[Chain]) -> Iterator[Target]:
    """Present one chain after the other, each to one connection."""
    with contextlib.ExitStack() as stack:
        ports = [
            stack.enter_context(Emulator().serve(METHODS["der_appended"](each))).port
            for each in chains
        ]
        turns = itertools.cycle(ports)

        def forward(client: socket.socket) -> None:
            with socket.create_connection(("127.0.0.1", next(turns)), 10) as camera:
                pass_on_both(client, camera)

        yield Target("127.0.0.1", stack.enter_context(listening(forward)))


@pytest.mark.needs("curl")
@pytest.mark.parametrize("first", [0, 1])
def test_another_certificate_on_every_second_connection_is_no_verdict(
    tmp_path: Path, first: int
) -> None:
    """Whichever of the two leafonly's own check is shown, the client is shown the other one."""
    chain = Authority().issue(NAME)
    with alternating([chain, Authority().issue(NAME)]) as target:
        found = read_remote_host(target, NAME, [chain.root])
        for _ in range(first):
            read_remote_host(target, NAME, [chain.root])
        with remote_bench(RemoteCamera([target]), found, tmp_path) as bench:
            cell = bench.measure_alone(CLIENTS["curl"], found.scenarios[0], found.key_type)
    assert (cell.verdict, cell.reason) == ("error", remote.CHANGED), cell.explain()


def test_no_certificate_after_some_is_another_one() -> None:
    """JSSE and NSS answer this with bad_certificate, as if there was one to reject."""
    chain, fault = Authority().issue(NAME), DAMAGED["sends no certificate"][0]
    with (
        Emulator().serve(METHODS["der_appended"](chain)) as inner,
        in_front_of(inner, fault, sound=1) as endpoint,
        RemoteCamera([Target(endpoint.address, endpoint.port)]).serve(()) as relay,
    ):
        for _ in range(2):
            read_flight(relay.address, relay.port, NAME)
        relay.settle()
        assert [each.error for each in relay.connections] == [None, remote.CHANGED]


@pytest.mark.needs("curl")
def test_a_run_against_a_host_that_breaks_off_keeps_its_promises(tmp_path: Path) -> None:
    chain = Authority().issue(NAME)
    (tmp_path / "root.pem").write_bytes(pem([chain.root]))
    with (
        Emulator().serve(METHODS["der_appended"](chain)) as inner,
        in_front_of(inner, FAULTS["resets after its ServerHelloDone"], sound=1) as endpoint,
    ):
        there = f"--camera={endpoint.address}:{endpoint.port}"
        given = (there, f"--domain={NAME}", f"--trust={tmp_path / 'root.pem'}")
        ended = under(tmp_path, *given, "--clients=curl,openssl")
    assert ended.code == 1
    assert [cell["verdict"] for cell in ended.report["cells"]] == ["error", "error"]
