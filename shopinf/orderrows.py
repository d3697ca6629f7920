"""An order as the mirror has it: one flat row of texts and numbers, with its facts and the texts it is found by.

It is made where a page is read and written as it is, so it may be handed from one process to another on the way. Times
are as the ledger keeps them, in UTC (`2026-11-22T20:36:59Z`), and compare as they stand.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from pydantic_core import from_json, to_json

from shopinf.orderfacts import from_facts, to_facts
from shopinf.orders import Order, folded
from shopinf.times import utc_z


class OrderRow(NamedTuple):
    """One order: what the ledger's table of orders has of each, then what only some have."""

    order_id: int
    name: str
    created_at: str
    processed_at: str
    updated_at: str
    cancelled_at: str | None
    financial_status: str | None
    test: bool
    gift: bool
    currency: str
    customer_id: int | None
    customer_since: str | None
    email_key: str | None
    facts: str | None  # as JSON; None for a skeleton
    marks: tuple[tuple[str, str], ...]  # (text, method), see `marks_of`

    @property
    def order(self) -> Order:
        """The order of whose facts this row was made; a skeleton has none."""
        assert self.facts is not None
        return from_facts(from_json(self.facts))


HEAD = OrderRow._fields[: OrderRow._fields.index("facts")]  # the columns of the table of orders that it fills


def row_of(order: Order) -> OrderRow:
    """*order* as its row, the same as `shopify/orderpages.py` makes at once of what a store sends."""
    since, cancelled = order.customer_created_at, order.cancelled_at
    return OrderRow(
        order.order_id,
        order.name,
        utc_z(order.created_at),
        utc_z(order.processed_at),
        utc_z(order.updated_at),
        utc_z(cancelled) if cancelled else None,
        order.financial_status,
        order.test,
        order.gift,
        order.currency,
        order.customer_id,
        utc_z(since) if since else None,
        order.email_key,
        None if order.skeleton else facts_text(to_facts(order)),
        () if order.skeleton else marks_of(order),
    )


def marks_of(order: Order) -> tuple[tuple[str, str], ...]:
    """The texts that an order may be found by: codes it used, and what the link that brought its buyer carries."""
    marks = {(folded(code), "code") for code in order.codes}
    if (landing := order.landing) is not None:
        carried = (landing.code, landing.ref, landing.utm_value("content"))
        marks |= {(folded(text), "link") for text in carried if text}
    return tuple(sorted(marks))  # a set has another order in another process


def facts_text(facts: Mapping[str, Any]) -> str:
    """Facts as the ledger writes them down."""
    return to_json(facts).decode()
