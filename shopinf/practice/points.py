"""The points of the GraphQL Admin API ("Shopify API limits"): a bucket of 20 seconds' worth, restored steadily."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

# plan: points restored a second
RATES = {"standard": 100.0, "development": 100.0, "advanced": 200.0, "plus": 1000.0}
MOST = 1000.0  # for one query, whatever is in the bucket


class PointsBucket:
    """What a query asks for must be there; what it did not cost comes back. The store's lock guards it."""

    def __init__(self, plan: str, monotonic: Callable[[], float]) -> None:
        self.rate = RATES[plan]
        self.size = self.rate * 20
        self.left = self.size
        self.refused = 0
        self._monotonic = monotonic
        self._seen = monotonic()

    def _restore(self) -> None:
        now = self._monotonic()
        self.left = min(self.size, self.left + (now - self._seen) * self.rate)
        self._seen = now

    def take(self, asked: float) -> bool:
        """Take what a query may cost, if it is there."""
        self._restore()
        if asked > self.left + 1e-9:
            self.refused += 1
            return False
        self.left -= asked
        return True

    def give_back(self, points: float) -> None:
        """Put back what a query did not cost."""
        self.left = min(self.size, self.left + points)

    def drain(self) -> None:
        """Take all points, as another app would."""
        self._restore()
        self.left = 0.0

    def told(self, asked: float, actual: float | None) -> dict[str, Any]:
        """Write what an answer says of its price."""
        status = {"maximumAvailable": self.size, "currentlyAvailable": int(self.left), "restoreRate": self.rate}
        return {"requestedQueryCost": int(asked), "actualQueryCost": actual and int(actual), "throttleStatus": status}
