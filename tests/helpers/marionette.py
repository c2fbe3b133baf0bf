"""Firefox by its Marionette protocol, which can run code of Firefox's own (`chrome` context)."""

import json
import os
import socket
import subprocess
from pathlib import Path
from typing import Any

from tests.helpers.waiting import LONGEST, until

__all__ = ["Marionette"]


class Marionette:
    """A Firefox without windows on a profile; used as a context manager.

    Args:
        profile: Its folder, which is its home, too.

    """

    def __init__(self, profile: Path) -> None:
        # A port of Firefox's own choice, which it writes down as it listens.
        (profile / "user.js").write_text('user_pref("marionette.port", 0);\n')
        told = profile / "MarionetteActivePort"
        told.unlink(missing_ok=True)
        options = ("--headless", "--no-remote", "--marionette", "--remote-allow-system-access")
        self._process = subprocess.Popen(
            ["firefox-esr", *options, "--profile", str(profile)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=os.environ | {"HOME": str(profile)},
        )
        try:
            until(lambda: told.exists() and told.read_text())
            self._socket = socket.create_connection(("127.0.0.1", int(told.read_text())), LONGEST)
            self._unread, self._count = b"", 0
            self._read()
            self.call("WebDriver:NewSession", capabilities={})
        except BaseException:
            self._end()
            raise

    def __enter__(self) -> "Marionette":
        return self

    def __exit__(self, *error: object) -> None:
        try:
            self.call("Marionette:Quit", flags=["eForceQuit"])
            self._process.wait(LONGEST)
        finally:
            self._end()

    def call(self, name: str, **parameters: Any) -> tuple[Any, Any]:
        """Return the error and the result of a command."""
        self._count += 1
        message = json.dumps([0, self._count, name, parameters]).encode()
        self._socket.sendall(b"%d:%s" % (len(message), message))
        error, result = self._read()[2:]
        return error, result

    def _read(self) -> Any:
        while b":" not in self._unread:
            self._receive()
        length, _, self._unread = self._unread.partition(b":")
        while len(self._unread) < int(length):
            self._receive()
        message, self._unread = self._unread[: int(length)], self._unread[int(length) :]
        return json.loads(message)

    def _receive(self) -> None:
        data = self._socket.recv(65536)
        if not data:
            raise ConnectionError("Firefox has closed the connection")
        self._unread += data

    def _end(self) -> None:
        if hasattr(self, "_socket"):
            self._socket.close()
        self._process.kill()
        self._process.wait()
