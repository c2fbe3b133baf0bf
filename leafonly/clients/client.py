"""`Client`: the fields of an entry in the list of clients."""

import functools
import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from leafonly.clients.build import Build
from leafonly.clients.library_version import Library
from leafonly.clients.measured import Measurements, fitting, is_measured, nearest, with_usual
from leafonly.clients.mending import Mending
from leafonly.clients.own_trust import (
    NOT_TESTED,
    Command,
    NoneOfItsOwn,
    NotTested,
    OwnTrust,
    Roots,
)
from leafonly.clients.refusal import Vocabulary
from leafonly.clients.stack import Stack
from leafonly.clients.trust_store import Trust, pem_file
from leafonly.distribution import install_command

__all__ = [
    "VERSION_LINES",
    "CannotOverride",
    "Client",
    "Install",
    "Kind",
    "NameOverride",
    "Testimony",
    "apt",
]

Kind = Literal["browser", "command-line", "library", "runtime", "proxy", "device", "walk-up"]
"""`walk-up` is a visitor's own device (`leafonly serve --walk-up`); no entry has this kind."""

Testimony = Literal["token", "request", "stub"]

VERSION_LINES = r"\A\S+ (?P<version>\S+)[^\n]*\n(?P<stack>\S+) ?(?P<stack_version>\S*)"
"""The pattern for the output of a program in programs/ with `--version`, see the README there."""


@dataclass(frozen=True)
class Install:
    """The command that installs a client, by system; `anywhere` is for all other systems."""

    anywhere: str = ""
    debian: str = ""
    macos: str = ""
    windows: str = ""

    def on(self, platform: str) -> str:
        """Return the command for a `sys.platform`."""
        by_platform = {"linux": self.debian, "darwin": self.macos, "win32": self.windows}
        command = by_platform.get(platform, "") or self.anywhere or "see docs/clients.md"
        return install_command(command)


def apt(packages: str, *, brew: str = "") -> Install:
    """Return the commands that install Debian's packages, and Homebrew's formulas on macOS."""
    return Install(debian=f"apt install {packages}", macos=f"brew install {brew}" if brew else "")


@dataclass(frozen=True, kw_only=True)
class NameOverride:
    """The client's own way to connect to `{address}` for the name `{host}`.

    Attributes:
        options: Arguments that follow the program's name. None are needed if `Client.run`
            names `{address}` and `{host}` separately.
        environment: Variables beyond those of `Client.environment`.

    """

    options: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class CannotOverride:
    """Nothing overrides name resolution for the client; `why` continues a sentence for users."""

    why: str


@dataclass(frozen=True, kw_only=True)
class Client:
    """A program that verifies a server certificate.

    `run`, `version_run` and `environment` have placeholders: `{python}` is this interpreter,
    `{programs}` the folder of client programs, `{program}` the result of `build`, `{home}` the
    cell's home. `run` and `environment` also have `{trust}`, the store that `trust` wrote;
    `{empty}`, an empty folder; `{host}` and `{port}`; `{address}`, to which the host resolves;
    `{url}`; and `{urls}`, alone in its argument: every URL to visit in one process.

    Attributes:
        name: As users write it: `--clients=curl`.
        kind: The kind of program.
        stack: Its TLS library, on the systems where it was measured.
        run: The command that trusts only `{trust}`, requests the URL and prints the response.
        needs: Executables that must be installed; `python:NAME` is a Python module. None:
            the first word of `run` (unless it is a placeholder) and the compilers of `build`.
        version: A pattern that is searched in the output of the version command. Its groups are
            `version`, `stack_version`, `stack`, and `module`: the file that `library` reads
            instead of the program. Without a group `version`, the client has the version of its
            TLS library. None: `VERSION_LINES` for a program in programs/ or a built one, and no
            version command for any other.
        version_run: The version command. Empty: the program with `--version`. The program is
            the first word of `run`, or everything up to the program in programs/ or the built
            one.
        version_exit_code: The exit code of that command, if it is another than 0.
        library: Asks the TLS library for its version, if not as `stack` does: None asks as the
            stack does, but only if `version` has no group `stack_version`.
        build: Makes `{program}` from source.
        trust: Writes the client's trust store.
        environment: Variables that are added to a bare environment.
        stdin: The client's standard input.
        stdin_stays_open: Standard input stays open until the client exits, as on a terminal. At
            the end of its input, gnutls-cli closes its side of the connection, and Envoy then
            does not respond.
        time_limit: Seconds, several times the longest duration that was measured.
        messages: The client's error messages, if they are not those of `stack`.
        exit_code_lies: The client exits with 0 on a rejection, so its exit code is no evidence.
        testimony: The evidence of acceptance. `token`: the client prints the server's token.
            `request`: it does not speak HTTP, so sending its request is the evidence (which is
            weaker). `stub`: it follows the TryTLS stub contract.
        cannot: Scenario or key type -> why it does not apply, in a sentence for users.
        measured: The client's outcomes by version; empty if they were never measured.
        version_is_measured: The versions on this machine are among those, see `as_found`.
        install: The commands that install the client.
        asks_ocsp: The client queries the OCSP responder that a leaf names.
        name_override: The client's own way to connect to loopback under a real name. None: it
            has none, and runs with an `/etc/hosts` of its own.
        own_trust: The command with the client's default trust store; text is short for
            `OwnTrust(text)`.
        mends: The other clients that connect with the code of this one; None if it is not an
            example of such code.

    """

    name: str
    kind: Kind
    stack: Stack
    run: Command
    needs: tuple[str, ...] | None = None
    version: str | None = None
    version_run: Command = ""
    version_exit_code: int = 0
    library: Callable[[Path], Library | None] | None = None
    build: Build | None = None
    trust: Trust = pem_file
    environment: Mapping[str, str] = field(default_factory=dict)
    stdin: str = ""
    stdin_stays_open: bool = False
    time_limit: float = 20.0
    messages: Vocabulary | None = None
    exit_code_lies: bool = False
    testimony: Testimony = "token"
    cannot: Mapping[str, str] = field(default_factory=dict)
    measured: Measurements = ()
    version_is_measured: bool = True
    install: Install
    asks_ocsp: bool = False
    name_override: NameOverride | CannotOverride | None = None
    own_trust: OwnTrust | NotTested | NoneOfItsOwn | str = NOT_TESTED
    mends: Mending | None = None

    def __post_init__(self) -> None:
        """Fill in the outcomes that were not declared."""
        object.__setattr__(self, "measured", with_usual(self.measured, self.stack.usual))

    @property
    def command(self) -> tuple[str, ...]:
        """The program and its arguments."""
        return words_of(self.run)

    @property
    def executables(self) -> tuple[str, ...]:
        """The programs and modules that must be installed, see `needs`."""
        if self.needs is not None:
            return self.needs
        program = [word for word in self.command[:1] if not word.startswith("{")]
        compilers = [command[0] for command in self.build.commands] if self.build else []
        return tuple(dict.fromkeys((*program, *compilers)))

    @property
    def version_pattern(self) -> str:
        """The pattern for the output of the version command; empty if there is no command."""
        if self.version is None:
            return VERSION_LINES if self._own_program else ""
        return self.version

    @property
    def version_command(self) -> tuple[str, ...]:
        """The command that prints the versions; empty if there is none."""
        if not self.version_pattern:
            return ()
        program = self._own_program or self.command[:1]
        return words_of(self.version_run) or (*program, "--version")

    @property
    def asks_library(self) -> Callable[[Path], Library | None] | None:
        """The function that finds the TLS library's version, if the client does not print it."""
        if self.library or "(?P<stack_version>" in self.version_pattern:
            return self.library
        return self.stack.version

    @property
    def error_messages(self) -> Vocabulary:
        """The client's error messages about certificates."""
        return self.stack.messages if self.messages is None else self.messages

    @property
    def own_trust_command(self) -> tuple[str, ...] | None:
        """The command with the client's default trust store; None if the client has none."""
        own = self._own_trust
        if own is None:
            return None
        as_run = ("native" if word == "{trust}" else word for word in self.command)
        return words_of(own.run) or tuple(as_run)

    @property
    def own_roots(self) -> Roots | None:
        """The place of the default trust store's roots; None if the client has none."""
        return self._own_trust.roots if self._own_trust else None

    @property
    def adds_to_own_trust(self) -> bool:
        """Whether the store that a client is given adds to its default trust store."""
        return self._own_trust is not None and self._own_trust.adds

    @property
    def why_no_own_trust(self) -> str:
        """Why the client cannot run with its own trust store, for users; empty if it can."""
        return self.own_trust.why if isinstance(self.own_trust, NotTested | NoneOfItsOwn) else ""

    @property
    def expected(self) -> Mapping[str, str]:
        """Scenario -> outcome, as last measured; empty for a client that was never measured."""
        return fitting(self.measured)[-1].outcomes if self.measured else {}

    @property
    def fetches_issuer(self) -> bool:
        """Whether measurements show that the client fetches the issuer from the leaf's URL."""
        return self.expected.get("aia", "").startswith("accepted")

    @property
    def visits_in_one_process(self) -> bool:
        """Whether one process can visit several URLs; otherwise one profile does."""
        return "{urls}" in self.command

    def as_found(self, version: str | None, stack_version: str | None) -> "Client":
        """Return the client with only the expectations for these versions."""
        expectation = nearest(self.measured, version, stack_version)
        if expectation is None:
            return self
        known = is_measured(expectation, version, stack_version)
        return replace(self, measured=(expectation,), version_is_measured=known)

    @property
    def _own_trust(self) -> OwnTrust | None:
        if isinstance(self.own_trust, str):
            return OwnTrust(self.own_trust)
        return self.own_trust if isinstance(self.own_trust, OwnTrust) else None

    @property
    def _own_program(self) -> tuple[str, ...]:
        """The words of `run` up to the program that is this project's own; none if none is."""
        own = [n for n, word in enumerate(self.command) if word.startswith("{program")]
        return self.command[: own[-1] + 1] if own else ()


def words_of(command: Command) -> tuple[str, ...]:
    """Return the words of a shell line; a command that is split already is returned as it is."""
    return _split(command) if isinstance(command, str) else command


@functools.cache
def _split(line: str) -> tuple[str, ...]:
    return tuple(shlex.split(line))  # some 0.1 ms, and a command is asked for often
