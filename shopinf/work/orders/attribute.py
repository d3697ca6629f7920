"""Attributing the orders of stores: read what changed, and credit each order to those whose codes it used."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from shopinf.attribution.codebook import Codes
from shopinf.attribution.credits import Credit, Excluded, Links, MultiCode, Rules
from shopinf.attribution.overview import Covered, Overview
from shopinf.attribution.report import Choice, DateBasis, StoreOrders
from shopinf.attribution.tiers import in_tiers
from shopinf.attribution.worth import Sums
from shopinf.errors import NotFound
from shopinf.leaks.verdict import Suspect
from shopinf.ledger.orders import Sync
from shopinf.money import Money
from shopinf.outcomes import Done, Outcomes
from shopinf.payouts.rates import read_rate
from shopinf.periods import Period
from shopinf.results import Failure
from shopinf.shell import quoted
from shopinf.stores import Store
from shopinf.unread import Unread
from shopinf.unread import failures as unread_failures
from shopinf.work.orders.codebook import code_book
from shopinf.work.orders.crediting import Which, changed_since_made, credit_orders
from shopinf.work.orders.kept import Keeper, kept_credits

if TYPE_CHECKING:
    from shopinf.desk import Desk
    from shopinf.work.orders.seats import Seats
    from shopinf.work.orders.sync import Synced


@dataclass(frozen=True)
class Asked:
    """What a report was asked for, besides its stores and its period."""

    choice: Choice
    multi_code: MultiCode = MultiCode.LARGEST
    links: Links | None = None
    commission: str | None = None
    compare: bool = False
    sync: bool = True
    sums: bool = False  # no order is listed, so sums of kept credits may stand for orders


@dataclass(frozen=True)
class Attributed:
    """One store's part of a report, and of the one over the period before where that was asked for."""

    period: Period
    orders: StoreOrders
    former: StoreOrders | None
    sync: Sync
    synced: Synced | None
    unread: Sequence[Unread] = ()  # orders that may belong to the period, and cannot be read

    @property
    def former_period(self) -> Period:
        return self.period.previous()

    def is_cut(self, store: Store) -> bool:
        """Does the report reach further back than what was read?"""
        period = self.former_period if self.former else self.period
        return self.sync.reach is not None and period.bounds(store.zone)[0] < self.sync.reach


def attribute_stores(
    desk: Desk, stores: Sequence[Store], periods: Mapping[str, Period], asked: Asked
) -> Outcomes[Attributed]:
    """Attribute the orders of *stores*, each over its own period, after reading what changed."""
    seats = _seats(len(stores)) if asked.sync else None
    return desk.each_store(
        stores, lambda store: _attribute_store(desk, store, periods[store.name], asked, seats)
    ).or_nothing()


def _seats(stores: int) -> Seats:
    from shopinf.work.orders.seats import Seats  # what reads stores is loaded where one is read

    return Seats(stores)


def overview_of(
    done: Done[Attributed],
    missing: Sequence[Failure],
    asked: Asked,
    *,
    now: datetime,
    client: bool = False,
    suspects: Sequence[Suspect] = (),
    back: Mapping[str, Sums | None] | None = None,
) -> Overview:
    """The report over the stores that were read; *missing* are those that could not be.

    Single orders that could not be read are missing too. *back* says of each store by name whether its customers came
    back, None where that cannot be told.
    """
    stores = [_covered(store, part, now) for store, part in done]
    odd = [each for store, part in done for each in unread_failures(store.name, part.unread)]
    came = [(store.name, back[store.name]) for store, _ in done if back and store.name in back]
    return Overview(
        stores,
        asked.choice,
        now,
        [*missing, *odd],
        compared=asked.compare,
        client=client,
        suspects=suspects,
        back=[each for _, each in came if each is not None],
        unseen=[name for name, each in came if each is None],
    )


def _covered(store: Store, part: Attributed, now: datetime) -> Covered:
    reach, finished = part.sync.reach, part.sync.finished_at
    cut = None
    if part.is_cut(store):
        from shopinf.work.orders.sync import cut_note

        cut = cut_note(part.sync)
    return Covered(
        store.name,
        store.title,
        store.currency,
        store.timezone,
        part.period,
        part.orders,
        part.former,
        provisional=part.period.provisional(now, store.zone),
        reach=reach.astimezone(store.zone) if reach else None,
        synced_at=finished.astimezone(store.zone) if finished else None,
        cut=cut,
        remarks=part.synced.notes if part.synced else (),
    )


def _attribute_store(desk: Desk, store: Store, period: Period, asked: Asked, seats: Seats | None) -> Attributed:
    synced = None
    if asked.sync:
        from shopinf.work.orders.sync import sync_orders

        synced = sync_orders(desk, store, seats=seats)
    sync = check_read(desk, store)
    codes = code_book(desk, store)
    keeper = kept_credits(desk, store, asked) if asked.sums else None
    told = synced.notes if synced else []
    now = _of_period(desk, store, period, asked, codes, keeper, told)
    former = _of_period(desk, store, period.previous(), asked, codes, keeper, told) if asked.compare else None
    return Attributed(period, now, former, sync, synced, _unread(desk, store, period, asked, synced))


def check_read(desk: Desk, store: Store) -> Sync:
    """How far the orders of *store* were read; refuses a store whose orders never were."""
    sync = desk.ledger.orders.sync(store.shop_id)
    if sync is None:
        raise NotFound(
            f"The orders of {store.name} were never read",
            hint=f"Leave out --no-sync, or: shopinf orders sync -s {quoted(store.name)}",
        )
    return sync


def _unread(desk: Desk, store: Store, period: Period, asked: Asked, synced: Synced | None) -> list[Unread]:
    """The orders that cannot be read, but for those that were made at another time."""
    begin, end = period.bounds(store.zone)
    earlier = asked.choice.basis is DateBasis.EVENT  # such an order counts by what happened to it since
    found = desk.ledger.unread.of(store.shop_id, "orders")
    found += [each for each in synced.unread if not each.record_id] if synced else []
    return [each for each in found if (at := each.created_at) is None or (at < end and (earlier or at >= begin))]


def _of_period(
    desk: Desk, store: Store, period: Period, asked: Asked, codes: Codes, keeper: Keeper | None, told: list[str]
) -> StoreOrders:
    """What the orders of *period* come to, from the ledger alone; *told* gets what a person should know of it."""
    begin, end = period.bounds(store.zone)
    default = read_rate(asked.commission, store.currency) if asked.commission else None
    rules = Rules(asked.multi_code, asked.links, default)
    kept = keeper.of(period) if keeper else None
    only = kept.odd if kept else None
    match asked.choice.basis:
        case DateBasis.ORDER:
            which = Which(begin, end, only=only)
        case DateBasis.EVENT:  # an earlier order counts by what happened to it since
            if only is not None:
                only |= changed_since_made(desk, store, codes, rules, begin)
            which = Which(until=end, changed_since=begin, only=only)
    found = in_tiers(credit_orders(desk, store, codes, rules, which, live=asked.sync, told=told).outcomes)
    paid = _payments(desk, store, found) if asked.choice.payments else None
    sums = kept.sums if kept else ()
    return StoreOrders(store.name, store.currency, store.zone, found, period, codes, paid, sums)


def _payments(
    desk: Desk, store: Store, outcomes: Sequence[list[Credit] | Excluded]
) -> dict[tuple[int, str], tuple[Decimal, Decimal]]:
    """What was paid of these orders and what was not, by order and influencer."""
    ids = {credit.order.order_id for outcome in outcomes if isinstance(outcome, list) for credit in outcome}
    found = desk.ledger.payments.of_orders(store.shop_id, ids)
    people = desk.ledger.people.by_id({person for _, person in found})
    return {
        (order, people[person].influencer if person in people else person): (
            Money.from_minor(paid, store.currency).amount,
            Money.from_minor(left, store.currency).amount,
        )
        for (order, person), (paid, left) in found.items()
    }
