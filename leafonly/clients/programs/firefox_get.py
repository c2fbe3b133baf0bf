# Uses WebDriver BiDi, which Firefox serves itself. TRUST is the profile with the NSS database.
import base64
import collections
import contextlib
import ctypes
import itertools
import json
import pathlib
import re
import shutil
import subprocess
import sys
import threading

import websocket

LONGEST_PICTURE = 15  # seconds
OPTIONS = ("--headless", "--no-remote", "--remote-debugging-port", "0")


class Browser:
    def __init__(self, profile):
        self.process = subprocess.Popen(
            ["firefox-esr", *OPTIONS, "--profile", profile],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        said = []
        for line in self.process.stderr:
            said.append(line)
            if match := LISTENING.search(line):
                break
        else:
            sys.exit(f"the browser ended: {''.join(said)[-500:]}")
        # Firefox's further output must not fill the pipe, which would block Firefox.
        drain = (self.process.stderr, 0)
        threading.Thread(target=collections.deque, args=drain, daemon=True).start()
        # Firefox refuses connections with an Origin, which those of web pages have.
        self.socket = websocket.create_connection(f"{match[1]}/session", suppress_origin=True)
        self.numbers, self.events = itertools.count(1), []

    def read(self):
        message = json.loads(self.socket.recv())
        if message["type"] == "event":
            self.events.append(message["method"])
        return message

    def call(self, method, **params):
        number = next(self.numbers)
        self.socket.send(json.dumps({"id": number, "method": method, "params": params}))
        while (reply := self.read()).get("id") != number:
            pass
        if reply["type"] == "error":
            raise RefusedError(reply["message"])
        return reply["result"]

    def wait_for(self, event):
        while event not in self.events:
            self.read()


class RefusedError(Exception):
    pass


LISTENING = re.compile(r"WebDriver BiDi listening on (ws://\S+)")


# A page of Firefox's own is translated, and only then painted.
PAINTED = """Promise.resolve(document.l10n?.ready).then(() => new Promise(done =>
    requestAnimationFrame(() => requestAnimationFrame(done))))"""


def take_picture(browser, context):
    browser.wait_for("browsingContext.domContentLoaded")
    evaluate(browser, context, PAINTED)
    picture = browser.call("browsingContext.captureScreenshot", context=context)["data"]
    pathlib.Path("refusal.png").write_bytes(base64.b64decode(picture))


def evaluate(browser, context, expression):
    target = {"context": context}
    arguments = {"expression": expression, "target": target, "awaitPromise": True}
    return browser.call("script.evaluate", **arguments)["result"].get("value")


def visit(browser, urls):
    # This is the default; it is explicit because the program must accept nothing that Firefox
    # would reject.
    browser.call("session.new", capabilities={"alwaysMatch": {"acceptInsecureCerts": False}})
    browser.call("session.subscribe", events=["browsingContext.domContentLoaded"])
    context = browser.call("browsingContext.getTree")["contexts"][0]["context"]
    for url in urls:
        browser.events.clear()
        try:
            browser.call("browsingContext.navigate", context=context, url=url, wait="complete")
        except RefusedError as error:
            print(error, file=sys.stderr, flush=True)
            # The verdict does not wait for the picture of a page that may never be painted.
            browser.socket.settimeout(LONGEST_PICTURE)
            with contextlib.suppress(websocket.WebSocketTimeoutException, RefusedError):
                take_picture(browser, context)
            return False
        print(evaluate(browser, context, "document.documentElement.textContent"), flush=True)
    return True


def nss_version():
    # If Firefox brings its own NSS, both libraries must come from its folder and not from the
    # system. Debian unstable's Firefox uses the system's NSS (measured on 153.6.0esr).
    place = pathlib.Path(shutil.which("firefox-esr")).resolve().parent
    folder = f"{place}/" if (place / "libnss3.so").is_file() else ""
    _, nss = (ctypes.CDLL(f"{folder}{name}") for name in ("libnssutil3.so", "libnss3.so"))
    nss.NSS_GetVersion.restype = ctypes.c_char_p
    return nss.NSS_GetVersion().decode()


def main():
    if sys.argv[1:] == ["--version"]:
        said = subprocess.run(
            ["firefox-esr", "--version"], stdout=subprocess.PIPE, text=True
        ).stdout
        print("Firefox", said.split()[-1] if said else sys.exit("no version of Firefox"))
        print("NSS", nss_version())
    else:
        profile, *urls = sys.argv[1:]
        browser = Browser(profile)
        try:
            if not visit(browser, urls):
                sys.exit(1)
            # The next process needs a complete profile, so wait until Firefox has exited.
            browser.call("browser.close")
            browser.process.wait()
        finally:
            browser.process.kill()


if __name__ == "__main__":
    main()
