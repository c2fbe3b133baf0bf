"""Compile client programs once, into a cache. The key is their source and their compiler."""

import hashlib
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from leafonly.clients.process import run

__all__ = ["CHECKSUMS", "CRATES", "PROGRAMS", "Build", "NotBuiltError", "compiled", "in_go"]

PROGRAMS = Path(__file__).parent / "programs"
"""The folder of this project's own client programs."""

CHECKSUMS = "SHA256SUMS"
"""A file in a source folder, written by `sha256sum`: the files that the first command fetches."""

CRATES = "Crates.lock"
"""A file in a Cargo project: its lock file without the registry's address (`.ci/crates`)."""

# Seconds for one command. Go's first build took 41 s on two quiet cores. What is built on request
# fetches packages and compiles hundreds of crates, and a user watches it.
_TIME_LIMIT = 300
_BY_HAND_LIMIT = 3600


class NotBuiltError(Exception):
    """A program that is only built on request is not built. One line: the command to run."""


@dataclass(frozen=True, kw_only=True)
class Build:
    """How client programs are compiled.

    Attributes:
        source: One source file, or a folder with a project.
        commands: The commands, in order. `{source}` and `{output}` (a folder) are filled in.
            They work on a copy of a project.
        result: The file that appears in the output folder; `.` is the folder itself.
        environment: Variables that are added to the user's environment, which compilers get
            without leafonly's own variables.
        fetched: A folder in the output that the first command fills with other people's
            files. They must be exactly those that the source's `CHECKSUMS` lists.
        crates: The source is a Cargo project whose first command writes a lock file. Only the
            crates in the source's `CRATES` are compiled, and Cargo checks their checksums.
        by_hand: The program is only built on request, because its build fetches packages from a
            registry or takes minutes.

    """

    source: Path
    commands: tuple[Sequence[str], ...]
    result: str
    environment: Mapping[str, str] = field(default_factory=dict)
    fetched: str = ""
    crates: bool = False
    by_hand: bool = False

    def find(self, cache: Path) -> Path | None:
        """Return the path of the result if it has been built; None otherwise.

        Raises:
            FileNotFoundError: A compiler is not on this machine.

        """
        target = self._target(cache)
        return target / self.result if target.exists() else None

    def make(self, cache: Path) -> Path:
        """Return the path of the result, and build it if it does not exist.

        Raises:
            FileNotFoundError: A compiler is not on this machine.
            subprocess.CalledProcessError: A command failed; its messages are in `stderr`.
            TimeoutError: A command did not end in time.
            ValueError: A fetched file does not have the checksum that the source lists, or a
                lock file names no registry.

        """
        target = self._target(cache)
        if not target.exists():
            cache.mkdir(parents=True, exist_ok=True)
            # Built in a scratch folder and then renamed, so that concurrent or interrupted
            # runs never leave an incomplete result.
            with tempfile.TemporaryDirectory(dir=cache) as scratch:
                output = Path(scratch) / "output"
                output.mkdir()
                self._run_all(Path(scratch), output)
                try:
                    output.rename(target)
                except OSError:
                    # Another thread or run may have built the same in the meantime.
                    if not target.exists():
                        raise
        return target / self.result

    def _run_all(self, scratch: Path, output: Path) -> None:
        source = self.source
        if source.is_dir():
            # A copy, because package managers write into a project, for example lock files.
            source = shutil.copytree(source, scratch / "source")
        for number, command in enumerate(self.commands):
            words = [word.format(source=source, output=output) for word in command[1:]]
            self._run([_executable(command), *words])
            if number == 0 and self.fetched:
                _check_fetched(output / self.fetched, source / CHECKSUMS)
            if number == 0 and self.crates:
                _lock_crates(source)

    def _run(self, argv: Sequence[str]) -> None:
        # `run` also ends the processes that a compiler started when it hangs.
        finished = run(
            argv,
            environment={**_without_secrets(os.environ), **self.environment},
            directory=Path.cwd(),
            time_limit=_BY_HAND_LIMIT if self.by_hand else _TIME_LIMIT,
        )
        if finished.exit_code is None:
            raise TimeoutError(f"{argv[0]} did not end within {finished.seconds:.0f} s")
        if finished.exit_code != 0:
            raise subprocess.CalledProcessError(
                finished.exit_code, list(argv), finished.stdout, finished.stderr
            )

    def _target(self, cache: Path) -> Path:
        # The compiler's file shows whether its version changed, without starting it.
        compilers = [Path(_executable(command)).resolve() for command in self.commands]
        stats = [(str(path), path.stat().st_size, path.stat().st_mtime_ns) for path in compilers]
        arguments = [tuple(command[1:]) for command in self.commands]
        digest = hashlib.sha256(repr((stats, arguments)).encode())
        for name, content in _contents(self.source):
            digest.update(repr((name, content)).encode())
        return cache / f"{self.source.stem}-{digest.hexdigest()[:16]}"


def _without_secrets(environment: Mapping[str, str]) -> dict[str, str]:
    """Return an environment without leafonly's variables, because some have passwords."""
    return {name: value for name, value in environment.items() if not name.startswith("LEAFONLY_")}


def compiled(
    source: Path,
    compiler: Sequence[str],
    result: str,
    environment: Mapping[str, str] | None = None,
) -> Build:
    """Return a `Build` of one source file by one command."""
    return Build(source=source, commands=(compiler,), result=result, environment=environment or {})


def in_go(program: str) -> Build:
    """Return a `Build` of one file of `PROGRAMS` by the Go compiler, without its suffix."""
    # Never let an old go fetch a newer one.
    environment = {"GOTOOLCHAIN": "local", "GOFLAGS": "", "GO111MODULE": "off"}
    # Since 1.23, go counts its calls in the user's configuration folder (go.dev/doc/telemetry),
    # unless it cannot create one there.
    environment |= {"XDG_CONFIG_HOME": os.devnull}
    compiler = ("go", "build", "-trimpath", "-o", f"{{output}}/{program}", "{source}")
    return compiled(PROGRAMS / f"{program}.go", compiler, program, environment)


def _executable(command: Sequence[str]) -> str:
    executable = shutil.which(command[0])
    if executable is None:
        raise FileNotFoundError(f"{command[0]} is not on this machine")
    return executable


def _contents(source: Path) -> Iterator[tuple[str, bytes]]:
    if source.is_file():
        yield source.name, source.read_bytes()
        return
    for path in sorted(each for each in source.rglob("*") if each.is_file()):
        yield path.relative_to(source).as_posix(), path.read_bytes()


def _check_fetched(folder: Path, checksums: Path) -> None:
    """Raise ValueError if the fetched files are not exactly those in the list of checksums."""
    lines = (line.split() for line in checksums.read_text().splitlines())
    expected = {name: digest for digest, name in lines}
    found = {name: hashlib.sha256(content).hexdigest() for name, content in _contents(folder)}
    different = sorted(name for name in expected | found if expected.get(name) != found.get(name))
    if different:
        raise ValueError(
            f"{different[0]} does not match {checksums.name}; nothing was built from it"
        )


def _lock_crates(project: Path) -> None:
    """Replace Cargo's new lock file with the project's own, for the same registry.

    Cargo refuses a crate whose archive does not have the checksum in the lock file. With
    `--locked` it also refuses a crate that is not in the lock file (The Cargo Book, "Cargo.toml
    vs Cargo.lock").
    """
    lock = project / "Cargo.lock"
    registry = re.search(r'^source = ".+"$', lock.read_text(encoding="utf-8"), re.MULTILINE)
    if registry is None:
        raise ValueError("Cargo.lock names no registry; nothing was built from it")
    ours = (project / CRATES).read_text(encoding="utf-8").splitlines(keepends=True)
    lock.write_text(
        "".join(f"{registry[0]}\n{ln}" if ln.startswith("checksum = ") else ln for ln in ours),
        encoding="utf-8",
    )
