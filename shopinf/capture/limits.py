"""How many events one address and one store may send: enough for people, too few for a flood."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable

_MOST_CALLERS = 20_000  # remembered at once; the one that was quiet longest is forgotten first


class RateLimit:
    """Each caller may send *burst* at once and *per_second* from then on; nothing but counts is kept of them."""

    def __init__(self, burst: float, per_second: float, monotonic: Callable[[], float]) -> None:
        self._burst, self._rate, self._now = burst, per_second, monotonic
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._guard = threading.Lock()

    def admits(self, caller: str) -> bool:
        """May this caller send one more now? Counts it if so."""
        now = self._now()
        with self._guard:
            left, at = self._left.pop(caller, (self._burst, now))
            left = min(self._burst, left + (now - at) * self._rate)
            admitted = left >= 1
            self._left[caller] = (left - 1 if admitted else left, now)
            if len(self._left) > _MOST_CALLERS:
                self._left.popitem(last=False)
            return admitted
