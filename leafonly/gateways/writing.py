"""Write what belongs to a gateway into a folder: a key only for its owner, nothing over a file."""

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

__all__ = ["write_files"]


def write_files(
    directory: Path, files: Mapping[Path, bytes], links: Mapping[Path, Path], *, force: bool
) -> None:
    """Write files and symbolic links into a folder, all of them or none.

    Args:
        directory: Made, with access for its owner only, if it does not exist.
        files: Their contents, by their path in the folder.
        links: The targets of symbolic links, by their path in the folder.
        force: Replace existing files.

    Raises:
        ValueError: One of them exists, or a folder has its name.
        OSError: The folder cannot be written to. Existing files are as before.

    """
    names = [*files, *links]
    for each in names:
        place = directory / each
        if os.path.lexists(place) and not force:
            raise ValueError(f"{place} is there already: --force replaces it")
        if place.is_dir() and not place.is_symlink():
            raise ValueError(f"{place} is a folder: remove it, or name another -o")
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    # In the same file system, so that each file can be moved. Only its owner may enter it.
    with tempfile.TemporaryDirectory(prefix=".leafonly-", dir=directory) as text:
        made = Path(text)
        for each in names:
            for place in (made / each, directory / each):
                place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        for each, data in files.items():
            _write(made / each, data)
        for each, to in links.items():
            (made / each).symlink_to(to)
        for each in names:
            (made / each).replace(directory / each)


def _write(path: Path, data: bytes) -> None:
    # Created with its mode, so that other users can never read a key.
    mode = 0o600 if path.suffixes[-2:] == [".key", ".der"] else 0o644
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    with os.fdopen(os.open(path, flags, mode), "wb") as file:
        file.write(data)
