"""The orders of a store's buyers: what tells of new and returning, followed through the people who made them."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime

from sqlalchemy import Connection, bindparam, select

from shopinf.attribution.buyers import Purchase
from shopinf.ledger.asking import Among
from shopinf.ledger.tables.mirror import orders


def purchases(db: Connection, shop_id: int, order_ids: Collection[int]) -> list[Purchase]:
    """What these orders tell of new and returning."""
    return [_purchase(*row) for row in _BOUGHT.rows(db, sorted(order_ids), shop=shop_id)]  # as they lie in the table


def follow_buyers(
    db: Connection,
    shop_id: int,
    begun: Iterable[Purchase],
    with_customers: Iterable[int] = (),
    with_emails: Iterable[str] = (),
) -> list[Purchase]:
    """Every order of the people who made these or have these numbers or e-mails, and these.

    Somebody may have bought by several e-mails, or first as a guest: what belongs together is followed to its end.
    """
    found = {each.order_id: each for each in begun}
    new, customers, emails = list(found.values()), set[int](), set[str]()
    more_customers, more_emails = set(with_customers), set(with_emails)
    while new or more_customers or more_emails:
        more_customers |= {each.customer_id for each in new if each.customer_id} - customers
        more_emails |= {each.email_key for each in new if each.email_key} - emails
        customers |= more_customers
        emails |= more_emails
        ids = {row[0] for row in _BY_CUSTOMER.rows(db, sorted(more_customers), shop=shop_id)}
        ids |= {row[0] for row in _BY_EMAIL.rows(db, sorted(more_emails), shop=shop_id)}
        new = purchases(db, shop_id, ids - found.keys())
        found |= {each.order_id: each for each in new}
        more_customers, more_emails = set(), set()
    return list(found.values())


_IN_SHOP = orders.c.shop_id == bindparam("shop")
_BY_CUSTOMER = Among(select(orders.c.order_id).where(_IN_SHOP), orders.c.customer_id)
_BY_EMAIL = Among(select(orders.c.order_id).where(_IN_SHOP), orders.c.email_key)
_BOUGHT = Among(
    select(
        orders.c.processed_at,
        orders.c.order_id,
        orders.c.customer_id,
        orders.c.email_key,
        orders.c.customer_since,
        orders.c.cancelled_at.is_not(None),
        orders.c.test,
        orders.c.gift,
    ).where(_IN_SHOP),
    orders.c.order_id,
)


def _purchase(
    processed: str, order_id: int, customer: int | None, email: str | None, since: str | None, *left: bool
) -> Purchase:
    moment = datetime.fromisoformat
    return Purchase(moment(processed), order_id, customer, email, moment(since) if since else None, *left)
