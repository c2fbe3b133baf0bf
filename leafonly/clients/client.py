"""What an entry in the list of clients is made of."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from leafonly.clients.build import Build
from leafonly.clients.library_version import Library
from leafonly.clients.measured import Measurements, fitting, is_measured, nearest
from leafonly.clients.refusal import Vocabulary
from leafonly.clients.trust_store import Trust, pem_file

__all__ = ["Client", "Install", "Kind", "Led", "Roots", "Testimony", "by_itself"]

Kind = Literal["browser", "command-line", "library", "runtime", "proxy", "device"]

Testimony = Literal["token", "request", "stub"]

Roots = Literal["system", "package", "program"]

# They keep OpenSSL's interface, so what is built with the one can be built with the others.
_FORKS = ("LibreSSL", "AWS-LC")


def by_itself(command: tuple[str, ...]) -> tuple[str, ...]:
    """Turn the command of a program of programs/ into the one for `Client.native`."""
    return tuple("native" if word == "{trust}" else word for word in command)


@dataclass(frozen=True)
class Install:
    """The command that installs a client, by system; `anywhere` where one serves all."""

    anywhere: str = ""
    debian: str = ""
    macos: str = ""
    windows: str = ""

    def on(self, platform: str) -> str:
        """Give the command for a `sys.platform`."""
        by_platform = {"linux": self.debian, "darwin": self.macos, "win32": self.windows}
        return by_platform.get(platform, "") or self.anywhere or "see docs/clients.md"


@dataclass(frozen=True, kw_only=True)
class Led:
    """How a client leads `{host}` to `{address}` by its own means.

    Attributes:
        options: Arguments that go right behind the program's name. None are needed where
            `Client.command` takes `{address}` and `{host}` apart anyhow.
        environment: Variables beyond those of `Client.environment`.

    """

    options: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Client:
    """A program that verifies a server certificate.

    In `command`, `version_command` and `environment` these stand for themselves' values:
    `{python}` this interpreter, `{programs}` the folder of client programs, `{program}` what
    `build` made, `{home}` the cell's home; in `command` and `environment` also `{trust}` the
    store that `trust` wrote, `{empty}` a folder with nothing in it, `{host}` and `{port}`,
    `{address}` to which the host leads, `{url}`, and `{urls}`, alone in its argument, every
    URL to visit in one process.

    Attributes:
        name: As users write it: `--clients=curl`.
        kind: What sort of program it is.
        stack: Its TLS library where it was measured.
        other_stacks: Those it can be built with besides: a client that says or links any
            other one is not available, because what speaks is not this client.
        needs: Executables it cannot do without; `python:NAME` for a Python module.
        command: The program and its arguments.
        version_command: What prints the versions.
        version_exit_code: How that ends if all is well, where the real program is known to
            end otherwise than with 0.
        version_pattern: Searched in that; groups `version`, `stack_version`, `stack`, and
            `module`: the file that `library` is to ask instead of the program. Without a
            group `version`, the TLS library's version is the client's.
        library: Asks the TLS library inside the program for its version, and which one it
            is, where the program does not say so: see `leafonly.clients.library_version`.
        build: Makes `{program}` from source.
        trust: How the client is told what to trust.
        environment: What it needs in its otherwise bare environment.
        stdin: What it reads.
        time_limit: Seconds, several times what it was seen to take.
        words: How it says no.
        exit_code_lies: It exits 0 on rejection, so its exit code is no evidence.
        testimony: How it proves acceptance: `token` returns the server's token; `request`
            does not speak HTTP, so that its request under TLS must do (weaker: it shows no
            contentment with the certificate, only that it went on); `stub` speaks the
            TryTLS stub contract.
        cannot: Scenario or key type -> why it does not apply to this client, in words for
            users.
        measured: What it was measured to do, by version; empty for a client nobody measured.
        version_is_measured: The versions on this machine are among those, see `as_found`.
        install: How to get it.
        asks_ocsp: It asks the OCSP responder that a leaf names, if it names one.
        led: How it leads a name to loopback by its own means; None where it has none.
        not_led: Why nothing leads it there, in words for users; empty where something does.
        native: The command with the trust that the client has by itself, and variables of
            `environment` that carry `{trust}` or `{empty}` left out; None where it has none.
        native_roots: Where that trust lies: in the system's store, in a file of a package,
            or in the program itself, where no test root can be put beside it.
        not_native: Why there is none, in words for users.
        adds_to_native: The store `{trust}` adds to the trust that the client has by itself,
            instead of taking its place.

    """

    name: str
    kind: Kind
    stack: str
    other_stacks: tuple[str, ...] = ()
    needs: tuple[str, ...]
    command: tuple[str, ...]
    version_command: tuple[str, ...] = ()
    version_exit_code: int = 0
    version_pattern: str = ""
    library: Callable[[Path], Library | None] | None = None
    build: Build | None = None
    trust: Trust = pem_file
    environment: Mapping[str, str] = field(default_factory=dict)
    stdin: str = ""
    time_limit: float = 20.0
    words: Vocabulary
    exit_code_lies: bool = False
    testimony: Testimony = "token"
    cannot: Mapping[str, str] = field(default_factory=dict)
    measured: Measurements = ()
    version_is_measured: bool = True
    install: Install
    asks_ocsp: bool = False
    led: Led | None = None
    not_led: str = ""
    native: tuple[str, ...] | None = None
    native_roots: Roots = "system"
    not_native: str = "how this client trusts by itself is not known yet"
    adds_to_native: bool = False

    @property
    def expected(self) -> Mapping[str, str]:
        """Scenario -> outcome, as last measured; empty for a client nobody measured."""
        return fitting(self.measured)[-1].outcomes if self.measured else {}

    def as_found(self, version: str | None, stack_version: str | None) -> "Client":
        """Give the client with what is to be expected of it in these versions alone."""
        expectation = nearest(self.measured, version, stack_version)
        if expectation is None:
            return self
        known = is_measured(expectation, version, stack_version)
        return replace(self, measured=(expectation,), version_is_measured=known)

    @property
    def stacks(self) -> tuple[str, ...]:
        """The TLS libraries that it can have."""
        declared = (self.stack, *self.other_stacks)
        forks = _FORKS if "OpenSSL" in declared else ()
        return tuple(dict.fromkeys((*declared, *forks)))

    @property
    def fetches_issuer(self) -> bool:
        """Whether it was seen to fetch an issuer that the leaf says where to find (AIA)."""
        return self.expected.get("aia", "").startswith("accepted")

    @property
    def visits_in_one_process(self) -> bool:
        """Whether one process can visit several URLs; otherwise one profile does."""
        return "{urls}" in self.command
