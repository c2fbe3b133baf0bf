"""Write what belongs to a gateway into a folder: a key only for its owner, nothing over a file."""

import os
from collections.abc import Mapping
from pathlib import Path

__all__ = ["write_files"]


def write_files(
    directory: Path, files: Mapping[Path, bytes], links: Mapping[Path, Path], *, force: bool
) -> None:
    """Write files and symbolic links into a folder, all of them or none.

    Args:
        directory: Made, with access for its owner only, if it is not there.
        files: Their contents, by their path in the folder.
        links: What they lead to, by their path in the folder.
        force: Replace what is there.

    Raises:
        ValueError: One of them is there already.
        OSError: The folder cannot be written to.

    """
    there = [each for each in (*files, *links) if os.path.lexists(directory / each)]
    if there and not force:
        raise ValueError(f"{directory / there[0]} is there already: --force replaces it")
    for place in {directory / each.parent for each in (*files, *links)}:
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
    for each in there:
        (directory / each).unlink()
    written: list[Path] = []
    try:
        for each, data in files.items():
            # Created with its mode, so that other users can never read a key.
            mode = 0o600 if each.suffixes[-2:] == [".key", ".der"] else 0o644
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
            descriptor = os.open(directory / each, flags, mode)
            written.append(directory / each)
            with os.fdopen(descriptor, "wb") as file:
                file.write(data)
        for each, to in links.items():
            (directory / each).symlink_to(to)
            written.append(directory / each)
    except OSError:
        for path in written:
            path.unlink(missing_ok=True)
        raise
