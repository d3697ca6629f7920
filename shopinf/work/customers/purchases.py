"""When matched customers ordered first and last, by the cheapest way that is exact."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from shopinf.errors import NotAllowed
from shopinf.people.customers import Customer
from shopinf.people.enrichment import Purchases
from shopinf.shopify.client import PAGE, Shop
from shopinf.shopify.customers import Ordered, many_ordered
from shopinf.shopify.orders import count_orders
from shopinf.stores import Store
from shopinf.words import counted
from shopinf.work.orders.sync import sync_orders

if TYPE_CHECKING:
    from shopinf.desk import Desk

_MANY = 100  # customers; for fewer nothing is to be gained by reading every order


def purchases(
    desk: Desk, store: Store, customers: Sequence[Customer], notes: list[str], *, workers: int, look_only: bool = False
) -> dict[int, Purchases]:
    """What each of *customers* bought: sums as the store has them, dates from the mirror or else from their orders.

    A date that the store hides is unknown, and *notes* says so. With *look_only* nothing is written to the ledger.
    """
    bought = {each.customer_id: Purchases(each.orders_count, each.total_spent) for each in customers}
    last = {each.customer_id: each.last_order_id for each in customers if each.orders_count != 0}
    dates = _dates(desk, store, last, notes, workers=workers, look_only=look_only)
    for customer_id in last:
        found = dates.get(customer_id)
        known = bought[customer_id]
        if found is None:
            bought[customer_id] = replace(known, complete=False)
        elif isinstance(found, Purchases):
            bought[customer_id] = replace(known, first_order_at=found.first_order_at, last_order_at=found.last_order_at)
        else:
            bought[customer_id] = _visible(known, found)
    if hidden := sum(1 for each in bought.values() if not each.complete):
        notes.append(
            f"{store.name}: the first order of {counted(hidden, 'customer')} is unknown: Shopify does not show all of "
            "their orders (without read_all_orders only 60 days)"
        )
    return bought


def _visible(known: Purchases, found: Ordered) -> Purchases:
    """Where fewer orders can be seen than were counted, the first of them is not the first."""
    if found.visible < (known.orders_count or 0):
        return replace(known, last_order_at=found.last, complete=False)
    return replace(known, first_order_at=found.first, last_order_at=found.last)


def _dates(
    desk: Desk,
    store: Store,
    wanted: Mapping[int, int | None],
    notes: list[str],
    *,
    workers: int,
    look_only: bool,
) -> dict[int, Purchases | Ordered]:
    ledger = desk.ledger.enrichment
    found: dict[int, Purchases | Ordered] = {**ledger.ordered(store.shop_id, wanted)}
    missing = [each for each in wanted if each not in found]
    shop = desk.shop(store)
    try:
        if len(missing) > _MANY and not look_only and _requests(shop) < len(missing):
            sync_orders(desk, store)
            found |= ledger.ordered(store.shop_id, {each: wanted[each] for each in missing})
            missing = [each for each in missing if each not in found]
        if missing:
            with desk.out.progress("reading orders of matches", len(missing), "customers", store=store.name) as bar:
                for customer_id, ordered in many_ordered(shop, missing, workers=workers):
                    found[customer_id] = ordered
                    bar.advance()
    except NotAllowed as refused:
        notes.append(f"{store.name}: the dates of orders are unknown: {refused}")
    return found


def _requests(shop: Shop) -> int:
    """How many answers it takes to read every order."""
    count = count_orders(shop).count
    return 10**9 if count is None else count // PAGE
