"""What an influencer does for the stores: codes with what they earn and sold, and gifts; all from the ledger."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from shopinf.attribution.credits import MultiCode, Rules
from shopinf.attribution.standing import Status
from shopinf.money import Money
from shopinf.payouts.rates import RateBook, Subject

if TYPE_CHECKING:
    from shopinf.desk import Desk
    from shopinf.people.influencers import Influencer
    from shopinf.stores import Store


def code_facts(desk: Desk, store: Store, one: Influencer) -> list[dict[str, Any]]:
    """Somebody's codes in a store, each with the rate that wins today, and what it sold after returns.

    Sales are those of approved orders; unknown where no order was ever read.
    """
    records = desk.ledger.codes.of_shop(store.shop_id, person=one.id)
    if not records:
        return []
    book = RateBook(desk.ledger.rates.of_store(store.shop_id, store.currency, {one.id: one.id}))
    sold = _sold(desk, store, one)
    found = []
    for record in records:
        rate = book.winning(Subject(store.shop_id, record.id, record.campaign, one.id), desk.today(store))
        orders, net = (None, None) if sold is None else sold.get((record.campaign, record.slot), (0, Decimal(0)))
        found.append(
            {
                "store": store.name,
                "campaign": record.campaign,
                "code": record.code,
                "state": record.state,
                "rate": str(rate.rate) if rate else None,
                "orders": orders,
                "net_sales": None if net is None else Money(net, store.currency),
                "currency": store.currency,
            }
        )
    return found


def _sold(desk: Desk, store: Store, one: Influencer) -> Mapping[tuple[str, str], tuple[int, Decimal]] | None:
    """How many orders each of somebody's codes brought, by campaign and slot, and their net sales."""
    from shopinf.work.orders.codebook import code_book
    from shopinf.work.orders.crediting import Which, credit_orders

    if desk.ledger.orders.sync(store.shop_id) is None:
        return None
    rules = Rules(MultiCode(desk.config.multi_code))
    found: dict[tuple[str, str], tuple[int, Decimal]] = {}
    for outcome in credit_orders(desk, store, code_book(desk, store, by_id=True), rules, Which(of=one.id)).outcomes:
        for credit in outcome if isinstance(outcome, list) else ():
            if credit.influencer == one.id and credit.status is Status.APPROVED:
                orders, net = found.get((credit.campaign, credit.slot), (0, Decimal(0)))
                found[credit.campaign, credit.slot] = orders + 1, net + credit.amounts.net_sales
    return found


def gift_facts(desk: Desk, store: Store, one: Influencer) -> list[dict[str, Any]]:
    """The gifts that somebody was sent from a store."""
    return [
        {
            "store": store.name,
            "campaign": gift.campaign,
            "state": str(gift.state),
            "order_id": gift.order_id,
            "retail_value": gift.retail,
            "currency": gift.currency,
        }
        for gift in desk.ledger.gifts.of_shop(store.shop_id, person=one.id)
    ]
