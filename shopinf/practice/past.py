"""A shop's generated past: orders that are only written when somebody reads them.

Each order is a handful of numbers decided in one pass over the seed (when, who, which code, what happened after);
the rest follows from a generator of its own, so that order n is the same whenever it is looked at.
"""

from __future__ import annotations

import math
import random
from array import array
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from . import catalogue, returns
from .basket import Discount, Line
from .money import Purse, minor, text
from .orders import Sale, compose, order_id, order_number, text_of
from .people import PURCHASES, address, person
from .times import written

if TYPE_CHECKING:
    from .people import PastCustomers

Json = dict[str, Any]

# What one US dollar buys of each currency, roughly; the rate of a sale is the quotient of two.
RATES = {
    "USD": "1",
    "CAD": "1.35",
    "EUR": "0.92",
    "GBP": "0.79",
    "SEK": "10.4",
    "JPY": "150",
    "AUD": "1.5",
    "KWD": "0.31",
}
WEEK = (0.95, 0.9, 0.95, 1.0, 1.1, 1.15, 1.25)  # Monday first: people shop at weekends
HOURS = (1, 1, 1, 1, 1, 2, 3, 4, 6, 7, 7, 7, 8, 7, 6, 6, 6, 7, 8, 10, 11, 10, 7, 3)
(NOTHING, SOME_BACK, ALL_BACK, GOODWILL, POSTAGE, CANCELLED, VOIDED, EDITED, WITHHELD) = range(9)
SETTLED = {SOME_BACK: "partially_refunded", ALL_BACK: "refunded", GOODWILL: "partially_refunded"}
SETTLED |= {POSTAGE: "partially_refunded", CANCELLED: "refunded", VOIDED: "voided", WITHHELD: "partially_refunded"}
REFERRERS = (
    "",
    "",
    "https://www.google.com/",
    "https://l.instagram.com/",
    "https://www.tiktok.com/",
    "https://duckduckgo.com/",
)
SPAN = 730  # days of past


def rate(shop: str, buyer: str) -> Decimal:
    """Give the exchange rate from the shop's currency to the buyer's, to six places."""
    return (Decimal(RATES.get(buyer, "1")) / Decimal(RATES.get(shop, "1"))).quantize(Decimal("0.000001"))


@cache
def busyness(day: date) -> float:
    """Weigh a day: the week's rhythm, a summer dip, a rise before Christmas and a peak around Black Friday."""
    weight = WEEK[day.weekday()] * (1 + 0.12 * math.cos((day.timetuple().tm_yday - 340) / 365 * 2 * math.pi))
    if day.month == 11 and 22 <= day.day <= 30:
        weight *= 2.4
    elif day.month == 12 and day.day <= 18:
        weight *= 1.5
    return weight


def moments(rng: random.Random, days: Sequence[date], total: int, zone: ZoneInfo, growth: float = 1.0) -> array[int]:
    """Spread *total* moments over the days, ascending, as seconds since 1970."""
    if not total:
        return array("q")
    weights = [busyness(day) * (1 + (growth - 1) * i / max(1, len(days))) for i, day in enumerate(days)]
    whole, due, done = sum(weights), 0.0, 0
    clock = [h for h, weight in enumerate(HOURS) for _ in range(weight)]
    out = array("q")
    for day, weight in zip(days, weights, strict=True):
        due += total * weight / whole
        count = int(due + 1e-6) - done
        done += count
        midnight = int(datetime(day.year, day.month, day.day, tzinfo=zone).timestamp())
        out.extend(sorted(midnight + rng.choice(clock) * 3600 + rng.randrange(3600) for _ in range(count)))
    return out


class PastOrders:
    """The orders of a generated past; a :class:`~shopinf.practice.records.Past`."""

    def __init__(
        self,
        seed: int,
        count: int,
        buyers: int,
        products: list[Json],
        currency: str,
        zone: ZoneInfo,
        end: datetime,
        discounts: Sequence[Discount],
        sale: Json,
    ) -> None:
        self.seed, self.zone, self.currency, self.discounts, self.settings = seed, zone, currency, discounts, sale
        # Each variant once, twice and three times: a past consists of the same few lines again and again.
        self.goods = [
            [Line(p, v, quantity, minor(v["price"], currency)) for quantity in (1, 2, 3)]
            for p in products
            if p["product_type"] != "Gift card"
            for v in p["variants"]
        ]
        self.gift_cards = [
            Line(p, v, 1, minor(v["price"], currency))
            for p in products
            if p["product_type"] == "Gift card"
            for v in p["variants"]
        ]
        self.people: PastCustomers | None = None
        self.end = int(end.timestamp())
        rng = random.Random(seed * 1_000_003 + count)
        first = end.date() - timedelta(days=SPAN)
        days = [first + timedelta(days=i) for i in range(SPAN)]
        if count and not self.goods:
            raise ValueError("a shop without products has no orders")
        self.created = moments(rng, days, count, zone, growth=2.0)
        count = len(self.created)
        self.updated = array("q", self.created)
        self.customers = array("i", bytes(4 * count))
        self.codes = array("h", bytes(2 * count))
        self.fate = bytearray(count)
        self.status = bytearray(count)  # 0 open, 1 closed, 2 cancelled
        self.paid = bytearray(count)  # 0 paid, 1 pending, 2 authorized
        self.sent = bytearray(count)  # 1 fulfilled
        self.uses = [0] * len(discounts)
        self._plan(rng, buyers)
        self._purse = Purse(currency)
        foreign = [c for c in ("CAD", "EUR", "GBP") if c != currency]
        self._foreign = [Purse(currency, buyer, rate(currency, buyer)) for buyer in foreign]

    def _plan(self, rng: random.Random, buyers: int) -> None:
        named = {d.name: i for i, d in enumerate(self.discounts)}
        partners = [i for i, d in enumerate(self.discounts) if d.description == "partner"]
        summer, welcome, free, sale = (named.get(n, -1) for n in ("SUMMER20", "WELCOME10", "FREESHIP", "BFCM25"))
        loyal = max(1, buyers // 4)
        roll, pick = rng.random, rng.randrange
        for n, at in enumerate(self.created):
            r = roll()
            # a quarter of the people buys half of what is bought
            self.customers[n] = -1 if r < 0.02 or not buyers else pick(loyal) if r < 0.5 else pick(buyers)
            month = datetime.fromtimestamp(at, self.zone)
            r, code = roll(), -1
            if r < 0.10 and 6 <= month.month <= 8:
                code = summer
            elif r < 0.25 and month.month == 11 and month.day >= 20:
                code = sale
            elif r < 0.08:
                code = welcome
            elif r < 0.11:
                code = free
            elif r < 0.17 and partners:
                code = partners[pick(len(partners))]
            self.codes[n] = code
            if code >= 0:
                self.uses[code] += 1
            age = (self.end - at) // 86400
            r, fate = roll(), NOTHING
            if age > 4:
                for edge, kind in _FATES:
                    if r < edge:
                        fate = kind
                        break
            wait = 3600 + pick(2 * 86400)
            if fate:
                wait += (1 + pick(28)) * 86400
            if at + wait >= self.end:
                fate, wait = NOTHING, 0
            self.updated[n] = at + wait
            self.fate[n] = fate
            if fate in (CANCELLED, VOIDED):
                self.status[n] = 2
            elif wait and age > 3:
                self.sent[n] = 1
                self.status[n] = 0 if roll() < 0.03 else 1
            elif age <= 4 and r > 0.95:
                self.paid[n] = 1 if r > 0.97 else 2

    # what a shelf asks

    def __len__(self) -> int:
        return len(self.created)

    def id_of(self, number: int) -> int:
        return order_id(number)

    def number_of(self, key: int) -> int | None:
        n = order_number(key)
        return n if n is not None and n < len(self.created) else None

    def stamps(self, column: str) -> array[int]:
        if column == "processed_at":
            return array("q", (at - (n % 5 == 0) for n, at in enumerate(self.created)))
        return self.updated if column == "updated_at" else self.created

    def facet(self, number: int) -> tuple[str, ...]:
        status = ("open", "closed", "cancelled")[self.status[number]]
        paid = SETTLED.get(self.fate[number]) or ("paid", "pending", "authorized")[self.paid[number]]
        return status, paid, "fulfilled" if self.sent[number] else ""

    def purse(self, n: int) -> Purse:
        """Give the two currencies of order n: every twelfth is paid in a foreign one."""
        return self._foreign[n // 12 % len(self._foreign)] if n % 12 == 7 else self._purse

    def bare(self, number: int) -> Json:
        """Write order n; there is no shorter way."""
        return self.build(number)

    def build(self, number: int, fields: tuple[str, ...] | None = None) -> Json:
        """Write order n; what is not among *fields* may be left out."""
        rng = random.Random(self.seed * 8_675_309 + number)
        order = compose(self._sale(number, rng), fields)
        self._happen(order, number, self.purse(number), rng)
        return order

    def text(self, number: int, fields: tuple[str, ...]) -> bytes | None:
        """Write just these *fields* of order n as JSON; None where it has to be built for that."""
        if self.fate[number] or "fulfillments" in fields:
            return None
        return text_of(self._sale(number, random.Random(self.seed * 8_675_309 + number)), fields)

    def _sale(self, n: int, rng: random.Random) -> Sale:
        """Decide what order n is, before anything happens to it."""
        settings, who = self.settings, self.customers[n]
        pos = who < 0
        lines, discounts = self._basket(n, rng), self._discounts(n)
        buyer = customer = None
        if not pos and self.people is not None:
            place = self.people.number[who]
            buyer = person(self.seed, place)
            customer = inside_order(self.people.bare(place, buyer))
        export = settings["taxes_included"] and buyer and buyer["place"][4] in ("US", "CA")
        free = not settings["shipping"] or sum([line.total for line in lines]) >= settings["free_from"]
        created, updated = written(self.created[n], self.zone), written(self.updated[n], self.zone)
        return Sale(
            n=n,
            lines=lines,
            created=created,
            updated=updated,
            processed=created if n % 5 else written(self.created[n] - 1, self.zone),
            purse=self.purse(n),
            discounts=discounts,
            customer=customer,
            address=address(0, buyer) if buyer else None,
            email=buyer["email"] if buyer else None,
            phone=buyer["phone"] if buyer else None,
            shipping=None if pos else 0 if free else settings["shipping"],
            shipping_title="Free shipping" if free else "Standard",
            tax_rate=Decimal(0) if export else settings["tax_rate"],
            tax_title=settings["tax_title"],
            taxes_included=settings["taxes_included"],
            tax_shipping=settings["taxes_included"],
            financial_status=("paid", "pending", "authorized")[self.paid[n]],
            fulfillment_status="fulfilled" if self.sent[n] else None,
            test=n % 211 == 100,
            landing_site=self._landing(n, lines, discounts),
            referring_site=None if pos else REFERRERS[n % len(REFERRERS)],
            source_name="pos" if pos else "web",
            closed=updated if self.status[n] == 1 else None,
            domain=settings["domain"],
        )

    def _basket(self, n: int, rng: random.Random) -> list[Line]:
        kinds = rng.sample(self.goods, min(len(self.goods), rng.choice((1, 1, 1, 2, 2, 3))))
        lines = [quantities[rng.choice((1, 1, 1, 1, 2, 3)) - 1] for quantities in kinds]
        if self.gift_cards and n % 90 == 33:
            lines.append(self.gift_cards[n // 90 % len(self.gift_cards)])
        return lines

    def _discounts(self, n: int) -> list[Discount]:
        found = [self.discounts[self.codes[n]]] if self.codes[n] >= 0 else []
        if n % 61 == 9:
            found.append(Discount("automatic", "Bundle saver", "5.0"))
        elif n % 151 == 20:
            found.append(Discount("manual", "Customer care", "10.0", description="Sorry for the delay"))
        return found

    def _landing(self, n: int, lines: Sequence[Line], discounts: Sequence[Discount]) -> str | None:
        """Give the first page of the visit; two of three that used a code came by its link."""
        code = discounts[0].name if discounts and discounts[0].kind == "discount_code" else None
        if code and n % 3:
            return f"/discount/{code}?redirect=%2Fcollections%2Fall&utm_source=creator&utm_medium=influencer"
        if self.customers[n] < 0:
            return None
        return f"/products/{lines[0].product['handle']}" if n % 4 else "/"

    def _happen(self, order: Json, n: int, purse: Purse, rng: random.Random) -> None:
        """Let happen to the order what is planned for it."""
        fate, at, currency = self.fate[n], written(self.updated[n], self.zone), self.currency
        if not fate:
            return
        lines = order["line_items"]
        everything = [(line["id"], line["quantity"]) for line in lines]
        units = sum(quantity for _, quantity in everything)
        total = minor(order["total_price"], currency)
        if fate in (SOME_BACK, WITHHELD) and units > 1:
            dearest = max(lines, key=lambda line: (minor(line["price"], currency), line["id"]))
            kept = minor(dearest["price"], currency) // 10 if fate == WITHHELD else None
            returns.refund(order, purse, at, [(dearest["id"], 1)], discrepancy=kept, restock=rng.random() < 0.8)
        elif fate == ALL_BACK:
            returns.refund(order, purse, at, everything, shipping=True, note="Returned")
        elif (
            fate == POSTAGE
            and order["shipping_lines"]
            and order["shipping_lines"][0]["discounted_price"] != text(0, currency)
        ):
            returns.refund(order, purse, at, shipping=True, restock=False)
        elif fate in (SOME_BACK, WITHHELD, GOODWILL, POSTAGE):
            returns.refund(order, purse, at, discrepancy=-max(1, total // 10), restock=False, note="Goodwill")
        elif fate == CANCELLED:
            returns.cancel(order, purse, at, "customer" if n % 2 else "inventory")
        elif fate == VOIDED:
            order["financial_status"] = "pending"
            returns.cancel(order, purse, at, "declined")
        elif fate == EDITED and units > 1:
            returns.edit(order, purse, at, [(lines[-1]["id"], 1)])
        order["updated_at"] = at

    def bought(self, numbers: Sequence[int]) -> Json:
        """Add up what a customer bought, as the Customer resource shows it; test orders are left out."""
        count = spent = 0
        last = None
        for n in numbers:
            if n % 211 == 100:
                continue
            order = self.build(n)
            count += 1
            spent += minor(order["current_total_price"], self.currency)
            last = order
        return {
            "orders_count": count,
            "total_spent": text(spent, self.currency),
            "last_order_id": last["id"] if last else None,
            "last_order_name": last["name"] if last else None,
        }


_FATES = (
    (0.030, SOME_BACK),
    (0.050, ALL_BACK),
    (0.056, GOODWILL),
    (0.060, POSTAGE),
    (0.072, CANCELLED),
    (0.077, VOIDED),
    (0.080, EDITED),
    (0.083, WITHHELD),
)
_OUTSIDE = (*PURCHASES, "addresses")


def inside_order(customer: Json) -> Json:
    """Give a customer as orders carry it: without the purchase totals and addresses."""
    carried = dict(customer)
    for key in _OUTSIDE:
        carried.pop(key, None)
    return carried


def past_discounts(seed: int, buyers: int) -> list[Discount]:
    """Give the codes the merchant used so far: some for everybody, some of an earlier creator programme."""
    made = [
        Discount("discount_code", "WELCOME10", "10.0"),
        Discount("discount_code", "SUMMER20", "20.0"),
        Discount("discount_code", "FREESHIP", "100.0", target_type="shipping_line", allocation_method="each"),
        Discount("discount_code", "BFCM25", "25.0"),
    ]
    names: list[str] = []
    for number in range(0, min(buyers, 54), 9):
        who = person(seed, number)
        name = catalogue.handle_of(who["first_name"]).replace("-", "").upper() + "10"
        if name not in names and len(name) > 3:
            names.append(name)
    return made + [Discount("discount_code", name, "10.0", description="partner") for name in names]
