"""A road to the stores on which anything can happen to a request, and on which a machine can be killed at any step."""

from __future__ import annotations

import json
import random
import threading
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import httpx
from bench import PracticeWire, StillClock
from killed import Killed

STALE = 3.5  # seconds that a list may lag behind what was written
LATEST = 35.0  # seconds after which a request whose answer is lost may still take effect
_LISTS = ("price_rules", "draft_orders", "discount_codes")


class Trouble(PracticeWire):
    """The way to the stores; while `armed`, a share of the requests meets some trouble, each told in `met`."""

    def __init__(self, wire: PracticeWire, clock: StillClock, chance: random.Random, share: float) -> None:
        super().__init__()
        self.stores, self.sent = wire.stores, wire.sent
        self.armed = False
        self.met = Counter[str]()
        self.kills = 0
        self._clock, self._random, self._share = clock, chance, share
        self._left: int | None = None
        self._dead = False
        self._at_death: Callable[[], None] = lambda: None
        self._late: list[tuple[float, httpx.Request]] = []
        self._born: dict[str, float] = {}
        self._guard = threading.RLock()

    def kill_in(self, requests: int | None, at_death: Callable[[], None] = lambda: None) -> None:
        """Have the machine that sends now be killed at that request; *at_death* keeps what it leaves behind."""
        self._left, self._at_death, self._dead = requests, at_death, False

    def arrive(self, *, all: bool = False) -> None:
        """Let the stores have what is late and due by now, or *all* of it."""
        with self._guard:
            due = [each for each in self._late if all or each[0] <= self._clock.monotonic()]
            self._late = [each for each in self._late if each not in due]
            for _, request in due:
                self._answered(request)

    def send(self, request: httpx.Request) -> httpx.Response:
        with self._guard:
            if self._dead:
                raise Killed
            self.arrive()
            if self._left is not None:
                self._left -= 1
                if self._left < 0:
                    self._die(request)
            if not self.armed or self._random.random() >= self._share:
                return self._answered(request)
            troubles = (self._failed, self._throttled, self._cut, self._lost, self._torn)
            of_kind = (self._short, self._stale) if request.method == "GET" else (self._failed_after, self._delayed)
            trouble = self._random.choice((*troubles, *of_kind))
            self.met[trouble.__name__.strip("_").replace("_", " ")] += 1
            return trouble(request)

    def _answered(self, request: httpx.Request) -> httpx.Response:
        answer = super().send(request)
        for store in self.stores.values():
            for shelf in (store.price_rules, store.discount_codes, store.drafts):
                for key in reversed(list(shelf)):
                    if str(key) in self._born:
                        break
                    self._born[str(key)] = self._clock.monotonic()
        return answer

    def _die(self, request: httpx.Request) -> None:
        self.kills += 1
        self._left, self._dead = None, True
        match self._random.randrange(3):
            case 0:
                self._answered(request)
            case 1:
                self._late.append((self._clock.monotonic() + self._random.uniform(0, LATEST), request))
        self._at_death()
        raise Killed

    # troubles

    def _failed(self, request: httpx.Request) -> httpx.Response:
        return httpx.Response(self._random.choice((500, 502, 503, 504)), html="<h1>Sorry</h1>", request=request)

    def _failed_after(self, request: httpx.Request) -> httpx.Response:
        self._answered(request)
        return self._failed(request)

    def _throttled(self, request: httpx.Request) -> httpx.Response:
        told = {"Retry-After": "2.0"}
        return httpx.Response(429, headers=told, json={"errors": "Exceeded 2 calls per second"}, request=request)

    def _cut(self, request: httpx.Request) -> httpx.Response:
        broken = self._random.choice((httpx.ConnectError, httpx.ReadError, httpx.RemoteProtocolError))
        raise broken("cut", request=request)

    def _lost(self, request: httpx.Request) -> httpx.Response:
        self._answered(request)
        raise self._random.choice((httpx.ReadError, httpx.ReadTimeout))("lost", request=request)

    def _delayed(self, request: httpx.Request) -> httpx.Response:
        self._late.append((self._clock.monotonic() + self._random.uniform(0, LATEST), request))
        raise httpx.ReadTimeout("silent", request=request)

    def _torn(self, request: httpx.Request) -> httpx.Response:
        answer = self._answered(request)
        content = answer.read()
        content = content[: len(content) // 2]
        return httpx.Response(answer.status_code, content=content, request=request)

    def _short(self, request: httpx.Request) -> httpx.Response:
        """A page with fewer than was asked for, and a link to the next."""
        if "limit" not in request.url.params:
            return self._answered(request)
        fewer = request.url.copy_set_param("limit", str(self._random.randint(1, 3)))
        return self._answered(httpx.Request("GET", fewer, headers=request.headers))

    def _stale(self, request: httpx.Request) -> httpx.Response:
        """What is young is not in the lists yet."""
        answer = self._answered(request)
        young = {key for key, at in self._born.items() if at > self._clock.monotonic() - STALE}
        if answer.is_redirect and answer.headers.get("Location", "").rpartition("/")[2].partition("?")[0] in young:
            return httpx.Response(404, json={"errors": "Not Found"}, request=request)
        with suppress(ValueError):
            content: Any = json.loads(answer.read())
            for name in _LISTS:
                if isinstance(listed := content.get(name), list):
                    content[name] = [each for each in listed if str(each["id"]) not in young]
                    headers = {key: value for key, value in answer.headers.items() if key != "content-length"}
                    return httpx.Response(answer.status_code, headers=headers, json=content, request=request)
        return answer
