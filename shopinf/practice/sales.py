"""Selling: one sale as a test wants it, or weeks of them as a shop has them."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from . import money, past
from .basket import Discount, Line
from .codes import folded
from .counter import LineWish, lines_of
from .discounts import discount_of, live_at, refusal
from .money import Purse, minor
from .orders import Sale, compose
from .times import aware

if TYPE_CHECKING:
    from .store import Moment, PracticeStore

Json = dict[str, Any]


def goods(shop: PracticeStore) -> list[tuple[Json, Json]]:
    """List what is on sale: published products and their variants, gift cards apart."""
    listed = [shop.products[k] for k in shop.products]
    return [(p, v) for p in listed if p["published_at"] and p["product_type"] != "Gift card" for v in p["variants"]]


def gift_card_line(shop: PracticeStore) -> Line:
    """Make a line of one gift card worth 50."""
    worth = shop.price("50.00")
    for key in shop.products:
        product = shop.products[key]
        if product["product_type"] == "Gift card":
            return Line(product, product["variants"][-1], 1, worth)
    variant = {
        "id": 49_999_000_000_001,
        "title": "50",
        "sku": "",
        "taxable": False,
        "requires_shipping": False,
        "grams": 0,
    }
    product = {"id": 9_999_000_000_001, "title": "Gift card", "product_type": "Gift card", "vendor": shop.name}
    return Line(product, variant, 1, worth)


def sell(
    shop: PracticeStore,
    code: str | Sequence[str] | None = None,
    *,
    customer: Json | int | str | bool | None = None,
    lines: Sequence[LineWish] | None = None,
    at: Moment | None = None,
    updated_at: Moment | None = None,
    landing_site: str | None = "/",
    landing_site_ref: str | None = None,
    referring_site: str | None = "",
    presentment: str | None = None,
    currency_rate: money.Amount | None = None,
    test: bool = False,
    gift_card: bool = False,
    financial_status: str = "paid",
    fulfillment_status: str | None = None,
    shipping: money.Amount | None = None,
    ships: bool = True,
    tax_rate: money.Amount | None = None,
    tip: money.Amount = 0,
    automatic: Sequence[Discount | tuple[str, money.Amount]] = (),
    manual: Sequence[Discount | tuple[str, money.Amount]] = (),
    source_name: str = "web",
    tags: str = "",
    note: str | None = None,
    note_attributes: Sequence[Json] = (),
    code_moment: datetime | None = None,
    force: bool = False,
) -> Json:
    """Sell, put the order into the shop and return it.

    * *code*: one code or several, as typed; ValueError when one is unknown, not live at that moment, used up or its
      conditions are not met. *force* asks only that it exists; *code_moment* is when it must be live, if not *at*.
    * *customer*: a record, an id, an e-mail (found or made), None for somebody new, False for nobody.
    * *lines*: (variant id, quantity) or (variant id, quantity, price); None picks something. *gift_card* adds one.
    * *automatic*, *manual*: discounts without a code, as (title, per cent) or whole.
    * *presentment* and *currency_rate*: what the buyer pays in, per unit of the shop's currency.
    * *at* may be in the past; updated_at is then now all the same, as for anything entered afterwards.
    """
    moment = aware(at, shop.zone) if at is not None else shop.now()
    codes = [code] if isinstance(code, str) else list(code or ())
    bought = lines_of(shop, lines) if lines is not None else pick(shop, shop.rng)
    if gift_card:
        bought.append(gift_card_line(shop))
    if not bought:
        raise ValueError("nothing to sell")
    postage = shop.shipping if shipping is None else minor(shipping, shop.currency)
    who = buyer(shop, customer, moment)
    subtotal = sum(line.total for line in bought if not line.gift_card)
    discounts = [whole("automatic", d) for d in automatic]
    used = []
    for typed in codes:
        record = shop.codes.record(typed)
        if record is None:
            raise ValueError(f"{shop.handle} has no code {typed}")
        rule = shop.price_rules[record["price_rule_id"]]
        if not force:
            amount = Decimal(subtotal).scaleb(-money.decimals(shop.currency))
            delivery = Decimal(postage).scaleb(-money.decimals(shop.currency))
            count = sum(line.quantity for line in bought)
            if not live_at(rule, code_moment or moment):
                raise ValueError(f"{typed} is not active at {shop.time(moment)}")
            if rule["usage_limit"] is not None and record["usage_count"] >= rule["usage_limit"]:
                raise ValueError(f"{typed} was used {record['usage_count']} times, its limit")
            why = refusal(rule, amount, count, delivery, who["id"] if who else None)
            if why is None and rule["once_per_customer"] and who and used_by(shop, typed, who["id"]):
                why = "was used by this customer already"
            if why:
                raise ValueError(f"{typed} {why}")
        discount = discount_of(rule, typed, shop.collections)
        if discount.target_type == "line_item" and not any(discount.covers(line) for line in bought) and not force:
            raise ValueError(f"{typed} covers none of these products")
        discounts.append(discount)
        used.append(record)
    discounts += [whole("manual", d) for d in manual]
    foreign = presentment or shop.currency
    rate = currency_rate if currency_rate is not None else past.rate(shop.currency, foreign) if presentment else 1
    purse = Purse(shop.currency, foreign, rate)
    home = who.get("default_address") if who else None
    n = shop._next_order
    shop._next_order += 1
    changed = max(shop.now(), moment) if updated_at is None else aware(updated_at, shop.zone)
    order = compose(
        Sale(
            n=n,
            lines=bought,
            created=shop.time(moment),
            updated=shop.time(changed),
            purse=purse,
            discounts=discounts,
            customer=past.inside_order(who) if who else None,
            address={k: v for k, v in home.items() if k not in ("id", "customer_id", "default")} if home else None,
            email=who["email"] if who else None,
            phone=who["phone"] if who else None,
            shipping=postage if ships else None,
            tax_rate=shop.tax_rate if tax_rate is None else Decimal(str(tax_rate)),
            tax_title=shop.tax_title,
            taxes_included=shop.taxes_included,
            tax_shipping=shop.taxes_included,
            tip=minor(tip, shop.currency),
            financial_status=financial_status,
            fulfillment_status=fulfillment_status,
            test=test,
            landing_site=landing_site,
            landing_site_ref=landing_site_ref,
            referring_site=referring_site,
            source_name=source_name,
            tags=tags,
            note=note,
            note_attributes=list(note_attributes),
            domain=shop.primary_domain,
        )
    )
    shop._rates[order["id"]] = purse
    shop.orders[order["id"]] = order
    if not shop.usage_lag and not test:
        for record in used:
            record["usage_count"] += 1
    if who:
        shop._buyers.setdefault(who["id"], {})[order["id"]] = None
        shop.settle_customer(order)
    return order


def whole(kind: str, given: Discount | tuple[str, money.Amount]) -> Discount:
    """Make a discount of (title, per cent)."""
    return given if isinstance(given, Discount) else Discount(kind, given[0], str(Decimal(str(given[1]))))


def pick(shop: PracticeStore, rng: random.Random) -> list[Line]:
    """Put one to three things in a basket."""
    stock = goods(shop)
    chosen = rng.sample(stock, min(len(stock), rng.choice((1, 1, 2, 2, 3))))
    return [Line(p, v, rng.choice((1, 1, 1, 2)), minor(v["price"], shop.currency)) for p, v in chosen]


def buyer(shop: PracticeStore, customer: Json | int | str | bool | None, moment: datetime) -> Json | None:
    """Find or make who buys."""
    if customer is False:
        return None
    if isinstance(customer, dict):
        return customer
    if isinstance(customer, str):
        return shop.customer_by_email(customer) or shop.add_customer(customer, created_at=shop.time(moment))
    if isinstance(customer, int) and not isinstance(customer, bool):
        return shop.customers[customer]
    return shop.add_customer(created_at=shop.time(moment))


def used_by(shop: PracticeStore, code: str, customer_id: int) -> bool:
    """Tell whether a customer has used that code."""
    for key in shop.orders_of(customer_id):
        if any(folded(entry["code"]) == folded(code) for entry in shop.orders.peek(key)["discount_codes"]):
            return True
    return False


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
        record = shop.codes.record(typed)
        rule = shop.price_rules[record["price_rule_id"]] if record else None
        # live now counts as live then
        then = max(moment, datetime.fromisoformat(rule["starts_at"])) if rule else moment
        try:
            return sell(shop, typed, **wishes, code_moment=then)
        except ValueError:
            wishes["customer"] = None
    return sell(shop, **wishes)


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
