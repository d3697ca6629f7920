"""How many requests each of several stores may have under way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING

from shopinf.stores import Store

if TYPE_CHECKING:
    from shopinf.shopify.client import Shop

MOST_WORKERS = 24  # as many requests as a store of the largest plan answers in 1.2 seconds; each may hold a page
MOST_TOGETHER = 8  # pages written in one transaction: each costs a write to the disk, and rows spread over all indexes
_FAIR, _SEATS = 64, 256  # requests for all stores together; seats for them, of which most wait for a rate limit
_HELD = 64  # pages that all stores together hold until they are written


@dataclass(frozen=True, slots=True)
class Share:
    """A store's part: *fair* in any case, and up to *most* where its rate limit asks for it."""

    fair: int = MOST_WORKERS
    most: int = MOST_WORKERS
    together: int = MOST_TOGETHER  # pages in one transaction

    @classmethod
    def of(cls, stores: Sequence[Store]) -> Share:
        """The part of each of *stores*, so that all together stay within reason."""
        count = max(len(stores), 1)
        return cls(
            max(2, min(MOST_WORKERS, _FAIR // count)),
            max(2, min(MOST_WORKERS, _SEATS // count)),
            max(2, min(MOST_TOGETHER, _HELD // count)),
        )

    def workers(self, shop: Shop) -> int:
        """For *shop*, whose rate limit is known from its first answers: as many as it answers in 1.2 seconds."""
        return max(self.fair, min(ceil(shop.bucket.leak * 1.2), self.most))


ALONE = Share()
