"""Patterns are searched in bounded text, so that no program's output can hold a run."""

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leafonly.clients import CLIENTS
from leafonly.clients.bounded import bounded

PATTERNS = {
    pattern
    for client in CLIENTS.values()
    for pattern in client.error_messages
    if re.search(r"\.\*|\[\^|\\S|\\s\*", pattern)
}
"""Those that may go on from where they began."""


@given(st.text(alphabet="ab\n", max_size=300), st.integers(1, 50))
def test_text_is_bounded_and_keeps_both_ends(text: str, most: int) -> None:
    kept = bounded(text, most)
    if len(text) <= most:
        assert kept == text
    else:
        half = max(1, most // 2)
        assert kept == f"{text[:half]}\n[...]\n{text[-half:]}"


def test_long_lines_are_broken_and_others_are_not() -> None:
    lines = bounded("a" * 10_000 + "\n" + "b" * 4000).splitlines()
    assert [len(line) for line in lines] == [4000, 4000, 2000, 4000]


def beginning(pattern: str) -> str:
    """Return what a pattern begins with, up to its first wildcard: its worst case, repeated."""
    return re.sub(r"\\(.)", r"\1", re.split(r"\.\*|\\[sSw]|[\[(?]", pattern)[0]) or "x"


def seconds(pattern: str, text: str) -> float:
    started = time.process_time()
    re.search(pattern, bounded(text), re.IGNORECASE)
    return time.process_time() - started


@pytest.mark.parametrize("pattern", sorted(PATTERNS))
def test_cost_of_a_pattern_does_not_grow_with_the_output(pattern: str) -> None:
    text = beginning(pattern) * (1 << 12)
    # Unbounded, eight times the text costs 64 times as much.
    assert seconds(pattern, text * 8) < 8 * seconds(pattern, text) + 0.2


VERSIONS = {client.version_pattern for client in CLIENTS.values() if client.version_pattern}


@pytest.mark.parametrize("pattern", sorted(VERSIONS))
def test_cost_of_a_version_pattern_is_bounded(pattern: str) -> None:
    text = beginning(pattern.removeprefix(r"\A")) * 4096
    started = time.process_time()
    re.search(pattern, text[:4096], re.DOTALL)
    # What is searched has up to four times as much (`discovery`).
    assert time.process_time() - started < 0.1
