"""Compile client programs once, into a cache keyed by their source and their compiler."""

import hashlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

__all__ = ["compiled"]


def compiled(
    source: Path,
    compiler: Sequence[str],
    result: str,
    environment: Mapping[str, str] | None = None,
) -> Callable[[Path], Path]:
    """Describe how a client program is compiled.

    Args:
        source: The one source file.
        compiler: The command line; `{source}` and `{output}` (a folder) are filled in.
        result: What appears in the output folder; `.` for the folder itself.
        environment: What the compiler needs beyond the user's own environment.

    Returns:
        A function from the cache's folder to the path of the result; it compiles only what
        is not there yet, and raises CalledProcessError when the compiler does not like it.

    """

    def build(cache: Path) -> Path:
        executable = shutil.which(compiler[0])
        if executable is None:
            raise FileNotFoundError(f"{compiler[0]} is not on this machine")
        target = cache / _key(source, Path(executable).resolve(), compiler)
        if not target.exists():
            cache.mkdir(parents=True, exist_ok=True)
            # Made beside its place and then renamed, so that two runs at once, or one that
            # is interrupted, leave nothing half-done there.
            with tempfile.TemporaryDirectory(dir=cache) as scratch:
                output = Path(scratch) / "output"
                output.mkdir()
                filled = [
                    word.format(source=source, output=output)
                    for word in (executable, *compiler[1:])
                ]
                subprocess.run(
                    filled,
                    check=True,
                    capture_output=True,
                    text=True,
                    env={**os.environ, **(environment or {})},
                )
                if not target.exists():
                    output.rename(target)
        return target / result

    return build


def _key(source: Path, executable: Path, compiler: Sequence[str]) -> str:
    status = executable.stat()
    # A compiler's file tells one version from another without starting it.
    identity = (str(executable), status.st_size, status.st_mtime_ns, tuple(compiler[1:]))
    digest = hashlib.sha256(source.read_bytes() + repr(identity).encode()).hexdigest()
    return f"{source.stem}-{digest[:16]}"
