"""Power is cut after every single sector that a deployment writes, on the boards' file systems.

The file systems are MicroPython's own (FatFs, littlefs), on a disk that is a file. The code on
the board is the real one; what is missing is the serial port.
"""

import base64
import contextlib
import shutil
import subprocess
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from leafonly.cameras import CameraError
from leafonly.cameras.board import storage as board_storage
from leafonly.cameras.board.storage import Storage, StorageRefused
from leafonly.deploy.generations import Generations
from tests.helpers.software_board import micropython_program

pytestmark = pytest.mark.skipif(
    micropython_program() is None,
    reason="no micropython program: uv sync --extra micropython",
)

HELPERS = Path(__file__).parents[1] / "helpers"
NAMES = ("server.der", "server.key.der", "intermediate.der")
OLD, NEW, NEXT = (dict.fromkeys(NAMES, word * 100) for word in (b"old!", b"new!", b"next"))
END = b"-- end of the answer"
# Answers as the raw REPL does; ends as a board without power does, in the middle of a write.
DEVICE = """
import sys
sys.path.append({helpers!r})
from flash_disk import mount
disk = mount({image!r}, {kind!r}, 512, "/flash")
disk.left, disk.cut = {left}, lambda: sys.exit(7)
import os
os.chdir("/flash")
scope = {{}}
while True:
    size = sys.stdin.buffer.readline()
    if not size:
        break
    exec(sys.stdin.buffer.read(int(size)).decode(), scope)
    print({end!r})
print("left", -disk.left)
"""


class Board:
    """A board whose flash is a file; it loses power after `left` sectors."""

    def __init__(self, image: Path, kind: str) -> None:
        self.image, self.kind, self.left, self.written = image, kind, -1, 0

    @contextlib.contextmanager
    def on(self, monkeypatch: pytest.MonkeyPatch, left: int = -1) -> Iterator[Generations]:
        """Switch the board on, and give the generations on it."""
        self.left = left
        monkeypatch.setattr(board_storage, "Repl", lambda port: Line(self))
        monkeypatch.setattr(board_storage, "wait_for_return", lambda port: None)
        with Storage("") as storage:
            yield Generations(storage, "tls", NAMES)


class Line:
    """Stands for the raw REPL."""

    def __init__(self, board: Board) -> None:
        program = micropython_program()
        assert program is not None
        self._board = board
        code = DEVICE.format(
            helpers=str(HELPERS),
            image=str(board.image),
            kind=board.kind,
            left=board.left,
            end=END.decode(),
        )
        self._process = subprocess.Popen(
            [program, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )

    def enter(self, *, restart: bool) -> None:
        assert restart

    def run(self, code: str) -> str:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.write(b"%d\n" % len(code.encode()) + code.encode())
            self._process.stdin.flush()
        lines: list[bytes] = []
        for line in self._process.stdout:
            if line.rstrip() == END:
                return b"".join(lines).decode()
            lines.append(line)
        if self._process.wait() != 7:  # a traceback, which the real raw REPL sends as well
            raise CameraError(f"the board says: {code}")
        raise CameraError("the board is gone")

    def ask(self, code: str) -> list[str]:
        return [each[1:] for each in self.run(code).splitlines() if each.startswith("@")]

    def reset(self) -> None:
        pass

    def close(self) -> None:
        with contextlib.suppress(BrokenPipeError):
            rest, _ = self._process.communicate()
            if rest:
                self._board.written = int(rest.split()[-1]) - 1


def in_use(there: Generations) -> dict[str, bytes]:
    """Read what main.py loads: FOLDER or, without one, FOLDER.old."""
    folder = there.path if there.storage.kind(there.path) == "folder" else there.old
    return {name: there.storage.read(f"{folder}/{name}") for name in NAMES}


def renew(there: Generations) -> None:
    there.write(NEW)
    there.swap()


def renew_and_keep(there: Generations) -> None:
    renew(there)
    there.commit()


def renew_and_undo(there: Generations) -> None:
    renew(there)
    there.put_back()


@pytest.mark.parametrize("kind", ["VfsFat", "VfsLfs2"])
@pytest.mark.parametrize("course", [renew_and_keep, renew_and_undo])
def test_the_board_has_old_or_new_files_whenever_power_is_cut(
    kind: str,
    course: Callable[[Generations], None],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    board = Board(tmp_path / "flash.img", kind)
    with board.on(monkeypatch) as there:
        there.write(OLD)
        there.swap()
    before = shutil.copy(board.image, tmp_path / "before.img")
    with board.on(monkeypatch) as there:
        course(there)
    sectors = board.written
    assert sectors > 20
    for left in range(sectors):
        shutil.copy(before, board.image)
        with pytest.raises(CameraError, match="board"), board.on(monkeypatch, left) as there:
            course(there)
        with board.on(monkeypatch) as there:
            assert in_use(there) in (OLD, NEW), left
            there.check()
            there.put_back()
            assert in_use(there) in (OLD, NEW), left
            # What a cut before the swap leaves does not differ for what comes next.
            if left % 8 == 0 or left > sectors - 20:
                there.write(NEXT)
                there.swap()
                assert in_use(there) == NEXT, left


@pytest.mark.parametrize("kind", ["VfsFat", "VfsLfs2"])
def test_power_is_cut_again_while_an_interrupted_deploy_is_undone(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    board = Board(tmp_path / "flash.img", kind)
    with board.on(monkeypatch) as there:
        there.write(OLD)
        there.swap()
        renew(there)
    before = shutil.copy(board.image, tmp_path / "before.img")
    with board.on(monkeypatch) as there:
        there.put_back()
    for left in range(board.written):
        shutil.copy(before, board.image)
        with pytest.raises(CameraError), board.on(monkeypatch, left) as there:
            there.put_back()
        with board.on(monkeypatch) as there:
            assert in_use(there) in (OLD, NEW), left
            there.put_back()
            assert in_use(there) == OLD, left


def test_a_file_that_is_read_back_differently_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    board = Board(tmp_path / "flash.img", "VfsFat")
    with board.on(monkeypatch) as there:
        # As a card does that has lost the ability to write, and says nothing.
        there.storage._repl.run("def put(path, text, mode): open(path, mode).close()")
        with pytest.raises(StorageRefused, match="reads something else than was written"):
            there.write(NEW)


@pytest.mark.parametrize(
    "device",
    ["def put(*given): raise ValueError(given)", "def answer(*given): raise OSError(given)"],
)
def test_no_message_repeats_what_was_written(
    device: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    board = Board(tmp_path / "flash.img", "VfsFat")
    with pytest.raises(CameraError) as caught, board.on(monkeypatch) as there:
        there.storage._repl.run(device)
        there.storage.write("/flash/key", b"secret!")
    trace = "".join(traceback.format_exception(caught.value))
    assert base64.b64encode(b"secret!").decode() not in trace
    assert "the board" in str(caught.value)
