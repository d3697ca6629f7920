"""Windows of time in which a long listing is read at the same time, so cut and halved that nothing falls between."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

EVER = datetime(2000, 1, 1, tzinfo=UTC)  # before the first store
ALWAYS = datetime(9999, 1, 1, tzinfo=UTC)  # what is made while we read comes too
OVERLAP = timedelta(minutes=5)  # news may reach Shopify's lists a little late
_SECOND = timedelta(seconds=1)  # Shopify's times have no smaller part


@dataclass(frozen=True, slots=True)
class Window:
    """What was created from *since* to *until*, both included, and is read by rising id up to *after_id*."""

    since: datetime = EVER
    until: datetime = ALWAYS
    after_id: int = 0
    finished: bool = False

    def advanced(self, after_id: int) -> Window:
        return replace(self, after_id=max(self.after_id, after_id))

    def done(self) -> Window:
        return replace(self, finished=True)

    def halved(self, at: datetime) -> tuple[Window, Window]:
        """The part up to *at* and the part after it; what was read by id is read in both."""
        return replace(self, until=at), replace(self, since=at + _SECOND)


ALL = Window()


def caught_up(asked_at: datetime, begun: datetime) -> datetime:
    """Up to when changes are surely seen, of what was asked for at that time of the store's, and of our own clock.

    The store's `Date` may be a proxy's with a wrong clock, so it counts no more than ours.
    """
    return min(asked_at, begun) - OVERLAP


def cut(whole: Window, oldest: datetime, newest: datetime, parts: int) -> list[Window]:
    """*whole* in windows of equal length between *oldest* and *newest*; the outer ones keep its own ends."""
    windows: list[Window] = []
    step = (newest - oldest) / max(parts, 1)
    left = whole
    for part in range(1, parts):
        at = (oldest + step * part).replace(microsecond=0)
        if left.since <= at < left.until:
            first, left = left.halved(at)
            windows.append(first)
    return [*windows, left]
