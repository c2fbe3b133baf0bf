"""Whatever bytes arrive from outside, each reader keeps its promise; atheris asks for longer."""

import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fuzz.seeds import SEEDS
from tests.fuzz.targets import TARGETS

CORPUS = Path(__file__).parent / "corpus"


def corpus(name: str) -> list[bytes]:
    return [path.read_bytes() for path in sorted((CORPUS / name).glob("*"))]


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


@st.composite
def nearly(draw: st.DrawFn, good: list[bytes]) -> bytes:
    """One of the good inputs with some bytes changed, cut out or put in; or any bytes."""
    data = bytearray(draw(st.sampled_from(good) | st.binary(max_size=300)))
    for _ in range(draw(st.integers(0, 4))):
        at = draw(st.integers(0, len(data)))
        data[at : at + draw(st.integers(0, 8))] = draw(st.binary(max_size=8))
    return bytes(data)


@pytest.mark.parametrize("name", TARGETS)
def test_any_bytes(name: str) -> None:
    good = SEEDS.get(name, []) + corpus(name)

    @settings(max_examples=40)
    @given(nearly(good or [b""]))
    def keeps_its_promise(data: bytes) -> None:
        TARGETS[name](data)

    keeps_its_promise()


@pytest.mark.parametrize("name", TARGETS)
def test_what_fuzzing_found(name: str) -> None:
    for data in corpus(name):
        TARGETS[name](data)
