"""`shopinf orders reconcile`: read all orders anew, add them up, and hold the sums against the store's own."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from shopinf import unread
from shopinf.attribution.reconcile import FIGURES, Gap, Head, compare, gaps
from shopinf.attribution.sales import sale
from shopinf.commands.options import DeskContext, FormChoice, Noun, PeriodChoice, StoreChoice, examples
from shopinf.commands.orders.rows import ODD_ORDERS
from shopinf.errors import BadInput, PartlyDone
from shopinf.money import Money
from shopinf.orders import Order
from shopinf.outcomes import Done
from shopinf.periods import Period
from shopinf.results import Failure, Result, columns
from shopinf.shell import quoted
from shopinf.stores import Store
from shopinf.unread import Unread
from shopinf.windows import ALWAYS, EVER, Window, cut
from shopinf.words import agreeing, counted

if TYPE_CHECKING:
    from shopinf.desk import Desk
    from shopinf.ledger.orders import Orders
    from shopinf.work.orders.seats import Seats


app = Noun()

COLUMNS = columns(
    order="store order_id order_name currency figure ours theirs difference fix",
    numbers="order_id",
    money="ours theirs difference",
    shown="figure order_name fix ours theirs difference store",
)


@app.command(
    "reconcile", columns=COLUMNS, epilog=examples("orders reconcile", "orders reconcile --period last-month -f json")
)
def reconcile(
    desk: DeskContext,
    stores: StoreChoice = StoreChoice(),
    period: PeriodChoice = PeriodChoice(),
    form: FormChoice = FormChoice(),
) -> None:
    """Compare the ledger's orders with the store's, and our gross, discounts, returns and net with its own totals.

    All orders are read anew for it, with and without codes. The first rows are the sums over all of them, the others
    each difference with the command that mends it: orders missing here, surplus here, stale here, and figures that
    differ. They end with exit code 7. Without a period: everything that Shopify shows.
    """
    from shopinf.work.orders.seats import Seats

    chosen = desk.stores(stores)
    spans: dict[str, Period] = {}
    if period.given:
        spans = period.of(desk, chosen)
    elif "{period}" in str(form.output):
        raise BadInput("{period} in --output needs a period", hint="Add --period, or --from and --to.")
    seats = Seats(len(chosen))
    outcomes = desk.each_store(chosen, lambda store: _reconciled(desk, store, spans.get(store.name), seats)).or_raise()
    done = [found for _, found in outcomes.done]
    desk.deliver(outcomes, _answer, form, periods=spans)
    for found in done:
        count = f"{found.differing:,}" if found.differing else "none"
        differ = f"{count} {agreeing(found.differing or 1, 'differs', 'differ')}"
        apart = "".join(f", {count:,} {gap}" for gap, count in sorted(found.gaps.items()))
        desk.out.say(f"{found.store.name}: {counted(found.orders, 'order')} compared, {differ}{apart}.")
        if not found.synced:
            desk.out.note(f"{found.store.name} was never synced, so only the totals were compared")
    outcomes.settle()
    unread.settle((odd for found in done for odd in found.unread), ODD_ORDERS)
    differing = sum(found.differing for found in done)
    if apart_here := sum(sum(found.gaps.values()) for found in done):
        more = f"; {differing:,} {agreeing(differing, 'differs', 'differ')} from its own totals" if differing else ""
        raise PartlyDone(
            f"{counted(apart_here, 'order')} {agreeing(apart_here, 'is', 'are')} not here as in the store{more}",
            hint=max((str(row["fix"]) for f in done for row in f.apart), key=len),
        )
    if differing:
        raise PartlyDone(
            f"{counted(differing, 'order')} {agreeing(differing, 'differs', 'differ')} from the store's own totals",
            hint=f"shopinf orders explain {next(f.differences[0]['order_id'] for f in done if f.differences)}",
        )


def _answer(done: Done[Reconciled], failures: Sequence[Failure]) -> Result:
    rows = [row for _, found in done for row in found.rows()]
    stores = [
        {"store": store.name, "orders": f.orders, "differing": f.differing, **{gap: f.gaps[gap] for gap in Gap}}
        for store, f in done
    ]
    body = {"stores": stores, "rows": rows}
    odd = [each for store, found in done for each in unread.failures(store.name, found.unread)]
    return Result("shopinf.orders.reconcile/1", COLUMNS, rows, body=body, failures=[*failures, *odd])


@dataclass
class Reconciled:
    """One store's sums beside its own, and the orders in which they differ."""

    store: Store
    orders: int = 0
    differing: int = 0
    ours: dict[tuple[str, str], Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    theirs: dict[tuple[str, str], Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    differences: list[dict[str, Any]] = field(default_factory=list)
    unread: list[Unread] = field(default_factory=list)
    there: dict[int, Head] = field(default_factory=dict)
    apart: list[dict[str, Any]] = field(default_factory=list)  # orders that are not here as in the store
    gaps: Counter[Gap] = field(default_factory=Counter)
    synced: bool = True

    def compare(self, ledger: Orders, window: Window) -> None:
        """Hold the ledger's orders of *window* against those that were read."""
        sync = ledger.sync(self.store.shop_id)
        self.synced = sync is not None
        if sync is None:
            return
        odd = {each.record_id for each in self.unread}
        here = {id: head for id, head in ledger.heads(self.store.shop_id, window).items() if id not in odd}
        for gap, head in gaps(here, self.there, sync.reach):
            self.gaps[gap] += 1
            coming = gap is not Gap.SURPLUS and sync.watermark is not None and head.updated_at >= sync.watermark
            fix = f"shopinf orders sync{'' if coming else ' --full'} --store {quoted(self.store.name)}"
            row = dict.fromkeys(column.key for column in COLUMNS)
            told = {"store": self.store.name, "order_id": head.order_id, "order_name": head.name}
            self.apart.append(row | told | {"figure": str(gap), "fix": fix})

    def add(self, order: Order) -> None:
        self.orders += 1
        self.there[order.order_id] = Head(order.order_id, order.name, order.created_at, order.updated_at)
        currency = order.currency or self.store.currency
        differs = False
        for each in compare(order, sale(order)):
            self.ours[currency, each.figure] += each.ours
            self.theirs[currency, each.figure] += each.theirs
            if each.differs:
                differs = True
                self.differences.append(self._row(currency, each.figure, each.ours, each.theirs, order))
        self.differing += differs

    def rows(self) -> list[dict[str, Any]]:
        """All orders' sums first, then each difference."""
        currencies = sorted({currency for currency, _ in self.ours})
        sums = [
            self._row(currency, figure, self.ours[currency, figure], self.theirs[currency, figure])
            for currency in currencies
            for figure in FIGURES
        ]
        return sums + self.apart + self.differences

    def _row(
        self, currency: str, figure: str, ours: Decimal, theirs: Decimal, order: Order | None = None
    ) -> dict[str, Any]:
        return {
            "store": self.store.name,
            "order_id": order.order_id if order else None,
            "order_name": order.name if order else None,
            "currency": currency,
            "figure": figure,
            "ours": Money(ours, currency),
            "theirs": Money(theirs, currency),
            "difference": Money(ours - theirs, currency),
            "fix": f"shopinf orders explain {order.order_id}" if order else None,
        }


def _reconciled(desk: Desk, store: Store, period: Period | None, seats: Seats) -> Reconciled:
    """Read the orders made in *period* (all that Shopify shows, if None) from the store, and compare their sums."""
    found = Reconciled(store)
    with desk.out.progress("reading orders", None, "orders", store=store.name) as progress:
        try:
            for order in _orders(desk, store, period, seats, progress.total, found.unread.extend):
                found.add(order)
                progress.advance()
            begin, end = period.bounds(store.zone) if period else (EVER, ALWAYS)
            found.compare(desk.ledger.orders, Window(begin, end - timedelta(seconds=1) if period else end))
        finally:
            seats.leave(store.name)
    return found


def _orders(
    desk: Desk,
    store: Store,
    period: Period | None,
    seats: Seats,
    expect: Any,
    odd: Callable[[Iterable[Unread]], None],
) -> Iterator[Order]:
    from shopinf.shopify.orders import count_orders, glance
    from shopinf.shopify.shards import places, read_windows
    from shopinf.work.orders.seats import MOST_WORKERS

    shop, key = desk.shop(store), desk.ledger.database.key()
    begin, end = period.bounds(store.zone) if period else (EVER, ALWAYS)
    whole = Window(begin, end)
    known, first = count_orders(shop, whole), glance(shop, key, whole)
    if first.oldest is None:
        return
    expect(known.count)
    oldest, expected = first.oldest, known.count or 0
    newest = min(end, max(first.at or oldest, oldest))
    seats.tell(shop, expected)
    most = places(expected, MOST_WORKERS)

    def workers() -> int:
        return min(most, seats.workers(shop))

    windows = cut(whole, oldest, newest, workers())
    left = expected
    steps = read_windows(
        shop,
        key,
        windows,
        oldest=oldest,
        newest=newest,
        expected=expected,
        workers=workers,
        whole=True,
    )
    for step in steps:
        left -= len(step.orders)
        seats.tell(shop, left)
        odd(step.unread)
        orders = (each.order for each in step.orders)
        yield from (order for order in orders if order.created_at < end)  # the end itself is the next period's
