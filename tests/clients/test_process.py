"""Programs are started in nothing but their cell, and none survives it."""

import os
import sys
import threading
from pathlib import Path

import psutil
import pytest

from leafonly.clients.process import Finished, bare_environment, run
from tests.helpers.waiting import until, until_ended

LEFTOVERS = (
    *("SSL_CERT_FILE", "SSL_CERT_DIR", "NODE_EXTRA_CA_CERTS", "JAVA_TOOL_OPTIONS"),
    *("CURL_CA_BUNDLE", "REQUESTS_CA_BUNDLE", "https_proxy", "ALL_PROXY", "PYTHONPATH"),
)


def start(code: str, home: Path, *, time_limit: float = 20, stdin: str = "") -> Finished:
    return run(
        [sys.executable, "-c", code],
        environment=bare_environment(home),
        directory=home,
        stdin=stdin,
        time_limit=time_limit,
    )


def test_environment_holds_nothing_of_the_users(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in LEFTOVERS:
        monkeypatch.setenv(name, "/leftover")
    finished = start("import os; print(sorted(os.environ))", tmp_path)
    assert not any(name in finished.stdout for name in LEFTOVERS)
    assert "/leftover" not in start("import os; print(os.environ)", tmp_path).stdout


def test_output_exit_code_and_input(tmp_path: Path) -> None:
    code = "import sys; print(input()); print('no', file=sys.stderr); sys.exit(3)"
    finished = start(code, tmp_path, stdin="hello\n")
    assert (finished.exit_code, finished.stdout, finished.stderr) == (3, "hello\n", "no\n")


def test_input_stays_open_if_asked(tmp_path: Path) -> None:
    code = "import select, sys; print(input()); print(select.select([sys.stdin], [], [], 0.2)[0])"
    for stays_open, rest in ((True, "[]"), (False, "[<_io.")):
        finished = run(
            [sys.executable, "-c", code],
            environment=bare_environment(tmp_path),
            directory=tmp_path,
            stdin="hello\n",
            stdin_stays_open=stays_open,
            time_limit=20,
        )
        assert finished.stdout.startswith(f"hello\n{rest}")


@pytest.mark.skipif(os.name != "posix", reason="the program is a shell's")
def test_a_program_that_ends_before_it_is_written_to_has_ended_by_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As gnutls-cli on a busy machine."""
    began = threading.Timer.start

    def late(timer: threading.Timer) -> None:
        began(timer)
        next(iter(timer.args)).wait()

    monkeypatch.setattr(threading.Timer, "start", late)
    finished = run(
        ["/bin/sh", "-c", "exit 3"],
        environment=bare_environment(tmp_path),
        directory=tmp_path,
        stdin="hello\n",
        stdin_stays_open=True,
        time_limit=20,
    )
    assert finished.exit_code == 3


def test_bytes_that_are_no_text_and_output_without_end_do_no_harm(tmp_path: Path) -> None:
    finished = start(r"import os; os.write(1, b'\xff' * (3 << 20))", tmp_path)
    assert finished.exit_code == 0
    assert 0 < len(finished.stdout) <= 1 << 20


# Starts a grandchild in a session of its own, which a signal to the process group misses.
ESCAPING = """
import pathlib, subprocess, sys, time
sleep = [sys.executable, '-c', 'import time; time.sleep(600)']
child = subprocess.Popen(sleep, start_new_session=True)
print(child.pid, flush=True)
pathlib.Path("started").touch()
time.sleep(600)
"""


def test_time_limit_ends_the_program_and_all_it_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    began = threading.Timer.start

    def once_it_is_there(timer: threading.Timer) -> None:
        until((tmp_path / "started").exists)
        began(timer)

    # On a busy machine the program may take longer to start than any limit that a test waits for.
    monkeypatch.setattr(threading.Timer, "start", once_it_is_there)
    finished = start(ESCAPING, tmp_path, time_limit=0.1)
    assert finished.timed_out
    assert finished.exit_code is None
    until_ended(int(finished.stdout))


# Forks twice, so that its grandchild has no parent that anybody could ask.
ORPHAN = """
import os, subprocess, sys
code = "import subprocess, sys; print(subprocess.Popen({sleep}, start_new_session={apart}).pid)"
sleep = [sys.executable, "-c", "import time; time.sleep(600)"]
subprocess.run([sys.executable, "-c", code.format(sleep=sleep, apart={apart})])
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux gives orphans to an ancestor")
@pytest.mark.parametrize("apart", [True, False])
def test_orphan_is_ended_even_in_a_session_of_its_own(tmp_path: Path, apart: bool) -> None:
    finished = start(ORPHAN.replace("{apart}", str(apart)), tmp_path)
    assert finished.exit_code == 0
    until_ended(int(finished.stdout))


def test_without_room_for_a_timer_nothing_is_left_running(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_room(_: threading.Timer) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Timer, "start", no_room)
    before = {child.pid for child in psutil.Process().children()}
    with pytest.raises(OSError, match="no room for another thread"):
        start("import time; time.sleep(600)", tmp_path)
    assert {child.pid for child in psutil.Process().children()} <= before


def test_program_that_leaves_a_child_behind_is_tidied_up(tmp_path: Path) -> None:
    code = (
        "import subprocess, sys;"
        "print(subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)']).pid)"
    )
    finished = start(code, tmp_path)
    assert finished.exit_code == 0
    # It holds our output files open; that must not keep us waiting, and it must be gone.
    until_ended(int(finished.stdout))


def test_program_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        run(["no-such-program"], environment={}, directory=tmp_path, time_limit=1)


def test_signal_is_told_from_a_time_limit(tmp_path: Path) -> None:
    finished = start("import os; os.abort()", tmp_path)
    assert finished.exit_code is not None
    assert finished.exit_code < 0
    assert not finished.timed_out
