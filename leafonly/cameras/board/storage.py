"""The files on a board. Only `leafonly deploy` writes there."""

import base64
import hashlib
import re
from typing import NamedTuple, Self

from leafonly.cameras import CameraError
from leafonly.cameras.board.repl import Repl, wait_for_return
from leafonly.cameras.script.link import STORAGE_SCRIPT
from leafonly.certificates.printable import printable

__all__ = ["MOST_ENTRIES", "Entry", "Storage", "StorageRefused"]

MOST_ENTRIES = 40
"""Entries of one folder that are looked at. A chain has fewer files."""

_PIECE = 192  # bytes of a file in one command; the smallest board has 16 KiB of heap to compile it
_ERRORS = {
    2: "there is no such file or folder (ENOENT)",
    5: "the flash or card does not work (EIO)",
    # FatFs reports this if there is no room for a folder (f_mkdir in its lib/oofatfs/ff.c).
    13: "the file system is full or forbids it (EACCES)",
    17: "it already exists (EEXIST)",
    28: "the flash is full (ENOSPC)",
    30: "the file system is read-only (EROFS)",
    39: "the folder is not empty (ENOTEMPTY)",
}
"""MicroPython's error numbers (py/mperrno.h), which are Linux's."""


class StorageRefused(CameraError):
    """The board refuses to read or change a file. The board itself still answers."""


class Entry(NamedTuple):
    """One entry of a folder: `size` and `digest` (SHA-256, hexadecimal) are a file's."""

    is_folder: bool
    size: int = 0
    digest: str = ""

    @classmethod
    def of(cls, data: bytes) -> "Entry":
        """Return the entry that a file with these bytes has."""
        return cls(False, len(data), hashlib.sha256(data).hexdigest())


class Storage:
    """The files of one board. The board's own program is stopped until this context ends.

    Args:
        port: Its serial port.

    Attributes:
        here: The board's current folder, in which its main.py runs.

    Raises:
        CameraError: Nothing on this port is MicroPython, or the board is gone; so does every
            method.

    """

    def __init__(self, port: str) -> None:
        self._port = port
        self._repl = Repl(port)
        try:
            self._repl.enter(restart=True)
            self._repl.run(STORAGE_SCRIPT.read_text(encoding="utf-8"))
            self.here = self._ask("os.getcwd")
        except BaseException:
            self._repl.reset()
            self._repl.close()
            raise

    def kind(self, path: str) -> str:
        """Return `file`, `folder` or `nothing`."""
        return self._ask("kind", path)

    def listing(self, path: str) -> dict[str, Entry]:
        """Return the entries of a folder, at most one more than MOST_ENTRIES."""
        entries: dict[str, Entry] = {}
        for line in self._lines("listing", path, MOST_ENTRIES):
            match = re.fullmatch(r"file (\d{1,10}) (\S{1,64}) (.*)|folder (.*)|more", line)
            if match is None:
                raise CameraError(f"{self._port}: the board's list of files is not readable")
            if match[1]:
                entries[_plain(match[3])] = Entry(False, int(match[1]), match[2])
            else:
                entries[_plain(match[4] or "'...'")] = Entry(is_folder=True)
        return entries

    def write(self, path: str, data: bytes) -> None:
        """Write a file. Its contents go over the cable only, and are in no message."""
        for start in range(0, max(len(data), 1), _PIECE):
            piece = base64.b64encode(data[start : start + _PIECE]).decode()
            self._ask("put", path, piece, "ab" if start else "wb")

    def read(self, path: str) -> bytes:
        """Return a file of at most 16 KiB. Never used for a key."""
        try:
            return base64.b64decode(self._ask("get", path))
        except ValueError as error:
            raise CameraError(f"{self._port}: {path} was not sent whole") from error

    def make_folder(self, path: str) -> None:
        """Make a folder."""
        self._ask("os.mkdir", path)

    def rename(self, old: str, new: str) -> None:
        """Give a folder another name, which must be free."""
        self._ask("os.rename", old, new)

    def remove(self, path: str) -> None:
        """Remove a folder, and the files in it."""
        self._ask("remove", path)

    def __enter__(self) -> Self:
        """Return the storage itself."""
        return self

    def __exit__(self, kind: object, error: BaseException | None, traceback: object) -> None:
        """Reset the board as by its button, so that its main.py starts again.

        Raises:
            CameraError: It does not come back; not raised if something else went wrong before.

        """
        self._repl.reset()
        self._repl.close()
        if not isinstance(error, CameraError | KeyboardInterrupt):
            wait_for_return(self._port)

    def _ask(self, action: str, *arguments: object) -> str:
        return next(iter(self._answer(action, arguments)[1]), "")

    def _lines(self, action: str, *arguments: object) -> list[str]:
        return self._answer(action, arguments)[0]

    def _answer(self, action: str, arguments: tuple[object, ...]) -> tuple[list[str], list[str]]:
        code = f"answer({action}{''.join(f', {each!r}' for each in arguments)})"
        try:
            lines = self._repl.ask(code)
        except CameraError as error:
            # The board's own words may repeat the code, and so the key.
            said = f"{self._port}: the board does not answer"
            raise (error if action != "put" else CameraError(said)) from None
        for line in lines:
            if line.startswith("!"):
                raise StorageRefused(f"{arguments[0]}: {_reason(line[1:])}")
        done = [line[1:].strip() for line in lines if line.startswith("=")]
        if not done:
            raise CameraError(f"{self._port}: the board did not finish {action}")
        return [line[1:].strip() for line in lines if line.startswith("+")], done


def _reason(said: str) -> str:
    match = re.fullmatch(r"\s*OSError (\d{1,5})\s*", said)
    if match:
        number = int(match[1])
        return _ERRORS.get(number, f"the board says OSError {number}")
    return f"the board says {printable(said.strip(), 40)}"


def _plain(name: str) -> str:
    return printable(name.strip()[1:-1], 100)
