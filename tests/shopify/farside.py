"""Pretend far sides for the tests of this room: clocks that move when they are waited on, and a scripted wire."""

from __future__ import annotations

import heapq
import json
import math
import threading
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from shopinf.errors import Stopped
from shopinf.shopify.client import Access, Shop
from shopinf.shopify.transport import Exchange
from shopinf.stores import Credentials, Secret

HOST = "maya-shop.myshopify.com"
BASE = f"https://{HOST}"
API = f"{BASE}/admin/api/2026-07"
TOKEN = "shpat_5ecret0token"
START = datetime(2026, 11, 22, 12, tzinfo=UTC)


class StillClock:
    """Stands still until somebody waits; then that much time has passed."""

    def __init__(self) -> None:
        self.stop = threading.Event()
        self.waits: list[float] = []
        self._passed = 0.0
        self._lock = threading.Lock()

    def now(self) -> datetime:
        return START + timedelta(seconds=self._passed)

    def monotonic(self) -> float:
        return self._passed

    def wait(self, seconds: float) -> None:
        if self.stop.is_set():
            raise Stopped("stopped")
        with self._lock:
            self.waits.append(seconds)
            self._passed += seconds

    def pass_(self, seconds: float) -> None:
        with self._lock:
            self._passed += seconds


class CrowdClock(StillClock):
    """For *crowd* threads: time moves on to the next wake-up when all of them wait."""

    def __init__(self, crowd: int) -> None:
        super().__init__()
        self._changed = threading.Condition()
        self._crowd = crowd
        self._wakes: list[float] = []

    def wait(self, seconds: float) -> None:
        with self._changed:
            wake = self._passed + seconds
            heapq.heappush(self._wakes, wake)
            self._move()
            while self._passed < wake:
                self._changed.wait()

    def leave(self) -> None:
        with self._changed:
            self._crowd -= 1
            self._move()

    def _move(self) -> None:
        if len(self._wakes) >= self._crowd and self._wakes:
            self._passed = max(self._passed, self._wakes[0])
            while self._wakes and self._wakes[0] <= self._passed:
                heapq.heappop(self._wakes)
            self._changed.notify_all()


class FarBucket:
    """Shopify's side of the rate limit: leaks steadily or in steps, and says how full it is."""

    def __init__(
        self, clock: StillClock, size: int, leak: float, *, step: float = 0.0, rounding: Any = math.ceil
    ) -> None:
        self.size, self.leak = size, leak
        self.level = 0.0
        self.taken = self.refused = 0
        self._clock, self._step, self._rounding = clock, step, rounding
        self._at = clock.monotonic()
        self._lock = threading.Lock()

    def take(self) -> int | None:
        """The level after this call, as the header shows it; None when it was refused."""
        with self._lock:
            now = self._clock.monotonic()
            if self._step:
                now = math.floor(now / self._step) * self._step
            self.level = max(0.0, self.level - self.leak * (now - self._at))
            self._at = max(self._at, now)
            if self.level + 1 > self.size + 1e-9:
                self.refused += 1
                return None
            self.level += 1
            self.taken += 1
            return int(self._rounding(self.level - 1e-9))


Reply = httpx.Response | Exception | Callable[[httpx.Request], httpx.Response]


class ScriptedWire:
    """Answers with what it was given, one after another, the last one for ever; keeps what was sent."""

    def __init__(self, *replies: Reply) -> None:
        self.replies = list(replies)
        self.sent: list[httpx.Request] = []
        self._lock = threading.Lock()

    def send(self, request: httpx.Request) -> httpx.Response:
        with self._lock:
            self.sent.append(request)
            reply = self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]
        if isinstance(reply, Exception):
            raise reply
        return reply if isinstance(reply, httpx.Response) else reply(request)

    def close(self) -> None:
        pass

    @property
    def lines(self) -> list[str]:
        return [f"{request.method} {request.url}" for request in self.sent]


class Breaking(httpx.SyncByteStream):
    """A body that breaks off with *error* after *start*."""

    def __init__(self, start: bytes, error: Exception) -> None:
        self._start, self._error = start, error

    def __iter__(self) -> Any:
        yield self._start
        raise self._error


def reply(data: Any = None, status: int = 200, **headers: str) -> httpx.Response:
    """A JSON answer; underscores in header names are dashes."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    content = b"" if data is None else json.dumps(data).encode()
    return httpx.Response(status, content=content, headers={"Content-Type": "application/json", **named})


def page(text: str, status: int) -> httpx.Response:
    return httpx.Response(status, content=text.encode(), headers={"Content-Type": "text/html; charset=utf-8"})


def limit(used: int, size: int = 40) -> dict[str, Any]:
    return {"X_Shopify_Shop_Api_Call_Limit": f"{used}/{size}"}


def token() -> Credentials:
    return Credentials(access_token=Secret(TOKEN))


def shop_on(
    wire: Any,
    clock: Any = None,
    *,
    credentials: Credentials | None = None,
    base: str = BASE,
    read_only: bool = False,
    talk: Callable[[Exchange], None] | None = None,
) -> Shop:
    access = Access("maya", base, HOST, "2026-07", credentials or token())
    return Shop(access, wire, clock or StillClock(), read_only=read_only, talk=talk)


def in_threads(works: Iterable[Callable[[], None]]) -> list[BaseException]:
    """Run all of them at once and return what they raised."""
    raised: list[BaseException] = []

    def guarded(work: Callable[[], None]) -> None:
        try:
            work()
        except BaseException as error:
            raised.append(error)

    threads = [threading.Thread(target=guarded, args=(work,), daemon=True) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
        assert not thread.is_alive(), "a thread hangs"
    return raised
