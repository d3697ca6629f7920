"""What can happen to a shop from outside: a post, a leak, goods that come back, parcels on their way.

All of it is as the store saw it come: nothing marks an order as one of a leak but who came, from where, and when.
"""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from .codes import folded
from .discounts import live_at
from .sales import pick
from .weeks import as_if_live

if TYPE_CHECKING:
    from .store import PracticeStore

Json = dict[str, Any]

COUPON_SITES = ("https://www.retailmenot.com/", "https://couponfollow.com/", "https://simplycodes.com/")
SOCIAL = ("https://l.instagram.com/", "https://www.tiktok.com/", "https://www.youtube.com/")
# What a parcel is so many days after the order, as carriers report it.
STAGES = ((1, "confirmed"), (2, "in_transit"), (4, "out_for_delivery"), (5, "delivered"))
_FADING = 0.9  # of a post: after a day some 40 of a hundred come, after four days two or three
_COMING_BACK = 0.15  # of the followers: they looked first, and buy without the link
_RECENT = 2000  # orders that may come back


@dataclass(frozen=True)
class Crowd:
    """Orders with one code since a moment, and how many would-be buyers the shop turned away."""

    code: str
    orders: Sequence[Json]
    since: datetime
    refused: int


def code_for(shop: PracticeStore, typed: str) -> str:
    """Give the code as the shop writes it, or the app's own that was used most; ValueError where there is none."""
    now = shop.now()
    live = [shop.discount_codes[key] for key in shop.discount_codes]
    live = [record for record in live if live_at(shop.price_rules[record["price_rule_id"]], now)]
    if typed:
        known = shop.codes.record(typed)
        if known is not None and known in live:
            return str(known["code"])
        names = ", ".join(sorted(record["code"] for record in live)[:10])
        wrong = f"{typed} is not active now" if known is not None else f"there is no code {typed}"
        raise ValueError(f"{wrong}; active are {names}" if names else f"{wrong}, nor any other")
    own = [record for record in live if folded(record["code"]) in shop.own_codes]
    if not own:
        raise ValueError("there is no code of yours yet; make one first")
    return str(
        max(sorted(own, key=lambda record: str(record["code"])), key=lambda record: record["usage_count"])["code"]
    )


def leak(shop: PracticeStore, code: str, orders: int, days: int) -> Crowd:
    """Let strangers use a code that a coupon site has, as many an hour now as *days* days ago.

    They never saw the influencer: no link, no UTM values, no social network; many come from the coupon site itself.
    """
    rng = random.Random(f"leak {shop.seed} {shop._next_order}")
    now = shop.now()
    moments = sorted(now - timedelta(seconds=rng.uniform(60, days * 86400)) for _ in range(orders))
    wishes = []
    for at in moments:
        from_site = rng.random() < 0.6
        came = rng.choice(COUPON_SITES) if from_site else rng.choice(("", "", "https://www.google.com/"))
        wishes.append(
            {"at": at, "landing_site": rng.choice(("/", "/cart", "/collections/all")), "referring_site": came}
        )
    return _come(shop, code, wishes, rng, known=0.05)


def post(shop: PracticeStore, code: str, orders: int, days: int) -> Crowd:
    """Let followers come after a post *days* days ago, fewer each day.

    They come by the link or from the network itself; some have looked before, and come back by themselves.
    """
    rng = random.Random(f"post {shop.seed} {shop._next_order}")
    now, most = shop.now(), 1 - math.exp(-_FADING * days)
    after = sorted(-math.log(1 - rng.random() * most) / _FADING for _ in range(orders))  # days since the post
    link = f"/discount/{code}?redirect=%2F&utm_source={code.lower()}&utm_medium=influencer"
    wishes = []
    for waited in after:
        at = min(now, now - timedelta(days=days - waited))
        landing, network = link if rng.random() < 0.7 else "/", rng.choice(SOCIAL)
        wish: Json = {"at": at, "landing_site": landing, "referring_site": network}
        if rng.random() < _COMING_BACK:
            wish |= {"landing_site": "/", "referring_site": "", "first_visit": (link, network)}
        wishes.append(wish)
    return _come(shop, code, wishes, rng, known=0.25)


def _come(shop: PracticeStore, code: str, wishes: Sequence[Json], rng: random.Random, known: float) -> Crowd:
    """Let them buy one after another; who does not get the discount leaves. *known* is the share of customers."""
    regulars = list(shop.customers)[:_RECENT]
    made, refused = [], 0
    for wish in wishes:
        lines = [(line.variant["id"], line.quantity) for line in pick(shop, rng)]
        who = rng.choice(regulars) if regulars and rng.random() < known else None
        try:
            then = as_if_live(shop, code, wish["at"])
            made.append(shop.sell(code, **wish, lines=lines, customer=who, code_moment=then))
        except ValueError:
            refused += 1
    return Crowd(code, made, wishes[0]["at"], refused)


def send_back(shop: PracticeStore, count: int) -> list[Json]:
    """Refund something of *count* of the latest orders, oldest first; a third of them comes back whole."""
    rng = random.Random(f"returns {shop.seed} {shop._next_order} {len(shop.calls)}")
    latest = [shop.orders.peek(key) for key in list(shop.orders)[-_RECENT:]]
    sold = [
        order
        for order in latest
        if order["financial_status"] == "paid"
        and not order["cancelled_at"]
        and not order["refunds"]
        and not order["test"]
        and Decimal(order["total_price"])
    ]
    chosen = rng.sample(sold, min(count, len(sold)))
    for order in chosen:
        lines = [(line["id"], line["quantity"]) for line in order["line_items"] if not line["gift_card"]]
        if rng.random() < 0.33:
            shop.refund(order["id"], lines, shipping=True, note="Returned")
        elif lines:
            shop.refund(order["id"], [(lines[0][0], 1)], note="Returned")
    return sorted(chosen, key=lambda order: int(order["id"]))


def move_on(shop: PracticeStore, days: int) -> dict[str, int]:
    """Let *days* days pass for the parcels of what was sold and given here, and count where they are then.

    An order is packed after a day and at the door after five; what was shipped otherwise stays as it is.
    """
    found = {stage: 0 for _, stage in STAGES}
    for order in list(shop.orders.kept()):
        if not _travels(shop, order):
            continue
        travelled = shop.travelled[order["id"]] = shop.travelled.get(order["id"], 0) + days
        stage = next(name for least, name in reversed(STAGES) if travelled >= least)
        if not order["fulfillments"]:
            shop.ship(order["id"], shipment_status=stage)
        else:
            parcel = order["fulfillments"][-1]
            parcel["shipment_status"], parcel["updated_at"] = stage, shop.time()
            shop.touch(order["id"])
        found[stage] += 1
    return found


def _travels(shop: PracticeStore, order: Json) -> bool:
    """Tell whether an order has a parcel that is not at its door yet, and that travels by our days."""
    if order["cancelled_at"] or order["financial_status"] in ("pending", "authorized", "voided", "refunded"):
        return False
    if not any(line["requires_shipping"] for line in order["line_items"]):
        return False
    if not order["fulfillments"]:
        return shop._past.number_of(order["id"]) is None
    return order["id"] in shop.travelled and order["fulfillments"][-1]["shipment_status"] != "delivered"
