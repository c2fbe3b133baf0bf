import pytest
from hypothesis import given
from hypothesis import strategies as st

from leafonly.cameras.frames import Damaged, Frame, FrameReader, FrameWriter


@given(st.binary(max_size=600))
def test_no_control_byte_but_the_frame_s_own_is_ever_on_the_line(payload: bytes) -> None:
    line = encode("D", payload)
    assert (line[0], line[-1]) == (2, 10)
    assert all(32 < byte < 127 for byte in line[1:-1])


@given(st.lists(st.binary(max_size=100), max_size=5), st.integers(min_value=1, max_value=50))
def test_frames_come_out_whole_however_the_line_cuts_them(payloads: list[bytes], step: int) -> None:
    line = b"".join(encode("D", payload) for payload in payloads)
    reader, frames = FrameReader(), []
    for start in range(0, len(line), step):
        frames += reader.feed(line[start : start + step])
    assert frames == [Frame("D", payload) for payload in payloads]


def test_what_others_print_between_frames_is_kept_apart() -> None:
    reader = FrameReader()
    line = b"I (312) wifi: connected\r\n" + encode("A") + b"noise " + encode("R", b"1")
    assert reader.feed(line) == [Frame("A", b""), Frame("R", b"1")]
    assert bytes(reader.garbage) == b"I (312) wifi: connected\r\nnoise "


@pytest.mark.parametrize(
    "damage",
    [
        lambda line: line[:20] + b"XY" + line[20:],
        lambda line: line[:20] + line[24:],
        lambda line: line[:20] + b"\n" + line[20:],
        lambda line: line[:20] + encode("A"),
        lambda line: line.replace(line[2:6], b"zzzz", 1),
        lambda line: line[:-1] + b"A" * 5000,
    ],
    ids=["inserted", "lost", "cut", "overrun", "checksum", "endless"],
)
def test_a_damaged_frame_is_noticed(damage) -> None:
    line = encode("D", bytes(range(60)))
    with pytest.raises(Damaged):
        FrameReader().feed(damage(line))


def test_the_end_of_the_script_is_told_from_frames() -> None:
    reader = FrameReader()
    frames = reader.feed(encode("A") + b"\x04Traceback\r\nMemoryError: \r\n\x04>")
    assert frames == [Frame("A", b"")]
    assert reader.ended
    assert b"MemoryError" in reader.garbage
