"""The collector at work: which stores it listens to, where leads go, and what is told while it runs."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from shopinf.capture.collector import FULL, KEPT, WAITS, Collector, Limits, limits
from shopinf.capture.inbox import Inbox
from shopinf.capture.limits import DayLimit
from shopinf.capture.serving import Serving
from shopinf.capture.waiting import TAKEN, Waiting
from shopinf.errors import MachineProblem, ShopinfError
from shopinf.livecapture import Bounds
from shopinf.loopback import is_loopback
from shopinf.stores import Store
from shopinf.words import agreeing, counted
from shopinf.work.livecapture.taking import Taking, origins_of, remembered_sites, sites_of, waiting_at

if TYPE_CHECKING:
    from shopinf.desk import Desk

_LOOK = 1.0  # seconds between looks
_TELL = 60.0  # at most a line a minute
_COUNTED = (KEPT, WAITS, FULL)  # where they come onto the disk and off it
_FIRST = 5.0  # seconds in which a ledger that is well has told the stores' keys


@dataclass(frozen=True)
class Place:
    """Where the collector listens, to whom, and how much of what it hears it keeps."""

    host: str
    port: int
    per_minute: int
    per_day: int
    bounds: Bounds
    origins: Sequence[str] = ()


def collect(desk: Desk, stores: Sequence[Store], place: Place, listening: Callable[[int], None] | None = None) -> None:
    """Serve until Ctrl-C; *listening* is told the port.

    The script is served, and events are taken onto the disk, whatever becomes of the ledger.
    """
    with suppress(MachineProblem):
        _ = desk.ledger  # an address that cannot be right is refused now
    with waiting_at(desk, make=True) as waiting:
        assert waiting is not None
        waiting.tell(place.bounds)
        complaints = _Complaints(desk)
        pages = frozenset[str]().union(*(origins_of(store, place.origins) for store in stores))

        def ask() -> None:
            collector.listen(sites_of(desk, stores, waiting, place.origins), pages, known=True)

        taking = Taking(desk, waiting, place.bounds, known=ask)
        inbox = Inbox(waiting, taking, lost=complaints.lost, away=complaints.away, relieved=complaints.relieved)
        collector = Collector(inbox, _limits(desk, waiting, place), desk.clock.now)
        collector.listen(remembered_sites(stores, waiting, place.origins), pages, known=False)
        with inbox, Serving(collector, place.host, place.port) as serving:
            inbox.tried.wait(_FIRST)
            _say_open(desk, stores, pages, place, serving.port)
            complaints.begin()
            if listening:
                listening(serving.port)
            watch = _Watch(desk, collector, serving, complaints, waiting)
            try:
                watch.keep()
            finally:
                watch.note()
                desk.out.say(told(collector))


def _limits(desk: Desk, waiting: Waiting, place: Place) -> Limits:
    def today() -> date:
        return desk.clock.now().date()

    taken = {shop_id: count for (shop_id, what), count in waiting.tally(today()).items() if what == TAKEN}
    return limits(desk.clock.monotonic, DayLimit(place.per_day, today, taken), per_minute=place.per_minute)


def told(collector: Collector) -> str:
    """What came of the events so far, in one line."""
    counts: Counter[str] = Counter()
    for (_, _, word), count in list(collector.tally.items()):
        counts[word] += count
    kept, wait = counts.pop(KEPT, 0), counts.pop(WAITS, 0)
    refused = ", ".join(f"{count:,} {word}" for word, count in sorted(counts.items()))
    waited = f", {wait:,} left on this machine's disk for the ledger" if wait else ""
    return f"{counted(kept, 'event')} kept{waited}" + (f"; refused: {refused}" if refused else "")


class _Complaints:
    """Says what is wrong with the disk and with the ledger once, not with every event, and when it is over."""

    def __init__(self, desk: Desk) -> None:
        self._desk, self._guard = desk, threading.Lock()
        self._last: set[str] = set()
        self._kept: list[Callable[[], None]] | None = []  # until it is said where the collector listens

    def lost(self, error: ShopinfError) -> None:
        """Events are not taken at all."""
        self._warn(error, "events are answered with 503 and not kept")

    def away(self, error: ShopinfError) -> None:
        """The ledger cannot be written, so events wait."""
        self._warn(error, "events wait on this machine's disk")

    def relieved(self, count: int) -> None:
        """It can again, and the events that waited are in it."""
        self.clear()
        are = agreeing(count, "is", "are")
        words = f"the ledger is written again; {counted(count, 'event')} that waited {are} in it"
        self._say(lambda: self._desk.out.note(words))

    def begin(self) -> None:
        """Say what came up until the collector was said to be listening, and from now on at once."""
        with self._guard:
            kept, self._kept = self._kept or [], None
        for say in kept:
            say()

    def clear(self) -> None:
        with self._guard:
            self._last.clear()

    def _warn(self, error: ShopinfError, what: str) -> None:
        with self._guard:
            new = error.message not in self._last
            self._last.add(error.message)
        if new:
            words = f"{what}: {error.message}" + (f". {error.hint}" if error.hint else "")
            self._say(lambda: self._desk.out.warn(words))

    def _say(self, say: Callable[[], None]) -> None:
        with self._guard:
            if self._kept is not None:
                self._kept.append(say)
                return
        say()


class _Watch:
    """Looks after the collector while it runs."""

    def __init__(
        self, desk: Desk, collector: Collector, serving: Serving, complaints: _Complaints, waiting: Waiting
    ) -> None:
        self._desk, self._collector, self._serving = desk, collector, serving
        self._complaints, self._waiting = complaints, waiting
        self._noted: Counter[tuple[date, int, str]] = Counter()

    def keep(self) -> None:
        """Until Ctrl-C."""
        line, said = told(self._collector), self._desk.clock.monotonic()
        while True:
            self._desk.clock.wait(_LOOK)
            now = self._desk.clock.monotonic()
            if not self._serving.alive:
                raise MachineProblem(
                    "The collector stopped by itself", hint="Start it again: shopinf livecapture serve"
                )
            self.note()
            if now - said >= _TELL:
                said = now
                self._complaints.clear()
                if (news := told(self._collector)) != line:
                    line = news
                    self._desk.out.say(line)

    def note(self) -> None:
        """Write down how many events of a store were refused since, for `livecapture status`."""
        refused = Counter(
            {spot: count for spot, count in list(self._collector.tally.items()) if spot[1] and spot[2] not in _COUNTED}
        )
        with suppress(ShopinfError):
            self._waiting.add(refused - self._noted)
            self._noted = refused


def _say_open(desk: Desk, stores: Sequence[Store], pages: Iterable[str], place: Place, port: int) -> None:
    host = f"[{place.host}]" if ":" in place.host else place.host
    names = ", ".join(store.name for store in stores)
    desk.out.say(f"Listening at http://{host}:{port} for {names}; leads are kept for {place.bounds.days} days.")
    desk.out.say(f"Events are taken from {', '.join(sorted(pages))}, and from pixels. Ctrl-C ends it.")
    if not is_loopback(place.host):
        desk.out.warn(
            f"{place.host} can be reached from other machines, without encryption; storefronts need an https address, "
            "so put a reverse proxy in front of 127.0.0.1 instead"
        )
