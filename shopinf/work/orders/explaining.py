"""What `orders explain` does: find the order, credit it as a report would, and tell it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from shopinf.attribution.buyers import rank
from shopinf.attribution.credits import Rules, attribute
from shopinf.attribution.explain import Step, explain
from shopinf.attribution.sales import sale
from shopinf.errors import BadInput, NotFound
from shopinf.gifts.plan import GIFT_TAG
from shopinf.orders import Order
from shopinf.stores import Store
from shopinf.work.orders.codebook import code_book

if TYPE_CHECKING:
    from shopinf.desk import Desk

_SHORTEST_ID = 9  # digits; order numbers that people read out are shorter


def explain_order(desk: Desk, store: Store, text: str, rules: Rules, *, live: bool) -> tuple[Order, list[Step]]:
    """The order that *text* names in *store*, told step by step; read from the store, or from the ledger alone."""
    order = _found(desk, store, text.strip(), live=live)
    codes = code_book(desk, store)
    mirror = desk.ledger.orders
    rules = replace(rules, gift_orders=desk.ledger.gifts.order_ids(store.shop_id), gift_tags=(GIFT_TAG,))
    place = None
    if (sync := mirror.sync(store.shop_id)) is not None:  # else the buyer's other orders are not known
        ranks = rank(
            mirror.of_buyers(store.shop_id, [order]),
            gift_orders=rules.gift_orders,
            gift_tags=rules.gift_tags,
            history_since=sync.reach,
        )
        place = ranks.get(order.order_id)
    return order, explain(order, sale(order), codes, attribute(order, codes, rules, place), place)


def _found(desk: Desk, store: Store, text: str, *, live: bool) -> Order:
    orders = _live(desk, store, text) if live else _kept(desk, store, text)
    if not orders:
        known = desk.ledger.orders.called(store.shop_id, _names(text))
        if known and not live:
            raise NotFound(
                f"Of {text} only time and buyer are in the ledger: it has no code and no link",
                hint="Leave out --no-sync to read it from the store.",
            )
        raise NotFound(
            f"{store.name} has no order {text} that we can see",
            hint="Give its name like #1001, its number or its id; without read_all_orders Shopify shows 60 days.",
        )
    if len(orders) > 1:
        listed = ", ".join(f"{order.name} of {order.processed_at:%Y-%m-%d} (id {order.order_id})" for order in orders)
        raise BadInput(f"{text} is more than one order: {listed}", hint="Give the id instead.")
    return orders[0]


def _live(desk: Desk, store: Store, text: str) -> list[Order]:
    from shopinf.shopify.orders import find_orders

    shop, key = desk.shop(store), desk.ledger.database.key()
    if text.isdecimal() and len(text) >= _SHORTEST_ID and (found := find_orders(shop, key, order_id=int(text))):
        return found
    for name in _names(text):
        # Shopify finds more than the very name.
        if found := [each for each in find_orders(shop, key, name=name) if each.name in _names(text)]:
            return found
    known = desk.ledger.orders.called(store.shop_id, _names(text))
    return [order for each in known for order in find_orders(shop, key, order_id=each)]


def _kept(desk: Desk, store: Store, text: str) -> list[Order]:
    mirror = desk.ledger.orders
    ids = mirror.called(store.shop_id, _names(text))
    if text.isdecimal():
        ids = [int(text), *ids]
    return list(mirror.full(store.shop_id, set(ids)))


def _names(text: str) -> list[str]:
    """What the order may be called: with its sign, which a shell takes for a comment, and without."""
    return list(dict.fromkeys([text, f"#{text.removeprefix('#')}", text.removeprefix("#")]))
