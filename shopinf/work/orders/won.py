"""The customers whom influencers won, as the ledger knows them: a part at a time, so that memory stays bounded."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from shopinf.attribution.buyers import Purchase
from shopinf.attribution.won import Customer, customers
from shopinf.orders import folded

if TYPE_CHECKING:
    from shopinf.ledger.ledger import Ledger

PART = 5_000  # orders whose buyers are looked at together


@dataclass(frozen=True, slots=True)
class Found:
    """A part of what was looked for: customers, and orders that tell of nobody."""

    customers: Sequence[Customer]
    nameless: Sequence[Purchase]


def owned_texts(ledger: Ledger, shop_id: int) -> frozenset[str]:
    """What the codes that are or were somebody's are and were called, folded."""
    known = ledger.codes.known(shop_id)
    return frozenset(
        folded(name.value) for each in known if any(owner.value for owner in each.owners) for name in each.names
    )


def won_customers(
    ledger: Ledger,
    shop_id: int,
    ids: Collection[int],
    *,
    gift_orders: Collection[int],
    history_since: datetime | None,
    within: tuple[datetime, datetime] | None = None,
) -> Iterator[Found]:
    """The customers whose first order is among *ids* and was made *within* a time (None: ever), in parts."""
    wanted: Sequence[int] = sorted(ids)
    for start in range(0, len(wanted), PART):
        bought = ledger.repeats.purchases(shop_id, wanted[start : start + PART])
        asked = [each for each in bought if within is None or within[0] <= each.processed_at < within[1]]
        part = {each.order_id for each in asked}
        purchases = ledger.orders.of_buyers(shop_id, asked)
        found = customers(purchases, gift_orders=gift_orders, history_since=history_since)
        nameless = [each for each in asked if each.customer_id is None and each.email_key is None]
        # Somebody may have bought in several parts: their first order tells in which one they are.
        yield Found([each for each in found if each.first.order_id in part], nameless)
