"""The collector at work: which stores it listens to, where leads go, and what is told while it runs."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from shopinf.capture.collector import Collector, Site, limits
from shopinf.capture.inbox import Arrived, Inbox
from shopinf.capture.serving import Serving
from shopinf.errors import MachineProblem, ShopinfError
from shopinf.livecapture import origins
from shopinf.loopback import is_loopback
from shopinf.stores import Store
from shopinf.words import counted

if TYPE_CHECKING:
    from shopinf.desk import Desk

_LOOK = 1.0  # seconds between looks
_TELL = 60.0  # at most a line a minute
_PURGE = timedelta(hours=1).total_seconds()


@dataclass(frozen=True)
class Place:
    """Where the collector listens, to whom, and for how long it keeps what it hears."""

    host: str
    port: int
    keep_days: int
    per_minute: int
    origins: Sequence[str] = ()


def sites_of(desk: Desk, stores: Sequence[Store], more: Sequence[str] = ()) -> dict[str, Site]:
    """The stores by public key, each with the origins of its own pages."""
    return {
        desk.ledger.leads.open(store.shop_id).key: Site(store.shop_id, origins([*_addresses(store), *more]))
        for store in stores
    }


def _addresses(store: Store) -> list[str]:
    domain = store.storefront
    other = domain.removeprefix("www.") if domain.startswith("www.") else f"www.{domain}"
    return [each for each in (store.domain, domain, domain and other, store.url) if each]


def collect(desk: Desk, stores: Sequence[Store], place: Place, listening: Callable[[int], None] | None = None) -> None:
    """Serve until Ctrl-C; *listening* is told the port."""
    sites = sites_of(desk, stores, place.origins)
    leads = desk.ledger.leads
    leads.purge()

    def keep(arrived: Sequence[Arrived]) -> None:
        leads.keep(arrived, days=place.keep_days)

    complaints = _Complaints(desk)
    with Inbox(keep, complain=complaints.take) as inbox:
        callers, shops = limits(desk.clock.monotonic, per_minute=place.per_minute)
        collector = Collector(sites, inbox, callers, shops)
        with Serving(collector, place.host, place.port) as serving:
            _say_open(desk, stores, sites, place, serving.port)
            if listening:
                listening(serving.port)
            try:
                _watch(desk, collector, serving, complaints)
            finally:
                desk.out.say(told(collector))


def told(collector: Collector) -> str:
    """What came of the events so far, in one line."""
    counts = dict(collector.tally)
    kept = counts.pop("kept", 0)
    refused = ", ".join(f"{count:,} {word}" for word, count in sorted(counts.items()))
    return f"{counted(kept, 'event')} kept" + (f"; refused: {refused}" if refused else "")


class _Complaints:
    """Says what is wrong with the ledger once, not with every event."""

    def __init__(self, desk: Desk) -> None:
        self._desk, self._guard, self._last = desk, threading.Lock(), ""

    def take(self, error: ShopinfError) -> None:
        with self._guard:
            new, self._last = error.message != self._last, error.message
        if new:
            self._desk.out.warn(f"events are answered with 503 and not kept: {error.message}")

    def clear(self) -> None:
        with self._guard:
            self._last = ""


def _watch(desk: Desk, collector: Collector, serving: Serving, complaints: _Complaints) -> None:
    line, said, purged = told(collector), desk.clock.monotonic(), desk.clock.monotonic()
    while True:
        desk.clock.wait(_LOOK)
        now = desk.clock.monotonic()
        if not serving.alive:
            raise MachineProblem("The collector stopped by itself", hint="Start it again: shopinf livecapture serve")
        if now - said >= _TELL:
            said = now
            complaints.clear()
            if (news := told(collector)) != line:
                line = news
                desk.out.say(line)
        if now - purged >= _PURGE:
            purged = now
            desk.ledger.leads.purge()


def _say_open(desk: Desk, stores: Sequence[Store], sites: dict[str, Site], place: Place, port: int) -> None:
    host = f"[{place.host}]" if ":" in place.host else place.host
    names = ", ".join(store.name for store in stores)
    pages = ", ".join(sorted({origin for site in sites.values() for origin in site.origins}))
    desk.out.say(f"Listening at http://{host}:{port} for {names}; leads are kept for {place.keep_days} days.")
    desk.out.say(f"Events are taken from {pages}, and from pixels. Ctrl-C ends it.")
    if not is_loopback(place.host):
        desk.out.warn(
            f"{place.host} can be reached from other machines, without encryption; storefronts need an https address, "
            "so put a reverse proxy in front of 127.0.0.1 instead"
        )
