"""What a wheel adds to every run of pytest: one fixture, and no command-line option.

The settings that `leafonly test` reads from a project's pytest configuration are declared here,
because pytest warns about settings that no plugin declares.
"""

import contextlib
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest

from leafonly.settings import SETTINGS

if TYPE_CHECKING:
    from leafonly import LeafOnlyServer

__all__ = ["leaf_only_server"]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare leafonly's settings."""
    for name, text in SETTINGS.items():
        parser.addini(name, text)


@pytest.fixture
def leaf_only_server() -> Iterator[Callable[..., "LeafOnlyServer"]]:
    """Return a function that starts a server which presents only its leaf certificate.

    It takes the arguments of `leafonly.serve`, returns its `LeafOnlyServer`, and may be called
    more than once. The servers end with the test.
    """
    import leafonly

    with contextlib.ExitStack() as servers:
        yield lambda *args, **kwargs: servers.enter_context(leafonly.serve(*args, **kwargs))
