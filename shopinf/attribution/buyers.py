"""New or returning: where an order stands among its buyer's own orders."""

from __future__ import annotations

from collections.abc import Collection, Container, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from operator import attrgetter
from typing import NamedTuple

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


class Purchase(NamedTuple):  # a tuple, because there may be hundreds of thousands of them
    """What an order tells of new and returning: when it was made, by whom, and whether it counts."""

    processed_at: datetime
    order_id: int
    customer_id: int | None = None
    email_key: str | None = None
    customer_created_at: datetime | None = None
    cancelled: bool = False
    test: bool = False
    gift: bool = False

    @classmethod
    def of(cls, order: Order) -> Purchase:
        return cls(
            order.processed_at.astimezone(UTC),  # times of one zone are compared quickest
            order.order_id,
            order.customer_id,
            order.email_key,
            order.customer_created_at,
            order.cancelled_at is not None,
            order.test,
            order.gift,
        )


def rank(
    orders: Iterable[Order | Purchase],
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
    orders = sorted(orders, key=attrgetter("processed_at", "order_id"))
    customers = {order.email_key: order.customer_id for order in orders if order.email_key and order.customer_id}

    def person(order: Order | Purchase) -> str | None:
        email = order.email_key
        if customer := order.customer_id or (email and customers.get(email)):
            return f"customer {customer}"
        return None if email is None else f"guest {email}"

    known: dict[str, datetime] = {}  # when Shopify first knew a person
    for order in orders if history_since else ():
        who, since = person(order), order.customer_created_at
        if who is not None and since is not None:
            known[who] = min(known.get(who, since), since)
    ranks: dict[int, Rank] = {}
    returning: dict[str, Rank] = {}  # those who have bought before
    for order in orders:
        if (found := person(order)) is None:
            continue
        if found in returning:
            ranks[order.order_id] = returning[found]
        elif history_since is None:
            ranks[order.order_id] = Rank(found, new=True)
        else:
            ranks[order.order_id] = Rank(found, new=known.get(found, history_since) >= history_since, assumed=True)
        if found not in returning and counts(order, gift_orders, gift_tags):
            returning[found] = Rank(found, new=False)
    return ranks


def counts(order: Order | Purchase, gift_orders: Container[int], gift_tags: Collection[str]) -> bool:
    """Is it an order of its buyer's own: no test, not cancelled and no gift?"""
    match order:
        case Purchase():
            return not (order.test or order.cancelled or order.gift or order.order_id in gift_orders)
        case Order():
            return not (order.test or order.cancelled_at or is_gift(order, gift_orders, gift_tags))
