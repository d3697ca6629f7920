"""What the tests of Live Capture share: an event as the script sends it, and a collector in a thread."""

from __future__ import annotations

import io
import json
import os
import queue
import re
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
from bench import Bench

from shopinf.desk import Desk, Setting
from shopinf.ledger.leads import Leads
from shopinf.livecapture import Arrived, Bounds, Lead, Taken
from shopinf.local.clock import SystemClock
from shopinf.main import main

PAGE = "https://www.maya-shop.example"


def event(key: str, /, **more: Any) -> dict[str, Any]:
    """A newsletter sign-up of somebody who agreed to everything."""
    given = {"v": 1, "key": key, "form": "newsletter", "email": "maya@lind.example"}
    return {**given, "consent": {"marketing": True, "analytics": True}, **more}


class Lines(io.StringIO):
    """Standard error whose lines can be waited for."""

    def __init__(self) -> None:
        super().__init__()
        self._lines: queue.Queue[str] = queue.Queue()

    def write(self, text: str) -> int:
        for line in text.splitlines():
            self._lines.put(line)
        return super().write(text)

    def wait_for(self, pattern: str) -> re.Match[str]:
        while True:
            if found := re.search(pattern, self._lines.get(timeout=30)):
                return found


class Collecting:
    """`shopinf livecapture serve`, running."""

    def __init__(self, run: Bench, *more: str) -> None:
        self.err = Lines()
        self.clock = SystemClock()
        self.code = -1
        environ = {"SHOPINF_HOME": str(run.home), **run.environ}
        self._setting = Setting(
            environ, io.StringIO(), io.StringIO(), self.err, self.clock, run.wire, run.keyring, signals=False
        )
        self._thread = threading.Thread(target=self._serve, args=(more,), daemon=True)
        self._thread.start()
        self.url = self.err.wait_for(r"Listening at (http://127\.0\.0\.1:\d+)")[1]

    def _serve(self, more: Sequence[str]) -> None:
        self.code = main(["livecapture", "serve", "--port", "0", *more], self._setting)

    def post(
        self, body: Any, *, origin: str | None = PAGE, caller: str = "203.0.113.7", kind: str = "text/plain"
    ) -> int:
        return self.answer(body, origin=origin, caller=caller, kind=kind).status_code

    def answer(
        self, body: Any, *, origin: str | None = PAGE, caller: str = "203.0.113.7", kind: str = "text/plain"
    ) -> httpx.Response:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        headers = {"Content-Type": kind, "X-Forwarded-For": caller} | ({"Origin": origin} if origin else {})
        return httpx.post(f"{self.url}/events", content=content, headers=headers, trust_env=False, timeout=90)

    def script(self) -> int:
        """How the script is answered."""
        return httpx.get(f"{self.url}/capture.js?key=x", trust_env=False, timeout=20).status_code

    def stop(self) -> None:
        self.clock.stop.set()
        self._thread.join(30)
        assert not self._thread.is_alive()


@contextmanager
def collecting(run: Bench, *more: str) -> Iterator[Collecting]:
    served = Collecting(run, *more)
    try:
        yield served
    finally:
        served.stop()


@contextmanager
def collecting_apart(run: Bench) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The collector in a process of its own, which may be killed, and where it listens."""
    command = [sys.executable, "-m", "shopinf", "livecapture", "serve", "--port", "0"]
    environ = {**os.environ, **run.environ, "SHOPINF_HOME": str(run.home), "PYTHONPATH": str(Path(__file__).parents[2])}
    with subprocess.Popen(command, env=environ, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr
        try:
            url = re.match(r"Listening at (http://[\d.:]+)", process.stderr.readline())
            assert url
            yield process, url[1]
        finally:
            process.kill()


@contextmanager
def desk_of(run: Bench) -> Iterator[Desk]:
    """A desk at the bench, to look at what stands in the ledger."""
    desk = Desk(run.setting(io.StringIO(), io.StringIO(), io.StringIO(), None))
    try:
        yield desk
    finally:
        desk.close()


def key_of(run: Bench) -> str:
    """The public key of the bench's only store."""
    with desk_of(run) as desk:
        return desk.ledger.leads.open(desk.book.all()[0].shop_id).key


Fetch = Callable[[int], Sequence[tuple[int, Arrived]]]


def keep(desk: Desk, shop_id: int, lead: Lead, *, days: int = 90, at: datetime | None = None) -> Taken:
    """Have a lead in the ledger, as the collector has it there."""
    event = Arrived(shop_id, lead, at or desk.clock.now())
    return desk.ledger.leads.take("test", lambda mark: [(mark + 1, event)], Bounds(days=days))


class Arrivals:
    """What is committed, as it is committed."""

    def __init__(self, monkeypatch: Any) -> None:
        self._queue: queue.Queue[Lead] = queue.Queue()
        take = Leads.take

        def taken(leads: Leads, queue: str, fetch: Fetch, bounds: Bounds) -> Taken:
            batch: list[tuple[int, Arrived]] = []

            def noted(mark: int) -> Sequence[tuple[int, Arrived]]:
                batch.extend(fetch(mark))
                return batch

            result = take(leads, queue, noted, bounds)
            for _, each in batch:
                self._queue.put(each.lead)
            return result

        monkeypatch.setattr(Leads, "take", taken)

    def next(self) -> Lead:
        return self._queue.get(timeout=60)

    @property
    def none(self) -> bool:
        return self._queue.empty()
