"""A machine at its limits: every endpoint says so, goes on, and keeps nobody waiting."""

import contextlib
import os
import resource
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from leafonly.cameras import METHODS, CameraError
from leafonly.cameras.emulator.camera import EmulatedEndpoint, Emulator
from leafonly.cameras.loopback import LoopbackEndpoint
from leafonly.cameras.relay import Relay
from tests.helpers.emulator_client import AUTHORITY, request, trusting

needs_proc = pytest.mark.skipif(
    not Path("/proc/self/fd").is_dir(), reason="needs Linux's /proc/self/fd"
)


class SilentLink:
    """A link to a camera that never says anything."""

    failure: str | None = None

    def open(self) -> None: ...
    def room(self) -> int:
        return 100

    def send(self, data: bytes) -> None: ...
    def end(self) -> None: ...
    def fail(self, because: str) -> None:
        self.failure = because


def emulated() -> AbstractContextManager[LoopbackEndpoint]:
    return Emulator().serve(METHODS["der_leaf"](AUTHORITY.issue()))


def relayed() -> AbstractContextManager[LoopbackEndpoint]:
    return contextlib.closing(Relay(SilentLink()))


both = pytest.mark.parametrize("serve", [emulated, relayed])


@pytest.fixture
def out_of_files() -> Iterator[Callable[[], None]]:
    """Give the function that leaves this process no file descriptor."""
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)

    def take_all() -> None:
        highest = max(int(each.name) for each in Path("/proc/self/fd").iterdir())
        resource.setrlimit(resource.RLIMIT_NOFILE, (highest, limits[1]))
        with contextlib.suppress(OSError):
            while True:
                taken.append(os.open(os.devnull, os.O_RDONLY))

    taken: list[int] = []
    yield take_all
    resource.setrlimit(resource.RLIMIT_NOFILE, limits)
    for each in taken:
        os.close(each)


@needs_proc
@both
def test_a_machine_out_of_file_descriptors_is_said_at_once(
    out_of_files: Callable[[], None], serve: Callable[[], AbstractContextManager[LoopbackEndpoint]]
) -> None:
    with serve() as camera, socket.socket() as client:
        out_of_files()
        client.connect((camera.address, camera.port))
        started = time.monotonic()
        with pytest.raises(CameraError, match=r"Too many open files.*ulimit -n"):
            camera.settle()  # type: ignore[attr-defined]
        assert time.monotonic() - started < 5


@needs_proc
def test_a_client_is_served_once_there_is_a_descriptor_again(
    out_of_files: Callable[[], None],
) -> None:
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    with emulated() as camera:
        client = socket.socket()
        out_of_files()
        client.connect((camera.address, camera.port))
        with pytest.raises(CameraError, match=r"ulimit -n"):
            camera.settle()  # type: ignore[attr-defined]
        client.close()
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)
        assert b"200 OK" in request(camera.port, trusting(AUTHORITY))


@needs_proc
def test_no_port_is_said_in_one_line(out_of_files: Callable[[], None]) -> None:
    out_of_files()
    with pytest.raises(CameraError, match="the emulator cannot listen on loopback"), emulated():
        pass


def refuse(thread: threading.Thread) -> None:
    raise RuntimeError("can't start new thread")


def test_a_machine_out_of_threads_is_said_and_the_camera_goes_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with emulated() as camera:
        with monkeypatch.context() as patch:
            patch.setattr(threading.Thread, "start", refuse)
            with socket.create_connection((camera.address, camera.port)) as client:
                assert client.recv(1) == b""
            with pytest.raises(CameraError, match=r"can't start new thread.*ulimit"):
                camera.settle()  # type: ignore[attr-defined]
            with pytest.raises(CameraError, match="can't start new thread"), emulated():
                pass
        assert b"200 OK" in request(camera.port, trusting(AUTHORITY))


@pytest.mark.parametrize(
    ("endpoint", "step", "serve"),
    [(EmulatedEndpoint, "_start", emulated), (Relay, "_accept", relayed)],
    ids=["emulated", "relayed"],
)
def test_nobody_waits_for_a_camera_whose_thread_has_ended(
    monkeypatch: pytest.MonkeyPatch,
    endpoint: type[LoopbackEndpoint],
    step: str,
    serve: Callable[[], AbstractContextManager[LoopbackEndpoint]],
) -> None:
    def break_down(_: LoopbackEndpoint, its: socket.socket) -> None:
        its.close()
        raise RuntimeError("unforeseen")

    monkeypatch.setattr(endpoint, step, break_down)
    with serve() as camera:
        client = socket.create_connection((camera.address, camera.port))
        with client, contextlib.suppress(ConnectionError):
            assert client.recv(1) == b""
        with pytest.raises(CameraError, match="thread has ended: RuntimeError: unforeseen"):
            camera.settle()  # type: ignore[attr-defined]


@needs_proc
def test_the_number_of_a_descriptor_does_not_matter() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < 1500:
        pytest.skip(f"this machine allows {hard} open files")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, 1500), hard))
    taken = [os.open(os.devnull, os.O_RDONLY) for _ in range(1100)]
    try:
        with emulated() as camera:
            assert b"200 OK" in request(camera.port, trusting(AUTHORITY))
    finally:
        for each in taken:
            os.close(each)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
