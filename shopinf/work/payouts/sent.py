"""When the goods of orders were sent, for hold days that are counted from then."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shopinf.shopify.sendings import first_sent
from shopinf.stores import Store

if TYPE_CHECKING:
    from collections.abc import Collection

    from shopinf.desk import Desk

_SENT = frozenset({"fulfilled", "partial"})


def read_sent(desk: Desk, store: Store, orders: Collection[int]) -> None:
    """Ask the store when the goods of *orders* were sent, as far as it is not known and anything was sent."""
    mirror = desk.ledger.orders
    known = mirror.sent(store.shop_id)
    unknown = [
        order.order_id
        for order in mirror.full(store.shop_id, {each for each in orders if each not in known})
        if order.fulfillment_status in _SENT
    ]
    if unknown:
        mirror.keep_sent(store.shop_id, dict(first_sent(desk.shop(store), unknown)))
