"""Compile client programs once, into a cache keyed by their source and their compiler."""

import hashlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from leafonly.clients.process import run

__all__ = ["CHECKSUMS", "PROGRAMS", "Build", "NotBuiltError", "compiled"]

PROGRAMS = Path(__file__).parent / "programs"
"""The client programs that are this project's own."""

CHECKSUMS = "SHA256SUMS"
"""In a source folder: the files its first command may fetch, as `sha256sum` lists them."""

# Seconds for one command. Go's first build took 41 s on two quiet cores; what is built by hand
# fetches packages and compiles hundreds of crates, with somebody watching.
_TIME_LIMIT = 300
_BY_HAND_LIMIT = 3600


class NotBuiltError(Exception):
    """The program waits to be built by hand. One line: what is missing."""


@dataclass(frozen=True, kw_only=True)
class Build:
    """How client programs are made from source.

    Attributes:
        source: One source file, or a folder with a project.
        commands: The command lines, one after the other; `{source}` and `{output}` (a
            folder) are filled in. A project is worked on in a copy.
        result: What appears in the output folder; `.` for the folder itself.
        environment: What the commands need beyond the user's own environment.
        fetched: A folder in the output that the first command fills with other people's
            files; they must be exactly those of the source's `CHECKSUMS`.
        by_hand: It asks a registry for packages, or takes minutes: never done unasked.

    """

    source: Path
    commands: tuple[Sequence[str], ...]
    result: str
    environment: Mapping[str, str] = field(default_factory=dict)
    fetched: str = ""
    by_hand: bool = False

    def find(self, cache: Path) -> Path | None:
        """Give the path of the result if it has been built; None otherwise.

        Raises:
            FileNotFoundError: A compiler is not on this machine.

        """
        target = self._target(cache)
        return target / self.result if target.exists() else None

    def make(self, cache: Path) -> Path:
        """Build what is not there yet, and give the path of the result.

        Raises:
            FileNotFoundError: A compiler is not on this machine.
            subprocess.CalledProcessError: A command failed; its messages are in `stderr`.
            TimeoutError: A command did not end in time.
            ValueError: What was fetched is not what the source's checksums say.

        """
        target = self._target(cache)
        if not target.exists():
            cache.mkdir(parents=True, exist_ok=True)
            # Made beside its place and then renamed, so that two runs at once, or one that
            # is interrupted, leave nothing half-done there.
            with tempfile.TemporaryDirectory(dir=cache) as scratch:
                output = Path(scratch) / "output"
                output.mkdir()
                self._run_all(Path(scratch), output)
                if not target.exists():
                    output.rename(target)
        return target / self.result

    def _run_all(self, scratch: Path, output: Path) -> None:
        source = self.source
        if source.is_dir():
            # A copy, because package managers write into a project, their locks for one.
            source = shutil.copytree(source, scratch / "source")
        for number, command in enumerate(self.commands):
            words = [word.format(source=source, output=output) for word in command[1:]]
            self._run([_executable(command), *words])
            if number == 0 and self.fetched:
                _check_fetched(output / self.fetched, source / CHECKSUMS)

    def _run(self, argv: Sequence[str]) -> None:
        # So that a compiler that hangs is ended with the processes that it started.
        finished = run(
            argv,
            environment={**os.environ, **self.environment},
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
        # A compiler's file tells one version from another without starting it.
        compilers = [Path(_executable(command)).resolve() for command in self.commands]
        stats = [(str(path), path.stat().st_size, path.stat().st_mtime_ns) for path in compilers]
        arguments = [tuple(command[1:]) for command in self.commands]
        digest = hashlib.sha256(repr((stats, arguments)).encode())
        for name, content in _contents(self.source):
            digest.update(repr((name, content)).encode())
        return cache / f"{self.source.stem}-{digest.hexdigest()[:16]}"


def compiled(
    source: Path,
    compiler: Sequence[str],
    result: str,
    environment: Mapping[str, str] | None = None,
) -> Build:
    """Describe how one source file is compiled by one command; see `Build`."""
    return Build(source=source, commands=(compiler,), result=result, environment=environment or {})


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
    """Compare what a package manager brought with what was seen when it was pinned."""
    lines = (line.split() for line in checksums.read_text().splitlines())
    expected = {name: digest for digest, name in lines}
    found = {name: hashlib.sha256(content).hexdigest() for name, content in _contents(folder)}
    different = sorted(name for name in expected | found if expected.get(name) != found.get(name))
    if different:
        raise ValueError(
            f"{different[0]} is not what {checksums.name} says; nothing was built from it"
        )
