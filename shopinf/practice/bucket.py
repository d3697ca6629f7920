"""The leaky bucket of the REST Admin API ("Shopify API rate limits": 2 requests a second, bucket of 40)."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

# plan: requests a second that leak out, size of the bucket
PLANS = {"standard": (2, 40), "development": (2, 40), "advanced": (4, 80), "plus": (20, 400)}


@dataclass(frozen=True)
class Reading:
    """What one request met: whether it got in, and how full the bucket is with it."""

    admitted: bool
    used: int
    size: int

    @property
    def header(self) -> str:
        return f"{self.used}/{self.size}"


class LeakyBucket:
    """Each request is a drop; the bucket leaks at a steady rate and refuses what would overflow.

    A refused request adds nothing. Not thread-safe: the store's lock guards it.
    """

    def __init__(self, plan: str, monotonic: Callable[[], float]) -> None:
        self.leak, self.size = PLANS[plan]
        self._monotonic = monotonic
        self._level = 0.0
        self._seen = monotonic()

    def _drain(self) -> None:
        now = self._monotonic()
        self._level = max(0.0, self._level - (now - self._seen) * self.leak)
        self._seen = now

    def take(self) -> Reading:
        """Let one request in if it fits."""
        self._drain()
        if self._level + 1 > self.size + 1e-9:
            return Reading(False, self.size, self.size)
        self._level += 1
        return Reading(True, self.used, self.size)

    @property
    def used(self) -> int:
        """The level as the header shows it: whole drops, rounded up."""
        return math.ceil(self._level - 1e-9)

    def fill(self, level: float | None = None) -> None:
        """Set the level (default: full), as if another process had used the allowance."""
        self._seen = self._monotonic()
        self._level = float(self.size if level is None else level)
