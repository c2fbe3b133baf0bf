import pytest
from hypothesis import given
from hypothesis import strategies as st

from leafonly.cameras.script.frames import (
    EMPTY,
    LOST,
    SMALLEST_BUFFER,
    Damaged,
    Frame,
    FrameReader,
    FrameWriter,
    frame_size,
    packet_for,
)
from leafonly.cameras.script.link import DEVICE_SCRIPT


@given(st.binary(max_size=600))
def test_no_control_byte_but_the_frame_s_own_is_ever_on_the_line(payload: bytes) -> None:
    line = FrameWriter().encode("D", payload)
    assert (line[0], line[-1]) == (2, 10)
    assert all(32 < byte < 127 for byte in line[1:-1])
    assert len(line) == frame_size(len(payload))


@given(st.integers(min_value=SMALLEST_BUFFER, max_value=1 << 16))
def test_two_packets_and_the_ends_of_a_connection_fit_into_the_buffer(buffer: int) -> None:
    packet = packet_for(buffer)
    assert 2 * frame_size(packet) + 2 * EMPTY < buffer
    # And hardly more would fit, or it is the longest that the device script takes.
    longer = packet + 6
    assert packet == 744 or 2 * frame_size(longer) + 2 * EMPTY >= buffer


@given(st.lists(st.binary(max_size=100), max_size=5), st.integers(min_value=1, max_value=50))
def test_frames_come_out_whole_however_the_line_cuts_them(payloads: list[bytes], step: int) -> None:
    writer = FrameWriter()
    line = b"".join(writer.encode("D", payload) for payload in payloads)
    reader, frames = FrameReader(), []
    for start in range(0, len(line), step):
        frames += reader.feed(line[start : start + step])
    assert frames == [Frame("D", payload) for payload in payloads]
    assert not reader.inside


def test_what_others_print_between_frames_is_kept_apart() -> None:
    reader, writer = FrameReader(), FrameWriter()
    line = b"I (312) wifi: connected\r\n" + writer.encode("A") + b"noise "
    line += writer.encode("R", b"1")
    assert reader.feed(line) == [Frame("A", b""), Frame("R", b"1")]
    assert bytes(reader.garbage) == b"I (312) wifi: connected\r\nnoise "


def test_noise_does_not_make_the_frame_after_it_too_long() -> None:
    reader, line = FrameReader(), FrameWriter().encode("A")
    assert reader.feed(b"x" * 5000 + line[:5]) == []
    assert reader.feed(line[5:]) == [Frame("A", b"")]
    assert bytes(reader.garbage) == b"x" * len(reader.garbage) != b""


@pytest.mark.parametrize(
    "damage",
    [
        lambda line: line[:20] + b"XY" + line[20:],
        lambda line: line[:20] + line[24:],
        lambda line: line[:20] + b"\n" + line[20:],
        lambda line: line[:20] + FrameWriter().encode("A"),
        lambda line: line.replace(line[2:6], b"zzzz", 1),
        lambda line: line[:-1] + b"A" * 5000,
    ],
    ids=["inserted", "lost", "cut", "overrun", "checksum", "endless"],
)
def test_a_damaged_frame_is_noticed(damage) -> None:
    line = FrameWriter().encode("D", bytes(range(60)))
    with pytest.raises(Damaged, match=LOST):
        FrameReader().feed(damage(line))


@given(st.lists(st.binary(max_size=300), min_size=2, max_size=6), st.data())
def test_no_run_of_lost_bytes_goes_unnoticed_once_the_next_frame_is_there(
    payloads: list[bytes], data: st.DataObject
) -> None:
    writer = FrameWriter()
    line = b"".join(writer.encode("D", payload) for payload in payloads)
    # What stands before the last frame's end: its loss is for the clock to notice.
    start = data.draw(st.integers(0, len(line) - 2))
    end = data.draw(st.integers(start + 1, len(line) - 1))
    reader = FrameReader()
    try:
        whole = reader.feed(line[:start] + line[end:])
    except Damaged:
        return
    sent = [Frame("D", payload) for payload in payloads]
    assert whole == sent[: len(whole)], "a frame came out that was not sent in that place"
    assert len(whole) < len(sent), "nothing is missed"


def test_the_device_script_says_it_in_the_same_words() -> None:
    assert f'LOST = "{LOST}"' in DEVICE_SCRIPT.read_text()


def test_the_end_of_the_script_is_told_from_frames() -> None:
    reader = FrameReader()
    frames = reader.feed(FrameWriter().encode("A") + b"\x04Traceback\r\nMemoryError: \r\n\x04>")
    assert frames == [Frame("A", b"")]
    assert reader.ended
    assert b"MemoryError" in reader.garbage
