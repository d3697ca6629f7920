"""When the goods of orders were sent: asked for where it counts, since a listing with it is several times as large."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from shopinf.shopify.client import PAGE
from shopinf.times import parse_time

if TYPE_CHECKING:
    from shopinf.shopify.client import Shop


def first_sent(shop: Shop, orders: Sequence[int]) -> Iterator[tuple[int, datetime]]:
    """When the first goods of each of *orders* were sent; those of which nothing was sent are left out."""
    for start in range(0, len(orders), PAGE):
        ids = ",".join(str(each) for each in orders[start : start + PAGE])
        for order in shop.get("orders.json", limit=PAGE, status="any", ids=ids, fields="id,fulfillments")["orders"]:
            sent = [
                parse_time(each["created_at"])
                for each in order.get("fulfillments") or ()
                if each.get("status") in (None, "success", "pending", "open") and each.get("created_at")
            ]
            if sent:
                yield int(order["id"]), min(sent)
