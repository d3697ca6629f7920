"""New or returning: where an order stands among its buyer's own orders."""

from __future__ import annotations

from collections.abc import Collection, Container, Iterable
from dataclasses import dataclass
from datetime import datetime

from shopinf.orders import Order, is_gift


@dataclass(frozen=True, slots=True)
class Rank:
    """A buyer's place at one order. `assumed`: the history is cut, so an earlier order may be out of sight."""

    person: str  # opaque, the same for all orders of one person in a store
    new: bool
    assumed: bool = False

    @property
    def customer_type(self) -> str:
        return "new" if self.new else "returning"


def rank(
    orders: Iterable[Order],
    *,
    gift_orders: Container[int] = (),
    gift_tags: Collection[str] = (),
    history_since: datetime | None = None,
) -> dict[int, Rank]:
    """Tell for each order whether its buyer was new, by the buyer's own orders in the order they were made.

    Counted are a customer's orders that are no test, not cancelled and no gift; guests are known by their e-mail.
    An order without a customer and without an e-mail has no rank.

    *history_since* is there when earlier orders cannot be seen. A buyer without an earlier order in sight is then
    judged by when Shopify first knew them, and marked as assumed: someone known before that day may have bought.
    """
    orders = sorted(orders, key=lambda order: (order.processed_at, order.order_id))
    customers = {order.email_key: order.customer_id for order in orders if order.email_key and order.customer_id}
    known: dict[str, datetime] = {}  # when Shopify first knew a person
    people: dict[int, str] = {}
    for order in orders:
        customer = order.customer_id or customers.get(order.email_key or "")
        if customer is None and order.email_key is None:
            continue
        person = f"customer {customer}" if customer else f"guest {order.email_key}"
        people[order.order_id] = person
        if order.customer_created_at is not None:
            known[person] = min(known.get(person, order.customer_created_at), order.customer_created_at)
    ranks: dict[int, Rank] = {}
    seen: set[str] = set()
    for order in orders:
        if (found := people.get(order.order_id)) is None:
            continue
        if found in seen:
            ranks[order.order_id] = Rank(found, new=False)
        elif history_since is None:
            ranks[order.order_id] = Rank(found, new=True)
        else:
            ranks[order.order_id] = Rank(found, new=known.get(found, history_since) >= history_since, assumed=True)
        if not (order.test or order.cancelled_at or is_gift(order, gift_orders, gift_tags)):
            seen.add(found)
    return ranks
