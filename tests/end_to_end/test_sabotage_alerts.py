"""Alerts that mislead: clients with their own wording, clients that lie, servers that refuse."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from OpenSSL import SSL

from leafonly.cameras.emulator.camera import Emulator
from leafonly.clients import CLIENTS, Client
from leafonly.clients.discovery import find
from leafonly.harness.bench import Bench
from leafonly.harness.scenario import SCENARIOS
from leafonly.harness.subjects.own_authority import OwnAuthority

HONEST = CLIENTS["urllib"]

# It verifies as it should and says so in no words that anybody has met before.
OWN_WORDING = """
import ssl, sys, urllib.request
context = ssl.create_default_context(cafile=sys.argv[1])
for url in sys.argv[2:]:
    try:
        print(urllib.request.urlopen(url, context=context).read().decode())
    except OSError:
        sys.exit("tampoco")
"""
# It refuses the certificate, goes on all the same, and says nothing.
LYING_ALERT = """
import contextlib, ssl, sys, urllib.request
for url in sys.argv[2:]:
    with contextlib.suppress(OSError):
        verifying = ssl.create_default_context(cafile=sys.argv[1])
        urllib.request.urlopen(url, context=verifying)
    context = ssl._create_unverified_context()
    print(urllib.request.urlopen(url, context=context).read().decode())
"""


def instead(code: str) -> Client:
    return replace(HONEST, command=("{python}", "-c", code, "{trust}", "{urls}"))


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with Bench(Emulator(), OwnAuthority(), tmp_path) as the_bench:
        yield the_bench


def test_client_with_unknown_wording(bench: Bench) -> None:
    cell = bench.measure(instead(OWN_WORDING), SCENARIOS["absent"], "p256")
    assert cell.outcome == "rejected: missing_issuer", cell.explain()


def test_client_with_a_lying_alert(bench: Bench) -> None:
    cell = bench.measure(instead(LYING_ALERT), SCENARIOS["absent"], "p256")
    assert cell.verdict == "error"
    assert "an untrusted root was accepted, so this client verifies nothing" in str(cell.reason)


# One client at least of each TLS library.
OF_EACH_LIBRARY = (
    *("openssl", "curl", "gnutls-cli", "wget", "git", "libcurl-gnutls", "tstclnt", "ncat"),
    *("urllib", "pyopenssl", "curl_cffi", "nodejs", "deno", "uv", "go", "java", "php-streams"),
    *("erlang", "pandoc", "mbedtls", "wolfssl", "bearssl", "gio", "apt", "aria2", "perl-lwp"),
    *("qt", "nginx", "haproxy", "stunnel", "caddy", "tcl", "luasec", "twisted"),
)


@pytest.mark.parametrize("name", OF_EACH_LIBRARY)
def test_server_that_demands_a_client_certificate(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    client = CLIENTS[name]
    found = find(client)
    if not found.available:
        pytest.skip(str(found.unavailable_because))
    make = SSL.Context.use_privatekey

    def demanding(context: SSL.Context, key: object) -> None:
        context.set_verify(SSL.VERIFY_PEER | SSL.VERIFY_FAIL_IF_NO_PEER_CERT, lambda *_: False)
        make(context, key)  # type: ignore[arg-type]

    monkeypatch.setattr(SSL.Context, "use_privatekey", demanding)
    cell = bench.measure_alone(client, SCENARIOS["full_chain"], "p256")
    assert cell.verdict == "error", cell.explain()
    assert cell.observation.obstacle is None, cell.explain()
