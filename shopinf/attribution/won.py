"""The customers that influencers won, the gifts that influencers got, and what is not settled: what worth is told by.

A customer is won by the influencer whose code their first order ever used.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple
from zoneinfo import ZoneInfo

from shopinf.attribution.buyers import Purchase, counts, rank
from shopinf.money import Money
from shopinf.periods import Period


class Customer(NamedTuple):
    """Somebody's first order, and those after it that count. `assumed`: earlier ones may be out of sight."""

    first: Purchase
    again: tuple[Purchase, ...]
    assumed: bool = False


def customers(
    purchases: Iterable[Purchase], *, gift_orders: Container[int] = (), history_since: datetime | None = None
) -> Iterator[Customer]:
    """Those whose first order is among *purchases*, which are all orders of their buyers.

    Tests, gifts and cancelled orders are no orders here. Somebody who bought before the orders in sight is left out.
    """
    found = sorted(purchases, key=lambda each: (each.processed_at, each.order_id))
    ranks = rank(found, gift_orders=gift_orders, history_since=history_since)
    bought: dict[str, list[Purchase]] = {}
    for each in found:
        if (place := ranks.get(each.order_id)) and counts(each, gift_orders, ()):
            bought.setdefault(place.person, []).append(each)
    for first, *again in bought.values():
        place = ranks[first.order_id]
        if place.new:
            yield Customer(first, tuple(again), place.assumed)


class Buy(NamedTuple):
    """What an order came to: net sales by all that is known today, and what was earned on it by anybody."""

    at: datetime
    currency: str
    net: Decimal | None  # None: nobody has read what it was
    commission: Decimal | None  # None: nobody has said what is earned
    products: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Won:
    """A customer, and who won them by which campaign."""

    influencer: str
    campaign: str
    first: Buy
    again: Sequence[Buy] = ()
    assumed: bool = False


@dataclass(frozen=True, slots=True)
class Given:
    """A gift that was sent to an influencer, at its retail value."""

    influencer: str
    campaign: str
    at: datetime
    value: Money


class Unsettled(StrEnum):
    """Why an order that used a code of an influencer's, or came from a customer of theirs, is in no row."""

    UNPAID = "unpaid"
    REVIEW = "review"
    NOBODY = "nobody"  # it tells no customer and no e-mail


class Waiting(NamedTuple):
    """Such an order; *at* is when its customer was won, or would have been."""

    why: Unsettled
    influencer: str
    campaign: str
    at: datetime


@dataclass(frozen=True, slots=True)
class StoreWorth:
    """One store's customers and gifts, as far as its orders were read: up to *seen*.

    *won* may be made while it is read; *waiting* is complete when all of it was.
    """

    store: str
    currency: str
    zone: ZoneInfo
    seen: datetime
    won: Iterable[Won]
    gifts: Iterable[Given] = ()
    period: Period | None = None  # in which customers were won; None: ever
    waiting: Sequence[Waiting] = ()
