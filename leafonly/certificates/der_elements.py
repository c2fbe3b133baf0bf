"""The DER walker: tags, lengths and contents (X.690 section 8.1), without a schema."""

from collections.abc import Iterator

__all__ = ["elements"]


def elements(data: bytes) -> Iterator[tuple[int, bytes, int]]:
    """Yield the DER elements that follow one another in these bytes.

    Yields:
        The tag, the contents, and the offset at which the element ends. Stops at the first
        byte that begins no element.

    """
    at = 0
    while at + 2 <= len(data):
        tag, length, start = data[at], data[at + 1], at + 2
        if length >= 0x80:
            width = length & 0x7F
            if not 1 <= width <= 4 or start + width > len(data):
                return
            length = int.from_bytes(data[start : start + width], "big")
            start += width
        at = start + length
        if at > len(data):
            return
        yield tag, data[start:at], at
