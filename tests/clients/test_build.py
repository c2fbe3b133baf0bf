import hashlib
import re
import sys
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest

from leafonly.clients import CLIENTS
from leafonly.clients.build import CHECKSUMS, CRATES, PROGRAMS, Build, in_go
from leafonly.clients.client import Client, Install
from leafonly.clients.discovery import find
from leafonly.clients.stack import Stack

_MAKE = """
import pathlib, sys
source, output = map(pathlib.Path, sys.argv[1:])
(source / "lock").touch()
(output / "made").write_text((source / "main").read_text())
"""
_FETCH = """
import pathlib, sys
package = pathlib.Path(sys.argv[1])
package.parent.mkdir()
package.write_text("of other people")
"""

# As Cargo does it: a lock file of what is newest, and then what that file says is "compiled".
_LOCK = """
import pathlib, sys
registry = sys.argv[2]
pathlib.Path(sys.argv[1], "Cargo.lock").write_text(
    'version = 4\\n\\n[[package]]\\nname = "new"\\nversion = "2"\\n' + registry
)
"""
_COMPILE = """
import pathlib, sys
source, output = map(pathlib.Path, sys.argv[1:])
(output / "made").write_text((source / "Cargo.lock").read_text())
"""
_CRATE = """version = 4

[[package]]
name = "ours"
version = "0"
dependencies = [
 "crate",
]

[[package]]
name = "crate"
version = "1"
checksum = "00"
"""


@pytest.fixture
def project(tmp_path: Path) -> Build:
    source = tmp_path / "project"
    source.mkdir()
    (source / "main").write_text("one")
    return Build(
        source=source,
        commands=((sys.executable, "-c", _MAKE, "{source}", "{output}"),),
        result="made",
    )


def fetching(project: Build, checksums: str) -> Build:
    (project.source / CHECKSUMS).write_text(checksums)
    fetch = (sys.executable, "-c", _FETCH, "{output}/packages/package")
    return replace(project, commands=(fetch, *project.commands), fetched="packages")


def test_a_project_is_built_in_a_copy(project: Build, tmp_path: Path) -> None:
    assert project.make(tmp_path / "cache").read_text() == "one"
    assert [path.name for path in project.source.iterdir()] == ["main"]


def test_a_compiler_gets_the_users_environment_without_passwords(
    project: Build, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = ("LEAFONLY_KEY_PASSWORD", "CFLAGS")
    for name in names:
        monkeypatch.setenv(name, "value")
    write = "import os, sys; open(sys.argv[1] + '/made', 'w').write(' '.join(os.environ))"
    project = replace(project, commands=((sys.executable, "-c", write, "{output}"),))
    got = project.make(tmp_path / "cache").read_text().split()
    assert [name in got for name in names] == [False, True]


def test_a_changed_source_is_built_anew(project: Build, tmp_path: Path) -> None:
    first = project.make(tmp_path / "cache")
    (project.source / "main").write_text("two")
    assert project.find(tmp_path / "cache") is None
    assert project.make(tmp_path / "cache").read_text() == "two"
    assert first.read_text() == "one"


def test_fetched_files_are_held_to_their_checksums(project: Build, tmp_path: Path) -> None:
    digest = hashlib.sha256(b"of other people").hexdigest()
    build = fetching(project, f"{digest}  package\n")
    assert build.make(tmp_path / "cache").read_text() == "one"


@pytest.mark.parametrize(
    ("checksums", "culprit"),
    [
        (f"{'0' * 64}  package\n", "package"),
        ("", "package"),
        (f"{hashlib.sha256(b'of other people').hexdigest()}  package\n{'0' * 64}  zz\n", "zz"),
    ],
    ids=["another file", "a file too many", "a file missing"],
)
def test_other_fetched_files_are_refused(
    project: Build, tmp_path: Path, checksums: str, culprit: str
) -> None:
    build = fetching(project, checksums)
    with pytest.raises(ValueError, match=f"^{culprit} does not match {CHECKSUMS}"):
        build.make(tmp_path / "cache")
    assert build.find(tmp_path / "cache") is None


def cargo(project: Build, registry: str) -> Build:
    (project.source / CRATES).write_text(_CRATE)
    lock = (sys.executable, "-c", _LOCK, "{source}", registry)
    compile_ = (sys.executable, "-c", _COMPILE, "{source}", "{output}")
    return replace(project, commands=(lock, compile_), crates=True)


def test_crates_are_those_of_the_project_from_the_registry_of_the_machine(
    project: Build, tmp_path: Path
) -> None:
    registry = 'source = "registry+somewhere"\n'
    made = cargo(project, registry).make(tmp_path / "cache").read_text()
    # Only what has a checksum comes from a registry.
    assert made == _CRATE.replace("checksum", f"{registry}checksum")


def test_a_lock_file_without_a_registry_is_said(project: Build, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="names no registry"):
        cargo(project, "").make(tmp_path / "cache")


def test_every_crate_has_a_checksum_and_no_address() -> None:
    text = (PROGRAMS / "rust" / CRATES).read_text()
    wanted = tomllib.loads((PROGRAMS / "rust/Cargo.toml").read_text())
    crates = {(each["name"], each["version"]): each for each in tomllib.loads(text)["package"]}
    ours = crates.pop((wanted["package"]["name"], wanted["package"]["version"]))
    assert "source" not in text
    assert all(re.fullmatch("[0-9a-f]{64}", each["checksum"]) for each in crates.values())
    pinned = {
        name: (given if isinstance(given, str) else given["version"]).removeprefix("=")
        for name, given in wanted["dependencies"].items()
    }
    assert pinned.items() <= crates.keys()
    assert sorted(pinned) == ours["dependencies"]


def test_every_rust_program_is_a_client() -> None:
    clients = [each for each in CLIENTS.values() if each.build and each.build.crates]
    started = {str(each.run).split()[0].removeprefix("{program}/") for each in clients}
    assert started == {each.stem for each in (PROGRAMS / "rust/src/bin").glob("*.rs")}
    assert len({id(each.build) for each in clients}) == 1


def test_what_is_built_by_hand_is_not_built_unasked(
    project: Build, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    build = replace(project, by_hand=True)
    client = Client(
        name="made",
        kind="library",
        stack=Stack("none"),
        needs=(),
        build=build,
        run=("{program}",),
        version_run=(sys.executable, "-c", "print('made 1.0')", "{program}"),
        version=r"made (?P<version>\S+)",
        install=Install(),
    )
    assert find(client).unavailable_because == (
        "it is not built yet: python -m leafonly build made"
    )
    build.make(tmp_path / "leafonly")
    assert find(client).available


@pytest.mark.needs("go")
@pytest.mark.skipif(sys.platform != "linux", reason="only there can go's counters be led elsewhere")
def test_go_counts_nothing_in_the_users_home(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (home := tmp_path / "home").mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    assert in_go("go_get").make(tmp_path / "built").is_file()
    assert list(home.rglob("*")) == []


def test_another_thread_that_built_the_same_first_is_no_error(
    project: Build, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rename = Path.rename

    def late(path: Path, target: Path) -> Path:
        target.mkdir()
        (target / "made").write_text("by the other")
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", late)
    assert project.make(tmp_path / "cache").read_text() == "by the other"
