"""Bringing the mirror of a store's orders up to date: all of them once, then only what changed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from shopinf.ledger.orders import Reading, Sync
from shopinf.orderfacts import FACTS_VERSION
from shopinf.orderrows import OrderRow
from shopinf.shopify.orders import count_orders, glance, pages
from shopinf.shopify.shards import Step, places, read_windows
from shopinf.shopify.shop import HISTORY_DAYS, granted_scopes, history_cut, shop_facts
from shopinf.stores import Store
from shopinf.unread import Unread
from shopinf.windows import EVER, OVERLAP, Window, caught_up, cut
from shopinf.words import counted
from shopinf.work.orders.again import ask_again, renew
from shopinf.work.orders.kept import let_go_of_stale
from shopinf.work.orders.repeats import read_repeats
from shopinf.work.orders.seats import MOST_WORKERS, Seats

if TYPE_CHECKING:
    from shopinf.console.progress import Progress
    from shopinf.desk import Desk

AHEAD = timedelta(minutes=5)  # a store's answers may be dated so far ahead of our clock before it is said
RESUMED = timedelta(days=1)  # how long ago a reading began that another run goes on with, beyond what clocks say
HISTORY = timedelta(days=HISTORY_DAYS)
FEW = 1000  # changed orders; up to here they are read one page after the other


@dataclass
class Synced:
    """What a sync came to."""

    store: Store
    read: int = 0
    removed: int = 0
    first: bool = False  # all orders were read for the first time
    sync: Sync | None = None
    notes: list[str] = field(default_factory=list)
    unread: list[Unread] = field(default_factory=list)  # what could not be read, this time or before

    @property
    def said(self) -> list[str]:
        """What a person should know, each sentence with the store's name."""
        cut = [cut_note(self.sync)] if self.sync and self.sync.truncated else []
        return [f"{self.store.name}: {note}" for note in (*cut, *self.notes)]


def cut_note(sync: Sync) -> str:
    """Why older orders are missing: Shopify hides them, or they were not asked for."""
    since = f"{sync.reach:%Y-%m-%d}" if sync.reach else "the beginning"
    if sync.truncated:
        return (
            f"only orders since {since} can be seen: without read_all_orders Shopify shows {HISTORY_DAYS} days; the "
            "app's owner requests it in the Dev Dashboard under API access requests"
        )
    return f"orders before {since} were not read: shopinf orders sync --since DAY reads further back"


@dataclass(frozen=True)
class _Plan:
    """A reading about to begin or to go on, and what it has to expect."""

    reading: Reading
    expected: int
    oldest: datetime


def sync_orders(
    desk: Desk, store: Store, *, since: date | None = None, full: bool = False, seats: Seats | None = None
) -> Synced:
    """Read what changed in *store* since the last time, or everything when it is the first.

    *since* says how far back orders are read; a later sync with an earlier day reads the older ones too. *full* reads
    all of them again and removes those that the store no longer has. *seats* are shared with the other stores of a run.
    """
    with desk.syncing(store), desk.out.progress("reading orders", None, "orders", store=store.name) as progress:
        seats = seats or Seats()
        try:
            return _Syncing(desk, store, seats, progress).run(since, full)
        finally:
            seats.leave(store.name)


class _Syncing:
    """One store being synced."""

    def __init__(self, desk: Desk, store: Store, seats: Seats, progress: Progress) -> None:
        self.store = store
        self.seats = seats
        self.progress = progress
        self.shop = desk.shop(store)
        self.ledger = desk.ledger.orders
        self.books = desk.ledger
        self.key = desk.ledger.database.key()
        self.done = Synced(store)
        self._newest = ""  # the newest change that was met, as rows have it
        self._begin()

    def _begin(self) -> None:
        self.begun, self._ticks = self.shop.clock.now(), self.shop.clock.monotonic()

    def run(self, since: date | None, full: bool) -> Synced:
        self._bring_up_to_date(since, full)
        self.ledger.introduce(self.store)
        known = self._known()
        self.done.notes += renew(self.books, self.store, self.shop, known)
        if known.facts < FACTS_VERSION:
            self._keep(replace(known, facts=FACTS_VERSION))
        if self._newest:
            read_repeats(self.books, self.store, self.shop, known, datetime.fromisoformat(self._newest))
        let_go_of_stale(self.books, self.store)
        nameless = [each for each in self.done.unread if not each.record_id]
        self.done.unread = [*self.books.unread.of(self.store.shop_id, "orders"), *nameless]
        return self.done

    def _bring_up_to_date(self, since: date | None, full: bool) -> None:
        former = self.ledger.sync(self.store.shop_id)
        begun = self.ledger.begun(self.store.shop_id)
        low = EVER if since is None else datetime.combine(since, time(), self.store.zone)
        if former is None or full:
            round = former.round + 1 if former else 1
            resumed = begun if begun is not None and begun.round == round else None
            self._read_all(former, resumed, low, round)
            if resumed is not None:
                self._read_changed()  # what was read before the interruption may have changed since
            return
        self.done.notes += ask_again(self.books, self.store, self.shop, former.round)
        if begun is not None and begun.round == former.round:
            self._read_older(self._resumed(begun))
        self._widen(since is not None, low)
        self._read_changed()

    # all orders

    def _read_all(self, former: Sync | None, resumed: Reading | None, low: datetime, round: int) -> None:
        """Read every order that Shopify shows; goes on with a reading that was interrupted."""
        scopes, hidden = self._sight()
        self.done.first = former is None
        plan = self._resumed(resumed) if resumed else self._planned(Window(low), round)
        reading = plan.reading
        low = reading.windows[0].since
        self._read(plan)
        if self._agrees(reading, low) and former is not None:
            # Orders that Shopify hides by now are not gone.
            visible = max(low, reading.started - HISTORY + timedelta(hours=1)) if hidden else low
            self.done.removed = len(self.ledger.remove_unseen(self.store.shop_id, round, visible, reading.started))
        self._ended(former, low, reading.started, scopes, hidden, round, resumed=resumed is not None)

    def _planned(self, whole: Window, round: int) -> _Plan:
        """The windows in which *whole* will be read, written down before it begins."""
        known, first = count_orders(self.shop, whole), glance(self.shop, self.key, whole)
        started, expected = known.at or first.at or EVER, known.count or 0
        self.seats.tell(self.shop, expected)
        oldest = first.oldest or started
        windows = cut(whole, oldest, min(whole.until, max(started, oldest)), self._workers(expected)())
        reading = Reading(windows, started, round)
        self.ledger.begin(self.store.shop_id, reading)
        return _Plan(reading, expected, oldest)

    def _resumed(self, reading: Reading) -> _Plan:
        whole = Window(reading.windows[0].since, reading.windows[-1].until)
        left = self._lacking(whole, reading.round)
        first = glance(self.shop, self.key, whole)
        return _Plan(reading, max(left, 0), first.oldest or reading.started)

    def _read(self, plan: _Plan) -> None:
        """Read the windows that are left, and write down each page with how far they have come."""
        reading = plan.reading
        left = [window for window in reading.windows if not window.finished]
        if not left:
            return
        self.progress.total(plan.expected)
        steps = read_windows(
            self.shop,
            self.key,
            left,
            oldest=plan.oldest,
            newest=min(left[-1].until, max(reading.started, plan.oldest)),
            expected=plan.expected,
            workers=self._workers(plan.expected, at_least=len(left)),
        )
        self._take(steps, reading, plan.expected, resumable=True)

    def _workers(self, expected: int, *, at_least: int = 1) -> Callable[[], int]:
        """How many may read so many orders: as many as have a seat at that time, and as find something to do."""
        most = max(at_least, places(expected, MOST_WORKERS))
        return lambda: min(most, self.seats.workers(self.shop))

    def _take(self, steps: Iterable[Step], reading: Reading, expected: int, *, resumable: bool) -> None:
        """Write down several pages at a time, and how far the windows have come if *reading* can be gone on with."""
        held: list[Step] = []
        read = 0

        def keep(due: list[Step]) -> None:
            if due:
                found = [order for step in due for order in step.orders]
                odd = [each for step in due for each in step.unread]
                come = [each for step in due for each in step.windows] if resumable else None
                self._write(found, odd, reading, come)

        try:
            for step in steps:
                held.append(step)
                read += len(step.orders)
                self.progress.advance(len(step.orders))
                self.seats.tell(self.shop, expected - read)
                if len(held) == self.seats.together:
                    due, held = held, []
                    keep(due)
        finally:  # what was read before a failure or a Ctrl-C need not be read again
            keep(held)

    def _write(
        self, orders: list[OrderRow], odd: Sequence[Unread], reading: Reading, come: Iterable[Window] | None = None
    ) -> None:
        """Keep orders, which could not be read, and how far the windows of a reading that can be gone on with came."""
        self._newest = max([self._newest, *(each.updated_at for each in orders)])
        news = self.ledger.write(
            self.store.shop_id,
            orders,
            reading.round,
            reading=reading if come is not None else None,
            come=come or (),
            odd=odd,
        )
        # Of what is asked for by its changes the last is always known: the next reading begins before it.
        self.done.read += news if come is None else len(orders)
        self.done.unread += [each for each in odd if not each.record_id]  # the ledger knows the others

    def _agrees(self, reading: Reading, low: datetime) -> bool:
        """Is what the list brought as much as Shopify counts? Stretches that lack orders are read once more.

        A count may lag behind a list, or the other way round, so what still differs is said and no more is made of it.
        """
        if self._lacking(Window(low), reading.round) <= 0:
            return True
        first = max(low, reading.started - timedelta(days=730))
        for window in cut(Window(low), first, reading.started, 24):
            if self._lacking(window, reading.round) > 0:
                for page in pages(self.shop, self.key, window):
                    self.ledger.write(self.store.shop_id, page.orders, reading.round, odd=page.unread)
        lacking = self._lacking(Window(low), reading.round)
        if lacking > 0:
            self.done.notes.append(
                f"Shopify counts {counted(lacking, 'more order')} than it lists, although the list was read twice: a "
                "report may lack them, or the count is behind; shopinf orders sync --full looks again"
            )
        return lacking <= 0

    def _lacking(self, window: Window, round: int) -> int:
        """How many orders of *window* Shopify counts beyond those that the reading *round* met."""
        count = count_orders(self.shop, window).count
        return 0 if count is None else count - self.ledger.count(self.store.shop_id, window, round)

    # how far back

    def _sight(self) -> tuple[frozenset[str], bool]:
        """The scopes, and whether orders older than 60 days are hidden from us."""
        scopes = granted_scopes(self.shop)
        if "read_all_orders" in scopes:
            return scopes, False
        return scopes, history_cut(self.shop, scopes, shop_facts(self.shop))

    def _ended(
        self,
        former: Sync | None,
        low: datetime,
        started: datetime,
        scopes: frozenset[str],
        hidden: bool,
        round: int,
        *,
        resumed: bool = False,
    ) -> None:
        """Write down how far back the store is read now; what the mirror has of older times still counts.

        *resumed*: an earlier run has read some of it.
        """
        edge = started - HISTORY
        reach = low if low > EVER else None
        truncated = hidden and (reach is None or reach < edge)
        if truncated:
            reach = edge
        if former is not None and reach is not None and (former.reach is None or former.reach <= reach):
            reach, truncated = former.reach, former.truncated
        whole = former is None or round > former.round
        watermark = self._bound(started, resumed=resumed) if whole or former is None else former.watermark
        # What was read by this run alone is in the present form.
        facts = former.facts if former else 1 if resumed else FACTS_VERSION
        self._keep(Sync(watermark, reach, truncated, scopes, round, facts=facts), ended=True)

    def _keep(self, sync: Sync, *, ended: bool = False) -> None:
        self.ledger.keep(self.store.shop_id, sync, ended=ended)
        self.done.sync = self._known()  # with the time of this sync

    def _widen(self, asked: bool, low: datetime) -> None:
        """Read orders older than what was read so far, when they are asked for or have come into sight."""
        former = self._known()
        if former.reach is None:
            return
        if not (asked and low < former.reach):
            if not former.truncated or "read_all_orders" not in granted_scopes(self.shop):
                return
            low = EVER
        elif former.truncated and self._sight()[1]:
            return  # what Shopify shows is all here
        self._read_older(self._planned(Window(low, former.reach), former.round))

    def _read_older(self, plan: _Plan) -> None:
        self._read(plan)
        scopes, hidden = self._sight()
        former, reading = self._known(), plan.reading
        self._ended(former, reading.windows[0].since, reading.started, scopes, hidden, former.round)

    def _known(self) -> Sync:
        sync = self.ledger.sync(self.store.shop_id)
        assert sync is not None
        return sync

    # what changed

    def _read_changed(self) -> None:
        """Read the orders changed since the last sync, by rising id, so that none slips between two pages."""
        former = self._known()
        everything = Window(former.reach if former.reach and not former.truncated else EVER)
        since = self._seen(former.watermark)  # an earlier version may have had it of a clock that was ahead
        reading = Reading([everything], since, former.round)
        asked_at: datetime | None = None
        self._begin()
        for number, page in enumerate(pages(self.shop, self.key, everything, updated_since=since)):
            if number == 0:
                asked_at = page.at
            if number == 1:
                expected = count_orders(self.shop, everything, updated_since=since).count or 0
                if expected > FEW:
                    self._read_many_changed(reading, expected)
                    break
            if page.orders or page.unread:
                self._write(page.orders, page.unread, reading)
                self.progress.advance(len(page.orders))
        self._keep(replace(former, watermark=since if asked_at is None else self._bound(asked_at)))

    def _bound(self, asked_at: datetime, *, resumed: bool = False) -> datetime:
        """From when on changes are read next time, of what was asked for at that time of the store's.

        No clock is trusted for it: its `Date` may be a proxy's, and this machine's may be wrong alike. The newest
        change that was seen had come by now, so what was not seen came after it less the time that the reading took.
        Of a reading that another run began only clocks say how long it took.
        """
        took = timedelta(seconds=self.shop.clock.monotonic() - self._ticks)
        if resumed:
            took += max(self.begun - asked_at, timedelta()) + RESUMED
        if (ahead := asked_at - self.begun) > AHEAD:
            minutes = counted(round(ahead.total_seconds() / 60), "minute")
            self.done.notes.append(
                f"its answers are dated {minutes} ahead of this machine's clock, so the next sync goes by the orders "
                "themselves; if this clock is slow, set it"
            )
        return self._seen(caught_up(asked_at, self.begun), took)

    def _seen(self, bound: datetime, took: timedelta = timedelta()) -> datetime:
        """*bound*, or what was surely seen when a reading began *took* ago, if that is earlier."""
        newest = self.ledger.newest_change(self.store.shop_id)
        return min(bound, newest - OVERLAP - took) if newest else EVER

    def _read_many_changed(self, reading: Reading, expected: int) -> None:
        """The same for many, at the same time in windows; interrupted, it begins again."""
        everything = reading.windows[0]
        newest = self.shop.clock.now()
        oldest = min(newest, glance(self.shop, self.key, everything).oldest or newest)
        self.seats.tell(self.shop, expected)
        workers = self._workers(expected)
        self.progress.total(expected)
        steps = read_windows(
            self.shop,
            self.key,
            cut(everything, oldest, newest, workers()),
            oldest=oldest,
            newest=newest,
            expected=expected,
            workers=workers,
            updated_since=reading.started,
        )
        self._take(steps, reading, expected, resumable=False)
