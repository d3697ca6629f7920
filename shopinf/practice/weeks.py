"""Weeks of sales as a shop has them, with returns, cancellations and parcels."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from . import past
from .codes import folded
from .discounts import live_at
from .sales import pick

if TYPE_CHECKING:
    from .store import PracticeStore

Json = dict[str, Any]


def simulate(
    shop: PracticeStore, days: int, per_day: float | None, rng: random.Random | None, orders: int | None
) -> list[Json]:
    """Sell for the last *days* days up to now, oldest first, and return the orders.

    Codes whose rule is live now are used as if they had been so all the time, those that came by the API most of all
    and unequally, as influencers do. Among the orders are links without a code, codes typed in small letters, foreign
    currencies, gift cards, test orders, unpaid ones; some are refunded, cancelled or edited later.
    """
    rng = rng or random.Random(shop.seed * 31 + shop._next_order)
    now = shop.now()
    total = orders if orders is not None else round((per_day if per_day is not None else 8) * days)
    today = now.astimezone(shop.zone).date()
    span = [today - timedelta(days=i) for i in range(days, -1, -1)]
    stamps = [at for at in past.moments(rng, span, total, shop.zone) if at < now.timestamp()]
    while len(stamps) < total:
        stamps.append(int(now.timestamp()) - rng.randrange(60, max(61, days * 86400)))
    # By name: codes made at the same time have ids in any order, and the same seed is to sell the same.
    live = [c for c in sorted(shop.codes) if live_at(shop.price_rules[shop.codes[c]], now)]
    own = [c for c in live if folded(c) in shop.own_codes]
    other = [c for c in live if folded(c) not in shop.own_codes]
    weights = [1 / (1 + i) ** 0.7 for i in range(len(own))]
    known = [key for i, key in enumerate(shop.customers) if i < 2000]
    made = []
    for at in sorted(stamps):
        typed: str | None = None
        if own and rng.random() < 0.55:
            typed = rng.choices(own, weights)[0]
        elif other and rng.random() < 0.2:
            typed = rng.choice(other)
        lead = typed
        if typed is None and own and rng.random() < 0.1:
            lead = rng.choice(own)  # came by an influencer's link, the code fell off
        moment = datetime.fromtimestamp(at, shop.zone)
        order = one_sale(shop, rng, moment, typed, lead, rng.choice(known) if known and rng.random() < 0.3 else None)
        made.append(order)
        known.append(order["customer"]["id"])
        afterwards(shop, rng, order, moment, now)
    return made


def one_sale(
    shop: PracticeStore, rng: random.Random, moment: datetime, typed: str | None, lead: str | None, customer: int | None
) -> Json:
    """Sell once in the simulation; a code whose conditions are not met is left out."""
    roll = rng.random()
    landing = "/" if roll < 0.4 else "/collections/all"
    if lead and rng.random() < 0.7:
        landing = f"/discount/{lead}?redirect=%2F&utm_source={lead.lower()}&utm_medium=influencer"
    wishes: Json = {
        "customer": customer,
        "lines": [(line.variant["id"], line.quantity) for line in pick(shop, rng)],
        "at": moment,
        "landing_site": landing,
        "referring_site": rng.choice(past.REFERRERS),
        "gift_card": rng.random() < 0.02,
        "test": rng.random() < 0.01,
        "financial_status": "pending" if rng.random() < 0.02 else "paid",
    }
    if rng.random() < 0.08:
        wishes["presentment"] = rng.choice([c for c in ("CAD", "EUR", "GBP") if c != shop.currency])
    if typed and rng.random() < 0.15:
        typed = typed.lower()
    if typed:
        try:
            return shop.sell(typed, **wishes, code_moment=as_if_live(shop, typed, moment))
        except ValueError:
            wishes["customer"] = None
    return shop.sell(**wishes)


def as_if_live(shop: PracticeStore, code: str, moment: datetime) -> datetime:
    """Give a moment at which a code was live: one that is live now counts as live then."""
    record = shop.codes.record(code)
    rule = shop.price_rules[record["price_rule_id"]] if record else None
    return max(moment, datetime.fromisoformat(rule["starts_at"])) if rule else moment


def afterwards(shop: PracticeStore, rng: random.Random, order: Json, moment: datetime, now: datetime) -> None:
    """Let some orders come back, be cancelled, be edited; the others are shipped."""
    roll, later = rng.random(), moment + timedelta(days=rng.randrange(1, 15), hours=rng.randrange(20))
    paid = order["financial_status"] == "paid"
    line = order["line_items"][0]
    if later > now or not paid:
        return
    if roll < 0.05:
        shop.refund(order["id"], [(line["id"], 1)], at=later)
    elif roll < 0.06:
        shop.refund(order["id"], discrepancy=Decimal(-1) * max(1, int(Decimal(order["total_price"]) / 10)), at=later)
    elif roll < 0.065:
        shop.refund(order["id"], shipping=True, at=later)
    elif roll < 0.08:
        shop.cancel(order["id"], at=later)
    elif roll < 0.09 and line["quantity"] > 1:
        shop.edit(order["id"], remove=[(line["id"], 1)], at=later)
    else:
        shop.ship(order["id"], at=moment + timedelta(hours=20))
