"""A store's rate limit: one leaky bucket for all threads, kept below its brim so that Shopify never throttles us.

Shopify counts calls per app and store in a bucket that leaks steadily (rate limits of the REST Admin API:
https://shopify.dev/docs/api/admin-rest/usage/rate-limits). Every answer says how full it is; that header is the truth,
the count kept here only predicts what it cannot know yet: calls in flight and what leaked since.
"""

from __future__ import annotations

import threading
from collections import deque
from itertools import islice
from math import ceil, floor

from shopinf.errors import Interrupted
from shopinf.times import Clock

FIRST_SIZE, FIRST_LEAK = 40, 2.0  # the standard plan, until a header tells better
_LAG = 1.0  # some stores leak in steps of a second; a late guess costs nothing while the bucket is not empty
_LEARN = 10.0  # seconds of load from which a leak can be told
_LONGEST_NAP = 1.0  # headers of other threads may bring room earlier than guessed


class Bucket:
    """The room a store's rate limit leaves; `acquire()` before each call, then exactly one of the three answers."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._changed = threading.Condition()
        self.size = FIRST_SIZE
        self.leak = FIRST_LEAK
        self._known = False
        self._used = 0.0  # at `_at`, calls in flight included
        self._at = clock.monotonic()
        self._in_flight = 0
        self._paused_until = 0.0
        self._tickets = 0  # calls let out
        self._newest = 0  # the youngest call whose answer told the level
        self._lowered_at = 0  # calls let out when the leak was last lowered
        self._answered = 0
        self._levels: deque[tuple[int, float]] = deque(maxlen=128)  # what the last answers told, and when
        self._sent: dict[int, int] = {}  # calls in flight, and how many had been answered when each was let out
        self._window: tuple[float, int, int] | None = None  # since when, used then, answered then
        self._waiters = 0
        self._waiting_since = 0.0
        self._waited = 0.0

    @property
    def limit(self) -> int:
        """How full we let it get: max(2, 2 %) stays free for other users of the app."""
        return max(1, self.size - max(2, ceil(self.size * 0.02)))

    @property
    def waited(self) -> float:
        """Seconds in which some thread waited for the limit."""
        with self._changed:
            return self._waited + (self._clock.monotonic() - self._waiting_since if self._waiters else 0.0)

    def room(self) -> int:
        """How many calls may go out right now."""
        with self._changed:
            now = self._clock.monotonic()
            if now < self._paused_until:
                return 0
            if not self._known:
                return 0 if self._in_flight else 1
            return max(0, floor(self.limit - self._level(now)))

    def acquire(self) -> int:
        """Wait until one more call fits, count it as in flight and return its ticket."""
        while True:
            with self._changed:
                if self._clock.stop.is_set():
                    raise Interrupted
                if not self._known and self._in_flight:
                    # Another run may have filled the bucket, so one call looks before the others leap.
                    self._changed.wait(0.1)
                    continue
                nap = self._nap(self._clock.monotonic())
                if nap <= 0:
                    self._used += 1
                    self._in_flight += 1
                    self._tickets += 1
                    self._sent[self._tickets] = self._answered
                    return self._tickets
            self._wait(nap)

    def seen(self, used: int, size: int, ticket: int | None = None) -> None:
        """An answer said `used/size`; of answers that overtook each other the younger call's counts."""
        with self._changed:
            now = self._clock.monotonic()
            ticket = self._tickets if ticket is None else ticket
            meanwhile = self._answered - self._sent.pop(ticket, self._answered)
            self._in_flight = max(0, self._in_flight - 1)
            self._answered += 1
            self._levels.append((used, now))
            if size != self.size or not self._known:
                self.size = max(size, 1)
                self.leak = self.size / 20  # 40 leaks 2 a second, 80 leaks 4, 400 leaks 20
                self._window = None
            self._known = True
            if ticket >= self._newest:
                self._newest = ticket
                # Calls that were answered while this one was under way may have been counted after it.
                overlapping = islice(reversed(self._levels), 1, meanwhile + 1)
                told = max([float(used), *(level - self.leak * (now - at) for level, at in overlapping)])
                self._used = told + self._in_flight  # and those in flight may be counted already, or not
                self._at = now
                self._learn(now, used)
            self._changed.notify_all()

    def unseen(self, ticket: int | None = None, *, answered: bool) -> None:
        """The call ended without telling the level: an answer without the header, or none at all."""
        with self._changed:
            self._sent.pop(self._tickets if ticket is None else ticket, None)
            self._in_flight = max(0, self._in_flight - 1)
            self._known = self._known or answered  # a far side without the header is taken for the standard plan
            self._changed.notify_all()

    def throttled(self, retry_after: float, ticket: int | None = None) -> None:
        """Shopify answered 429: every thread waits *retry_after* seconds, then goes on more slowly."""
        with self._changed:
            now = self._clock.monotonic()
            ticket = self._tickets if ticket is None else ticket
            self._sent.pop(ticket, None)
            self._in_flight = max(0, self._in_flight - 1)
            self._paused_until = max(self._paused_until, now + retry_after)
            self._used = float(self.size + self._in_flight)
            self._at = now
            self._window = None
            if ticket > self._lowered_at:  # once for a burst of them
                self._lowered_at = self._tickets
                self.leak = max(self.leak * 0.8, self.size / 100)
            self._changed.notify_all()

    def _level(self, now: float) -> float:
        level = self._used - self.leak * max(0.0, now - self._at - _LAG)
        if level <= 0:  # an empty bucket saves nothing up
            self._used, self._at = 0.0, now - _LAG
            return 0.0
        return level

    def _nap(self, now: float) -> float:
        if now < self._paused_until:
            return self._paused_until - now
        over = self._level(now) + 1 - self.limit
        if over <= 1e-6:
            return 0.0
        due = self._at + _LAG + (self._used + 1 - self.limit) / self.leak
        return min(max(due - now, 0.01), _LONGEST_NAP)

    def _wait(self, seconds: float) -> None:
        with self._changed:
            if not self._waiters:
                self._waiting_since = self._clock.monotonic()
            self._waiters += 1
        try:
            self._clock.wait(seconds)
        finally:
            with self._changed:
                self._waiters -= 1
                if not self._waiters:
                    self._waited += self._clock.monotonic() - self._waiting_since

    def _learn(self, now: float, used: int) -> None:
        """Tell the leak from what we sent and how the level moved, unless the bucket ran empty meanwhile.

        What other users of the app take makes the leak look smaller, and it is smaller for us.
        """
        if used <= 2 or self._window is None:
            self._window = (now, used, self._answered) if used > 2 else None
            return
        since, before, answered = self._window
        if now - since < _LEARN:
            return
        told = (before + self._answered - answered - used) / (now - since)
        told = min(max(told, self.size / 100), self.size / 5)
        self.leak += 0.5 * (told - self.leak)
        self._window = (now, used, self._answered)
