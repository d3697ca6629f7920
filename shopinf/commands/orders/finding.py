"""Which order is meant: by its name like #1001, by its number, or by its id."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shopinf.errors import BadInput, NotFound
from shopinf.orders import Order
from shopinf.shell import quoted
from shopinf.stores import Store

if TYPE_CHECKING:
    from shopinf.desk import Desk

_SHORTEST_ID = 9  # digits; order numbers that people read out are shorter


def find_order(desk: Desk, store: Store, text: str, *, live: bool) -> Order:
    """The order of *store* that *text* names, read from the store, or from the ledger alone."""
    text = text.strip()
    orders = _live(desk, store, text) if live else _kept(desk, store, text)
    if not orders:
        known = desk.ledger.orders.called(store.shop_id, _names(text))
        if known and not live:
            raise NotFound(
                f"Of {text} only time and buyer are in the ledger: it has no code and no link",
                hint=f"shopinf orders explain {quoted(text)} reads it from the store.",
            )
        raise NotFound(
            f"{store.name} has no order {text.strip() or repr('')} that we can see",
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
