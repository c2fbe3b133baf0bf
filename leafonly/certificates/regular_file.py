"""Read a file that a user names. It may be of any kind and size."""

from pathlib import Path

__all__ = ["read_regular_file"]

_MOST_BYTES = 20_000_000  # Mozilla's list of roots has 0.2 MB, a report of 10 000 cells 12 MB


def read_regular_file(path: Path) -> bytes:
    """Return a file's bytes.

    Raises:
        OSError: It cannot be read, is too large, or is a pipe or device, which may never end.

    """
    if path.exists() and not path.is_file():
        what = "a folder" if path.is_dir() else "a pipe or device"
        raise OSError(f"{path} is {what}: name a regular file")
    try:
        with path.open("rb") as file:
            data = file.read(_MOST_BYTES + 1)
    except OSError as error:
        raise OSError(f"{path} cannot be read: {error.strerror}") from error
    if len(data) > _MOST_BYTES:
        raise OSError(f"{path} is larger than {_MOST_BYTES // 1_000_000} MB: name the right file")
    return data
