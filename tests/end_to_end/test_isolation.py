"""A run leaves the machine as it was, outside of its scratch folder, its cache and its report."""

import contextlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.helpers.run_pytest import run_pytest

SMALL = "curl,gnutls-cli,openssl,requests,aiohttp,nodejs"
CLIENTS = "all" if "LEAFONLY_COSTLY_FAULTS" in os.environ else SMALL
"""`all`, those found on this machine, takes minutes."""

STORES = (
    *("/etc/ssl", "/etc/pki", "/etc/ca-certificates", "/usr/share/ca-certificates"),
    *("/usr/local/share/ca-certificates", "/usr/lib/ssl", "/etc/java-17-openjdk/security"),
)
# What people's programs keep beside a run's own; leafonly's is one of the caches.
OTHERS = (".cache",)


def files(folder: Path) -> Iterator[tuple[str, int, int, int]]:
    """Give name, kind, size and time of all files below a folder."""
    for where, folders, names in os.walk(folder):
        if Path(where) == Path.home():
            folders[:] = [name for name in folders if name not in OTHERS]
        for name in names:
            path = os.path.join(where, name)  # noqa: PTH118  # a home has many files
            with contextlib.suppress(FileNotFoundError):  # other programs' files come and go
                state = os.lstat(path)
                yield path, state.st_mode, state.st_size, state.st_mtime_ns


def machine(marker: str, *, is_layered: bool) -> dict[str, object]:
    """Describe what a run must not change; processes and ports are those of this test's run."""
    mine = [each for each in psutil.process_iter() if is_of(each, marker)]
    return {
        "trust stores": {each for store in STORES for each in files(Path(store))},
        # Everybody else's programs write there, too.
        "home": set() if is_layered else set(files(Path.home())),
        "mounts": "" if is_layered else Path("/proc/self/mounts").read_text(),
        "processes": [each.pid for each in mine],
    }


# What a command writes to the home goes into a layer over it that no other program sees, and
# what it mounts stays in a namespace of its own. Its folder, the home, the command.
LAYERED = """
layer=$1 home=$2; shift 2
mount -t tmpfs none "$layer" && mkdir "$layer/upper" "$layer/work" &&
mount -t overlay overlay \
    -o "lowerdir=$home,upperdir=$layer/upper,workdir=$layer/work" "$home" && cd "$PWD" || exit 99
cat /proc/self/mounts >"$layer.before"
"$@"
status=$?
cat /proc/self/mounts >"$layer.after"
find "$layer/upper" -mindepth 1 -path "$layer/upper/.cache" -prune -o -mindepth 1 -print \
    >"$layer.written"
exit $status
"""


def layered(folder: Path) -> tuple[str, ...]:
    """Give what goes before a command to run it in a layer; nothing where that cannot be had."""
    folder.mkdir()
    before = ("unshare", "--mount", "sh", "-c", LAYERED, "sh", str(folder), str(Path.home()))
    if not shutil.which("unshare"):
        return ()
    tried = subprocess.run([*before, "true"], check=False, capture_output=True)
    return before if tried.returncode == 0 else ()


def is_of(process: psutil.Process, marker: str) -> bool:
    try:
        return process.environ().get("TMPDIR", "").startswith(marker) or marker in str(
            process.cwd()
        )
    except (psutil.Error, OSError):
        return False


def ports() -> set[tuple[object, ...]]:
    return {
        tuple(each.laddr)
        for each in psutil.net_connections("tcp")
        if each.status == psutil.CONN_LISTEN and each.pid in descendants()
    }


def descendants() -> list[int]:
    return [each.pid for each in psutil.Process().children(recursive=True)]


@pytest.mark.skipif(sys.platform != "linux", reason="reads Linux's trust stores, /proc and mounts")
def test_a_run_changes_nothing_elsewhere(tmp_path: Path) -> None:
    scratch, report, cache = tmp_path / "scratch", tmp_path / "report", tmp_path / "cache"
    scratch.mkdir()
    home = tmp_path / "home"
    for folder in (".pki/nssdb", ".mozilla", ".config"):
        (home / folder).mkdir(parents=True)
        (home / folder / "mine").write_text("as it was")
    environment = {**os.environ, "HOME": str(home), "TMPDIR": str(scratch)}
    environment |= {"XDG_CACHE_HOME": str(cache), "PYTHONDONTWRITEBYTECODE": "1"}
    names = [] if CLIENTS == "all" else [f"--clients={CLIENTS}"]
    layer = tmp_path / "layer"
    start = layered(layer)
    before = machine(str(tmp_path), is_layered=bool(start))
    own_before = set(files(home))
    listening = ports()
    finished = run_pytest(
        *("suites/matrix", *names, "--report-dir", report, "-q"),
        environment=environment,
        before=start,
        limit=3000 if CLIENTS == "all" else 600,
    )
    assert (report / "report.json").is_file(), finished.stdout + finished.stderr
    assert machine(str(tmp_path), is_layered=bool(start)) == before
    if start:
        assert layer.with_suffix(".written").read_text() == ""
        mounts = [layer.with_suffix(each).read_text() for each in (".before", ".after")]
        assert mounts[0] == mounts[1]
    assert set(files(home)) == own_before
    assert ports() <= listening
    # pytest keeps its own.
    assert all(each.name.startswith("pytest-of-") for each in scratch.iterdir())
