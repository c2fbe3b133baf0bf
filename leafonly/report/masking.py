"""The folders of this machine, replaced in the texts of a report.

Clients print them in tracebacks and in messages about their files. Reports are shared, so they
must not contain a user's name or paths. The replacements are shell variables, so a copied command
works if these variables are set.
"""

import re
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TypeVar, cast
from urllib.parse import quote

from leafonly.clients.discovery import cache_directory

__all__ = ["masked", "masked_text"]

_Rows = TypeVar("_Rows")

# Every machine has these folders, and messages are easier to read with their names.
_EVERYWHERE = frozenset(
    Path(each) for each in ("/", "/bin", "/home", "/lib", "/opt", "/sbin", "/usr", "/usr/local")
)
# pytest names its folder for temporary files after the user.
_PYTEST = re.compile(r"(?<=[/\\])pytest-of-[^/\\]+")


def masked(rows: _Rows) -> _Rows:
    """Return rows of a report with each text masked by `masked_text`.

    Field names and other values are unchanged.
    """
    return cast("_Rows", _masked(rows, _Folders()))


def _masked(value: object, folders: "_Folders") -> object:
    if isinstance(value, str):
        return folders.replace(value)
    if isinstance(value, Mapping):
        return {name: _masked(each, folders) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_masked(each, folders) for each in value]
    return value


def masked_text(text: str) -> str:
    """Return a text in which the folders of this machine are replaced.

    | folder | replacement |
    |---|---|
    | the checkout, or where the package is installed | `$LEAFONLY` |
    | the virtual environment, the Python that it was made from | `$VENV`, `$PYTHON` |
    | compiled clients | `$CACHE` |
    | the home directory | `~` |
    | temporary files | `$TMPDIR` |
    """
    return _Folders().replace(text)


class _Folders:
    """The folders of this machine in every spelling, and the pattern that finds them."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}
        for folder, name in _named():
            for spelling in _spellings(folder):
                self._names.setdefault(spelling, name)
        # The longest first: one folder may lie in another.
        ordered = sorted(self._names, key=len, reverse=True)
        self._pattern = re.compile("|".join(map(_as_pattern, ordered)) or r"(?!)")

    def replace(self, text: str) -> str:
        text = self._pattern.sub(lambda found: self._names[found[0]], text)
        return _PYTEST.sub("pytest", text)


def _named() -> Iterator[tuple[Path, str]]:
    yield Path(__file__).parents[2], "$LEAFONLY"
    yield Path(sys.prefix), "$VENV"
    yield Path(sys.base_prefix), "$PYTHON"
    yield cache_directory(), "$CACHE"
    yield Path(tempfile.gettempdir()), "$TMPDIR"
    try:
        yield Path.home(), "~"
    except RuntimeError:
        return  # a user without a home directory


def _spellings(folder: Path) -> Iterator[str]:
    """Yield the ways in which programs write a folder: plain, resolved, escaped, as a URL."""
    for each in dict.fromkeys((folder.absolute(), folder.resolve())):
        if each not in _EVERYWHERE and each != Path(each.anchor):
            plain = str(each)
            yield from (plain, each.as_posix(), plain.replace("\\", "\\\\"), quote(each.as_posix()))


def _as_pattern(spelling: str) -> str:
    """Return a pattern that matches a folder, but not one whose name only begins like it.

    A path with one name, such as /root, must not follow other characters, because /srv/root is
    another folder. A longer path is found anywhere, as in -I/home/somebody/include.
    """
    parts = re.split(r"[/\\]+", spelling.strip("/\\"))
    begins = r"(?<![\w.~-])" if len(parts) == 1 else ""
    return rf"{begins}{re.escape(spelling)}(?![\w-]|\.\w)"
