"""How many requests each store of a run may have under way: as many as its rate limit asks for, the slowest more."""

from __future__ import annotations

import threading
from math import ceil, inf

from shopinf.shopify.client import PAGE, Shop

MOST_WORKERS = 24  # as many requests as a store of the largest plan answers in 1.2 seconds; each may hold a page
TOGETHER = 8  # pages written in one transaction: each costs a write to the disk
# Of one of many stores: its indexes are small, so that each write changes nearly all of them however many rows it has.
MOST_TOGETHER = 24
_READ = 0.25  # and until its rows are there, where others are read as well
_ANSWERED = 0.75  # seconds in which a page is answered, as a rule
_SPARE = 1.5  # answers do not take equally long
_FAIR, _SEATS = 64, 256  # of all stores together: in any case, and where rate limits are high
_SHARED = 96  # those that go where most time is left
_HELD = 640  # pages that all stores together hold until they are written; the rows of one take a quarter of a megabyte


class Seats:
    """The requests of one run, shared out among its stores while they are read.

    Each store has so many that it keeps up with its rate limit. But where this machine is what binds, a store's part of
    it is as large as its part of all requests under way, and the store that needs longest at its rate limit would fall
    behind with the others, and be waited for in the end. So the rest goes where most time is left: four times as much
    to a store that needs twice as long. None has more than it keeps up with.
    """

    def __init__(self, stores: int = 1) -> None:
        self._stores = max(stores, 1)
        self._guard = threading.Lock()
        self._left: dict[str, float] = {}  # seconds at the rate limit, by store
        self._pace: dict[str, float] = {}  # pages a second that the rate limit allows until the end

    @property
    def together(self) -> int:
        """How many pages are written in one transaction."""
        return TOGETHER if self._stores == 1 else max(2, min(MOST_TOGETHER, _HELD // self._stores))

    def tell(self, shop: Shop, orders: int) -> None:
        """*shop* has still so many to be read."""
        name, pages = shop.access.name, orders / PAGE
        with self._guard:
            self._left[name] = left = max(pages - shop.bucket.room(), 0.0) / shop.bucket.leak
            self._pace[name] = pages / left if left else inf

    def leave(self, store: str) -> None:
        """*store* is done, and what it had is for the others."""
        with self._guard:
            self._left.pop(store, None)
            self._pace.pop(store, None)

    def workers(self, shop: Shop) -> int:
        """How many requests *shop* may have under way now."""
        most = min(MOST_WORKERS, shop.load.most(), self._useful(shop))
        if self._stores == 1:
            return most
        pace = min(ceil(shop.bucket.leak * _ANSWERED), _SEATS // self._stores)
        enough = max(2, _FAIR // self._stores, pace)
        with self._guard:
            mine = self._left.get(shop.access.name, 0.0) ** 2
            everything = sum(left**2 for left in self._left.values())
        part = round(_SHARED * mine / everything) if everything else 0
        return min(most, max(enough, part))

    def _useful(self, shop: Shop) -> int:
        """How many keep up with the rate limit until the end.

        Each reads a part of the listing, whose last page is seldom full: one more is one more request, and where the
        rate limit binds, its time.
        """
        with self._guard:
            pace = self._pace.get(shop.access.name, inf)
        wanted = pace * ((shop.load.seconds or _ANSWERED) + _READ) * _SPARE
        return MOST_WORKERS if wanted > MOST_WORKERS else max(2, ceil(wanted))
