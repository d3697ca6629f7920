"""The stores that a run works on at the same time, and whether it waits for nothing any more but those in trouble.

A store that answers nothing usable is asked again, with patience, and while others are at work that costs nobody
anything. When they are done, it would hold back what came of them: so it is given up then, after a few tries. A store
that did answer keeps all its patience, for what was read of it is worth waiting for.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable


class Company:
    """Who is at work, and who of them gets no usable answer; threads share it."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._at_work: set[str] = set()
        self._in_trouble: set[str] = set()
        self._done = 0

    def __bool__(self) -> bool:
        """Is anybody at work beside others?"""
        return bool(self._at_work)

    def begin(self, stores: Iterable[str]) -> None:
        """Work begins on several *stores*."""
        with self._guard:
            self._at_work, self._done = set(stores), 0
            self._in_trouble.clear()

    def leave(self, store: str) -> None:
        """*store* is done, or failed."""
        with self._guard:
            self._done += store in self._at_work and store not in self._in_trouble
            self._at_work.discard(store)
            self._in_trouble.discard(store)

    def trouble(self, store: str, has: bool) -> None:
        """*store* has not answered so far, or does again."""
        with self._guard:
            if has:
                self._in_trouble.add(store)
            else:
                self._in_trouble.discard(store)

    def waits_for(self, store: str) -> bool:
        """Would what came of others wait for *store* alone, or for such as are in trouble like it?"""
        with self._guard:
            return self._done > 0 and store in self._in_trouble and self._at_work <= self._in_trouble
