"""What reads bytes from outside, each as a function of any bytes that raises if a promise breaks.

Hypothesis calls them in the tests, and atheris (`python -m tests.fuzz TARGET SECONDS`) for as
long as it is told to.
"""

import contextlib
import functools
import itertools
import json
import socket
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

from OpenSSL import SSL

from leafonly.audit import CHECKS, Evidence, run_check
from leafonly.audit.files.credentials import CredentialFile, sort_out
from leafonly.audit.files.parser import read_contents
from leafonly.cameras import METHODS, Connection
from leafonly.cameras.emulator.camera import _talk
from leafonly.cameras.emulator.loading_rules import load
from leafonly.cameras.emulator.tls_context import CameraTls, camera_context
from leafonly.cameras.look import Trusted, classify, contained, read_certificates
from leafonly.cameras.look_outcome import Outcome
from leafonly.cameras.script.frames import Damaged, FrameReader
from leafonly.certificates.chain import pem
from leafonly.certificates.der_elements import elements
from leafonly.certificates.paths import Issuers
from leafonly.clients import CLIENTS
from leafonly.clients.refusal import REASONS, reason_of, together
from leafonly.harness.verdict import ClientSaid, Observation, ServerSaw, judge
from leafonly.report import answer, html, markdown, sarif, terminal
from leafonly.report.diff import drawing as diff_drawing
from leafonly.report.diff.difference import compare
from leafonly.report.document import read
from leafonly.report.merge import drawing as merge_drawing
from leafonly.report.merge.fleet import Machine
from leafonly.report.merge.table import merged
from leafonly.report.rows import Report
from leafonly.tls.address import Target, target
from leafonly.tls.alerts import ClientTap
from leafonly.tls.client_hello import open_client_hello
from leafonly.tls.flight import Flight, FlightError, parse_flight, server_hello_extensions
from leafonly.tls.key_proof import proves_key
from leafonly.tls.passive_observer import PassiveObserver
from leafonly.tls.read_host import Presented
from leafonly.tls.records import RecordReader
from tests.fuzz.changed_report import changed
from tests.helpers.credentials import INTERMEDIATE, LEAF, NAME, NOW, ROOT
from tests.helpers.emulator_client import AUTHORITY, trusting
from tests.helpers.look_forms import assert_harmless

__all__ = ["TARGETS"]

_TOKEN = "0123456789abcdef0123456789abcdef"


def credentials(data: bytes) -> None:
    """PEM, DER, PKCS#7 and PKCS#12: findings in printable words, whatever the file holds."""
    path = Path("folder")
    files = [
        CredentialFile(path / "cam.pem", read_contents(data, lambda: b"right"), "leaf", 0o600),
        CredentialFile(path / "chain.pem", read_contents(pem([INTERMEDIATE[0]]), lambda: None)),
    ]
    roots = Issuers([ROOT[0]])
    evidence = Evidence(sort_out(files), NOW, NAME, mozilla=roots, system=roots)
    found = [each for check in CHECKS.values() for each in run_check(check, evidence)]
    assert found, "no finding"
    for finding in found:
        assert finding.message.isprintable(), finding
        assert finding.severity == "info" or finding.remedy, finding


def frames(data: bytes) -> None:
    """A board's frames: they do not depend on how they arrive, and nothing but damage is said."""
    whole, split = FrameReader(), FrameReader()
    answers: list[object] = []
    for reader, step in ((whole, max(1, len(data))), (split, 7)):
        try:
            read_frames = [
                frame
                for start in range(0, len(data), step)
                for frame in reader.feed(data[start : start + step])
            ]
        except Damaged as damage:
            assert str(damage).isprintable()
            answers.append(None)
        else:
            said = (bytes(reader.garbage), reader.ended, reader.inside)
            answers.append((read_frames, *said))
    assert answers[0] == answers[1]


def flight(data: bytes) -> None:
    """A server's first flight: it is read, or there is one line."""
    flight = Flight()
    try:
        flight = parse_flight(data)
    except FlightError as error:
        assert str(error).isprintable()
    assert proves_key(flight, open_client_hello("cam.example.com"), LEAF) in (None, False)
    with contextlib.suppress(FlightError):
        server_hello_extensions(data)


def records(data: bytes) -> None:
    """What passes between client and server: each reader says the same of it in any pieces."""
    pieces = [data[start : start + 5] for start in range(0, len(data), 5)]
    whole, split = ClientTap(), ClientTap()
    whole.feed(data)
    reader, by_pieces = RecordReader(), []
    observer = PassiveObserver()
    for number, piece in enumerate(pieces):
        split.feed(piece)
        by_pieces += reader.feed(piece)
        (observer.read_server if number % 2 else observer.read_client)(piece)
    assert (whole.client_hello, whole.server_name, whole.alert) == (
        (split.client_hello, split.server_name, split.alert)
    )
    assert RecordReader().feed(data) == by_pieces
    with contextlib.suppress(ValueError):
        said = str(target(data.decode("utf-8", "replace")))
        assert said.isprintable()


@functools.cache
def _messages() -> dict[str, object]:
    return together(client.error_messages for client in CLIENTS.values())  # type: ignore[return-value]


def client_output(data: bytes) -> None:
    """A client's output: without the token it never accepts, without a reason it never rejects."""
    flags = data[0] if data else 0
    text = data[1:].decode("utf-8", "replace").replace(_TOKEN, "")
    messages = _messages()
    alert = ("unknown_ca", "decrypt_error", None, None)[flags & 3]
    saw = ServerSaw(True, bool(flags & 4), alert, bool(flags & 8), 0, (_TOKEN,))
    said = ClientSaid(flags >> 7, text, "")
    seen = Observation(said, saw, had_issuer=bool(flags & 16))
    verdict = judge(seen, messages)  # type: ignore[arg-type]
    assert verdict.verdict in ("rejected", "error"), verdict
    if verdict.verdict == "rejected":
        assert verdict.reason in REASONS
        assert not saw.request_seen
        assert reason_of(text, alert, messages, had_issuer=seen.had_issuer)  # type: ignore[arg-type]
    stub = judge(seen, messages, testimony="stub")  # type: ignore[arg-type]
    if stub.verdict == "accepted":
        assert saw.handshake_completed or saw.request_seen
        assert alert != "unknown_ca"
    if stub.verdict == "rejected":
        assert not saw.request_seen


@functools.cache
def _good_report() -> Report:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "report.json"
        path.write_bytes(changed(b""))
        return read(path)


def report(data: bytes) -> None:
    """A report.json: it is drawn in every form, or refused in one line."""
    text = data if data.startswith(b"{") else changed(data[:64])
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "report.json"
        path.write_bytes(text)
        try:
            given = read(path)
        except ValueError as error:
            assert "is not a report" in str(error)
            return
        good = _good_report()
    for before, after in ((good, given), (given, good)):
        difference = compare(before, after)
        for line in diff_drawing.text(difference, 80).splitlines():
            assert line.isprintable(), line
        diff_drawing.markdown(difference)
        diff_drawing.html(difference, before, after)
    fleet = merged([Machine("a", good), Machine("b", given)])
    for line in merge_drawing.text(fleet, 80).splitlines():
        assert line.isprintable(), line
    merge_drawing.markdown(fleet)
    merge_drawing.html(fleet)
    html.render(given)
    markdown.markdown(given)
    json.loads(sarif.sarif(given, "report.json"))
    with contextlib.suppress(ValueError):  # without a verdict to answer with
        answer.markdown(given, "report.json")
    for draw in (terminal.section, terminal.result):
        for line in draw(given, 80).plain.splitlines():
            assert line.isprintable(), line


def host_certificates(data: bytes) -> None:
    """The certificates that a host sends: one result, and harmless in every form."""
    starts = [0, *(end for _, _, end in elements(data))]
    sent = [data[a:b] for a, b in itertools.pairwise(starts)][:10]
    answer = Presented(tuple(sent or [data]))
    try:
        with contained():
            certificates = read_certificates(answer)
            found = classify(
                Target("cam.example.com", 443), certificates, Trusted((ROOT[0],)), answer
            )
    except ValueError as error:
        assert str(error).isprintable()
        return
    assert_harmless(Outcome(found, 30))


@functools.cache
def _camera() -> object:
    return camera_context(*load(METHODS["der_appended"](AUTHORITY.issue())))


@contextlib.contextmanager
def _camera_side() -> Iterator[tuple[socket.socket, Connection]]:
    """Serve one connection as the emulator does; give the client's end and the record of it."""
    client, server = socket.socketpair()
    seen = Connection()

    def serve() -> None:
        server.settimeout(5)
        with server:
            try:
                _talk(CameraTls(server, _camera(), seen, []), seen)  # type: ignore[arg-type]
            except Exception as error:  # noqa: BLE001  # what it may be is asserted below
                broken.append(error)

    broken: list[Exception] = []
    thread = threading.Thread(target=serve)
    thread.start()
    with client:
        client.settimeout(5)
        yield client, seen
    thread.join(6)
    assert not thread.is_alive(), "the camera does not end"
    assert all(isinstance(each, OSError | SSL.Error) for each in broken), broken


def emulator_tls(data: bytes) -> None:
    """What a client sends in place of a handshake: the emulator ends, and answers no request."""
    with _camera_side() as (client, seen), contextlib.suppress(OSError):
        client.sendall(data)
        client.shutdown(socket.SHUT_WR)
        while client.recv(65536):
            pass
    assert not seen.handshake_completed
    assert (seen.request, seen.token) == (None, None)
    assert seen.client_hello <= (data[:1] == b"\x16")


def emulator_http(data: bytes) -> None:
    """What a client sends under TLS: it is answered with a token, or the emulator ends."""
    context = trusting(AUTHORITY)
    answered = b""
    with _camera_side() as (client, seen), contextlib.suppress(OSError):
        client_end = client.dup()
        with client_end, context.wrap_socket(client, server_hostname="localhost") as tls:
            tls.sendall(data)
            client_end.shutdown(socket.SHUT_WR)
            while piece := tls.recv(65536):
                answered += piece
    assert seen.handshake_completed
    assert (seen.token is None) == (not data)
    if seen.token:
        assert answered.endswith(seen.token.encode() + b"\n")
        assert seen.request is not None
        assert seen.request.isascii()


TARGETS: dict[str, Callable[[bytes], None]] = {
    each.__name__: each
    for each in (
        client_output,
        credentials,
        emulator_http,
        emulator_tls,
        flight,
        frames,
        host_certificates,
        records,
        report,
    )
}
"""By name."""
