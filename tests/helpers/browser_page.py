"""A page in a real browser: Chromium by DevTools over pipes, Firefox by WebDriver BiDi."""

import base64
import contextlib
import itertools
import json
import os
import shutil
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol

import pytest

from tests.helpers.firefox_page import Firefox

TIME_LIMIT = 1200  # seconds for all tests of a module; on a busy machine each takes a minute

_QUIET = (
    *("--headless=new", "--disable-gpu", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync", "--password-store=basic"),
    *("--remote-debugging-pipe", "--disable-dev-shm-usage"),
)


class Page(Protocol):
    """What the tests do with a page. `problems` has console errors, `requests` each URL."""

    problems: list[str]
    requests: list[str]

    def open(self, url: str) -> None: ...
    def evaluate(self, expression: str) -> Any: ...
    def click(self, x: float, y: float) -> None: ...
    def type(self, text: str) -> None: ...
    def paste(self) -> None: ...
    def press_enter(self) -> None: ...
    def resize(self, width: int, height: int) -> None: ...
    def pdf(self) -> bytes: ...
    def png(self) -> bytes: ...


class Chromium:
    """A page of Chromium. It ends with its pipes."""

    def __init__(self, folder: Path, *, dark: bool) -> None:
        commands, self._commands = os.pipe()
        self._replies, replies = os.pipe()
        root = ["--no-sandbox"] if os.geteuid() == 0 else []
        # By their names, because dash duplicates no descriptor over 9.
        redirect = f'exec "$@" 3</proc/self/fd/{commands} 4>/proc/self/fd/{replies}'
        # It makes a Unix socket in TMPDIR and ends without a word if the path is over 107 bytes.
        place = os.open(folder, os.O_RDONLY)
        temporary = f"/proc/{os.getpid()}/fd/{place}"
        self.process = subprocess.Popen(
            ["sh", "-c", redirect, "sh", "chromium", *_QUIET, *root, f"--user-data-dir={folder}"],
            pass_fds=(commands, replies),
            env={**os.environ, "HOME": str(folder), "TMPDIR": temporary},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self._place = place
        self._dark = dark
        os.close(commands)
        os.close(replies)
        self._numbers, self._pending, self._loads = itertools.count(1), b"", 0
        self.problems: list[str] = []
        self.requests: list[str] = []
        self._session: str | None = None

    def connect(self) -> None:
        target = self._call("Target.createTarget", url="about:blank")["targetId"]
        attached = self._call("Target.attachToTarget", targetId=target, flatten=True)
        self._session = attached["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self._call(f"{domain}.enable")
        scheme = {"name": "prefers-color-scheme", "value": "dark" if self._dark else "light"}
        self._call("Emulation.setEmulatedMedia", features=[scheme])

    def _read(self) -> Any:
        while b"\0" not in self._pending:
            data = os.read(self._replies, 1 << 20)
            if not data:
                raise OSError("chromium ended")
            self._pending += data
        message, _, self._pending = self._pending.partition(b"\0")
        read = json.loads(message)
        self._note(read.get("method"), read.get("params", {}))
        return read

    def _note(self, method: str | None, said: Any) -> None:
        if method == "Page.loadEventFired":
            self._loads += 1
        elif method == "Network.requestWillBeSent":
            self.requests.append(said["request"]["url"])
        elif method == "Runtime.exceptionThrown":
            self.problems.append(json.dumps(said["exceptionDetails"]))
        elif method == "Log.entryAdded" and said["entry"]["level"] in ("error", "warning"):
            self.problems.append(said["entry"]["text"])
        elif method == "Runtime.consoleAPICalled" and said["type"] in ("error", "warning"):
            self.problems.append(json.dumps(said["args"]))

    def _call(self, method: str, **params: Any) -> Any:
        number = next(self._numbers)
        message: dict[str, Any] = {"id": number, "method": method, "params": params}
        if self._session:
            message["sessionId"] = self._session
        data = json.dumps(message).encode() + b"\0"
        while data:
            data = data[os.write(self._commands, data) :]
        while (reply := self._read()).get("id") != number:
            pass
        if "error" in reply:
            raise OSError(f"{method}: {reply['error']}")
        return reply["result"]

    def open(self, url: str) -> None:
        before = self._loads
        navigated = self._call("Page.navigate", url=url)
        # Another fragment of the same document loads nothing.
        while "loaderId" in navigated and self._loads == before:
            self._read()

    def evaluate(self, expression: str) -> Any:
        asked = {"awaitPromise": True, "returnByValue": True, "userGesture": True}
        said = self._call("Runtime.evaluate", expression=expression, **asked)
        if "exceptionDetails" in said:
            raise OSError(json.dumps(said["exceptionDetails"]))
        return said["result"].get("value")

    def click(self, x: float, y: float) -> None:
        for kind in ("mousePressed", "mouseReleased"):
            place = {"x": x, "y": y, "button": "left", "clickCount": 1}
            self._call("Input.dispatchMouseEvent", type=kind, **place)

    def type(self, text: str) -> None:
        for letter in text:
            self._call("Input.dispatchKeyEvent", type="char", text=letter)

    def paste(self) -> None:
        self._call("Input.dispatchKeyEvent", type="keyDown", key="v", commands=["paste"])

    def press_enter(self) -> None:
        key = {"key": "Enter", "code": "Enter", "windowsVirtualKeyCode": 13, "text": "\r"}
        for kind in ("keyDown", "keyUp"):
            self._call("Input.dispatchKeyEvent", type=kind, **key)

    def resize(self, width: int, height: int) -> None:
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        self._call("Emulation.setDeviceMetricsOverride", **size)

    def pdf(self) -> bytes:
        printed = self._call("Page.printToPDF", preferCSSPageSize=True, printBackground=True)
        return base64.b64decode(printed["data"])

    def png(self) -> bytes:
        return base64.b64decode(self._call("Page.captureScreenshot", format="png")["data"])

    def close(self) -> None:
        for each in (self._commands, self._replies, self._place):
            os.close(each)


@contextlib.contextmanager
def undisturbed(page: Page, url: str) -> Iterator[None]:
    """Open an address anew; the block may neither log a problem nor cause a foreign request."""
    page.open("about:blank")
    page.problems.clear()
    page.requests.clear()
    page.open(url)
    yield
    assert page.problems == []
    # Its own address may be asked for again, with another fragment; data: is no request.
    assert [each for each in page.requests if not each.startswith((url, "data:"))] == []


@contextlib.contextmanager
def opened(browser: str, folder: Path, *, dark: bool = False) -> "Iterator[Page]":
    """Start a browser with an empty profile; it has ended when the block has.

    Skips the test if the browser, or what drives it, is not on this machine.
    """
    program = {"chromium": "chromium", "firefox": "firefox-esr"}[browser]
    if shutil.which(program) is None:
        pytest.skip(f"{program} is not on PATH; to have it: apt install {program}")
    if browser == "firefox":
        pytest.importorskip("websocket", reason="to have it: uv sync --extra browsers")
    folder.mkdir(exist_ok=True)
    page = (Chromium if browser == "chromium" else Firefox)(folder, dark=dark)
    watch = threading.Timer(TIME_LIMIT, page.process.kill)
    watch.start()
    try:
        page.connect()
        yield page
    finally:
        with contextlib.suppress(Exception):
            page.close()
        try:
            page.process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            page.process.kill()
            page.process.wait()
        watch.cancel()
