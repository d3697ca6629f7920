"""Selling: one sale, as somebody wants it."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from . import money, past
from .basket import Discount, Line
from .codes import folded
from .counter import LineWish, lines_of
from .discounts import discount_of, live_at, refusal
from .money import Purse, minor
from .orders import Sale, compose
from .sitewide import settled
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


@dataclass(frozen=True)
class Wish:
    """How a sale is to be, apart from its codes; what is not wished is invented or usual.

    * *customer*: a record, an id, an e-mail (found or made), None for somebody new, False for nobody.
    * *lines*: (variant id, quantity) or (variant id, quantity, price); None picks something. *gift_card* adds one.
    * *automatic*, *manual*: discounts without a code, as (title, per cent) or whole.
    * *presentment* and *currency_rate*: what the buyer pays in, per unit of the shop's currency.
    * *first_visit* is where somebody landed first, and from where, who came back later.
    * *at* may be in the past; *updated_at* is then now all the same, as for anything entered afterwards.
    * *force* asks of a code only that it exists; *code_moment* is when it must be live, if not *at*.
    """

    customer: Json | int | str | bool | None = None
    lines: Sequence[LineWish] | None = None
    at: Moment | None = None
    updated_at: Moment | None = None
    landing_site: str | None = "/"
    landing_site_ref: str | None = None
    referring_site: str | None = ""
    first_visit: tuple[str, str] | None = None
    presentment: str | None = None
    currency_rate: money.Amount | None = None
    test: bool = False
    gift_card: bool = False
    financial_status: str = "paid"
    fulfillment_status: str | None = None
    shipping: money.Amount | None = None
    ships: bool = True
    tax_rate: money.Amount | None = None
    tip: money.Amount = 0
    automatic: Sequence[Discount | tuple[str, money.Amount]] = ()
    manual: Sequence[Discount | tuple[str, money.Amount]] = ()
    source_name: str = "web"
    tags: str = ""
    note: str | None = None
    note_attributes: Sequence[Json] = ()
    code_moment: datetime | None = None
    force: bool = False


@dataclass(frozen=True)
class Basket:
    """What is about to be sold to whom."""

    lines: Sequence[Line]
    who: Json | None
    moment: datetime
    postage: int


def sell(shop: PracticeStore, code: str | Sequence[str] | None, wish: Wish) -> Json:
    """Sell with one code or several, as typed, put the order into the shop and return it.

    ValueError when a code is unknown, not live at that moment, used up or its conditions are not met. A discount that
    everybody has takes the place of codes that do not combine with it.
    """
    basket = filled(shop, wish)
    coded = [taken(shop, typed, basket, wish) for typed in ([code] if isinstance(code, str) else list(code or ()))]
    coded, sitewide = settled(shop, coded, basket.lines, basket.postage)
    discounts = [*sitewide, *(whole("automatic", d) for d in wish.automatic)]
    discounts += [*(discount for _, discount in coded), *(whole("manual", d) for d in wish.manual)]
    used = [record for record, _ in coded]
    purse = purse_for(shop, wish)
    order = compose(sale_of(shop, basket, discounts, purse, wish))
    shop._rates[order["id"]] = purse
    shop.orders[order["id"]] = order
    if wish.first_visit:
        shop.first_visits[order["id"]] = wish.first_visit
    if not shop.usage_lag and not wish.test:
        for record in used:
            record["usage_count"] += 1
    if basket.who:
        shop._buyers.setdefault(basket.who["id"], {})[order["id"]] = None
        shop.settle_customer(order)
    return order


def filled(shop: PracticeStore, wish: Wish) -> Basket:
    """Put the goods into a basket, and find or make who carries it."""
    moment = aware(wish.at, shop.zone) if wish.at is not None else shop.now()
    bought = lines_of(shop, wish.lines) if wish.lines is not None else pick(shop, shop.rng)
    if wish.gift_card:
        bought.append(gift_card_line(shop))
    if not bought:
        raise ValueError("nothing to sell")
    postage = shop.shipping if wish.shipping is None else minor(wish.shipping, shop.currency)
    return Basket(bought, buyer(shop, wish.customer, moment), moment, postage)


def taken(shop: PracticeStore, typed: str, basket: Basket, wish: Wish) -> tuple[Json, Discount]:
    """Take a code as typed: its record and what it gives; ValueError where the shop would not take it."""
    record = shop.codes.record(typed)
    if record is None:
        raise ValueError(f"{shop.handle} has no code {typed}")
    rule = shop.price_rules[record["price_rule_id"]]
    discount = discount_of(rule, typed, shop.collections)
    if wish.force:
        return record, discount
    if not live_at(rule, wish.code_moment or basket.moment):
        raise ValueError(f"{typed} is not active at {shop.time(basket.moment)}")
    if rule["usage_limit"] is not None and record["usage_count"] >= rule["usage_limit"]:
        raise ValueError(f"{typed} was used {record['usage_count']} times, its limit")
    who, places = basket.who, -money.decimals(shop.currency)
    amount = Decimal(sum(line.total for line in basket.lines if not line.gift_card)).scaleb(places)
    delivery = Decimal(basket.postage).scaleb(places)
    why = refusal(rule, amount, sum(line.quantity for line in basket.lines), delivery, who["id"] if who else None)
    if why is None and rule["once_per_customer"] and who and used_by(shop, typed, who["id"]):
        why = "was used by this customer already"
    if why is None and discount.target_type == "line_item" and not any(map(discount.covers, basket.lines)):
        why = "covers none of these products"
    if why:
        raise ValueError(f"{typed} {why}")
    return record, discount


def purse_for(shop: PracticeStore, wish: Wish) -> Purse:
    """Give the shop's currency and the buyer's, and the rate between them."""
    foreign, rate = wish.presentment or shop.currency, wish.currency_rate
    if rate is None:
        rate = past.rate(shop.currency, foreign) if wish.presentment else 1
    return Purse(shop.currency, foreign, rate)


def sale_of(shop: PracticeStore, basket: Basket, discounts: Sequence[Discount], purse: Purse, wish: Wish) -> Sale:
    """Decide everything about the order, under the shop's next number."""
    who, moment = basket.who, basket.moment
    home = who.get("default_address") if who else None
    changed = max(shop.now(), moment) if wish.updated_at is None else aware(wish.updated_at, shop.zone)
    n = shop._next_order
    shop._next_order += 1
    return Sale(
        n=n,
        lines=basket.lines,
        created=shop.time(moment),
        updated=shop.time(changed),
        purse=purse,
        discounts=discounts,
        customer=past.inside_order(who) if who else None,
        address={k: v for k, v in home.items() if k not in ("id", "customer_id", "default")} if home else None,
        email=who["email"] if who else None,
        phone=who["phone"] if who else None,
        shipping=basket.postage if wish.ships else None,
        tax_rate=shop.tax_rate if wish.tax_rate is None else Decimal(str(wish.tax_rate)),
        tax_title=shop.tax_title,
        taxes_included=shop.taxes_included,
        tax_shipping=shop.taxes_included,
        tip=minor(wish.tip, shop.currency),
        financial_status=wish.financial_status,
        fulfillment_status=wish.fulfillment_status,
        test=wish.test,
        landing_site=wish.landing_site,
        landing_site_ref=wish.landing_site_ref,
        referring_site=wish.referring_site,
        source_name=wish.source_name,
        tags=wish.tags,
        note=wish.note,
        note_attributes=list(wish.note_attributes),
        domain=shop.primary_domain,
    )


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
