"""One deployment, from the first look at the board to the last."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NoReturn

from leafonly.cameras import CameraError
from leafonly.cameras.board.storage import Entry, Storage, StorageRefused
from leafonly.deploy import Refused, RolledBack, Unfinished
from leafonly.deploy.generations import Generations, expected
from leafonly.deploy.plan import Plan
from leafonly.deploy.verification import NotServed, Verification

__all__ = ["Deployment", "Preview"]

_AGAIN = (
    "plug the board in and run the same command again: it puts the previous files back first, "
    "and then deploys"
)
# What is on the board, if it is lost while this is done. {path} is the folder.
_UNTOUCHED = "nothing was written: the board has its previous files"
_MENDING = "the board has its previous files, complete, in {path} or {path}.old; {again}"
_WRITING = "the board has its previous files; {path}.new on it is not complete; {again}"
_SWAPPING = (
    "the board has its previous files in {path} or {path}.old, complete, and the new ones in "
    "{path} or {path}.new, complete; {again}"
)
_UNSEEN = (
    "the new files are in {path}, complete, but the board has not been seen to serve them; "
    "{previous}; {again}"
)
_DONE = (
    "the new files are in {path} and were served; {path}.old or {path}.new may be left over; "
    "plug the board in and run the same command again"
)


@dataclass(frozen=True)
class Preview:
    """What a deployment is about to do.

    Attributes:
        path: The folder on the board.
        before: The files that are in use; None if there is no such folder.
        after: The files that will be.
        interrupted: An earlier deployment was interrupted, and is undone first.

    """

    path: str
    before: Mapping[str, Entry] | None
    after: Mapping[str, Entry]
    interrupted: bool

    @property
    def writes(self) -> bool:
        """Whether any file on the board will change."""
        return self.interrupted or self.before != self.after

    def lines(self) -> list[str]:
        """Return a line for each file that will be written, replaced or removed."""
        before = self.before or {}
        found = []
        if self.interrupted:
            found.append(
                f"{self.path}.new, {self.path}.old: undo a deploy that was interrupted; the "
                f"previous files are in {self.path} again"
            )
        for name, entry in self.after.items():
            was = before.get(name)
            done = "same as before" if was == entry else "new" if was is None else "replaced"
            found.append(f"{self.path}/{name}: {entry.size} bytes, {done}")
        found += [f"{self.path}/{name}: removed" for name in before if name not in self.after]
        return found


class Deployment:
    """Puts the files of a plan onto a board, and leaves the board with them or as it was.

    Args:
        port: The board's serial port.
        plan: What is to be written.
        verification: How to see what the board serves.
        confirm: Called before anything is written; returns whether to go on.
        say: Called with a line about each step that is done.

    """

    def __init__(
        self,
        port: str,
        plan: Plan,
        verification: Verification,
        confirm: Callable[[Preview], bool],
        say: Callable[[str], None],
    ) -> None:
        self._port, self._plan, self._verification = port, plan, verification
        self._confirm, self._say = confirm, say
        self._state, self._path = _UNTOUCHED, plan.folder
        self._after = expected(plan.files)
        self._previous: Mapping[str, Entry] | None = None
        self._previous_served: list[bytes] = []

    def run(self) -> None:
        """Deploy the plan.

        Raises:
            Refused: The board has its previous files, because nothing was written, or what was
                written could not be completed.
            RolledBack: The new files were not served, and the previous ones are back.
            Unfinished: The board was lost on the way.

        """
        try:
            if not self._write():
                return
            try:
                self._verify()
            except (CameraError, NotServed) as problem:
                self._roll_back(problem)
            self._state = _DONE
            if self._previous != self._after:
                self._commit()
        except (CameraError, NotServed, KeyboardInterrupt) as error:
            state = self._state.format(path=self._path, previous=self._where(), again=_AGAIN)
            raise Unfinished(f"{str(error) or 'interrupted'}; {state}") from error

    def _write(self) -> bool:
        """Take the new files into use. Return False if the user did not confirm."""
        with Storage(self._port) as storage:
            folders = self._folders(storage)
            folders.check()
            self._path, self._previous = folders.path, folders.verified()
            preview = Preview(folders.path, self._previous, self._after, folders.is_interrupted())
            if not self._confirm(preview):
                return False
            self._previous_served = self._certificates(folders)
            try:
                self._change(folders, preview)
            except StorageRefused as error:
                folders.put_back()
                raise Refused(f"{error}; the board has its previous files") from error
        return True

    def _change(self, folders: Generations, preview: Preview) -> None:
        if preview.interrupted:
            self._state = _MENDING
            folders.put_back()
            self._say("an interrupted deploy was undone")
        if preview.before == preview.after:
            self._say("the board has these files already")
            return
        self._state = _WRITING
        folders.write(self._plan.files)
        self._say(f"written to {folders.new}, read back, hashes compared")
        self._state = _SWAPPING
        folders.swap()
        self._state = _UNSEEN
        self._say(f"taken into use: {folders.path}")

    def _certificates(self, folders: Generations) -> list[bytes]:
        """Return the certificates that are in use, to see whether they are served again."""
        previous = self._previous or {}
        if not {self._plan.names[0], self._plan.key_name} <= previous.keys():
            return []
        names = [name for name in self._plan.certificate_names if name in previous]
        return [folders.storage.read(f"{folders.verified_path()}/{name}") for name in names]

    def _verify(self) -> None:
        self._say(self._verification.verify(self._plan.served, self._pairs(self._plan.files)))

    def _commit(self) -> None:
        with Storage(self._port) as storage:
            folders = self._folders(storage)
            is_as_written = folders.current() == self._after
            if is_as_written and self._previous is not None:
                folders.commit()
        if not is_as_written:
            self._roll_back(CameraError("after the reset, the files are not what was written"))
        if self._verification.sees_program:
            self._verify()

    def _roll_back(self, problem: Exception) -> NoReturn:
        """Put the previous files back, verify them, and raise what happened."""
        if self._previous == self._after:
            if isinstance(problem, CameraError):
                raise problem
            raise Refused(f"{problem}; the board had these files already, so nothing was written")
        self._say(f"not served: {problem}; putting the previous files back")
        with Storage(self._port) as storage:
            folders = self._folders(storage)
            self._state = _MENDING
            folders.put_back(is_first=self._previous is None)
            is_as_before = folders.current() == self._previous
        if not is_as_before:
            raise CameraError("the previous files are not as they were: the flash may be bad")
        raise RolledBack(f"{problem}; {self._served_again()}") from problem

    def _served_again(self) -> str:
        if self._previous is None:
            return "the new files were removed, and the board has none, as before"
        if not self._previous_served:
            return "the previous files are back, with the hashes of before; they have other names"
        self._state = "the previous files are back in {path}, with the hashes of before"
        pairs = self._pairs(self._previous)
        seen = self._verification.verify(self._previous_served, pairs)
        return f"the previous files are back: {seen}"

    def _where(self) -> str:
        was_none = self._previous is None
        return "there were no others" if was_none else f"the previous ones are in {self._path}.old"

    def _folders(self, storage: Storage) -> Generations:
        return Generations(storage, self._plan.folder, self._plan.names)

    def _pairs(self, names: Mapping[str, object]) -> Sequence[tuple[str, str]]:
        key = f"{self._path}/{self._plan.key_name}"
        return [
            (f"{self._path}/{name}", key) for name in self._plan.certificate_names if name in names
        ]
