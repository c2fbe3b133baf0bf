"""Two generations of files on a board, and the renames that lead from one to the other.

A board loads several files that belong together, and no rename of files can change them all at
once: a board that loses power in between has a new certificate and an old key. So a generation
is a folder, and folders are renamed. `FOLDER.new` is not complete yet, or not needed any more.
`FOLDER.old` is the generation before, and lasts until the new one was seen to be served:

    write     FOLDER, FOLDER.new
    swap      FOLDER -> FOLDER.old, then FOLDER.new -> FOLDER
    commit    FOLDER.old -> FOLDER.new, which is removed
    put back  FOLDER -> FOLDER.new, then FOLDER.old -> FOLDER, then FOLDER.new is removed

So as long as `FOLDER.old` exists, it is the last generation that was verified; if `FOLDER` is
missing, that generation is complete. `put_back` mends every state in which these steps can stop.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from leafonly.cameras.board.storage import MOST_ENTRIES, Entry, Storage, StorageRefused
from leafonly.deploy import Refused

__all__ = ["Generations"]

Listing = Mapping[str, Entry]


@dataclass(frozen=True)
class Generations:
    """The folders of one deployment.

    Args:
        storage: The board.
        folder: Its path; relative to the board's current folder.
        names: The names that files in these folders may have.

    Raises:
        StorageRefused: The board refuses a change; so does every method.
        CameraError: The board is gone; so does every method.

    """

    storage: Storage
    folder: str
    names: Sequence[str]

    @property
    def path(self) -> str:
        """The path of the generation in use."""
        here = self.storage.here.rstrip("/")
        return self.folder if self.folder.startswith("/") else f"{here}/{self.folder}"

    @property
    def old(self) -> str:
        """The path of the generation before."""
        return f"{self.path}.old"

    @property
    def new(self) -> str:
        """The path of what is not in use."""
        return f"{self.path}.new"

    def check(self) -> None:
        """Raise Refused if one of the three folders holds foreign files.

        Raises:
            Refused: One of them holds something that `leafonly deploy` did not write.

        """
        for path in (self.path, self.old, self.new):
            kind = self.storage.kind(path)
            if kind == "file":
                raise Refused(f"{path} on the board is a file: name another folder with --to")
            foreign = [
                name
                for name, entry in (self.storage.listing(path) if kind == "folder" else {}).items()
                if entry.is_folder or name not in self.names
            ]
            if foreign:
                more = f" and {len(foreign) - 3} more" if len(foreign) > 3 else ""
                more = " and many more" if len(foreign) >= MOST_ENTRIES else more
                raise Refused(
                    f"{path} on the board also holds {', '.join(foreign[:3])}{more}: the whole "
                    "folder would be replaced, so name a folder of its own with --to"
                )

    def is_interrupted(self) -> bool:
        """Return whether an earlier deployment was interrupted."""
        return self._exists(self.old) or self._exists(self.new)

    def current(self) -> Listing | None:
        """Return the files in use; None if there is no such folder."""
        return self.storage.listing(self.path) if self._exists(self.path) else None

    def verified_path(self) -> str:
        """Return the path of the generation that `put_back` will leave in use."""
        return self.old if self._exists(self.old) else self.path

    def verified(self) -> Listing | None:
        """Return the files of that generation; None if there is none."""
        path = self.verified_path()
        return self.storage.listing(path) if self._exists(path) else None

    def write(self, files: Mapping[str, bytes]) -> None:
        """Write the next generation beside the one in use, and compare what the board reads.

        Raises:
            StorageRefused: The board reads something else than was written, or refuses.

        """
        self.storage.make_folder(self.new)
        for name, data in files.items():
            self.storage.write(f"{self.new}/{name}", data)
        if self.storage.listing(self.new) != expected(files):
            raise StorageRefused(f"{self.new}: the board reads something else than was written")

    def swap(self) -> None:
        """Take the next generation into use."""
        if self._exists(self.path):
            self.storage.rename(self.path, self.old)
        self.storage.rename(self.new, self.path)

    def commit(self) -> None:
        """Remove the generation before."""
        self.storage.rename(self.old, self.new)
        self.storage.remove(self.new)

    def put_back(self, *, is_first: bool = False) -> None:
        """Take the last verified generation into use, and remove what is left of others.

        Args:
            is_first: There was none before the one in use, which is removed.

        """
        self._remove_new()
        if is_first or self._exists(self.old):
            if self._exists(self.path):
                self.storage.rename(self.path, self.new)
            if not is_first:
                self.storage.rename(self.old, self.path)
            self._remove_new()

    def _remove_new(self) -> None:
        if self._exists(self.new):
            self.storage.remove(self.new)

    def _exists(self, path: str) -> bool:
        return self.storage.kind(path) == "folder"


def expected(files: Mapping[str, bytes]) -> dict[str, Entry]:
    """Return the listing of a folder that holds these files."""
    return {name: Entry.of(data) for name, data in files.items()}
