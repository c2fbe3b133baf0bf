"""Whether the chains of remote hosts are complete."""

from collections.abc import Callable

import pytest

from leafonly.cameras.look import Look
from leafonly.tls.address import Target


def test_chain(
    remote_target: Target,
    looked_at: Callable[[Target], Look],
    record_rows: Callable[..., None],
) -> None:
    """A remote host presents every certificate that a client needs, except the root."""
    look = looked_at(remote_target)
    record_rows(presentation=[look.as_presentation()], findings=look.as_findings())
    if not look.complete:
        pytest.fail(f"{remote_target}: {look.verdict}", pytrace=False)
