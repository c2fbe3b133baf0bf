"""A page of Firefox, by WebDriver BiDi, which it serves itself."""

import base64
import contextlib
import itertools
import json
import os
import re
import subprocess
import threading
from collections import deque
from pathlib import Path
from typing import Any

_LONGEST = 60  # seconds for one answer on a busy machine
_FIREFOX = ("firefox-esr", "--headless", "--no-remote", "--remote-debugging-port", "0")
_LISTENING = re.compile(r"WebDriver BiDi listening on (ws://\S+)")
_CONTROL, _ENTER = "\ue009", "\ue007"  # WebDriver section 17.4.2
# What Firefox would ask Mozilla's servers for is none of the page's requests.
_PREFERENCES = {
    "layout.css.prefers-color-scheme.content-override": 1,
    "dom.events.testing.asyncClipboard": True,
    "network.captive-portal-service.enabled": False,
    "app.update.enabled": False,
}


class Firefox:
    """A page of Firefox ESR."""

    def __init__(self, folder: Path, *, dark: bool) -> None:
        preferences = _PREFERENCES | {
            "layout.css.prefers-color-scheme.content-override": 0 if dark else 1
        }
        lines = (f"user_pref({json.dumps(n)}, {json.dumps(v)});" for n, v in preferences.items())
        (folder / "user.js").write_text("\n".join(lines))
        self.process = subprocess.Popen(
            [*_FIREFOX, "--profile", str(folder)],
            env={**os.environ, "HOME": str(folder)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        self._socket: Any = None
        self._numbers = itertools.count(1)
        self.problems: list[str] = []
        self.requests: list[str] = []

    def connect(self) -> None:
        import websocket

        assert self.process.stderr is not None
        found = next(filter(None, map(_LISTENING.search, self.process.stderr)), None)
        if found is None:
            raise OSError("firefox ended")
        # Whatever else it says must not fill the pipe and hold it up.
        self._drain = threading.Thread(target=deque, args=(self.process.stderr, 0), daemon=True)
        self._drain.start()
        self._socket = websocket.create_connection(
            f"{found[1]}/session", suppress_origin=True, timeout=_LONGEST
        )
        self._call("session.new", capabilities={})
        events = ["log.entryAdded", "network.beforeRequestSent"]
        self._call("session.subscribe", events=events)
        self._context = self._call("browsingContext.getTree")["contexts"][0]["context"]

    def _call(self, method: str, **params: Any) -> Any:
        number = next(self._numbers)
        self._socket.send(json.dumps({"id": number, "method": method, "params": params}))
        while True:
            reply = json.loads(self._socket.recv())
            if reply["type"] == "event":
                self._note(reply["method"], reply["params"])
            elif reply.get("id") == number:
                break
        if reply["type"] == "error":
            raise OSError(f"{method}: {reply['error']}: {reply['message']}")
        return reply["result"]

    def _note(self, method: str, said: Any) -> None:
        if method == "network.beforeRequestSent":
            self.requests.append(said["request"]["url"])
        elif said["level"] in ("error", "warn"):
            self.problems.append(str(said["text"]))

    def open(self, url: str) -> None:
        self._call("browsingContext.navigate", context=self._context, url=url, wait="complete")

    def evaluate(self, expression: str) -> Any:
        # BiDi has its own form for values; JSON is the same for both browsers.
        whole = f"Promise.resolve({expression}).then(value => JSON.stringify(value ?? null))"
        asked = {"target": {"context": self._context}, "awaitPromise": True, "userActivation": True}
        said = self._call("script.evaluate", expression=whole, **asked)
        if said["type"] != "success":
            raise OSError(json.dumps(said["exceptionDetails"]["text"]))
        return json.loads(said["result"]["value"])

    def _act(self, kind: str, actions: list[dict[str, Any]]) -> None:
        source = [{"type": kind, "id": kind, "actions": actions}]
        self._call("input.performActions", context=self._context, actions=source)

    def click(self, x: float, y: float) -> None:
        move = {"type": "pointerMove", "x": round(x), "y": round(y)}
        press = [{"type": kind, "button": 0} for kind in ("pointerDown", "pointerUp")]
        self._act("pointer", [move, *press])

    def type(self, text: str) -> None:
        pairs = itertools.product(text, ("keyDown", "keyUp"))
        self._act("key", [{"type": kind, "value": letter} for letter, kind in pairs])

    def paste(self) -> None:
        keys = (("keyDown", _CONTROL), ("keyDown", "v"), ("keyUp", "v"), ("keyUp", _CONTROL))
        self._act("key", [{"type": kind, "value": value} for kind, value in keys])

    def press_enter(self) -> None:
        self.type(_ENTER)

    def resize(self, width: int, height: int) -> None:
        size = {"width": width, "height": height}
        self._call("browsingContext.setViewport", context=self._context, viewport=size)

    def pdf(self) -> bytes:
        a4 = {"width": 29.7, "height": 21.0}  # centimetres; it does not ask the style sheet
        margin = dict.fromkeys(("top", "bottom", "left", "right"), 1.1)
        asked = {"page": a4, "margin": margin, "background": True}
        printed = self._call("browsingContext.print", context=self._context, **asked)
        return base64.b64decode(printed["data"])

    def png(self) -> bytes:
        taken = self._call("browsingContext.captureScreenshot", context=self._context)
        return base64.b64decode(taken["data"])

    def close(self) -> None:
        if self._socket is not None:
            with contextlib.suppress(OSError):
                self._call("browser.close")
            self._socket.close()
        self.process.wait(timeout=20)
        self._drain.join(timeout=20)
        if self.process.stderr and not self._drain.is_alive():
            self.process.stderr.close()
