"""Hosts that are slow, endless, huge or hostile: each costs a bounded time, and no other host."""

import itertools
import resource
import socket
import ssl
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

from leafonly.cameras import Load
from leafonly.cameras import look as looking
from leafonly.cameras.emulator.camera import Emulator
from leafonly.cameras.look import Look, Trusted, look, look_at_all
from leafonly.cameras.presented_chain import PresentedChain
from leafonly.certificates.chain import der, pem
from leafonly.tls.address import Target
from leafonly.tls.client_hello import CLIENT_RANDOM
from leafonly.tls.read_host import Presented, read_host
from tests.cameras.test_look_outcome import key_bytes
from tests.helpers.making import LEAF, LOWER, ROOT, key_of, lay, make
from tests.helpers.servers import flight, listening, message, namesakes, python, record, records

LOCAL = lay(leaf=replace(LEAF, sans=[x509.DNSName("localhost")]))
TRUSTED = Trusted(LOCAL.roots)
ENDLESS = {
    "empty records": record(22, b"") * 1000,
    "warnings": record(21, b"\x01\x70") * 1000,
    "change cipher specs": record(20, b"\x01") * 1000,
    # OpenSSL skips these in a loop for as long as they come.
    "hello requests": record(22, bytes(4000)),
    "session tickets": record(22, message(4, bytes(100)) * 100),
    "an endless certificate": record(22, b"\x0b\xff\xff\xff" + bytes(16000)),
    "a certificate of 10 MB": records(b"\x0b" + (10_000_000).to_bytes(3, "big"))
    + record(22, bytes(16000)) * 8,
    "another protocol": b"\0" * 10_000,
}


def endlessly(data: bytes) -> Callable[[socket.socket], None]:
    def answer(connection: socket.socket) -> None:
        connection.recv(65536)
        while True:
            connection.sendall(data)

    return answer


@pytest.mark.parametrize("data", ENDLESS.values(), ids=ENDLESS)
def test_a_server_that_never_ends_is_left_in_time(data: bytes) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF)
    with listening(endlessly(data)) as port:
        found = look(Target("127.0.0.1", port), TRUSTED, seconds=5)
    after = resource.getrusage(resource.RUSAGE_SELF)
    assert found.kinds == ("unreachable",)
    assert found.seconds < 30  # it never ends by itself
    assert after.ru_utime - before.ru_utime < 5
    assert after.ru_maxrss - before.ru_maxrss < 50_000  # KiB; the limit is 1 MB and its copies


def test_openssl_is_given_no_more_than_1_mb() -> None:
    with listening(endlessly(ENDLESS["hello requests"])) as port:
        found = look(Target("127.0.0.1", port), TRUSTED)
    assert "the server's handshake does not end within 1 MB" in found.verdict


def test_silent_hosts_are_waited_for_together() -> None:
    def silent(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.recv(65536)

    with listening(silent) as port:
        began = time.monotonic()
        found = list(look_at_all([Target("127.0.0.1", port)] * 100, TRUSTED, seconds=1.0))
        assert time.monotonic() - began < 60  # one after the other: 100
    assert {each.kinds for each in found} == {("unreachable",)}
    assert "timed out" in found[0].verdict


@pytest.fixture
def complete() -> Iterator[Target]:
    loads = [Load(der(each), key_bytes(LOCAL, Encoding.DER)) for each in LOCAL.presented]
    with Emulator().serve(loads) as endpoint:
        yield Target("localhost", endpoint.port)


class PanicException(BaseException):  # of cryptography's Rust code; pyo3 derives it so
    pass


@pytest.mark.parametrize("error", [PanicException("boom"), RecursionError(), MemoryError()])
def test_whatever_one_host_makes_a_library_raise_the_others_are_kept(
    error: BaseException, complete: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    def hurt(target: Target, *, seconds: float) -> Presented:
        if target.host == "127.0.0.1":
            raise error
        return read_host(target, seconds=seconds)

    monkeypatch.setattr(looking, "read_host", hurt)
    hosts = [replace(complete, host="127.0.0.1"), complete]
    odd, good = look_at_all(hosts, TRUSTED)
    assert odd.kinds == ("unreadable",)
    assert (str(error) or type(error).__name__) in odd.verdict
    assert good.complete


def chain_of(certificates: list[bytes]) -> Look:
    def answer(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(records(flight(certificates)))
        connection.shutdown(socket.SHUT_WR)
        while connection.recv(65536):
            pass

    with listening(answer) as port:
        return look(Target("localhost", port), TRUSTED)


def test_hundreds_of_certificates_of_one_name_cost_a_bounded_number_of_signatures() -> None:
    found = chain_of([der(LOCAL.leaf), *namesakes()])
    assert "too_many" in found.kinds
    assert len(found.certificates) == 100
    assert found.seconds < 10
    # Each of the first may be issued by each of the others.
    lowers = [make(replace(LOWER, issuer_name="Upper"), ROOT) for _ in range(50)]
    uppers = [make(replace(LOWER, name="Upper", key="upper"), ROOT) for _ in range(49)]
    chain = PresentedChain([make(LEAF, LOWER), *lowers, *uppers], TRUSTED)
    assert chain.gave_up
    assert len(chain.path) <= 100


def test_there_is_no_signature_after_the_deadline() -> None:
    def over() -> None:
        raise TimeoutError("timed out")

    with pytest.raises(TimeoutError):
        PresentedChain(LOCAL.presented, TRUSTED, over)


@pytest.mark.parametrize(("padding", "fits"), [(90_000, True), (103_000, False)])
def test_more_certificates_than_openssl_takes_are_never_complete(
    padding: int, fits: bool, tmp_path: Path
) -> None:
    """OpenSSL is asked, too."""
    filler = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), bytes(padding))
    beside = make(replace(LOWER, name="beside", extra=[(filler, False)]), ROOT)
    laid = replace(LOCAL, presented=(*LOCAL.presented, beside))
    context = ssl.create_default_context(cadata=pem(LOCAL.roots).decode())
    with python(lambda: laid, ssl.TLSVersion.TLSv1_2, tmp_path) as served:
        found = look(Target("localhost", served.port), TRUSTED)
        try:
            with socket.create_connection(("127.0.0.1", served.port), 10) as plain:
                context.wrap_socket(plain, server_hostname="localhost").close()
            accepted = True
        except ssl.SSLError:
            accepted = False
    assert (found.complete, "too_large" in found.kinds, accepted) == (fits, not fits, fits)


def test_another_certificate_on_each_connection_is_one_answer() -> None:
    chains = itertools.cycle([[der(LOCAL.leaf)], [der(each) for each in LOCAL.presented]])

    def answer(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(records(flight(next(chains))))
        connection.recv(1)

    with listening(answer) as port:
        found = look(Target("localhost", port), TRUSTED)
    assert len(found.certificates) == 1
    assert not found.complete


@pytest.mark.parametrize("regular", [True, False])
def test_a_signature_is_no_proof_if_clients_do_not_understand_the_flight(regular: bool) -> None:
    """Two Certificate messages, for example. The server answers no handshake of OpenSSL's."""

    def answer(connection: socket.socket) -> None:
        hello = connection.recv(65536)
        connection.sendall(records(signed_flight(hello, regular=regular)))
        connection.recv(1)

    with listening(answer) as port:
        found = look(Target("localhost", port), TRUSTED)
    assert found.complete == regular
    assert ("no_handshake" in found.kinds) != regular


def signed_flight(hello: bytes, *, regular: bool) -> bytes:
    """Make an ECDHE flight that is signed with the leaf's key (RFC 8422 section 5.4)."""
    random = bytes(32)
    parameters = b"\x03\x00\x1d\x20" + bytes(range(32))
    key = key_of(LEAF.key)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    signature = key.sign(hello[CLIENT_RANDOM] + random + parameters, ec.ECDSA(hashes.SHA256()))
    sent = [der(each) for each in LOCAL.presented]
    lists = [sent] if regular else [sent[:1], sent[1:]]
    return b"".join(
        (
            message(2, b"\x03\x03" + random + b"\0\xc0\x2b\0"),
            *(message(11, vector(b"".join(map(vector, each)))) for each in lists),
            message(12, parameters + b"\x04\x03" + len(signature).to_bytes(2, "big") + signature),
            message(14, b""),
        )
    )


def vector(data: bytes) -> bytes:
    return len(data).to_bytes(3, "big") + data
