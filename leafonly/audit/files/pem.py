"""PEM: BEGIN and END lines with base64 between them (RFC 7468)."""

import binascii
import re
from collections.abc import Iterator
from typing import NamedTuple

__all__ = ["MOST_OBJECTS", "Block", "blocks", "from_base64"]

MOST_OBJECTS = 1000
"""The most objects read from one file; a system's whole trust store has about 150."""


class Block(NamedTuple):
    """One object: its label, its whole text, and the text between the two lines."""

    label: str
    text: bytes
    body: bytes


def blocks(data: bytes, problems: list[str], rest: bytearray) -> Iterator[Block]:
    """Yield the blocks of a PEM file.

    Args:
        data: The whole file.
        problems: Gets what is wrong with the blocks that are left out.
        rest: Gets the text outside of the blocks.

    """
    at = number = 0
    while (start := data.find(b"-----BEGIN ", at)) >= 0:
        number += 1
        if number > MOST_OBJECTS:
            problems.append(f"it holds more than {MOST_OBJECTS} objects")
            return
        rest += data[at:start]
        opening = re.compile(rb"-----BEGIN ([A-Z0-9. ]{1,40})-----").match(data, start)
        stop = data.find(b"-----END ", start)
        again = data.find(b"-----BEGIN ", start + 11)
        if opening is None:
            problems.append("one of its BEGIN lines is damaged")
            at = start + 11
            continue
        label = opening[1].decode()
        if stop < 0 or 0 <= again < stop:
            problems.append(f"a {label} in it is cut off: its END line is missing")
            at = again if again >= 0 else len(data)
            continue
        closing = f"-----END {label}-----".encode()
        if not data.startswith(closing, stop):
            problems.append(f"its BEGIN {label} line is followed by another END line")
            at = stop + 9
            continue
        at = stop + len(closing)
        yield Block(label, data[start:at], data[opening.end() : stop])
    rest += data[at:]


def from_base64(text: bytes) -> bytes | None:
    """Return decoded base64, with lines of any length; None if it is incomplete."""
    try:
        return binascii.a2b_base64(b"".join(text.split()), strict_mode=True)
    except binascii.Error:
        return None
