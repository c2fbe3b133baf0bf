# Uses the DevTools protocol over a pair of pipes: no port, no library, and the browser exits
# when they close. Chromium finds the NSS database by HOME, so TRUST is not read.
import base64
import itertools
import json
import os
import pathlib
import re
import subprocess
import sys

QUIET = (
    *("--headless=new", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
    *("--remote-debugging-pipe", "--password-store=basic"),
)
LOG = pathlib.Path("chromium.log")


class Browser:
    def __init__(self, profile):
        commands, self.commands = os.pipe()
        self.replies, replies = os.pipe()
        # The sandbox does not work as root. It isolates web pages, and verifies no certificate.
        options = ["--no-sandbox"] if os.geteuid() == 0 else []
        if "LEAFONLY_MAP" in os.environ:
            # One name resolves to one address. Other names do not resolve unless Chromium may fetch
            # the issuer, so it connects only to the camera.
            rule = "MAP {} {}".format(*os.environ["LEAFONLY_MAP"].split("="))
            rule += "" if "LEAFONLY_ONLINE" in os.environ else ", MAP * ~NOTFOUND"
            options.append(f"--host-resolver-rules={rule}")
        # Chromium creates a Unix socket in TMPDIR, and exits without a message if the path is
        # longer than 107 bytes. By this name, the path of any directory is short.
        # DevTools reads from descriptor 3 and writes to 4.
        redirect = f'exec "$@" 3<&{commands} 4>&{replies}'
        argv = ["sh", "-c", redirect, "sh", "chromium", *QUIET, *options]
        self.process = subprocess.Popen(
            [*argv, f"--user-data-dir={profile}", "about:blank"],
            pass_fds=(commands, replies),
            env={**os.environ, "TMPDIR": f"/proc/{os.getpid()}/cwd"},
            stdout=subprocess.DEVNULL,
            stderr=LOG.open("wb"),
        )
        os.close(commands)
        os.close(replies)
        self.numbers, self.pending, self.loaded = itertools.count(1), b"", set()

    def read(self):
        while b"\0" not in self.pending:
            data = os.read(self.replies, 1 << 16)
            if not data:
                sys.exit(f"the browser ended: {LOG.read_text(errors='replace')[-500:]}")
            self.pending += data
        message, _, self.pending = self.pending.partition(b"\0")
        message = json.loads(message)
        event = message.get("params", {})
        if message.get("method") == "Page.lifecycleEvent" and event["name"] == "load":
            self.loaded.add(event["loaderId"])
        return message

    def call(self, method, session=None, **params):
        number = next(self.numbers)
        message = {"id": number, "method": method, "params": params}
        if session:
            message["sessionId"] = session
        os.write(self.commands, json.dumps(message).encode() + b"\0")
        while (reply := self.read()).get("id") != number:
            pass
        if "error" in reply:
            sys.exit(f"{method}: {reply['error']}")
        return reply["result"]

    def wait_until_loaded(self, loader):
        while loader not in self.loaded:
            self.read()


def visit(browser, urls):
    target = browser.call("Target.createTarget", url="about:blank")["targetId"]
    attached = browser.call("Target.attachToTarget", targetId=target, flatten=True)
    session = attached["sessionId"]
    browser.call("Page.enable", session)
    browser.call("Page.setLifecycleEventsEnabled", session, enabled=True)
    for url in urls:
        navigation = browser.call("Page.navigate", session, url=url)
        browser.wait_until_loaded(navigation["loaderId"])
        if "errorText" in navigation:
            picture = browser.call("Page.captureScreenshot", session, format="png")["data"]
            pathlib.Path("refusal.png").write_bytes(base64.b64decode(picture))
            return navigation["errorText"]
        text = "document.documentElement.innerText"
        body = browser.call("Runtime.evaluate", session, expression=text)
        print(body["result"]["value"])
    return None


def main():
    if sys.argv[1:] == ["--version"]:
        said = subprocess.run(["chromium", "--version"], stdout=subprocess.PIPE, text=True).stdout
        # "Chromium 156.0.8078.79 built on Debian GNU/Linux 12"
        print(*(re.match(r"(\S+)\D*(\d\S*)", said) or sys.exit("no version of Chromium")).groups())
        print("BoringSSL")
    else:
        browser = Browser(pathlib.Path.home() / "profile")
        error = visit(browser, sys.argv[2:])
        browser.call("Browser.close")
        browser.process.wait()
        sys.exit(error)


if __name__ == "__main__":
    main()
