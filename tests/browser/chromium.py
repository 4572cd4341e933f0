"""A real Chromium, driven over its own pipe (CDP): no driver program and no package in between."""

import fcntl
import json
import os
import shutil
import subprocess
import time
from base64 import b64decode
from collections import deque
from pathlib import Path
from types import TracebackType
from typing import Any, Self

NAMES = ("chromium", "chromium-browser", "google-chrome")
PATIENCE_SECONDS = 60.0
FLAGS = (
    *("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars"),
    *(
        "--no-first-run",
        "--no-default-browser-check",
        "--disable-extensions",
        "--disable-background-networking",
    ),
    "--remote-debugging-pipe",
)


def program() -> str | None:
    """Where Chromium is, if it is there."""
    return next((found for name in NAMES if (found := shutil.which(name))), None)


class Chromium:
    """A browser; ends with its block."""

    def __init__(self, at: str, folder: Path) -> None:
        ours, theirs = _pipe(), _pipe()
        # Chromium reads commands from descriptor 3 and writes to 4.
        line = f'exec "$0" "$@" 3<&{ours[0]} 4>&{theirs[1]}'
        self._child = subprocess.Popen(
            ["bash", "-c", line, at, *FLAGS, f"--user-data-dir={folder}", "about:blank"],
            pass_fds=(ours[0], theirs[1]),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(ours[0])
        os.close(theirs[1])
        self._to, self._from = ours[1], theirs[0]
        self._held, self._last = b"", 0
        self.events: deque[dict[str, Any]] = deque(maxlen=5000)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.close(self._to)
        os.close(self._from)
        self._child.terminate()
        self._child.wait(timeout=20)

    def call(self, method: str, session: str | None = None, **given: Any) -> dict[str, Any]:
        """What Chromium answers to a command; events that come before it are kept."""
        self._last += 1
        number = self._last
        command = {"id": number, "method": method, "params": given}
        if session:
            command["sessionId"] = session
        os.write(self._to, json.dumps(command).encode() + b"\0")
        while True:
            told = self._read()
            if told.get("id") == number:
                assert "error" not in told, f"{method}: {told['error']}"
                answer: dict[str, Any] = told["result"]
                return answer
            self.events.append(told)

    def wait_for(self, method: str, session: str) -> dict[str, Any]:
        """The next event of this name, which may have come already."""
        while True:
            for one in list(self.events):
                if one.get("method") == method and one.get("sessionId") == session:
                    self.events.remove(one)
                    return one
            self.events.append(self._read())

    def _read(self) -> dict[str, Any]:
        while b"\0" not in self._held:
            part = os.read(self._from, 1 << 20)
            assert part, "Chromium has ended"
            self._held += part
        line, _, self._held = self._held.partition(b"\0")
        told: dict[str, Any] = json.loads(line)
        return told

    def page(self, width: int = 390, height: int = 844, *, scripts: bool = True) -> "Page":
        """A page of a phone's size, or of another."""
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        page = Page(self, session)
        for name in ("Page", "Runtime", "Log", "Network", "DOM"):
            page.call(f"{name}.enable")
        page.call(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=2 if width < 600 else 1,
            mobile=width < 600,
        )
        page.call("Emulation.setScriptExecutionDisabled", value=not scripts)
        return page


class Page:
    """A tab."""

    def __init__(self, browser: Chromium, session: str) -> None:
        self._browser, self._session = browser, session

    def call(self, method: str, **given: Any) -> dict[str, Any]:
        return self._browser.call(method, self._session, **given)

    def open(self, url: str, **headers: str) -> None:
        """Go there and wait until all of it is loaded."""
        self.call("Network.setExtraHTTPHeaders", headers={"Accept-Language": "zh-CN"} | headers)
        self._clear()
        self.call("Page.navigate", url=url)
        self._browser.wait_for("Page.loadEventFired", self._session)

    def value(self, expression: str) -> Any:
        """What an expression is in the page."""
        told = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in told, told["exceptionDetails"]
        return told["result"].get("value")

    def text(self) -> str:
        return str(self.value("document.body.innerText"))

    def tap(self, selector: str, *, leads_on: bool = False) -> None:
        """Tap the middle of an element as a person does; `leads_on` to another page."""
        where = f"document.querySelector({json.dumps(selector)})"
        self.value(f"{where}.scrollIntoView({{block: 'center'}})")
        box = self.value(f"(r => [r.x + r.width / 2, r.y + r.height / 2])({where}.getBoundingClientRect())")
        self._clear()
        for kind in ("mousePressed", "mouseReleased"):
            self.call("Input.dispatchMouseEvent", type=kind, x=box[0], y=box[1], button="left", clickCount=1)
        if leads_on:
            self._browser.wait_for("Page.loadEventFired", self._session)

    def choose_file(self, selector: str, file: Path) -> None:
        root = self.call("DOM.getDocument")["root"]["nodeId"]
        node = self.call("DOM.querySelector", nodeId=root, selector=selector)["nodeId"]
        self.call("DOM.setFileInputFiles", nodeId=node, files=[str(file)])

    def until(self, holds: Any) -> None:
        """Wait until something outside is so."""
        until = time.monotonic() + PATIENCE_SECONDS
        while not holds():
            assert time.monotonic() < until, "it never came to be"
            self.value("0")
            time.sleep(0.05)

    def complaints(self) -> list[str]:
        """Errors of the page since it was opened: exceptions, refused styles and scripts."""
        found = []
        for one in self._browser.events:
            if one.get("sessionId") != self._session:
                continue
            if one["method"] == "Runtime.exceptionThrown":
                found.append(str(one["params"]["exceptionDetails"]))
            if one["method"] == "Log.entryAdded" and one["params"]["entry"]["level"] == "error":
                found.append(str(one["params"]["entry"]["text"]))
        return found

    def picture(self, file: Path, *, whole: bool = True) -> None:
        """Keep what it looks like."""
        size = self.call("Page.getLayoutMetrics")["cssContentSize"]
        clip = {"x": 0, "y": 0, "width": size["width"], "height": size["height"], "scale": 1}
        more: dict[str, Any] = {"clip": clip, "captureBeyondViewport": True} if whole else {}
        file.write_bytes(b64decode(self.call("Page.captureScreenshot", format="png", **more)["data"]))

    def _clear(self) -> None:
        mine = [one for one in self._browser.events if one.get("sessionId") == self._session]
        for one in mine:
            self._browser.events.remove(one)


def _pipe() -> tuple[int, int]:
    """A pipe whose ends lie above 9, so that none of them is one that Chromium is given."""
    ends = os.pipe()
    above = [fcntl.fcntl(one, fcntl.F_DUPFD, 10) for one in ends]
    for one in ends:
        os.close(one)
    return above[0], above[1]
