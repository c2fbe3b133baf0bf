"""What is said of a client's program before it runs in any cell."""

import sys

import pytest

from leafonly.clients.client import Client, Install
from leafonly.clients.probe import find


def asked_by(program: str) -> Client:
    return Client(
        name="asked",
        kind="library",
        stack="none",
        needs=(),
        command=("none",),
        version_command=(sys.executable, "-c", program),
        version_pattern=r"(?P<stack>\S+) (?P<version>\S+)",
        words={},
        install=Install(),
    )


@pytest.mark.parametrize(
    ("program", "because"),
    [
        ("print('one\\nNo')", "it does not say its version: No"),
        (
            "import os\nprint('begun here\\nNo libssl was found', flush=True)\nos.abort()",
            "it does not start here: No libssl was found",
        ),
        ("import os; os.abort()", "it does not start here: signal 6 ended it"),
    ],
    ids=["no version", "last words", "no word"],
)
def test_program_that_cannot_say_its_version_is_no_client(program: str, because: str) -> None:
    found = find(asked_by(program))
    assert not found.available
    assert found.unavailable_because == because
