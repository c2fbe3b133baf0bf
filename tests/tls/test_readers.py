"""Whatever bytes arrive, and in whatever pieces: each reader ends, and says the same."""

import contextlib
from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from leafonly.tls.address import target
from leafonly.tls.alerts import ClientTap
from leafonly.tls.client_hello import client_hello, open_client_hello
from leafonly.tls.flight import Flight, FlightError, parse_flight, server_hello_extensions
from leafonly.tls.key_proof import proves_key
from leafonly.tls.passive_observer import PassiveObserver
from leafonly.tls.records import RecordReader
from tests.helpers.making import LEAF, LOWER, make
from tests.helpers.servers import flight, record, records

HELLO = open_client_hello("cam.example.com")
CERTIFICATE = make(LEAF, LOWER)
GOOD = [
    HELLO,
    client_hello("cam.example.com"),
    records(flight([b"first", b"second"], 0xC02B)),
    record(21, b"\x01\x70") + records(flight([b"one"], 0x009E)),
    record(20, b"\x01") + record(22, bytes(40)) + record(23, bytes(60)),
]
ANY = st.binary(max_size=400)


@st.composite
def nearly_good(draw: st.DrawFn) -> bytes:
    """Bytes of a good exchange, some of them changed, left out or put in."""
    data = bytearray(draw(st.sampled_from(GOOD)))
    for _ in range(draw(st.integers(0, 4))):
        at = draw(st.integers(0, len(data) - 1))
        data[at : at + draw(st.integers(0, 3))] = draw(st.binary(max_size=3))
    return bytes(data)


def pieces(data: bytes, cuts: Sequence[int]) -> list[bytes]:
    ends = [*sorted(cut for cut in cuts if cut < len(data)), len(data)]
    return [data[a:b] for a, b in zip([0, *ends], ends, strict=False)]


anytime = settings(max_examples=60)
CUTS = st.lists(st.integers(0, 400), max_size=5)


@anytime
@given(nearly_good() | ANY, CUTS)
def test_records_do_not_depend_on_how_they_arrive(data: bytes, cuts: list[int]) -> None:
    whole, split = RecordReader(), RecordReader()
    found = [each for piece in pieces(data, cuts) for each in split.feed(piece)]
    assert whole.feed(data) == found
    assert (whole.lost, whole.begun) == (split.lost, split.begun)


@anytime
@given(nearly_good() | ANY, CUTS)
def test_a_hello_does_not_depend_on_how_it_arrives(data: bytes, cuts: list[int]) -> None:
    whole, split = ClientTap(), ClientTap()
    whole.feed(data)
    for piece in pieces(data, cuts):
        split.feed(piece)
    assert (whole.client_hello, whole.server_name, whole.alert, whole.encrypted) == (
        (split.client_hello, split.server_name, split.alert, split.encrypted)
    )


@anytime
@given(nearly_good() | ANY)
def test_a_flight_is_read_or_is_a_line(data: bytes) -> None:
    read, said = Flight(), ""
    try:
        read = parse_flight(data)
    except FlightError as error:
        said = str(error)
    assert said.isprintable()
    assert proves_key(read, HELLO, CERTIFICATE) in (None, False)
    with contextlib.suppress(FlightError):
        server_hello_extensions(data)


@anytime
@given(st.lists(st.tuples(st.booleans(), nearly_good() | ANY), max_size=6))
def test_an_observer_takes_whatever_passes(passing: list[tuple[bool, bytes]]) -> None:
    observer = PassiveObserver()
    for is_client, data in passing:
        (observer.read_client if is_client else observer.read_server)(data)
    assert observer.request_seen <= any(is_client for is_client, _ in passing)


@anytime
@given(ANY.map(lambda data: data.decode("utf-8", "replace")) | st.just("[::1]:443"))
def test_a_host_is_printable_and_is_read_as_it_is_written(text: str) -> None:
    try:
        said = str(target(text))
    except ValueError as error:
        said = str(error)
    else:
        assert target(said) == target(text)
    assert said.isprintable()
    assert len(said) < 320


def test_only_a_flight_in_order_is_regular() -> None:
    good = parse_flight(records(flight([b"one"])))
    assert good.is_regular
    for messages in (good.messages[:-1], good.messages[::-1], [*good.messages[:2] * 2, "14"]):
        assert not Flight(messages=messages).is_regular
