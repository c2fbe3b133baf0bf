"""What is at the caIssuers address, fetched over loopback from a real server."""

import contextlib
import datetime as dt
import socket
import socketserver
import threading
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.hazmat.primitives.serialization.pkcs7 import serialize_certificates

from leafonly.audit import Evidence, run_check
from leafonly.audit.checks.aia import aia_names_issuer
from leafonly.audit.files.credentials import CredentialFile, sort_out
from leafonly.audit.files.parser import read_contents
from leafonly.audit.issuer_fetch import fetch_chain, fetch_issuers
from leafonly.certificates.authority import Authority
from leafonly.certificates.chain import der, pem
from leafonly.certificates.inspection import aia_urls
from leafonly.certificates.issuer_site import IssuerSite, Response


@contextlib.contextmanager
def answering(answer):
    """Serve one answer, once."""

    class Handler(socketserver.BaseRequestHandler):
        def handle(self):
            self.request.recv(4096)
            self.request.sendall(answer)

    with socketserver.TCPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.handle_request)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}/it"
        thread.join()


def ok(body):
    return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body


def responses(authority, urls):
    """Return the intermediates, each of which names the next one's URL."""
    return [Response(der(each)) for each in authority.naming_issuers(urls[1:])]


def judge(chain, fetched):
    """Run the check on a chain as it was delivered."""
    delivered = read_contents(pem(chain.full), lambda: None)
    credentials = sort_out([CredentialFile(Path("fullchain.pem"), delivered)])
    evidence = Evidence(credentials, dt.datetime.now(dt.UTC), fetched=fetched)
    return run_check(aia_names_issuer, evidence)


def test_the_same_intermediate_is_there():
    authority = Authority()
    with IssuerSite(authority.intermediates[0]) as site:
        chain = authority.issue("cam.example.com", aia=site.url("it"))
        (finding,) = judge(chain, fetch_issuers(aia_urls(chain.leaf)))
        assert site.fetches("it") == 1
    assert (finding.severity, finding.message[:21]) == ("info", "the same intermediate")


def test_a_rotated_intermediate_is_there():
    authority = Authority()
    with IssuerSite(authority.rotated_intermediate) as site:
        chain = authority.issue("cam.example.com", aia=site.url("it"))
        (finding,) = judge(chain, fetch_issuers(aia_urls(chain.leaf)))
    assert finding.severity == "warning"
    assert "another intermediate" in finding.message


def test_a_set_is_searched_whatever_its_order():
    """A PKCS#7 with the root first, as CAs' .p7c files have it."""
    authority = Authority()
    both = [authority.root, authority.intermediates[0]]
    answer = serialize_certificates(both, Encoding.DER)
    with answering(ok(answer)) as url:
        chain = authority.issue("cam.example.com", aia=url)
        (finding,) = judge(chain, fetch_issuers([url]))
    assert (finding.severity, finding.message[:21]) == ("info", "the same intermediate")


def test_a_redirect_is_followed_and_told_about():
    authority = Authority()
    with (
        IssuerSite(authority.intermediates[0]) as site,
        answering(
            b"HTTP/1.1 301 Moved\r\nContent-Length: 0\r\nLocation: "
            + site.url("it").encode()
            + b"\r\n\r\n"
        ) as url,
    ):
        chain = authority.issue("cam.example.com", aia=url)
        (finding,) = judge(chain, fetch_issuers([url]))
    assert finding.severity == "info"
    assert "by a redirect" in finding.message


def test_nothing_is_fetched_unless_asked():
    authority = Authority()
    with IssuerSite(authority.intermediates[0]) as site:
        chain = authority.issue("cam.example.com", aia=site.url("it"))
        (finding,) = judge(chain, None)
        assert site.fetches("it") == 0
    assert finding.is_unchecked


def test_an_address_that_never_answers_is_given_up():
    authority = Authority()
    with IssuerSite(authority.intermediates[0]) as site:
        chain = authority.issue("cam.example.com", aia=site.url("it", dead=True))
        (finding,) = judge(chain, fetch_issuers(aia_urls(chain.leaf), seconds=0.2))
    assert finding.severity == "warning"
    assert "timed out" in finding.message


def test_a_server_that_sends_its_headers_slowly_is_given_up():
    """Each byte comes within the time limit of one wait."""
    gone = threading.Event()

    def drip(listener):
        connection, _ = listener.accept()
        with connection, contextlib.suppress(OSError):
            connection.sendall(b"HTTP/1.1 200 OK\r\nA: ")
            while not gone.wait(0.05):
                connection.sendall(b"a")

    with socket.create_server(("127.0.0.1", 0)) as listener:
        dripping = threading.Thread(target=drip, args=(listener,), daemon=True)
        dripping.start()
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/it"
        assert fetch_issuers([url], seconds=0.5) == {url: "timed out while it was fetched (0.5 s)"}
        gone.set()
        dripping.join()


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (b"HTTP/1.1 200 OK\r\n\r\n" + bytes(1 << 17), "longer than 64 KiB"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nwhat", "no certificate"),
        (b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", "answered 404"),
        (b"HTTP/1.1 302 Found\r\nLocation: file:///etc/passwd\r\nContent-Length: 0\r\n\r\n", "302"),
        (b"\x15\x03\x03\x00\x02\x02\x28", "illegal"),
        (b"", "disconnected"),
    ],
)
def test_a_hostile_server_is_told_about_in_words(answer, words):
    with answering(answer) as url:
        fetched = fetch_issuers([url], seconds=5)
    assert words in str(fetched[url])


def test_other_schemes_are_left_alone(tmp_path):
    (tmp_path / "it").write_text("secret")
    assert fetch_issuers([f"file://{tmp_path}/it", "ldap://127.0.0.1/it", "https://[bad"]) == {}
    for url in ("http://\x7f/", "http://xn--1/"):
        assert isinstance(fetch_issuers([url])[url], str)


def test_the_issuers_above_are_fetched_up_to_a_known_root():
    authority = Authority(intermediates=3)
    with IssuerSite() as site:
        urls = [site.url("it", number=each) for each in (1, 2, 3)]
        site.publish("it", responses(authority, urls))
        chain = authority.issue("cam.example.com", aia=urls[0])
        assert list(fetch_chain(chain.leaf, lambda _: False)) == urls
        above = authority.intermediates[1].subject
        assert list(fetch_chain(chain.leaf, lambda name: name == above)) == urls[:1]


def test_only_the_issuer_says_where_to_go_on():
    """Whoever answers in the CA's place cannot send leafonly to an address of his own."""
    authority, other = Authority(intermediates=2), Authority(intermediates=2)
    with IssuerSite() as site:
        urls = [site.url("it", number=each) for each in (1, 2)]
        site.publish("it", responses(other, urls))
        chain = authority.issue("cam.example.com", aia=urls[0])
        assert list(fetch_chain(chain.leaf, lambda _: False)) == urls[:1]
        assert site.fetched("it") == 1
