"""The serial path, against real mpremote and real MicroPython on a board in software."""

import contextlib
import re
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from leafonly.cameras import METHODS, Camera, CameraError, LoadRefused, loads_for
from leafonly.cameras.board import camera as serial_camera
from leafonly.cameras.board import repl as transport
from leafonly.cameras.board.camera import SerialCamera
from leafonly.cameras.emulator.camera import Emulator
from leafonly.cameras.emulator.loading_rules import is_rsa
from leafonly.certificates.chain import Chain, der, pem
from leafonly.clients import CLIENTS
from leafonly.harness.bench import Bench
from leafonly.harness.scenario import SCENARIOS
from leafonly.harness.subjects.own_authority import OwnAuthority
from leafonly.tls.flight import read_flight
from tests.helpers.board_client import AUTHORITY, get, recording
from tests.helpers.software_board import SoftwareBoard, micropython_program
from tests.helpers.waiting import LONGEST, until

pytestmark = pytest.mark.skipif(
    micropython_program() is None,
    reason="no micropython program: uv sync --inexact --extra micropython",
)


@pytest.fixture
def chain() -> Chain:
    return AUTHORITY.issue()


@pytest.fixture
def board(tmp_path: Path) -> Iterator[SoftwareBoard]:
    program = micropython_program()
    assert program is not None
    with contextlib.closing(SoftwareBoard(program, tmp_path)) as board:
        yield board


@pytest.fixture
def camera(board: SoftwareBoard) -> Iterator[SerialCamera]:
    camera = SerialCamera(str(board.port))
    try:
        yield camera
    finally:
        # A test that lost the board on purpose has said so itself.
        with contextlib.suppress(CameraError):
            camera.close()


def mpremote(board: SoftwareBoard, *command: str) -> str:
    finished = subprocess.run(
        [sys.executable, "-m", "mpremote", "connect", str(board.port), *command],
        capture_output=True,
        text=True,
        timeout=LONGEST,
    )
    assert finished.returncode == 0, finished
    return finished.stdout


def test_mpremote_takes_the_software_board_for_a_board(
    board: SoftwareBoard, tmp_path: Path
) -> None:
    script = tmp_path / "script.py"
    script.write_text("print('ran')")
    assert mpremote(board, "exec", "print(6 * 7)").strip() == "42"
    assert mpremote(board, "run", str(script)).strip() == "ran"
    mpremote(board, "cp", str(script), ":copy.py")
    assert (board.flash / "copy.py").read_text() == "print('ran')"
    assert "copy.py" in mpremote(board, "ls")
    mpremote(board, "exec", "--no-follow", "while True: pass")
    assert mpremote(board, "exec", "print('interrupted')").strip() == "interrupted"
    mpremote(board, "exec", "here = 1")
    assert mpremote(board, "resume", "exec", "print(here)").strip() == "1"
    mpremote(board, "soft-reset")
    assert mpremote(board, "resume", "exec", "print('here' in globals())").strip() == "False"
    assert board.cold_starts == 1


@pytest.mark.parametrize("link", ["usb", "network"])
def test_the_board_presents_what_it_is_told_and_reports_both_witnesses(
    board: SoftwareBoard, chain: Chain, link: serial_camera.BoardLink
) -> None:
    camera = SerialCamera(str(board.port), link)
    with camera.serve(loads_for("full_chain", chain)) as endpoint:
        token = get(endpoint)
        endpoint.settle()
        (seen,) = endpoint.connections
    assert (seen.client_hello, seen.server_name) == (True, "localhost")
    assert (seen.handshake_completed, seen.request) == (True, "GET / HTTP/1.1")
    assert len(token) == 32
    assert seen.token == token
    with camera.serve(loads_for("leaf", chain)) as endpoint:
        flight = read_flight(endpoint.address, endpoint.port, "localhost")
        with pytest.raises(ssl.SSLCertVerificationError):
            get(endpoint)
        endpoint.settle()
        seen = endpoint.connections[1]
    assert flight.certificates == [der(chain.leaf)]
    assert (seen.handshake_completed, seen.request, seen.token) == (False, None, None)
    assert seen.alert == "unknown_ca"
    assert seen.error
    camera.close()


def test_it_says_what_it_is(camera: SerialCamera) -> None:
    info = camera.info()
    assert (info.kind, info.link) == ("board", "usb")
    assert re.fullmatch(r"MicroPython \d+\.\d+\.\d+", info.firmware or "")
    assert (info.tls_version or "").startswith("Mbed TLS")


def test_the_board_is_given_back_as_it_was_found(board: SoftwareBoard, chain: Chain) -> None:
    (board.flash / "main.py").write_text("open('started', 'a').write('x')\nwhile True: pass\n")
    board.reset()
    started = board.flash / "started"
    until(started.exists)
    camera = SerialCamera(str(board.port))
    with camera.serve(loads_for("full_chain", chain)) as endpoint:
        get(endpoint)
    before = {path.name: path.read_bytes() for path in board.flash.iterdir()}
    camera.close()
    # A soft reset would leave main.py unstarted; the port has gone and come back.
    until(lambda: len(started.read_bytes()) == 2)
    assert board.cold_starts == 3
    assert before == {"main.py": before["main.py"], "started": b"x"}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda flash: (flash / "new.txt").write_text("x"), "added '.*new.txt'"),
        (lambda flash: (flash / "old.txt").write_text("y"), "changed '.*old.txt'"),
        (lambda flash: (flash / "old.txt").unlink(), "removed '.*old.txt'"),
    ],
    ids=["added", "changed", "removed"],
)
def test_a_file_that_differs_afterwards_fails_loudly(board: SoftwareBoard, change, words) -> None:
    (board.flash / "old.txt").write_text("x")
    camera = SerialCamera(str(board.port))
    change(board.flash)
    with pytest.raises(CameraError, match=words):
        camera.close()
    # Even so the board has been started again.
    assert board.cold_starts == 2


def test_the_board_s_words_are_the_refusal_and_it_goes_on(
    camera: SerialCamera, chain: Chain
) -> None:
    (load,) = METHODS["der_leaf"](chain)
    bad_key = load._replace(key=load.key + b"\0")
    with pytest.raises(LoadRefused, match="invalid key"), camera.serve([bad_key]):
        pass
    with camera.serve(loads_for("full_chain", chain)) as endpoint:
        assert get(endpoint)


def test_one_presentation_at_a_time(camera: SerialCamera, chain: Chain) -> None:
    loads = loads_for("full_chain", chain)
    with camera.serve(loads) as endpoint:
        with pytest.raises(CameraError, match="one chain at a time"), camera.serve(loads):
            pass
        assert get(endpoint)


def test_clients_that_come_at_once_are_all_served_and_silent_ones_hold_up_nobody(
    camera: SerialCamera, chain: Chain
) -> None:
    with camera.serve(loads_for("full_chain", chain)) as endpoint:
        silent = socket.create_connection((endpoint.address, endpoint.port))
        tokens: list[str] = []
        clients = [threading.Thread(target=lambda: tokens.append(get(endpoint))) for _ in range(6)]
        for client in clients:
            client.start()
        for client in clients:
            client.join(LONGEST)
        silent.close()
        endpoint.settle()
        seen = endpoint.connections
    assert len(set(tokens)) == 6
    assert {each.token for each in seen} == {*tokens, None}
    assert len(seen) == 7


def test_who_connects_and_goes_does_not_bother_the_board(
    board: SoftwareBoard, camera: SerialCamera, chain: Chain
) -> None:
    sent = bytearray()
    board.to_board = recording(sent.extend)
    with camera.serve(loads_for("leaf", chain)) as endpoint:
        socket.create_connection((endpoint.address, endpoint.port)).close()
        endpoint.settle()
        assert [seen.client_hello for seen in endpoint.connections] == [False]
        assert b"\x02S" in sent
        assert b"\x02O" not in sent


def test_an_idle_client_gives_way_to_those_who_wait(camera: SerialCamera, chain: Chain) -> None:
    context = ssl.create_default_context(cadata=pem([AUTHORITY.root]).decode())
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    with (
        camera.serve(loads_for("full_chain", chain)) as endpoint,
        socket.create_connection((endpoint.address, endpoint.port)) as connection,
        context.wrap_socket(connection, server_hostname="localhost"),
    ):
        started = time.monotonic()
        assert get(endpoint)
        # Alone, it may be silent for 30.
        assert time.monotonic() - started < 25


def test_what_a_client_leaves_behind_does_not_end_the_next_one(
    board: SoftwareBoard, camera: SerialCamera, chain: Chain
) -> None:
    with camera.serve(loads_for("full_chain", chain)) as endpoint:
        first = socket.create_connection((endpoint.address, endpoint.port))
        # More than the camera takes in at once, and none of it TLS: it ends the connection
        # with packets still on their way, so that there is no room when the next one begins.
        first.sendall(b"GET / HTTP/1.1\r\n" + b"a" * 8000)
        tokens = [get(endpoint) for _ in range(2)]
        first.close()
        endpoint.settle()
    assert all(len(token) == 32 for token in tokens)


def test_lines_that_the_firmware_prints_by_itself_are_nobody_s_files(board: SoftwareBoard) -> None:
    def chatter(data: bytes) -> bytes:
        at_prompt = b"raw REPL" in data or b"soft reboot" in data
        return data if at_prompt else data.replace(b"\n", b"\nI (4711) wifi: chatter\r\n")

    (board.flash / "boot.py").write_text("")
    board.to_host = chatter
    camera = SerialCamera(str(board.port))
    board.to_host = lambda data: data
    assert (camera.info().firmware or "").startswith("MicroPython 1.")
    camera.close()


def test_a_file_that_cannot_be_read_is_compared_as_that(board: SoftwareBoard) -> None:
    (board.flash / "card.txt").symlink_to("out")
    camera = SerialCamera(str(board.port))
    (board.flash / "out").write_text("x")
    with pytest.raises(CameraError, match=r"changed '.*card.txt'"):
        camera.close()


def test_a_board_behind_a_uart_is_sent_no_more_than_its_buffer_holds(
    board: SoftwareBoard, chain: Chain
) -> None:
    (board.flash / "boot.py").write_text(
        "import sys\nclass pyb:\n    def repl_uart():\n        return 2\nsys.modules['pyb'] = pyb\n"
    )
    sent: list[bytes] = []
    camera = SerialCamera(str(board.port))
    board.to_board = recording(sent.append)
    with camera.serve(loads_for("full_chain", chain)) as endpoint:
        assert get(endpoint)
    frames = re.findall(rb"\x02[CKD][^\n]*\n", b"".join(sent))
    # MICROPY_HW_UART_REPL_RXBUF is 260, and an `O` of 11 bytes comes along with the first.
    assert 2 * max(map(len, frames)) + 11 < 260
    camera.close()


def test_noise_between_frames_does_no_harm(
    board: SoftwareBoard, camera: SerialCamera, chain: Chain
) -> None:
    board.to_host = lambda data: data.replace(b"\n\x02", b"\nI (4711) wifi: noise\r\n\x02")
    with camera.serve(loads_for("full_chain", chain)) as endpoint:
        token = get(endpoint)
        endpoint.settle()
        assert endpoint.connections[0].token == token


@pytest.mark.parametrize("direction", ["to_host", "to_board"])
def test_a_damaged_frame_spoils_its_cell_alone(
    board: SoftwareBoard, camera: SerialCamera, chain: Chain, direction: str
) -> None:
    loads = loads_for("full_chain", chain)
    with pytest.raises(CameraError, match=r"damaged|changed what was sent"):  # noqa: SIM117
        with camera.serve(loads) as endpoint:
            # Base64 of a TLS record's first bytes, 22 3 3 or 22 3 1, in either direction.
            setattr(board, direction, lambda data: re.sub(rb"FgM[BD]", b"FgMA", data))
            with contextlib.suppress(OSError):
                get(endpoint)
            setattr(board, direction, lambda data: data)
            endpoint.settle()
    with camera.serve(loads) as endpoint:
        assert get(endpoint)


def test_a_board_unplugged_in_mid_run_is_the_cause_of_all_that_follows(
    board: SoftwareBoard, camera: SerialCamera, chain: Chain
) -> None:
    loads = loads_for("full_chain", chain)
    with pytest.raises(CameraError, match="unplugged"):  # noqa: SIM117
        with camera.serve(loads) as endpoint:
            get(endpoint)
            board.unplug()
            with contextlib.suppress(OSError):
                get(endpoint)
            endpoint.settle()
    with pytest.raises(CameraError, match="unplugged"), camera.serve(loads):
        pass
    with pytest.raises(CameraError, match=r"unplugged.*could not be compared"):
        camera.close()


def test_a_board_that_resets_in_mid_handshake_is_noticed(
    board: SoftwareBoard, camera: SerialCamera, chain: Chain
) -> None:
    def reset_at_the_first_data(data: bytes) -> bytes:
        if b"\x02D" in data:
            board.to_board = lambda data: data
            board.reset()
        return data

    loads = loads_for("full_chain", chain)
    with pytest.raises(CameraError, match="restarted"):  # noqa: SIM117
        with camera.serve(loads) as endpoint:
            board.to_board = reset_at_the_first_data
            with contextlib.suppress(OSError):
                get(endpoint)
            endpoint.settle()
    with pytest.raises(CameraError, match="restarted"), camera.serve(loads):
        pass


def test_ctrl_c_always_stops_the_script(
    board: SoftwareBoard, camera: SerialCamera, chain: Chain
) -> None:
    with pytest.raises(CameraError, match="ended: KeyboardInterrupt"):  # noqa: SIM117
        with camera.serve(loads_for("leaf", chain)) as endpoint:
            board.to_board = lambda data: b"\x03" if b"\x02D" in data else data
            with contextlib.suppress(OSError):
                get(endpoint)
            board.to_board = lambda data: data
            endpoint.settle()


def test_nothing_is_written_to_the_board(
    board: SoftwareBoard, camera: SerialCamera, chain: Chain
) -> None:
    with camera.serve(loads_for("full_chain", chain)) as endpoint:
        get(endpoint)
        assert list(board.flash.iterdir()) == []


def test_a_missing_port_is_said_at_once(tmp_path: Path) -> None:
    with pytest.raises(CameraError, match=r"no such port.*plugged in"):
        SerialCamera(str(tmp_path / "ttyACM9"))


def test_a_busy_port_is_said_at_once(board: SoftwareBoard, camera: SerialCamera) -> None:
    with pytest.raises(CameraError, match="busy: close OpenMV IDE"):
        SerialCamera(str(board.port))


def test_a_port_that_speaks_something_else_is_said_within_seconds(board: SoftwareBoard) -> None:
    # As an OpenMV Cam does at its IDE's baud rate: it takes everything and shows no prompt.
    board.to_board = lambda data: b""
    started = time.monotonic()
    with pytest.raises(CameraError, match="nothing there answers as MicroPython"):
        SerialCamera(str(board.port))
    assert time.monotonic() - started < 40  # a restart alone may take 45


def test_firmware_that_talks_into_its_prompt_is_asked_again(board: SoftwareBoard) -> None:
    prompt = b"raw REPL; CTRL-B"
    talk = iter([b"raw [wifi] lost REPL; CTRL-B"])
    board.to_host = lambda data: (
        data.replace(prompt, next(talk, prompt)) if prompt in data else data
    )
    SerialCamera(str(board.port)).close()
    assert next(talk, None) is None


def test_another_python_is_told_from_micropython(board: SoftwareBoard) -> None:
    board.to_host = lambda data: data.replace(b"micropython", b"circuitpython")
    with pytest.raises(CameraError, match="runs circuitpython, not MicroPython"):
        SerialCamera(str(board.port))


def test_firmware_without_tls_is_said(board: SoftwareBoard) -> None:
    (board.flash / "boot.py").write_text("import sys\nsys.modules['tls'] = None\n")
    with pytest.raises(CameraError, match="no tls module"):
        SerialCamera(str(board.port))
    # What ran on it before has been interrupted, and runs again.
    until(lambda: board.cold_starts == 2)


def test_firmware_without_a_network_is_said(board: SoftwareBoard) -> None:
    board.to_host = lambda data: data.replace(b"@network", b"@nothing")
    with pytest.raises(CameraError, match="no network module: leave --camera-link=network out"):
        SerialCamera(str(board.port), "network")


def leave_free(board: SoftwareBoard, memory: int) -> None:
    (board.flash / "boot.py").write_text(
        "import gc as real, sys\n"
        "class gc:\n"
        "    collect = real.collect\n"
        f"    def mem_free(): return {memory}\n"
        "sys.modules['gc'] = gc\n"
    )


def test_too_little_memory_is_said(board: SoftwareBoard) -> None:
    # The least that was measured to work, and what was measured to fail, on a Cortex-M7.
    leave_free(board, 50416)
    with pytest.raises(CameraError, match="50416 bytes of RAM are free, TLS needs 55296"):
        SerialCamera(str(board.port))


def test_too_little_memory_for_an_rsa_key_leaves_the_others(board: SoftwareBoard) -> None:
    leave_free(board, 58416)
    camera = SerialCamera(str(board.port))
    with pytest.raises(LoadRefused, match=r"58416 bytes .* RSA key needs 62448"):  # noqa: SIM117
        with camera.serve(loads_for("leaf", AUTHORITY.issue(key_type="rsa2048"))):
            pass
    for method in ("der_leaf", "pem_leaf"):
        (load,) = METHODS[method](AUTHORITY.issue(key_type="rsa2048"))
        assert is_rsa(load.key)
    with camera.serve(loads_for("full_chain", AUTHORITY.issue())) as endpoint:
        assert get(endpoint)
    camera.close()


def test_the_matrix_through_the_cable_is_the_emulator_s(
    camera: SerialCamera, tmp_path: Path
) -> None:
    outcomes = []
    cameras: tuple[Camera, ...] = (Emulator(), camera)
    for number, each in enumerate(cameras):
        (tmp_path / str(number)).mkdir()
        with Bench(each, OwnAuthority(), tmp_path / str(number)) as bench:
            outcomes.append(
                {
                    name: bench.measure(CLIENTS["urllib"], scenario, "p256").outcome
                    for name, scenario in SCENARIOS.items()
                }
            )
    assert outcomes[0] == outcomes[1]
    assert outcomes[0]["absent"] == "rejected: missing_issuer"


def test_a_board_that_never_stops_talking_ends_its_command(
    board: SoftwareBoard, camera: SerialCamera, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transport, "_PATIENCE", 3.0)
    repl = camera._repl
    for chatter in ("while True: print('x', end='')", "while True: print()"):
        started = time.monotonic()
        with pytest.raises(CameraError, match=r"does not answer|more than"):
            repl.run(chatter, limit=3.0)
        assert time.monotonic() - started < 60  # otherwise it never ends
        repl.enter()
        assert repl.ask("print('@', 6 * 7)") == [" 42"]


def test_a_folder_of_thousands_of_files_is_walked_without_a_list(board: SoftwareBoard) -> None:
    # As a small board's memory is: a list of 1500 entries does not fit into 96 KiB.
    for number in range(1500):
        (board.flash / f"photograph-{number:04}.jpg").write_text("x")
    camera = SerialCamera(str(board.port))
    (board.flash / "photograph-0700.jpg").write_text("y")
    with pytest.raises(CameraError, match=r"changed '.*photograph-0700.jpg'$"):
        camera.close()
