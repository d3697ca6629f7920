"""A long listing of orders read at many places at the same time.

The listing is cut into windows of `created_at`, which never changes, and each window is read by rising id. Whoever has
nothing left to do takes over half of what is left of the largest window. Both halves go on after the id that the whole
was read up to, so nothing is lost wherever the cut falls.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from math import ceil

from shopinf.orderrows import OrderRow
from shopinf.shopify.client import PAGE, Shop
from shopinf.shopify.orders import Page, pages
from shopinf.shopify.pages import at_once
from shopinf.times import parse_time, utc_z
from shopinf.unread import Unread
from shopinf.windows import Window

_WORTH_HALVING = 3 * PAGE  # below that, a further request costs more than it saves


@dataclass(frozen=True, slots=True)
class Step:
    """Orders of one answer, and how far the windows that changed have come with it."""

    number: int
    orders: list[OrderRow]
    windows: tuple[Window, ...]
    unread: Sequence[Unread] = ()  # orders of the same answer that cannot be read


@dataclass(eq=False)
class _Lane:
    """One window as it is being read."""

    window: Window
    at: datetime  # how far in time it has come, as far as ids and times rise together
    pages: Iterator[Page] | None = None
    busy: bool = False
    read: int = 0
    begun: datetime = field(init=False)

    def __post_init__(self) -> None:
        self.begun = self.at


class Shards:
    """The windows of one reading, handed out page by page to whoever asks next."""

    def __init__(
        self,
        read: Callable[[Window], Iterator[Page]],
        windows: Iterable[Window],
        *,
        oldest: datetime,
        newest: datetime,
        expected: int,
    ) -> None:
        self._read_window = read
        self._lock = threading.Lock()
        self._oldest, self._newest = oldest, newest
        self._density = expected / max((newest - oldest).total_seconds(), 1.0)
        self._lanes = [_Lane(window, max(window.since, oldest)) for window in windows if not window.finished]
        self._changed: dict[int, _Lane] = {}
        self._steps = 0

    def __iter__(self) -> Iterator[Callable[[], Step]]:
        return self

    def __next__(self) -> Callable[[], Step]:
        """The next page to read; none is left for the asker when all windows are read, or nearly."""
        with self._lock:
            ready = [lane for lane in self._lanes if not lane.busy]
            lane = max(ready, key=self._left) if ready else self._half()
            if lane is None:
                raise StopIteration
            lane.busy = True
        return lambda: self._read(lane)

    def _half(self) -> _Lane | None:
        """The later half of the largest window, as one of its own."""
        largest = max(self._lanes, key=self._left, default=None)
        if largest is None or self._left(largest) < _WORTH_HALVING:
            return None
        until = min(largest.window.until, self._newest)
        at = (largest.at + (until - largest.at) / 2).replace(microsecond=0)
        if not largest.window.since <= at < largest.window.until:
            return None
        largest.window, rest = largest.window.halved(at)
        largest.pages = None  # its listing reached to the former end
        lane = _Lane(rest, rest.since)
        self._lanes.append(lane)
        self._changed |= {id(largest): largest, id(lane): lane}
        return lane

    def _left(self, lane: _Lane) -> float:
        """How many orders it still has, roughly: as many a day as it had so far."""
        passed = (lane.at - lane.begun).total_seconds()
        density = lane.read / passed if lane.read >= PAGE and passed > 0 else self._density
        return density * max((min(lane.window.until, self._newest) - lane.at).total_seconds(), 0.0)

    def _read(self, lane: _Lane) -> Step:
        with self._lock:
            since = utc_z(lane.window.since)
            listing = lane.pages = lane.pages or self._read_window(lane.window)
        page = next(listing, None)
        with self._lock:
            if page is None and lane.pages is listing:
                lane.window = lane.window.done()
                self._lanes.remove(lane)
            elif page is not None:
                lane.window = lane.window.advanced(page.last_id)
                lane.read += len(page.orders) + len(page.unread)
                if page.orders:
                    last = max(page.orders, key=lambda order: order.order_id).created_at
                    lane.at = min(max(lane.at, parse_time(last)), max(lane.window.until, lane.at))
            lane.busy = False
            self._changed[id(lane)] = lane
            changed = tuple(each.window for each in self._changed.values())
            self._changed.clear()
            self._steps += 1
            # What lies beyond a window that was halved meanwhile comes with its other half.
            until = utc_z(lane.window.until)
            found = [each for each in page.orders if since <= each.created_at <= until] if page else []
            return Step(self._steps, found, changed, page.unread if page else ())


def read_windows(
    shop: Shop,
    key: bytes,
    windows: list[Window],
    *,
    oldest: datetime,
    newest: datetime,
    expected: int,
    workers: Callable[[], int],
    updated_since: datetime | None = None,
    whole: bool = False,
) -> Iterator[Step]:
    """Read *windows* at the same time; steps come in the order in which they happened.

    Written down in that order, what is written is true after each step: a run that ends in between can go on.
    """
    shop.readers.expect(ceil(expected / PAGE))
    shards = Shards(
        lambda window: pages(shop, key, window, updated_since=updated_since, whole=whole),
        windows,
        oldest=oldest,
        newest=newest,
        expected=expected,
    )
    waiting: dict[int, Step] = {}
    due = 1
    for step in at_once(shards, workers=workers, clock=shop.clock):
        waiting[step.number] = step
        while due in waiting:
            yield waiting.pop(due)
            due += 1


def places(expected: int, workers: int) -> int:
    """In how many windows to begin: a few pages each, so that few requests find a page that is not full."""
    return max(1, min(workers, expected // (4 * PAGE)))
