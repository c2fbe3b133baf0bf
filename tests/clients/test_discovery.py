"""What is said of a client's program before it runs in any cell."""

import sys
from dataclasses import replace

import pytest

from leafonly.clients import CLIENTS
from leafonly.clients.client import Client, Install
from leafonly.clients.discovery import find
from leafonly.clients.library_version import Library
from leafonly.clients.stack import Stack


def asked_by(program: str) -> Client:
    return Client(
        name="asked",
        kind="library",
        stack=Stack("OpenSSL", others=("GnuTLS",)),
        needs=(),
        run=("none",),
        version_run=(sys.executable, "-c", program),
        version=r"(?P<stack>\w+) (?P<version>\S+)",
        install=Install(),
    )


PERL = "Can't locate LWP/UserAgent.pm in @INC (@INC contains: /etc/perl) at get.pl line 3."


@pytest.mark.parametrize(
    ("program", "because"),
    [
        ("print('one\\nNo')", "its version command printed no version: No"),
        (
            "import os\nprint('begun here\\nNo libssl was found', flush=True)\nos.abort()",
            "it does not start here: No libssl was found",
        ),
        ("import os; os.abort()", "it does not start here: signal 6 ended it"),
        (
            "print('OpenSSL 3.0.19'); exit(3)",
            "its version command ends with exit code 3: OpenSSL 3.0.19",
        ),
        (
            f"print({PERL!r}); print('BEGIN failed--compilation aborted'); exit(2)",
            f"its version command ends with exit code 2: {PERL}",
        ),
        (
            "import no_such_module",
            "its version command ends with exit code 1: "
            "ModuleNotFoundError: No module named 'no_such_module'",
        ),
        ("print('OpenSSL unknown')", "its version command printed no version: unknown"),
        (
            "print('BEGIN 3.0')",
            "its TLS library is BEGIN; leafonly knows this client only with "
            "OpenSSL or GnuTLS or LibreSSL or AWS-LC",
        ),
        ("print('\\x1b[31mNo')", "its version command printed no version: ?[31mNo"),
        ("print('No' * 999)", f"its version command printed no version: {'No' * 79}N…"),
    ],
    ids=[
        *("no version", "last words", "no word", "another exit code", "the line with the cause"),
        *("module missing", "no digit", "another library", "not printable", "too long"),
    ],
)
def test_program_that_cannot_say_its_version_is_no_client(program: str, because: str) -> None:
    found = find(asked_by(program))
    assert not found.available
    assert found.unavailable_because == because


def test_exit_code_may_be_declared() -> None:
    client = asked_by("print('OpenSSL 3.0.19'); exit(1)")
    assert find(replace(client, version_exit_code=1)).available
    assert not find(replace(client, version_exit_code=2)).available


def test_lines_may_end_as_on_windows_and_versions_are_bounded() -> None:
    found = find(asked_by(r"print('OpenSSL 3.0.19\r\nOpenSSL', end='')"))
    assert found.version == "3.0.19"
    assert find(asked_by("print('OpenSSL ' + '3' * 9999)")).version == "3" * 80


def test_version_command_that_hangs_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("leafonly.clients.discovery._TIME_LIMIT", 0.2)
    found = find(asked_by("import time; time.sleep(600)"))
    assert found.unavailable_because == "its version command did not end within 0.2 s"


@pytest.mark.parametrize(
    ("library", "stack"),
    [(Library("3.8.9", "GnuTLS"), "GnuTLS"), (None, "unknown")],
    ids=["known", "not known"],
)
def test_library_in_the_program_is_reported(library: Library | None, stack: str) -> None:
    """Not the one that the entry names first: apt's is GnuTLS on Debian 12, OpenSSL on 13."""
    client = replace(
        asked_by("print('asked 1.0')"),
        needs=(sys.executable,),
        version=r"asked (?P<version>\S+)",
        library=lambda _: library,
    )
    found = find(client)
    assert found.available
    assert (found.stack, found.version) == (stack, "1.0")
    assert found.stack_version == (library.version if library else None)
    other = replace(client, library=lambda _: Library("3.0", "NSS"))
    assert not find(other).available


@pytest.mark.parametrize("name", ["perl-lwp", "perl-io-socket-ssl"])
@pytest.mark.needs("perl")
def test_perl_without_its_modules_is_no_client(name: str) -> None:
    """Every Debian has an interpreter: perl-base."""
    client = CLIENTS[name]
    perl, *arguments = client.version_command
    without = (perl, "-e", "BEGIN { @INC = () } do shift or die $@", *arguments)
    why = find(replace(client, version_run=without)).unavailable_because
    assert why is not None
    assert why.startswith("its version command ends with exit code 255: Can't locate ")
    assert "\n" not in why


@pytest.mark.parametrize("client", CLIENTS.values(), ids=CLIENTS)
def test_error_messages_are_no_version(client: Client) -> None:
    """Each entry, with its own pattern: a program that prints an error, and ends as if well."""
    if not client.version_command:
        pytest.skip("it has no version command")
    says = "Can't locate LWP.pm in @INC at line 3.\nBEGIN failed at line 3.\nNo module named ssl"
    program = f"print({says!r}); exit({client.version_exit_code})"
    command = (sys.executable, "-c", program)
    assert not find(replace(client, needs=(), build=None, version_run=command)).available
