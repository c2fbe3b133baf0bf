"""The command line: what it prints, and that every error is one line and exit code 2."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from leafonly.__main__ import main
from leafonly.clients import CLIENTS
from leafonly.clients.build import Build
from leafonly.command_line.parser import parser
from leafonly.distribution import __version__
from leafonly.report.document import to_json

ROOT = Path(__file__).parents[1]
SAMPLE = ROOT / "reports/sample/report.json"
# argparse has no public way to them.
(COMMANDS,) = (each.choices for each in parser()._actions if isinstance(each.choices, dict))
SUITES = {"test", "audit"}
"""These give their arguments to pytest."""

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a subcommand in this process; give its exit code, stdout and stderr."""

    def run_main(*arguments: str) -> tuple[int, str, str]:
        code = main(arguments)
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return run_main


def start(arguments: Sequence[str], **options: int) -> subprocess.CompletedProcess[str]:
    """Run the command as users do, in a process of its own."""
    argv = [sys.executable, "-m", "leafonly", *arguments]
    stdout = options.get("stdout", subprocess.PIPE)
    # With PYTHONUNBUFFERED nothing would be left to flush at exit.
    env = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    return subprocess.run(
        argv, cwd=ROOT, env=env, stdout=stdout, stderr=subprocess.PIPE, text=True, check=False
    )


def test_version_and_help_name_everything(run: Run) -> None:
    assert run("--version") == (0, f"leafonly {__version__}\n", "")
    code, out, _ = run("--help")
    assert code == 0
    for command in COMMANDS:
        assert f"    {command} " in out
    for command in COMMANDS.keys() - SUITES:
        assert run(command, "--help")[0] == 0


def test_every_argument_has_a_help_text() -> None:
    for command in COMMANDS.values():
        assert all(action.help for action in command._actions), command.prog


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ((), "the following arguments are required: COMMAND"),
        (("lok",), "unknown command 'lok'; did you mean look?"),
        (("look", "localhost", "--jsn"), "unrecognized arguments: --jsn"),
        (("docs", "client"), "unknown document 'client'; did you mean clients?"),
        (("docs", "manual"), "unknown document 'manual'; there are: clients"),
        (("clients", "curl", "crul"), "unknown client 'crul'; did you mean curl?"),
        (("build", "nettyboringssl"), "did you mean netty-boringssl?"),
        (("build", "qqqqqq"), "unknown client 'qqqqqq'; `python -m leafonly clients` lists them"),
        (("serve", "curl"), "curl is not a cell: write CLIENT-SCENARIO-KEYTYPE"),
        (("serve", "crul-absent-p256"), "unknown client 'crul'; did you mean curl?"),
        (("serve", "curl-absnt-p256"), "unknown scenario 'absnt'; did you mean absent?"),
        (("serve", "curl-absent-p265"), "unknown key type 'p265'; did you mean p256?"),
        (("serve", "\x1b[2J-absent-p256"), r"unknown client '?[2J'"),
        (("serve",), "give a CELL such as curl-absent-p256, or --walk-up"),
        (("serve", "curl-absent-p256", "--port=1"), "--port goes with --walk-up"),
        (("serve", "--walk-up", "curl-absent-p256"), "--walk-up serves no cell"),
        (("serve", "--walk-up", "--address=198.51.100.7"), "is no IPv4 address of this computer"),
        (("serve", "--walk-up", "--port=99999"), "--port=99999: give a port from 1 to"),
        (("serve", "--walk-up", "--scenarios=absnt"), "scenario 'absnt'; did you mean absent?"),
        (("serve", "--walk-up", "--credentials=/nonexistent"), "/nonexistent: No such file"),
        (("serve", "--walk-up", "--domain=192.0.2.7"), "--domain=192.0.2.7 is an address"),
        (("serve", "--walk-up", "--domain=a;b c"), "'a;b c' is no DNS name"),
        (("serve", "--walk-up", "--port=0", f"--report-dir={SAMPLE}"), "File exists"),
        (("look", "localhost:x\n"), "is not HOST, HOST:PORT or @FILE"),
        (("look", "@/nonexistent"), "No such file or directory"),
        (("look", "localhost", "--trust=/nonexistent"), "No such file or directory"),
        (("answer", "/nonexistent"), "/nonexistent cannot be read: No such file or directory"),
        (("diff", str(SAMPLE), "/nonexistent"), "/nonexistent cannot be read"),
        (("diff", str(SAMPLE), str(SAMPLE), "--html=/nonexistent/x"), "No such file or directory"),
        (("merge", f"a={SAMPLE}", "/nonexistent"), "/nonexistent cannot be read"),
        (("merge", str(SAMPLE), str(SAMPLE)), "2 machines have the name Linux"),
        (("report", str(SAMPLE), "-o", "/nonexistent/x.html"), "No such file or directory"),
        (("report", str(SAMPLE), "-o", str(SAMPLE)), "is the report itself: name another file"),
    ],
)
def test_what_is_wrong_is_one_line_and_exit_code_2(
    arguments: Sequence[str], error: str, run: Run
) -> None:
    code, out, err = run(*arguments)
    assert (code, out) == (2, "")
    assert error in err
    assert err.count("\n") == 1


def changed(**fields: object) -> bytes:
    return to_json(json.loads(SAMPLE.read_bytes()) | fields).encode()


@pytest.mark.parametrize("command", ["answer", "report", "summary"])
@pytest.mark.parametrize(
    ("content", "error"),
    [
        (b"", "Expecting value"),
        (b'"\xff"', "codec can't decode"),
        (b"[" * 100_000, "is not a report: "),
        (b"[" + b"9" * 10_000 + b"]", "is not a report: "),
        (b"[]", "is not a report: $: [] is not of type 'object'"),
        (b'{"schema": NaN}', "NaN is not JSON"),
        (changed(schema="leafonly/9"), "$.schema: "),
        (changed(cells=["x" * 10_000]), "$.cells[0]: "),
        (changed(clients=[]), "which is not in clients"),
        (changed(started="\x1b[2J"), "$.started: "),
    ],
    ids=["empty", "bytes", "deep", "number", "list", "nan", "schema", "long", "client", "escape"],
)
def test_a_broken_report_is_said_and_nothing_is_drawn(
    command: str, content: bytes, error: str, run: Run, tmp_path: Path
) -> None:
    report = tmp_path / "report.json"
    report.write_bytes(content)
    code, out, err = run(command, str(report))
    assert (code, out) == (2, "")
    assert f"{report} is not a report: " in err
    assert error in err
    assert err.count("\n") == 1
    assert "\x1b" not in err
    assert len(err) < 400 + len(str(report))
    assert list(tmp_path.iterdir()) == [report]


@pytest.mark.skipif(os.name != "posix", reason="it has no named pipes in folders")
def test_a_report_is_never_waited_for(run: Run, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", Path("/dev/zero"), tmp_path):
        code, _, err = run("answer", str(path))
        assert code == 2
        assert "name a regular file" in err


def test_an_answer_without_a_verdict_is_none(run: Run, tmp_path: Path) -> None:
    (tmp_path / "report.json").write_bytes(changed(cells=[]))
    code, out, err = run("answer", str(tmp_path / "report.json"))
    assert (code, out) == (2, "")
    assert "no client has a verdict on absent" in err


def test_the_html_is_drawn_beside_its_report_or_where_it_is_wanted(
    run: Run, tmp_path: Path
) -> None:
    report = tmp_path / "a.json"
    # A later version's fields are no reason to refuse a report, nor is half a character.
    report.write_bytes(changed(leafonly="\ud800<b>", new_field=1))
    assert run("report", str(report)) == (0, f"{tmp_path / 'a.html'}\n", "")
    elsewhere = tmp_path / "b.html"
    assert run("report", str(report), "-o", str(elsewhere)) == (0, f"{elsewhere}\n", "")
    html = elsewhere.read_text(encoding="utf-8")
    assert html == (tmp_path / "a.html").read_text(encoding="utf-8")
    assert "\\ud800&lt;b&gt;" in html
    assert html.rstrip().endswith("</html>")


def test_clients_are_listed_one_a_line(run: Run) -> None:
    code, out, _ = run("clients", "urllib", "http.client")
    assert code == 0
    heading, *rows = out.splitlines()
    assert heading.split() == ["client", "kind", "version", "TLS", "library"]
    assert [row.split()[:2] for row in rows] == [["urllib", "library"], ["http.client", "library"]]
    assert all("OpenSSL" in row for row in rows)


def test_what_cannot_be_built_is_said(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def no_cargo(build: Build, cache: Path) -> None:
        raise FileNotFoundError("cargo is not on this machine")

    monkeypatch.setattr("leafonly.clients.build.Build.make", no_cargo)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    by_hand = [name for name, each in CLIENTS.items() if each.build and each.build.by_hand]
    code, out, err = run("build")
    assert (code, out) == (1, "")
    assert err.splitlines() == [
        f"leafonly: {name}: cargo is not on this machine" for name in by_hand
    ]
    code, out, err = run("build", "urllib")
    assert (code, err) == (0, "")
    assert out == "urllib: nothing to build, because it is not made from source\n"


def test_a_cell_is_served_until_enter(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def enter(prompt: str) -> str:
        asked.append(prompt)
        return ""

    monkeypatch.setattr("builtins.input", enter)
    code, out, err = run("serve", "urllib-absent-p256")
    assert (code, err) == (0, "")
    assert out.startswith("The camera serves absent on port ")
    assert "urllib_get.py" in out
    assert len(asked) == 1


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_a_full_disk_is_one_line() -> None:
    with Path("/dev/full").open("w") as full:
        for command in (["look", "localhost:1"], ["docs", "clients"], ["--version"]):
            finished = start(command, stdout=full.fileno())
            assert (finished.returncode, finished.stderr.count("\n")) == (2, 1), finished
            assert "No space left on device" in finished.stderr


@pytest.mark.skipif(os.name != "posix", reason="closed pipes end programs by SIGPIPE on POSIX")
def test_a_closed_pipe_is_no_error() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    for command in (["look", "localhost:1"], ["docs", "clients"]):
        finished = start(command, stdout=writing)
        assert (finished.returncode, finished.stderr) == (141, ""), finished
    os.close(writing)


def test_it_runs_from_its_own_process() -> None:
    finished = start(["docs", "clients"])
    assert (finished.returncode, finished.stderr) == (0, "")
    assert finished.stdout == (ROOT / "docs/clients.md").read_text(encoding="utf-8")


def test_look_starts_without_the_clients_and_the_report() -> None:
    code = (
        "import sys; from leafonly.__main__ import main; main(['look', 'localhost:1']); "
        "print([m for m in ('leafonly.clients', 'leafonly.report', 'jsonschema', "
        "'difflib') if m in sys.modules])"
    )
    finished = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert finished.stdout.splitlines()[-1] == "[]", finished
