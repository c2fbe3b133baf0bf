"""Visits over real sockets, by a client that is OpenSSL, as urllib is in the matrix."""

import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from leafonly.audit.files.credentials import read_directory
from leafonly.cameras.emulator.camera import Emulator
from leafonly.certificates.authority import Authority
from leafonly.certificates.chain import pem
from leafonly.clients import CLIENTS
from leafonly.harness.bench import Bench
from leafonly.harness.scenario import SCENARIOS
from leafonly.harness.subjects.own_authority import OwnAuthority
from leafonly.walk_up import bounded_server
from leafonly.walk_up.chains import TEST_SCENARIOS
from leafonly.walk_up.opening import addresses_at, opened
from leafonly.walk_up.page_server import ISSUER_PATH, ROOT_PATH, PageServer
from leafonly.walk_up.plan import Plan, own_plan
from leafonly.walk_up.plan import test_plan as plan_of_test_authority
from leafonly.walk_up.rows import cell_rows
from tests.helpers.visitor import Visitor

NAME = "cam.example.com"


@contextmanager
def served(plan: Plan) -> Iterator[PageServer]:
    with opened("127.0.0.1", 0, plan.site, plan.offers) as page:
        yield page


@pytest.fixture
def plan() -> Plan:
    return plan_of_test_authority(("127.0.0.1",), None, TEST_SCENARIOS)


@pytest.fixture
def page(plan: Plan) -> Iterator[PageServer]:
    with served(plan) as page:
        yield page


@pytest.fixture(scope="module")
def shared() -> Iterator[PageServer]:
    """A page for tests that leave nothing behind."""
    with served(plan_of_test_authority(("127.0.0.1",), None, TEST_SCENARIOS)) as page:
        yield page


def verdicts(plan: Plan, name: str) -> dict[str, tuple[str, str | None]]:
    return {
        row["scenario"]: (row["verdict"], row["reason"])
        for row in cell_rows(plan.site.visitors, plan.key_type)
        if row["client"] == name
    }


def ask_all(visitor: Visitor, plan: Plan, device: str) -> dict:
    for scenario in plan.site.visitors.scenarios:
        said = visitor.ask(device, scenario.name)
    return said


def test_a_visitor_comes_to_the_verdicts_of_the_matrix(
    page: PageServer, plan: Plan, tmp_path: Path
) -> None:
    response, data = Visitor(page.port).get(ROOT_PATH)
    assert response.headers["Content-Type"] == "application/x-x509-ca-cert"
    visitor = Visitor(page.port, [x509.load_der_x509_certificate(data)])
    said = ask_all(visitor, plan, visitor.enter())
    assert said["conclusion"].startswith("This browser does not connect")
    with Bench(Emulator(), OwnAuthority(), tmp_path) as bench:
        cells = [
            bench.measure(CLIENTS["urllib"], SCENARIOS[name], "p256") for name in TEST_SCENARIOS
        ]
    assert verdicts(plan, "visitor") == {c.scenario: (c.verdict, c.reason) for c in cells}


def test_without_the_root_nothing_is_concluded_and_the_same_device_tries_again(
    page: PageServer, plan: Plan
) -> None:
    stranger = Visitor(page.port, [Authority().root])
    device = stranger.enter()
    said = ask_all(stranger, plan, device)
    assert said["again"]
    assert verdicts(plan, "visitor")["full_chain"] == ("rejected", "untrusted_root")
    assert verdicts(plan, "visitor")["absent"][0] == "error"
    root = x509.load_der_x509_certificate(stranger.get(ROOT_PATH)[1])
    visitor = Visitor(page.port, [root])
    assert visitor.enter("visitor", device) == device
    assert not ask_all(visitor, plan, device)["again"]
    assert verdicts(plan, "visitor")["absent"] == ("rejected", "missing_issuer")
    # What it was shown could make it accept the leaf alone, so it is never asked again.
    assert visitor.enter("visitor", device) != device
    assert visitor.post("/begin", {"device": device, "scenario": "absent"})[0] == 400


def test_no_two_scenarios_of_a_leaf_alone_share_an_issuer_that_was_shown(plan: Plan) -> None:
    offers = {each.scenario.name: each for each in plan.offers(1)}
    issuer = {name: offer.chain.intermediates[0] for name, offer in offers.items()}
    assert issuer["visited"] == issuer["full_chain"]
    assert len(set(issuer.values())) == len(issuer) - 1
    assert {offers[name].chain.root for name in ("absent", "aia", "visited")} == {plan.site.root}


def test_a_fetch_of_the_issuer_is_counted_for_the_one_who_is_asked(
    page: PageServer, plan: Plan
) -> None:
    visitor = Visitor(page.port)
    device = visitor.enter()
    visitor.post("/begin", {"device": device, "scenario": "aia"})
    response, data = visitor.get(ISSUER_PATH)
    assert response.headers["Content-Type"] == "application/pkix-cert"
    assert x509.load_der_x509_certificate(data) == plan.site.issuer
    visitor.post("/end", {"device": device, "outcome": "failed"})
    (row,) = (r for r in cell_rows(plan.site.visitors, "p256") if r["scenario"] == "aia")
    assert row["server_saw"] is not None
    assert row["server_saw"]["aia_fetches"] == 1
    assert plan.site.visitors.devices[0].seen["aia"].had_issuer is True


@pytest.mark.parametrize("aia", [None, "http://127.0.0.1:1/issuer.cer"])
def test_a_users_own_certificate_needs_no_root(aia: str | None, tmp_path: Path) -> None:
    authority = Authority()
    chain = authority.issue(NAME, aia=aia)
    files = {"fullchain.pem": pem(chain.full), "privkey.pem": chain.key_bytes(Encoding.PEM)}
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
        (tmp_path / name).chmod(0o600)
    credentials = read_directory(tmp_path, lambda _: None)
    plan = own_plan(("127.0.0.1",), credentials, None, TEST_SCENARIOS, [authority.root])
    alone = "aia" if aia else "absent"
    with served(plan) as page:
        visitor = Visitor(page.port, [authority.root])
        device = visitor.enter()
        _, said = visitor.post("/begin", {"device": device, "scenario": alone})
        assert said["url"].startswith(f"https://{NAME}:")
        ask_all(visitor, plan, device)
        assert visitor.get(ROOT_PATH)[0].status == 404
    assert verdicts(plan, "visitor") == {
        # Whether it has fetched the issuer from its CA is not known.
        alone: ("rejected", "other" if aia else "missing_issuer"),
        "full_chain": ("accepted", None),
        "untrusted_root": ("rejected", "untrusted_root"),
    }


# What strangers may send.


def test_another_sites_page_is_refused(shared: PageServer) -> None:
    visitor = Visitor(shared.port)
    assert visitor.get("/", host="rebound.example:80")[0].status == 421
    asked = {"name": "x"}
    assert visitor.post("/enter", asked, Origin="http://evil.example")[0] == 400
    assert visitor.post("/enter", asked, **{"Content-Type": "text/plain"})[0] == 400
    assert visitor.post("/enter", asked, Origin=f"http://{visitor.host}")[0] == 200


@pytest.mark.parametrize(
    "body",
    [b"[]", b"[" * 9000, b"[" * 5000 + b"]" * 4000, b'{"name": 1}', b"\xff", b"{}" + b" " * 10_000],
)
def test_a_request_of_another_form_is_refused(body: bytes, shared: PageServer) -> None:
    assert Visitor(shared.port).post("/enter", body)[0] == 400
    assert shared.site.visitors.devices == []


@pytest.mark.parametrize("path", ["/../pyproject.toml", "/page.py", "//etc/passwd", "/%2e%2e/x"])
def test_nothing_but_the_page_is_served(path: str, shared: PageServer) -> None:
    response, body = Visitor(shared.port).get(path)
    assert (response.status, body) == (404, b"Nothing is here.\n")


def test_huge_headers_are_refused_and_the_page_is_still_there(shared: PageServer) -> None:
    visitor = Visitor(shared.port)
    assert visitor.get("/", **{"X-Long": "x" * 70_000})[0].status == 431
    assert visitor.get("/", **{f"X-{number}": "x" for number in range(200)})[0].status == 431
    assert visitor.get("/")[0].status == 200


def test_the_page_is_whole_and_allows_nothing_from_elsewhere(page: PageServer, plan: Plan) -> None:
    visitor = Visitor(page.port)
    response, body = visitor.get("/")
    policy = response.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy
    for at in plan.site.ports.values():
        assert f" https://127.0.0.1:{at}" in policy
    text = body.decode()
    assert "http:" not in text
    assert "https:" not in text  # a visitor who continues past a warning spoils the verdict
    assert 'style="' not in text
    assert "onclick" not in text
    for path in ("/page.css", "/page.js"):
        assert path in text
        assert visitor.get(path)[0].status == 200


def test_a_port_gives_the_token_to_nobody_else(page: PageServer, plan: Plan) -> None:
    root = x509.load_der_x509_certificate(Visitor(page.port).get(ROOT_PATH)[1])
    visitor = Visitor(page.port, [root])
    device = visitor.enter()
    _, said = visitor.post("/begin", {"device": device, "scenario": "full_chain"})
    guess = said["url"].rsplit("/", 1)[0] + "/guess"
    assert visitor.load(guess) == ("failed", "")
    visitor.post("/end", {"device": device, "outcome": "loaded", "token": "guess"})
    assert verdicts(plan, "visitor")["full_chain"][0] == "error"
    (device_seen,) = plan.site.visitors.devices
    assert "guess" not in str(device_seen.seen["full_chain"].client_said)


def test_nothing_is_believed_of_a_port_that_was_opened_by_hand(
    page: PageServer, plan: Plan
) -> None:
    root = x509.load_der_x509_certificate(Visitor(page.port).get(ROOT_PATH)[1])
    visitor = Visitor(page.port, [root])
    # As a browser does after "continue anyway": it accepts, and verifies nothing.
    careless = Visitor(page.port)
    careless.context.check_hostname, careless.context.verify_mode = False, ssl.CERT_NONE
    careless.load(f"https://127.0.0.1:{plan.site.ports['absent']}/")
    device = careless.enter()
    careless.ask(device, "absent")
    for scenario in TEST_SCENARIOS[1:]:
        visitor.ask(device, scenario)
    assert verdicts(plan, "visitor")["full_chain"] == ("accepted", None)
    verdict, reason = verdicts(plan, "visitor")["absent"]
    assert verdict == "error"
    assert reason is not None
    assert "opened the port by hand" in reason


def test_aia_is_an_experiment_only_at_the_address_that_the_leaf_names() -> None:
    plan = plan_of_test_authority(("127.0.0.1", "127.0.0.2"), None, TEST_SCENARIOS)
    assert plan.offers(8440)
    site = plan.site
    assert site.obstacle("aia", "127.0.0.1:8440") == ""
    assert "open the page there" in site.obstacle("aia", "127.0.0.2:8440")
    assert site.obstacle("absent", "127.0.0.2:8440") == ""


def test_connections_are_bounded(page: PageServer) -> None:
    most = bounded_server.MOST_OF_ONE_PEER
    idle = [socket.create_connection(("127.0.0.1", page.port)) for _ in range(most)]
    try:
        deadline = time.monotonic() + 20
        while len(page._live) < most and time.monotonic() < deadline:
            threading.Event().wait(0.02)
        # At once: a connection that is served would be closed when 10 s have passed in silence.
        with socket.create_connection(("127.0.0.1", page.port), timeout=5) as one_more:
            assert one_more.recv(1) == b""
    finally:
        for each in idle:
            each.close()


def test_no_connection_outlives_its_time(
    page: PageServer, plan: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bounded_server, "LONGEST_CONNECTION", 0.1)
    for port in (page.port, plan.site.ports["absent"]):
        with socket.create_connection(("127.0.0.1", port), timeout=5) as silent:
            assert silent.recv(1) == b""


def test_the_ports_follow_the_pages_and_one_that_is_taken_is_said(plan: Plan) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with (
            pytest.raises(OSError, match=rf"port {port} .*; give another --port"),
            served_at(plan, port),
        ):
            pass
    with served(plan) as page:
        following = range(page.port + 1, page.port + 1 + len(TEST_SCENARIOS))
        assert list(plan.site.ports.values()) == list(following)


@contextmanager
def served_at(plan: Plan, port: int) -> Iterator[PageServer]:
    with opened("127.0.0.1", port, plan.site, plan.offers) as page:
        yield page


def test_only_an_address_of_this_computer_is_taken() -> None:
    assert addresses_at("127.0.0.1") == ("127.0.0.1",)
    assert "127.0.0.1" in addresses_at("0.0.0.0")
    for wrong in ("198.51.100.7", "::1", "localhost", "\x1b[2J"):
        with pytest.raises(ValueError, match=r"no IPv4 address of this computer: give one of .*"):
            addresses_at(wrong)


def test_the_camera_speaks_tls_as_in_the_matrix(page: PageServer, plan: Plan) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with (
        socket.create_connection(("127.0.0.1", plan.site.ports["absent"]), timeout=20) as raw,
        context.wrap_socket(raw) as tls,
    ):
        assert tls.version() == "TLSv1.2"
