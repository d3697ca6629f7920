"""The points that GraphQL leaves a store: one bucket for all threads, drained by what a request may cost.

Shopify's GraphQL Admin API has a limit of its own beside REST's (https://shopify.dev/docs/api/usage/limits): a request
must fit into the bucket with all that it may cost, and what it did not cost comes back. Each answer says how much there
is; that is the truth, and what is kept here only predicts what it cannot know yet: requests in flight and what was
restored since.
"""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass
from itertools import islice

from shopinf.errors import Interrupted
from shopinf.times import Clock

FIRST_SIZE, FIRST_RATE = 2000.0, 100.0  # the standard plan, until an answer tells better
_LAG = 1.0  # seconds; a bucket that is filled in steps must not be met before its step
_LONGEST_NAP = 1.0
_FREE = 0.01  # of the bucket, left for other users of the app


@dataclass(frozen=True, slots=True)
class Cost:
    """What an answer says of its price, in points."""

    asked: float  # what had to be there
    size: float
    left: float
    rate: float  # points restored a second


class Points:
    """The room that is left; `acquire()` before each request, then exactly one of `seen`, `unseen` and `throttled`."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._changed = threading.Condition()
        self.size, self.rate = FIRST_SIZE, FIRST_RATE
        self._known = False
        self._left = self.size  # at `_at`, requests in flight taken off
        self._at = clock.monotonic()
        self._in_flight: dict[int, tuple[float, int]] = {}  # by ticket: its cost, and how many had been answered then
        self._tickets = self._newest = self._answered = 0
        self._levels: deque[tuple[float, float]] = deque(maxlen=128)  # what the last answers told, and when
        self._dearer: dict[str, float] = {}  # how much dearer than declared a request turned out to be, by name
        self.throttles = 0  # how often the store had to refuse

    def price(self, name: str, declared: float) -> float:
        """What the request called *name* may cost, declared to cost so much: by what its like were charged."""
        with self._changed:
            return declared * self._dearer.get(name, 1.0)

    def acquire(self, cost: float) -> int:
        """Wait until *cost* points are there, take them, and return the ticket."""
        while True:
            with self._changed:
                if self._clock.stop.is_set():
                    raise Interrupted
                if not self._known and self._in_flight:
                    # Another run may have emptied the bucket, so one request looks before the others leap.
                    self._changed.wait(0.1)
                    continue
                nap = self._nap(cost)
                if nap <= 0:
                    self._tickets += 1
                    self._in_flight[self._tickets] = (cost, self._answered)
                    self._left = self._level() - cost
                    self._at = max(self._at, self._clock.monotonic() - _LAG)
                    return self._tickets
            self._clock.wait(nap)

    def seen(self, ticket: int, cost: Cost, *, name: str = "", declared: float = 0.0) -> None:
        """An answer told the level; of answers that overtook each other the younger request's counts."""
        with self._changed:
            now = self._clock.monotonic()
            _, before = self._in_flight.pop(ticket, (0.0, self._answered))
            meanwhile = self._answered - before
            self._answered += 1
            self._levels.append((cost.left, now))
            self.size, self.rate = max(cost.size, 1.0), max(cost.rate, 0.1)
            self._known = True
            if declared:
                self._dearer[name] = max(cost.asked / declared, self._dearer.get(name, 0.0))
            if ticket >= self._newest:
                self._newest = ticket
                # Requests answered while this one was under way may have been charged after it.
                overlapping = islice(reversed(self._levels), 1, meanwhile + 1)
                told = min([cost.left, *(left + self.rate * (now - at) for left, at in overlapping)])
                self._left, self._at = told - self._flying(), now
            self._changed.notify_all()

    def unseen(self, ticket: int, *, answered: bool) -> None:
        """The request ended without telling the level; what it took stays taken."""
        with self._changed:
            self._in_flight.pop(ticket, None)
            self._known = self._known or answered
            self._changed.notify_all()

    def throttled(self, ticket: int, cost: Cost | None) -> None:
        """The store refused for want of points: all threads wait until there are enough again."""
        with self._changed:
            self.throttles += 1
            taken, _ = self._in_flight.pop(ticket, (0.0, 0))
            if cost is not None:
                self.size, self.rate = max(cost.size, 1.0), max(cost.rate, 0.1)
            self._known = True
            left = min(cost.left if cost else 0.0, taken * 0.5)
            self._left, self._at = left - self._flying(), self._clock.monotonic()
            self._changed.notify_all()

    def _flying(self) -> float:
        return sum(cost for cost, _ in self._in_flight.values())

    def _level(self) -> float:
        passed = max(0.0, self._clock.monotonic() - self._at - _LAG)
        return min(self._left + self.rate * passed, self.size - self._flying())

    def _nap(self, cost: float) -> float:
        wanted = min(cost + self.size * _FREE, self.size)  # what is dearer than the bucket is refused by the store
        lacking = wanted - self._level()
        if lacking <= 1e-6:
            return 0.0
        due = self._at + _LAG + (wanted - self._left) / self.rate
        return min(max(due - self._clock.monotonic(), 0.01), _LONGEST_NAP)
