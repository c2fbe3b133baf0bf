"""What deployed cameras present, and whether that is enough for every client."""

from collections.abc import Callable

import pytest

from leafonly.cameras.look import Look
from leafonly.tls.address import Target


def test_chain(
    deployed_target: Target,
    looked_at: Callable[[Target], Look],
    record_rows: Callable[..., None],
) -> None:
    """A deployed camera presents all that a client needs but the root."""
    look = looked_at(deployed_target)
    record_rows(presentation=[look.as_presentation()], findings=look.as_findings())
    if not look.complete:
        pytest.fail(f"{deployed_target}: {look.verdict}", pytrace=False)
