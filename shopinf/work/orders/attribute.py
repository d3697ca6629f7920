"""Attributing the orders of stores: read what changed, and credit each order to those whose codes it used."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from shopinf.attribution.buyers import rank
from shopinf.attribution.codebook import Codes
from shopinf.attribution.credits import Credit, Excluded, Links, MultiCode, Rules, attribute
from shopinf.attribution.overview import Covered, Overview
from shopinf.attribution.report import Choice, DateBasis, StoreOrders
from shopinf.attribution.tiers import in_tiers
from shopinf.attribution.worth import Sums
from shopinf.errors import NotFound
from shopinf.gifts.plan import GIFT_TAG
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
from shopinf.work.orders.seats import Seats
from shopinf.work.orders.sync import Synced, cut_note, sync_orders
from shopinf.work.orders.visits import by_first_visit

if TYPE_CHECKING:
    from shopinf.desk import Desk


@dataclass(frozen=True)
class Asked:
    """What a report was asked for, besides its stores and its period."""

    choice: Choice
    multi_code: MultiCode = MultiCode.LARGEST
    links: Links | None = None
    commission: str | None = None
    compare: bool = False
    sync: bool = True


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
    seats = Seats(len(stores))
    return desk.each_store(
        stores, lambda store: _attribute_store(desk, store, periods[store.name], asked, seats)
    ).or_nothing()


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
        cut=cut_note(part.sync) if part.is_cut(store) else None,
        remarks=part.synced.notes if part.synced else (),
    )


def _attribute_store(desk: Desk, store: Store, period: Period, asked: Asked, seats: Seats) -> Attributed:
    synced = sync_orders(desk, store, seats=seats) if asked.sync else None
    sync = check_read(desk, store)
    now = _of_period(desk, store, period, asked)
    former = _of_period(desk, store, period.previous(), asked) if asked.compare else None
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


def _of_period(desk: Desk, store: Store, period: Period, asked: Asked) -> StoreOrders:
    """What the orders of *period* come to, from the ledger alone."""
    codes = code_book(desk, store)
    begin, end = period.bounds(store.zone)
    default = read_rate(asked.commission, store.currency) if asked.commission else None
    rules = Rules(asked.multi_code, asked.links, default)
    match asked.choice.basis:
        case DateBasis.ORDER:
            outcomes = credit_orders(desk, store, codes, rules, Which(begin, end), live=asked.sync)
        case DateBasis.EVENT:  # an earlier order counts by what happened to it since
            which = Which(until=end, changed_since=begin)
            outcomes = credit_orders(desk, store, codes, rules, which, live=asked.sync)
    found = in_tiers(outcomes)
    paid = _payments(desk, store, found) if asked.choice.payments else None
    return StoreOrders(store.name, store.currency, store.zone, found, period, codes, paid)


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


@dataclass(frozen=True, slots=True)
class Which:
    """Which orders of a store are credited: those of a time, or those that something happened to since."""

    since: datetime | None = None
    until: datetime | None = None
    changed_since: datetime | None = None  # an order that somebody decided about has changed by that
    but: Collection[int] = ()  # these are left out
    owned: bool = False  # not those that used nothing but codes that are nobody's
    of: str = ""  # those alone that have a code which is or was this influencer's


def credit_orders(
    desk: Desk, store: Store, codes: Codes, rules: Rules, which: Which, *, live: bool = False
) -> list[list[Credit] | Excluded]:
    """Credit orders to those whose codes they used, from the ledger alone.

    *live*: the visits before orders are read from the store where they are needed and not known.
    """
    mirror, gifts = desk.ledger.orders, desk.ledger.gifts.order_ids(store.shop_id)
    ids = _meant(desk, store, codes, rules, which, gifts)
    since, until, changed_since = which.since, which.until, which.changed_since
    decisions = desk.ledger.decisions.of(store.shop_id)
    orders = list(mirror.full(store.shop_id, ids, since=since, until=until, changed_since=changed_since))
    if changed_since is not None:
        decided = {each for each, decision in decisions.items() if decision.at >= changed_since} & ids
        decided.difference_update(order.order_id for order in orders)
        orders += mirror.full(store.shop_id, decided, since=since, until=until)
    if rules.links is Links.FIRST:
        orders = by_first_visit(desk, store, codes, orders, live=live)
    sync = mirror.sync(store.shop_id)
    ranks = rank(
        mirror.of_buyers(store.shop_id, orders),
        gift_orders=gifts,
        gift_tags=(GIFT_TAG,),
        history_since=sync.reach if sync else None,
    )
    rules = replace(rules, gift_orders=gifts, gift_tags=(GIFT_TAG,), decisions=decisions)
    return [attribute(order, codes, rules, ranks.get(order.order_id)) for order in orders]


def _meant(desk: Desk, store: Store, codes: Codes, rules: Rules, which: Which, gifts: Collection[int]) -> set[int]:
    """The ids of the orders that may be credited, and of the gifts, which are counted beside them."""
    owners = [(code, {owner.value for owner in code.owners}) for code in codes.tracked]
    wanted = [code for code, whose in owners if (not which.owned or any(whose)) and (not which.of or which.of in whose)]
    texts = [text for code in wanted for text in (*(name.value for name in code.names), *code.marks)]
    ids = desk.ledger.orders.with_codes(store.shop_id, texts, links=rules.links is not None)
    if not which.of:
        ids |= desk.ledger.orders.gifts(store.shop_id) | {*gifts}
    return ids.difference(which.but)
