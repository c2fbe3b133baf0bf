"""What remote hosts present, and whether it is enough for every client."""

from collections.abc import Callable

import pytest

from leafonly.cameras.look import Look
from leafonly.tls.address import Target


def test_chain(
    remote_target: Target,
    looked_at: Callable[[Target], Look],
    record_rows: Callable[..., None],
) -> None:
    """A remote host presents all certificates that a client needs, except the root."""
    look = looked_at(remote_target)
    record_rows(presentation=[look.as_presentation()], findings=look.as_findings())
    if not look.complete:
        pytest.fail(f"{remote_target}: {look.verdict}", pytrace=False)
