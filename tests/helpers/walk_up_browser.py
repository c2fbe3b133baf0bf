"""Let a real browser do what a visitor does: `BROWSER PROFILE URL NAME [PICTURE [WIDTH HEIGHT]]`.

Prints what the page then says, as JSON. It drives the browsers as their clients do
(leafonly/clients/programs), whose folder must be on PYTHONPATH.
"""

import base64
import importlib
import json
import sys
from pathlib import Path

# Resolves when the page has an answer, or has given up; its text with the state of each scenario.
VISIT = """new Promise(done => {
    document.getElementById("name").value = NAME;
    document.getElementById("start").click();
    const wait = setInterval(() => {
        const said = document.getElementById("conclusion").textContent;
        if (!said) return;
        clearInterval(wait);
        const items = [...document.querySelectorAll("#list li")];
        done(JSON.stringify({
            conclusion: said,
            again: !document.getElementById("start").hidden,
            answers: Object.fromEntries(items.map(item => [item.dataset.scenario, item.className])),
            texts: Object.fromEntries(items.map(item => [item.dataset.scenario, item.innerText])),
            overflow: document.documentElement.scrollWidth - document.documentElement.clientWidth,
        }));
    }, 50);
})"""


def chromium(profile: str, url: str, script: str, size: tuple[int, int]) -> tuple[str, str]:
    browser = importlib.import_module("chromium_get").Browser(profile)
    target = browser.call("Target.createTarget", url="about:blank")["targetId"]
    session = browser.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
    browser.call("Page.enable", session)
    browser.call("Page.setLifecycleEventsEnabled", session, enabled=True)
    metrics = {"width": size[0], "height": size[1], "deviceScaleFactor": 1, "mobile": True}
    browser.call("Emulation.setDeviceMetricsOverride", session, **metrics)
    navigation = browser.call("Page.navigate", session, url=url)
    browser.wait_until_loaded(navigation["loaderId"])
    found = browser.call("Runtime.evaluate", session, expression=script, awaitPromise=True)
    picture = browser.call("Page.captureScreenshot", session, format="png")["data"]
    browser.call("Browser.close")
    browser.process.wait()
    return found["result"]["value"], picture


def firefox(profile: str, url: str, script: str, size: tuple[int, int]) -> tuple[str, str]:
    program = importlib.import_module("firefox_get")
    browser = program.Browser(profile)
    try:
        browser.call("session.new", capabilities={"alwaysMatch": {"acceptInsecureCerts": False}})
        context = browser.call("browsingContext.getTree")["contexts"][0]["context"]
        viewport = {"width": size[0], "height": size[1]}
        browser.call("browsingContext.setViewport", context=context, viewport=viewport)
        browser.call("browsingContext.navigate", context=context, url=url, wait="complete")
        found = program.evaluate(browser, context, script)
        picture = browser.call("browsingContext.captureScreenshot", context=context)["data"]
        browser.call("browser.close")
        browser.process.wait()
    finally:
        browser.process.kill()
    return found, picture


def main() -> None:
    kind, profile, url, name, *more = sys.argv[1:]
    size = (int(more[1]), int(more[2])) if len(more) > 1 else (360, 740)
    visit = {"chromium": chromium, "firefox": firefox}[kind]
    found, picture = visit(profile, url, VISIT.replace("NAME", json.dumps(name)), size)
    if more and more[0]:
        Path(more[0]).write_bytes(base64.b64decode(picture))
    print(found)


if __name__ == "__main__":
    main()
