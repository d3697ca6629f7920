"""The rows and the words that several commands about orders share."""

from __future__ import annotations

from shopinf.attribution.credits import Credit
from shopinf.money import Money
from shopinf.results import Cell, columns
from shopinf.stores import Store

ODD_ORDERS = "The next sync asks for them again; until then look at them in Shopify's admin."

REVIEW_COLUMNS = columns(
    numbers="order_id",
    money="net_sales",
    times="processed_at",
    order="store order_id order_name processed_at influencer code currency net_sales reasons",
    shown="order_name influencer net_sales reasons",
)


def review_row(store: Store, credit: Credit) -> dict[str, Cell]:
    """An order that needs a look: what it comes to as computed, and what is odd about it."""
    order = credit.order
    return {
        "store": store.name,
        "order_id": order.order_id,
        "order_name": order.name,
        "processed_at": order.processed_at.astimezone(store.zone),
        "influencer": credit.influencer or None,
        "code": credit.code,
        "currency": order.currency,
        "net_sales": Money(credit.amounts.net_sales, order.currency),
        "reasons": credit.reasons,
    }
