"""A client that holds or can fetch something else than its scenario says gives no verdict."""

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from leafonly.cameras import FirmwareLimit, Load
from leafonly.cameras.emulator.camera import EmulatedEndpoint, Emulator
from leafonly.certificates.chain import KeyType
from leafonly.certificates.hierarchy import HIERARCHIES
from leafonly.certificates.issuer_responses import RESPONSES
from leafonly.clients import CLIENTS
from leafonly.clients.discovery import find
from leafonly.harness.bench import Bench
from leafonly.harness.hierarchies import HierarchyBenches
from leafonly.harness.scenario import SCENARIOS, Scenario, first_hierarchy
from leafonly.harness.subjects.own_authority import OwnAuthority
from leafonly.harness.subjects.subject import Holding, ToServe
from tests.helpers.default_context import kind_of_a_stored_intermediate

HONEST = CLIENTS["urllib"]


class Saboteur(OwnAuthority):
    """A subject that stages another scenario than the one asked for."""

    def __init__(self, scenario: Scenario, **instead: str) -> None:
        super().__init__(hierarchy=first_hierarchy(scenario))
        self.sabotaged, self.instead = scenario, instead

    def _staged(self, scenario: Scenario) -> Scenario:
        return replace(scenario, **self.instead) if scenario == self.sabotaged else scenario  # type: ignore[arg-type]

    def holding(self, scenario: Scenario) -> Holding:
        return super().holding(self._staged(scenario))

    def to_serve(self, scenario: Scenario, key_type: KeyType, cell: str) -> ToServe:
        return super().to_serve(self._staged(scenario), key_type, cell)


STORE = "the client's store would have more or less than this scenario says"
ROOTS = "the client would trust other roots than this scenario says"
ISSUER = "the URL in the leaf has another issuer than this scenario says"
FORM = "the URL in the leaf does not respond with "


@pytest.mark.parametrize(
    ("name", "instead", "words"),
    [
        ("absent", {"holds_intermediate": "all"}, STORE),
        ("cached", {"holds_intermediate": "rotated"}, STORE),
        ("wrong_cached", {"holds_intermediate": "all"}, STORE),
        ("cached_first", {"holds_intermediate": "all"}, STORE),
        ("stale_cached", {"holds_intermediate": "all"}, STORE),
        ("stale_cached", {"holds_intermediate": None}, "have expired than this scenario says"),
        ("stale_full_chain", {"holds_intermediate": "all"}, STORE),
        ("stale_full_chain", {"holds_intermediate": None}, "have expired than this scenario says"),
        ("stale_cross", {"holds_intermediate": "all"}, "have expired than this scenario says"),
        ("stale_cross", {"holds_intermediate": "expired"}, STORE),
        ("older_root", {"holds_roots": "all"}, ROOTS),
        ("older_root", {"holds_roots": "newer"}, ROOTS),
        ("newer_root", {"holds_roots": "all"}, ROOTS),
        ("aia", {"aia": "wrong_issuer"}, ISSUER),
        ("aia", {"aia": "pem"}, f"{FORM}live"),
        ("aia_redirect", {"aia": "live"}, f"{FORM}redirect"),
        ("aia_pem", {"aia": "live"}, f"{FORM}pem"),
        ("aia_p7c", {"aia": "pem"}, f"{FORM}p7c"),
        ("aia_wrong_issuer", {"aia": "live"}, ISSUER),
    ],
)
def test_other_premises_give_no_verdict(
    name: str, instead: dict[str, str], words: str, tmp_path: Path
) -> None:
    with Bench(Emulator(), Saboteur(SCENARIOS[name], **instead), tmp_path) as bench:
        cell = bench.measure(HONEST, SCENARIOS[name], "p256")
    assert cell.verdict == "error"
    assert words in str(cell.reason)
    assert cell.observation.client_said is None, "the client was started"


def test_url_that_has_nothing_gives_no_verdict(tmp_path: Path) -> None:
    subject = OwnAuthority(responses=lambda _authority, _url: [])
    with Bench(Emulator(), subject, tmp_path) as bench:
        cell = bench.measure(HONEST, SCENARIOS["aia"], "p256")
    assert cell.reason == "the URL in the leaf has no certificate: HTTP Error 404: Not Found"


EXPIRED = "rejected: expired"
MISSING = "rejected: missing_issuer"


@pytest.mark.parametrize(
    ("name", "outcome"),
    [
        ("stale_cached", EXPIRED),
        # OpenSSL takes an issuer from the store before it looks at what was presented.
        ("stale_full_chain", EXPIRED),
        ("stale_cross", f"accepted: {kind_of_a_stored_intermediate()}"),
        ("older_root", "accepted"),
        ("newer_root", "accepted"),
        ("aia_redirect", MISSING),
        ("aia_pem", MISSING),
        ("aia_p7c", MISSING),
        ("aia_wrong_issuer", MISSING),
    ],
)
def test_without_sabotage_there_is_a_verdict(name: str, outcome: str, tmp_path: Path) -> None:
    subject = OwnAuthority(hierarchy=first_hierarchy(SCENARIOS[name]))
    with Bench(Emulator(), subject, tmp_path) as bench:
        cell = bench.measure(HONEST, SCENARIOS[name], "p256")
    assert cell.outcome == outcome
    assert cell.observation.server_saw
    assert cell.observation.server_saw.aia_fetches == 0, "our own request was counted"


@pytest.mark.parametrize(
    ("name", "verdict", "requests"),
    [
        ("aia_redirect", "accepted", 2),
        ("aia_pem", "accepted", 1),
        ("aia_p7c", "accepted", 1),
        ("aia_wrong_issuer", "rejected", 1),
    ],
)
def test_client_that_fetches_is_seen_at_the_url(
    name: str, verdict: str, requests: int, tmp_path: Path
) -> None:
    client = CLIENTS["python-aia-chaser"]
    if not (found := find(client)).available:
        pytest.skip(f"{client.name}: {found.unavailable_because}")
    with Bench(Emulator(), OwnAuthority(), tmp_path) as bench:
        cell = bench.measure(client, SCENARIOS[name], "p256")
    assert cell.verdict == verdict, cell.explain()
    assert cell.observation.server_saw
    assert cell.observation.server_saw.aia_fetches == requests
    assert cell.observation.had_issuer is (name == "aia_redirect")


STAYS = """
import http.client, socket, ssl, sys, urllib.parse
from cryptography import x509
trust, host, port = sys.argv[1:]
try:
    context = ssl.create_default_context(cafile=trust)
    context.wrap_socket(socket.create_connection((host, port)), server_hostname=host)
except ssl.SSLError as error:
    leaf = x509.load_pem_x509_certificate(ssl.get_server_certificate((host, port)).encode())
    aia = leaf.extensions.get_extension_for_class(x509.AuthorityInformationAccess).value
    url = urllib.parse.urlsplit(aia[0].access_location.value)
    there = http.client.HTTPConnection(url.netloc)
    there.request("GET", url.path)
    assert there.getresponse().status == 302
    sys.exit(str(error))
"""


def test_client_that_does_not_follow_the_redirect_did_not_have_the_issuer(tmp_path: Path) -> None:
    client = replace(HONEST, run=("{python}", "-c", STAYS, "{trust}", "{host}", "{port}"))
    with Bench(Emulator(), OwnAuthority(), tmp_path) as bench:
        cell = bench.measure_alone(client, SCENARIOS["aia_redirect"], "p256")
    assert cell.outcome == MISSING, cell.explain()
    assert cell.observation.had_issuer is False


def test_controls_are_those_of_the_hierarchy_of_the_scenario(tmp_path: Path) -> None:
    short = replace(CLIENTS["openssl"], run=(*CLIENTS["openssl"].command, "-verify_depth", "1"))
    with HierarchyBenches(Emulator(), [*HIERARCHIES.values()], tmp_path) as benches:
        assert benches.measure(short, SCENARIOS["full_chain"], "p256").verdict == "accepted"
        cell = benches.measure(short, SCENARIOS["aia_three"], "p256")
    assert str(cell.reason).startswith("not asked: the full chain was not accepted (rejected")
    assert cell.blocked_by is None, "the control of this hierarchy has no test that tells of it"


class OneCertificate(Emulator):
    """A camera whose firmware takes one certificate only, as MicroPython before 1.22."""

    @contextlib.contextmanager
    def serve(self, loads: Sequence[Load]) -> Iterator[EmulatedEndpoint]:
        if len(loads) > 1:
            raise FirmwareLimit("one certificate only")
        with super().serve(loads) as endpoint:
            yield endpoint


def test_a_control_that_the_camera_cannot_present_has_no_test_that_could_fail(
    tmp_path: Path,
) -> None:
    changed = replace(CLIENTS["openssl"], run=(*CLIENTS["openssl"].command, "-verify_depth", "0"))
    with Bench(OneCertificate(), OwnAuthority(), tmp_path) as bench:
        assert bench.measure(changed, SCENARIOS["full_chain"], "p256").verdict == "not_applicable"
        cell = bench.measure(changed, SCENARIOS["absent"], "p256")
    assert str(cell.reason).startswith("not asked: the full chain was not accepted (rejected")
    assert cell.blocked_by is None


def test_each_form_has_a_scenario() -> None:
    assert {each.aia for each in SCENARIOS.values()} == {None, "dead", *RESPONSES}


def test_proxy_of_the_users_environment_is_not_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")  # the port "discard": nothing answers
    monkeypatch.delenv("no_proxy", raising=False)
    with Bench(Emulator(), OwnAuthority(), tmp_path) as bench:
        assert bench.measure_alone(HONEST, SCENARIOS["aia"], "p256").verdict == "rejected"
