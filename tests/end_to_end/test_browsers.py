import contextlib
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from leafonly.cameras.emulator.camera import Emulator
from leafonly.certificates.authority import Authority
from leafonly.clients import CLIENTS
from leafonly.clients.browser_messages import CHROMIUM, FIREFOX, QTWEBENGINE, WEBKIT
from leafonly.clients.client import Client, Install
from leafonly.clients.discovery import find
from leafonly.clients.refusal import Vocabulary, meanings
from leafonly.clients.stack import Stack
from leafonly.clients.trust_store import nss_database
from leafonly.harness.bench import Bench
from leafonly.harness.scenario import SCENARIOS
from leafonly.harness.subjects.own_authority import OwnAuthority
from tests.helpers.waiting import until_ended

PNG = b"\x89PNG\r\n\x1a\n"

# Reads the leaf off the wire, asks for its issuer where it says, and complains either way.
ASKS_THE_ISSUER = """
import sys, urllib.request
from cryptography import x509
from leafonly.tls.flight import read_flight
leaf = x509.load_der_x509_certificate(
    read_flight("127.0.0.1", int(sys.argv[1]), "localhost").certificates[0]
)
where = leaf.extensions.get_extension_for_class(x509.AuthorityInformationAccess).value
try:
    # The dead one must have read the request by then.
    urllib.request.urlopen(where[0].access_location.value, timeout=float(sys.argv[2])).read()
except TimeoutError:
    pass
sys.exit("unable to get local issuer certificate")
"""


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with Bench(Emulator(), OwnAuthority(), tmp_path) as bench:
        yield bench


def python_client(code: str, *arguments: str) -> Client:
    return Client(
        name="imitation",
        kind="browser",
        stack=Stack("none"),
        needs=(),
        run=("{python}", "-c", code, *arguments),
        environment={"PYTHONPATH": str(Path(__file__).parents[2])},
        measured=(),
        install=Install(),
    )


def test_nss_database_trusts_the_anchor_and_only_holds_the_intermediate(tmp_path: Path) -> None:
    authority = Authority()
    try:
        store = nss_database("home/db").write(tmp_path, [authority.root], authority.intermediates)
    except FileNotFoundError as error:
        pytest.skip(str(error))
    listing = subprocess.run(
        ["certutil", "-L", "-d", f"sql:{tmp_path / store}"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    lines = [line for line in listing.splitlines() if line.startswith("leafonly ")]
    flags = {line.split()[1]: line.split()[-1] for line in lines}
    (intermediate,) = authority.intermediates
    assert flags == {
        f"{authority.root.serial_number:x}": "C,,",
        f"{intermediate.serial_number:x}": ",,",
    }


def test_nss_database_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(OSError, match="apt install libnss3-tools"):
        nss_database("db").write(tmp_path, [], [])


# As the four browsers said them, in `absent` and on servers with a worse certificate.
@pytest.mark.parametrize(
    ("vocabulary", "words", "meaning"),
    [
        (CHROMIUM, "net::ERR_CERT_AUTHORITY_INVALID", {"unknown_issuer", "other"}),
        (CHROMIUM, "net::ERR_CONNECTION_REFUSED", set()),
        (
            FIREFOX,
            "(NS_ERROR_MODULE_SECURITY, SEC_ERROR_UNKNOWN_ISSUER)",
            {"unknown_issuer", "other"},
        ),
        (FIREFOX, "Error: NS_ERROR_CONNECTION_REFUSED", set()),
        (QTWEBENGINE, "CertificateAuthorityInvalid: not trusted", {"unknown_issuer"}),
        (QTWEBENGINE, "ConnectionErrorDomain net::ERR_CONNECTION_REFUSED", set()),
        (WEBKIT, "G_TLS_CERTIFICATE_NO_FLAGS G_TLS_CERTIFICATE_UNKNOWN_CA", {"unknown_issuer"}),
        (WEBKIT, "G_TLS_CERTIFICATE_NO_FLAGS", set()),
    ],
)
def test_words(vocabulary: Vocabulary, words: str, meaning: set[str]) -> None:
    assert meanings(vocabulary, words) == meaning


@pytest.mark.parametrize("name", ["chromium", "firefox", "qtwebengine", "webkitgtk"])
def test_browser_refuses_in_its_own_words_shows_it_and_leaves_nothing_running(
    name: str, bench: Bench, tmp_path: Path
) -> None:
    found = find(CLIENTS[name])
    if not found.available:
        pytest.skip(f"{name}: {found.unavailable_because}; to have it: {found.install}")
    assert found.version
    cell = bench.measure(CLIENTS[name], SCENARIOS["absent"], "p256")
    assert cell.outcome == "rejected: missing_issuer", cell.explain()
    assert cell.observation.picture is not None
    assert cell.observation.picture.startswith(PNG)
    # Killed is not yet gone: the system takes a moment to clear a big process away.
    for each in processes_at_home_in(tmp_path):
        until_ended(each.pid)


def processes_at_home_in(directory: Path) -> list[psutil.Process]:
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if process.environ().get("HOME", "").startswith(f"{directory}/"):
                found.append(process)
    return found


@pytest.mark.parametrize(
    ("leave", "kept"),
    [
        ("Path('refusal.png').write_bytes(PNG + b'picture')", PNG + b"picture"),
        ("Path('refusal.png').write_bytes(b'GIF89a')", None),
        ("Path('refusal.png').write_bytes(PNG + bytes(1 << 20))", None),
        ("Path('x.png').write_bytes(PNG); os.symlink('x.png', 'refusal.png')", None),
        ("os.mkfifo('refusal.png')", None),
        ("pass", None),
    ],
    ids=["picture", "no picture", "too large", "link", "pipe", "nothing"],
)
def test_only_a_real_picture_is_kept(leave: str, kept: bytes | None, bench: Bench) -> None:
    client = python_client(f"import os; from pathlib import Path; PNG = {PNG!r}; {leave}")
    cell = bench.measure(client, SCENARIOS["full_chain"], "p256")
    assert cell.observation.picture == kept


@pytest.mark.parametrize(
    ("scenario", "seconds", "fetched"), [("aia", 15, True), ("aia_dead", 3, False)]
)
def test_an_issuer_counts_as_fetched_only_where_one_is_sent(
    scenario: str, seconds: int, fetched: bool, bench: Bench
) -> None:
    client = python_client(ASKS_THE_ISSUER, "{port}", str(seconds))
    cell = bench.measure_alone(client, SCENARIOS[scenario], "p256")
    assert cell.observation.server_saw is not None
    assert cell.observation.server_saw.aia_fetches == 1
    assert cell.observation.had_issuer is fetched
