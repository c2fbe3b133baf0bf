"""Machines that are set up oddly: a real client's verdicts stay true, or there is none."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import pytest

from tests.faults.promises import Ended, under
from tests.helpers.run_pytest import PROJECT

pytestmark = [
    pytest.mark.skipif(os.name != "posix", reason="the faults are made with Unix's tools"),
    pytest.mark.needs("curl"),
]
CELLS = ("--clients=curl", "--scenarios=full_chain,absent")
TRUE = {"full_chain": "accepted", "absent": "rejected"}

ENVIRONMENTS: dict[str, Mapping[str, str | None]] = {
    "HOME unset": {"HOME": None},
    "HOME cannot be written": {"HOME": "/proc/1"},
    "TMPDIR is gone": {"TMPDIR": "/no/such/folder"},
    "hostile variables": {
        "SSL_CERT_FILE": "/dev/null",
        "SSL_CERT_DIR": "/no/such/folder",
        "CURL_CA_BUNDLE": "/dev/null",
        "NODE_EXTRA_CA_CERTS": "/dev/null",
        "JAVA_TOOL_OPTIONS": "-Xnonsense",
        "OPENSSL_CONF": "/no/such/file",
        "SSLKEYLOGFILE": "/no/such/folder/keys",
        "https_proxy": "http://127.0.0.1:9",
        "ALL_PROXY": "http://127.0.0.1:9",
    },
    "odd locale and time zone": {"LC_ALL": "tr_TR.ISO-8859-9", "TZ": "Nowhere/Else"},
    "plain C locale, ASCII output": {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
}


@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_environment(tmp_path: Path, name: str) -> None:
    assert under(tmp_path, *CELLS, more=ENVIRONMENTS[name]).verdicts == TRUE


# What runs before pytest, in a shell that is root in namespaces of its own.
SET_UP = {
    "umask 000": ("umask 000", TRUE),
    "256 files": ("ulimit -n 256", TRUE),
    "64 files": ("ulimit -n 64", TRUE),
    "no localhost": ("mount --bind /dev/null /etc/hosts", None),
    "no IPv6": ("echo 1 >/proc/sys/net/ipv6/conf/all/disable_ipv6", TRUE),
    "no entry in the list of users, no HOME": (
        "mount --bind /dev/null /etc/passwd; unset HOME",
        TRUE,
    ),
    "the clock is in 2038": ("set -- faketime '2038-06-01 12:00:00' \"$@\"", None),
    "the clock is in 1999": ("set -- faketime '1999-06-01 12:00:00' \"$@\"", None),
}


def in_namespaces(set_up: str) -> tuple[str, ...]:
    # Loopback of a new network namespace is down.
    script = f'ip link set lo up; {set_up} || exit 99; exec "$@"'
    return ("unshare", "--mount", "--net", "sh", "-c", script, "sh")


def needs_namespaces(*programs: str) -> None:
    for each in ("unshare", "ip", *programs):
        if shutil.which(each) is None:
            pytest.skip(f"{each} is not on this machine")
    tried = subprocess.run(
        ["unshare", "--mount", "--net", "true"], capture_output=True, check=False
    )
    if tried.returncode:
        pytest.skip("namespaces are not to be had here")


@pytest.mark.parametrize("name", SET_UP)
def test_set_up(tmp_path: Path, name: str) -> None:
    set_up, expected = SET_UP[name]
    needs_namespaces(*(["faketime"] if "faketime" in set_up else []))
    ended = under(tmp_path, *CELLS, before=in_namespaces(set_up))
    assert ended.code != 99, "the fault could not be made"
    if "clock" in name:
        # The client's environment is bare, so that libfaketime moves leafonly's clock alone: the
        # certificates are of another time, and the control shows it.
        assert ended.verdicts["absent"] == "error"
        return
    assert_no_false_verdict(ended)
    if expected:
        assert ended.verdicts == expected


def assert_no_false_verdict(ended: Ended) -> None:
    if (ended.folder / "report" / "report.json").exists():
        for scenario, verdict in ended.verdicts.items():
            assert verdict in (TRUE[scenario], "error"), ended.output


NOBODY = 65534  # of Linux's user namespaces, and a user without a home on every distribution


def opened(folder: Path, paths: Iterable[Path]) -> str:
    """Write shell lines that let everybody reach these paths, though a home above them is shut.

    Args:
        folder: Where they are kept meanwhile.
        paths: Folders that everybody may read.

    """
    shut: dict[Path, Path] = {}
    for path in paths:
        above = [each for each in reversed(path.parents) if not each.stat().st_mode & 0o001]
        shut |= {path: above[0]} if above else {}
    kept = {path: folder / str(number) for number, path in enumerate(shut)}
    lines = [f"mkdir '{to}' && mount --bind '{path}' '{to}'" for path, to in kept.items()]
    lines += [f"mount -t tmpfs -o mode=755 none '{top}'" for top in set(shut.values())]
    lines += [f"mkdir -p '{path}' && mount --bind '{to}' '{path}'" for path, to in kept.items()]
    return " && ".join(lines) or "true"


@pytest.fixture
def folder_of_nobody() -> Iterator[Path]:
    # pytest's own are in a folder that only its user may enter.
    with tempfile.TemporaryDirectory() as name:
        for each in (Path(name), Path(name) / "tmp"):
            each.mkdir(exist_ok=True)
            os.chown(each, NOBODY, NOBODY)
        yield Path(name)


def test_not_root(folder_of_nobody: Path) -> None:
    needs_namespaces("setpriv")
    reached = (PROJECT, Path(sys.prefix), Path(sys.base_prefix))
    (kept := folder_of_nobody / "kept").mkdir()
    set_up = f"{opened(kept, reached)} && set -- setpriv --reuid={NOBODY} --regid={NOBODY} "
    set_up += '--clear-groups --no-new-privs --inh-caps=-all --bounding-set=-all "$@"'
    clients = "--clients=curl,openssl,urllib,requests"
    ended = under(folder_of_nobody, clients, before=in_namespaces(set_up))
    cells = {each["id"]: each for each in ended.report["cells"]}
    assert len(cells) == 4 * 8
    assert [each for each in cells.values() if not each["as_expected"]] == []
    assert (folder_of_nobody / "report/report.json").stat().st_uid == NOBODY


def test_umask_000_makes_no_file_that_everybody_writes(tmp_path: Path) -> None:
    needs_namespaces()
    under(tmp_path, *CELLS, before=in_namespaces("umask 000"))
    modes = [path.stat().st_mode & 0o002 for path in (tmp_path / "report").iterdir()]
    assert modes
    assert not any(modes)


def test_path_without_a_program_is_no_failure(tmp_path: Path) -> None:
    (tmp_path / "nothing").mkdir()
    # All clients of Python's, and those that are not looked for on PATH.
    nothing = {"PATH": str(tmp_path / "nothing")}
    ended = under(tmp_path, "--scenarios=absent", more=nothing, limit=900)
    assert set(ended.verdicts.values()) <= {"rejected", "error", "not_applicable", "accepted"}


def test_spaces_and_unicode_in_every_path(tmp_path: Path) -> None:
    folder = tmp_path / "Kamera № 1, größer"
    folder.mkdir()
    assert under(folder, *CELLS).verdicts == TRUE


def full(folder: Path, size: str) -> str:
    """Write the shell line that puts a file system of this size in a folder's place."""
    folder.mkdir(parents=True, exist_ok=True)
    return f"mount -t tmpfs -o size={size} none '{folder}'"


def test_a_full_temporary_folder_makes_no_verdict(tmp_path: Path) -> None:
    needs_namespaces()
    ended = under(tmp_path, *CELLS, before=in_namespaces(full(tmp_path / "tmp", "4k")))
    assert_no_false_verdict(ended)


def test_a_full_report_directory_loses_nothing(tmp_path: Path) -> None:
    """The report is written elsewhere, and that is said."""
    needs_namespaces()
    tiny = full(tmp_path / "report", "12k")
    (tmp_path / "else").mkdir()
    ended = under(
        tmp_path, *CELLS, before=in_namespaces(tiny), more={"TMPDIR": str(tmp_path / "else")}
    )
    assert "cannot be written to: No space left on device" in ended.output
    (written,) = (tmp_path / "else").glob("leafonly-report-*")
    elsewhere = Ended(ended.code, ended.output, tmp_path / "moved")
    shutil.copytree(written, tmp_path / "moved" / "report")
    assert elsewhere.verdicts == TRUE
    assert ended.code != 0


def test_two_full_disks_are_said_and_no_traceback(tmp_path: Path) -> None:
    needs_namespaces()
    tiny = f"{full(tmp_path / 'report', '12k')} && {full(tmp_path / 'tmp', '64k')}"
    ended = under(tmp_path, *CELLS, before=in_namespaces(tiny))
    assert ended.code != 0
