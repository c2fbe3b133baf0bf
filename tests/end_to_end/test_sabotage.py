"""What a naive harness falls for. None of it may come out as a verdict about the chain."""

import contextlib
import itertools
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from leafonly.cameras import METHODS, Load
from leafonly.cameras.emulator.camera import EmulatedEndpoint, Emulator
from leafonly.certificates.authority import Authority
from leafonly.certificates.chain import Chain, KeyType
from leafonly.clients import CLIENTS, Client
from leafonly.clients.client import Install
from leafonly.clients.error_messages import OPENSSL
from leafonly.clients.process import Finished
from leafonly.clients.stack import Stack
from leafonly.harness.bench import Bench
from leafonly.harness.cell import Cell
from leafonly.harness.invocation import Invocation
from leafonly.harness.scenario import SCENARIOS
from leafonly.harness.subjects.own_authority import OwnAuthority

HONEST = CLIENTS["urllib"]


class Saboteur(Emulator):
    """A camera that serves other loads than those it was given."""

    def __init__(self, loads: Sequence[Load] | None = None) -> None:
        super().__init__()
        self.loads = loads

    @contextlib.contextmanager
    def serve(self, loads: Sequence[Load]) -> Iterator[EmulatedEndpoint]:
        # The controls (two loads: the full chain) are left alone.
        instead = self.loads if self.loads is not None and len(loads) == 1 else loads
        with super().serve(instead) as endpoint:
            yield endpoint


@pytest.fixture
def saboteur() -> Saboteur:
    return Saboteur()


@pytest.fixture
def bench(saboteur: Saboteur, tmp_path: Path) -> Iterator[Bench]:
    with Bench(saboteur, OwnAuthority(), tmp_path) as the_bench:
        yield the_bench


def absent(bench: Bench, client: Client = HONEST) -> Cell:
    return bench.measure(client, SCENARIOS["absent"], "p256")


def assert_no_verdict(cell: Cell, words: str) -> None:
    assert cell.verdict == "error"
    assert not cell.conclusive
    assert cell.as_expected is not True
    assert words in str(cell.reason)


def test_without_sabotage_the_cell_is_a_verdict(bench: Bench) -> None:
    assert absent(bench).outcome == "rejected: missing_issuer"


def test_camera_that_presents_the_full_chain_in_absent(bench: Bench, saboteur: Saboteur) -> None:
    saboteur.loads = METHODS["der_appended"](Authority().issue())
    assert_no_verdict(absent(bench), "the camera presents 2 certificates, and not the 1")


def test_camera_that_presents_another_leaf(bench: Bench, saboteur: Saboteur) -> None:
    saboteur.loads = METHODS["der_leaf"](Authority().issue())
    assert_no_verdict(absent(bench), "and not the 1 that this scenario asks for")


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ({"expired": True}, "certificate has expired"),
        ({"name": "another.example"}, "the leaf is not for localhost"),
    ],
    ids=["expired", "another-name"],
)
def test_leaf_that_is_at_fault_itself(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, fault: dict[str, object], words: str
) -> None:
    issue = Authority.issue

    def at_fault(
        self: Authority, name: str = "localhost", key_type: KeyType = "p256", **kind: object
    ) -> Chain:
        return issue(self, **{"name": name, "key_type": key_type, **kind, **fault})  # type: ignore[arg-type]

    monkeypatch.setattr(Authority, "issue", at_fault)
    cell = bench.measure_alone(HONEST, SCENARIOS["absent"], "p256")
    assert_no_verdict(cell, words)


def python_client(code: str, *, time_limit: float = 20) -> Client:
    return Client(
        name="sabotaged",
        kind="library",
        stack=Stack("none", OPENSSL),
        needs=(),
        run=(sys.executable, "-c", code, "{trust}", "{host}", "{port}"),
        time_limit=time_limit,
        install=Install(),
    )


SAY = "import sys; print('unable to get local issuer certificate', file=sys.stderr)"
CONNECT = (
    "import socket, sys; host, port = sys.argv[2:]; s = socket.create_connection((host, port))"
)
UNVERIFIED = """
import ssl, sys, urllib.request
context = ssl.create_default_context(cafile=sys.argv[1])
context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
url = f'https://{sys.argv[2]}:{sys.argv[3]}/'
print(urllib.request.urlopen(url, context=context).read().decode())
"""
VERIFIES = """
import ssl, sys, urllib.request
context = ssl.create_default_context(cafile=sys.argv[1])
urllib.request.urlopen(f'https://{sys.argv[2]}:{sys.argv[3]}/', context=context)
"""
# Verifies as it should, prints the error in the words of curl, and exits 0.
EXITS_0 = """
import ssl, sys, urllib.request
context = ssl.create_default_context(cafile=sys.argv[1])
url = f'https://{sys.argv[2]}:{sys.argv[3]}/'
try:
    print(urllib.request.urlopen(url, context=context).read().decode())
except OSError as error:
    print(error, file=sys.stderr)
"""


@pytest.mark.parametrize(
    ("client", "words"),
    [
        (python_client(UNVERIFIED), "verifies nothing"),
        (python_client(EXITS_0), "exited with code 0"),
        (python_client(f"{SAY}; sys.exit(60)"), "did not connect"),
        (python_client(SAY), "did not connect"),
        (python_client("import os; os.abort()"), "did not connect"),
        (python_client(f"{CONNECT}; s.sendall(b'hello'); {SAY}; sys.exit(60)"), "did not connect"),
        (python_client("import time; time.sleep(60)", time_limit=1), "time limit"),
        (python_client(f"{CONNECT}; {SAY}; s.recv(1)", time_limit=1), "time limit"),
        (replace(HONEST, run=("no-such-program",)), "does not start"),
        (
            # The wrong port: port 9 of loopback is where nobody listens.
            replace(HONEST, run=(*HONEST.command[:-1], "https://localhost:9/")),
            "did not connect",
        ),
    ],
    ids=[
        *("verifies-nothing", "exits-0", "only-says-so", "only-says-so-and-exits-0", "crashes"),
        *("speaks-no-tls", "hangs", "hangs-connected", "is-not-there", "wrong-port"),
    ],
)
def test_client_that_lies_or_breaks(bench: Bench, client: Client, words: str) -> None:
    cell = absent(bench, client)
    assert_no_verdict(cell, "")
    assert str(cell.reason).startswith(("inconclusive: ", "not asked: "))
    alone = bench.measure_alone(client, SCENARIOS["absent"], "p256")
    evidence = f"{cell.reason} {alone.reason}"
    assert words in evidence
    assert alone.outcome != "rejected: missing_issuer"


def test_client_that_hangs_in_its_control_is_asked_nothing_else(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    starts: list[float] = []
    start = Invocation.start

    def counted(invocation: Invocation, time_limit: float) -> Finished:
        starts.append(time_limit)
        return start(invocation, time_limit)

    monkeypatch.setattr(Invocation, "start", counted)
    client = python_client("import time; time.sleep(60)", time_limit=1)
    cells = [bench.measure(client, scenario, "p256") for scenario in SCENARIOS.values()]
    # The control, and once more because it hung.
    assert starts == [1, 1]
    control, *others = cells
    assert not control.works
    assert all(cell.blocked_by == control for cell in others)
    assert {cell.reason for cell in others} == {f"not asked: {control.reason}"}
    assert "does not work here" in str(control.reason)


REJECTS_ALL = (
    f"{CONNECT}; import ssl; ssl.create_default_context().wrap_socket(s, server_hostname=host)"
)


def test_client_that_rejects_the_full_chain_works_and_is_asked_nothing_else(bench: Bench) -> None:
    client = python_client(REJECTS_ALL)
    control = bench.measure(client, SCENARIOS["full_chain"], "p256")
    assert control.works
    assert control.outcome == "rejected: untrusted_root"
    assert control.as_expected is False
    assert_no_verdict(absent(bench, client), "not asked: the full chain was not accepted (rejected")


CONTRADICTS_ITSELF = """
import ssl, sys
ssl.get_server_certificate(tuple(sys.argv[2:]))
print("unable to get local issuer certificate", file=sys.stderr)
"""


def first_as(first: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a client, when it is asked for the first time, run another one's code and limit."""
    start, starts = Invocation.start, itertools.count()

    def started(invocation: Invocation, time_limit: float) -> Finished:
        if next(starts) == 0:
            argv = (*first.command[:3], *invocation.argv[3:])
            return start(replace(invocation, argv=argv), first.time_limit)
        return start(invocation, time_limit)

    monkeypatch.setattr(Invocation, "start", started)


def test_client_that_hung_is_asked_once_more(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    first_as(python_client("import time; time.sleep(60)", time_limit=0.2), monkeypatch)
    cell = bench.measure_alone(python_client(VERIFIES), SCENARIOS["absent"], "p256")
    assert cell.outcome == "rejected: missing_issuer"


def test_client_that_contradicts_itself_is_not_asked_again(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    first_as(python_client(CONTRADICTS_ITSELF), monkeypatch)
    cell = bench.measure_alone(python_client(VERIFIES), SCENARIOS["absent"], "p256")
    assert_no_verdict(cell, "rejected the certificate (missing_issuer) but exited with code 0")


def test_client_of_another_runs_camera_is_nobodys(bench: Bench, tmp_path: Path) -> None:
    """A client that talks to another camera proves nothing about this one, token or not."""
    authority = Authority()
    with Emulator().serve(METHODS["der_appended"](authority.issue())) as other:
        client = replace(HONEST, run=(*HONEST.command[:-1], f"https://localhost:{other.port}/"))
        cell = bench.measure_alone(client, SCENARIOS["absent"], "p256")
    assert_no_verdict(cell, "did not connect")


def test_warm_up_that_fails_makes_visited_no_experiment(bench: Bench) -> None:
    never = replace(HONEST, run=("{python}", "-c", "import sys; sys.exit(1)", "{urls}"))
    assert_no_verdict(bench.measure_alone(never, SCENARIOS["visited"], "p256"), "did not succeed")


def test_control_is_measured_though_only_another_cell_was_asked_for(bench: Bench) -> None:
    cell = absent(bench, python_client(UNVERIFIED))
    assert "inconclusive: an untrusted root was accepted" in str(cell.reason)


FETCHES_IN_VAIN = """
import ssl, sys, urllib.error, urllib.parse, urllib.request
from cryptography import x509

trust, url = sys.argv[1:]
context = ssl.create_default_context(cafile=trust)
try:
    print(urllib.request.urlopen(url, context=context).read().decode())
except urllib.error.URLError as error:
    camera = ("localhost", urllib.parse.urlsplit(url).port)
    leaf = x509.load_pem_x509_certificate(ssl.get_server_certificate(camera).encode())
    for extension in leaf.extensions:
        if isinstance(extension.value, x509.AuthorityInformationAccess):
            address = extension.value[0].access_location.value
            try:
                # The dead one must have read the request by then.
                urllib.request.urlopen(address, timeout=3).read()
            except TimeoutError:
                pass
    sys.exit(str(error))
"""


@pytest.mark.parametrize(
    ("scenario", "reason"), [("aia", "untrusted_root"), ("aia_dead", "missing_issuer")]
)
def test_address_that_never_answers_delivers_no_issuer(
    bench: Bench, scenario: str, reason: str
) -> None:
    client = replace(HONEST, run=("{python}", "-c", FETCHES_IN_VAIN, "{trust}", "{url}"))
    cell = bench.measure(client, SCENARIOS[scenario], "p256")
    assert cell.observation.server_saw is not None
    assert cell.observation.server_saw.aia_fetches == 1
    assert cell.outcome == f"rejected: {reason}"
