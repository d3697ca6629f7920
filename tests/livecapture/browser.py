"""A headless Chromium, driven over its own pipe (Chrome DevTools Protocol): pages, scripts in them, what they send."""

from __future__ import annotations

import fcntl
import json
import os
import select
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

BROWSER = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
QUIET = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync --disable-extensions --disable-default-apps --disable-dev-shm-usage "
    "--remote-debugging-pipe"
).split()
PATIENCE = 60.0  # seconds without a word from the browser, after which a test has failed


class Browser:
    """One Chromium; nothing but loopback can be reached from it."""

    def __init__(self, folder: Path) -> None:
        theirs_in, self._out = os.pipe()
        self._in, theirs_out = os.pipe()
        high = [fcntl.fcntl(end, fcntl.F_DUPFD, 20) for end in (theirs_in, theirs_out)]

        def place() -> None:
            os.dup2(high[0], 3)
            os.dup2(high[1], 4)

        nobody = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
        self._process = subprocess.Popen(
            [str(BROWSER), *QUIET, nobody, f"--user-data-dir={folder / 'profile'}", "about:blank"],
            preexec_fn=place,
            pass_fds=(3, 4),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for end in (theirs_in, theirs_out, *high):
            os.close(end)
        self._buffer, self._number = b"", 0
        self.events: list[dict[str, Any]] = []

    def page(self) -> Page:
        """A new page, as of a visitor who was never here."""
        context = self.call("Target.createBrowserContext")["browserContextId"]
        target = self.call("Target.createTarget", url="about:blank", browserContextId=context)["targetId"]
        session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        page = Page(self, session)
        for domain in ("Page", "Runtime", "Network"):
            page.call(f"{domain}.enable")
        return page

    def call(self, method: str, session: str | None = None, **params: Any) -> dict[str, Any]:
        self._number += 1
        number = self._number
        message = {"id": number, "method": method, "params": params} | ({"sessionId": session} if session else {})
        os.write(self._out, json.dumps(message).encode() + b"\0")
        while True:
            said = self._next()
            if said.get("id") == number:
                assert "error" not in said, said
                return dict(said["result"])
            self.events.append(said)

    def until(self, wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """The first event that is *wanted*, come already or yet to come; it is taken out."""
        for place, said in enumerate(self.events):
            if wanted(said):
                return self.events.pop(place)
        while not wanted(said := self._next()):
            self.events.append(said)
        return said

    def _next(self) -> dict[str, Any]:
        while b"\0" not in self._buffer:
            ready, _, _ = select.select([self._in], [], [], PATIENCE)
            assert ready, "the browser says nothing more"
            more = os.read(self._in, 1 << 16)
            assert more, "the browser has gone"
            self._buffer += more
        one, _, self._buffer = self._buffer.partition(b"\0")
        return dict(json.loads(one))

    def close(self) -> None:
        self._process.terminate()
        self._process.wait(10)
        os.close(self._in)
        os.close(self._out)


class Page:
    """One tab."""

    def __init__(self, browser: Browser, session: str) -> None:
        self._browser, self._session = browser, session

    def call(self, method: str, **params: Any) -> dict[str, Any]:
        return self._browser.call(method, self._session, **params)

    def visit(self, url: str) -> None:
        """Go there, and wait until everything on it is loaded."""
        self.call("Page.navigate", url=url)
        self.loaded()

    def loaded(self) -> None:
        self._until("Page.loadEventFired")

    def run(self, code: str) -> Any:
        """What *code* comes to in the page."""
        answer = self.call("Runtime.evaluate", expression=code, returnByValue=True, awaitPromise=True, userGesture=True)
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    def sent(self, path: str) -> list[str]:
        """The addresses with *path* in them that the page and its frames asked so far."""
        self.run("1")  # all that came before this answer has been told
        asked = [each["params"]["request"]["url"] for each in self._mine("Network.requestWillBeSent")]
        return [url for url in asked if path in url]

    def referrers(self, host: str) -> list[str | None]:
        """What was told of the page, by the address it was at, to *host*."""
        self.run("1")
        asked = [each["params"]["request"] for each in self._mine("Network.requestWillBeSent")]
        return [each["headers"].get("Referer") for each in asked if f"//{host}/" in each["url"]]

    def broken(self) -> list[str]:
        """The exceptions that nobody caught."""
        self.run("1")
        return [each["params"]["exceptionDetails"]["text"] for each in self._mine("Runtime.exceptionThrown")]

    def _mine(self, method: str) -> list[dict[str, Any]]:
        return [
            each
            for each in self._browser.events
            if each.get("sessionId") == self._session and each.get("method") == method
        ]

    def _until(self, method: str) -> None:
        self._browser.until(lambda said: said.get("sessionId") == self._session and said.get("method") == method)
