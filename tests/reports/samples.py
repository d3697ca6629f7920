"""Months of sales for the reports' tests: invented, but the same each time."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from shopinf.attribution.buyers import rank
from shopinf.attribution.codebook import Codes, Since, TrackedCode
from shopinf.attribution.commissions import read_commission
from shopinf.attribution.credits import Rules, attribute
from shopinf.attribution.overview import Covered, Overview
from shopinf.attribution.report import Choice, StoreOrders
from shopinf.money import rounded
from shopinf.orders import Application, Line, Order, Refund, RefundLine
from shopinf.periods import Period, read_period
from shopinf.results import Failure

ZONE = "Europe/Berlin"
NOW = datetime(2026, 7, 2, 9, 30, tzinfo=UTC)
NAMES = ("maya", "leo", "ana.bakes", "tom_hikes", "sofia", "jun", "noor", "pia.reads")


def june(text: str = "2026-06") -> Period:
    return read_period(text, None, None, today=date(2026, 7, 2))


def code_of(name: str) -> TrackedCode:
    ascii_name = "".join(sign for sign in name if sign.isascii() and sign.isalnum()) or f"X{sum(map(ord, name))}"
    campaign = "Summer" if len(name) % 2 else "Spring"
    return TrackedCode((Since(f"{ascii_name[:12].upper()}10"),), (Since(name),), campaign=campaign)


def order(number: int, at: datetime, code: str, price: Decimal, currency: str, **more: Any) -> Order:
    off = rounded(price / 10, currency)
    line = Line(number * 10, 1, price, 1, ((0, off),))
    more.setdefault("financial_status", "paid")
    more.setdefault("customer_id", number % 17)
    more.setdefault("applications", (Application("discount_code", code=code),))
    lines = more.pop("lines", (line,))
    return Order(number, f"#{1000 + number}", at, at, at, lines=lines, currency=currency, **more)


def returned(whole: Order, day: datetime) -> Order:
    """The same order with everything sent back."""
    (line,) = whole.lines
    back = Refund(whole.order_id, day, (RefundLine(line.line_id, 1, line.gross - line.discount, Decimal(0)),), ())
    return replace(whole, lines=(replace(line, current_quantity=0),), refunds=(back,))


def month_of_orders(
    names: Sequence[str] = NAMES, *, period: Period, currency: str, count: int, seed: int = 1
) -> list[Order]:
    """*count* orders spread over *period*, the earlier names selling more; with returns, a test and a gift."""
    chance = random.Random(seed)
    days = (period.last - period.first).days + 1
    begin = datetime.combine(period.first, datetime.min.time(), ZoneInfo(ZONE))
    scale = {"JPY": 100, "KWD": 1}.get(currency, 1)
    found = []
    for number in range(1, count + 1):
        name = names[min(int(chance.expovariate(4 / len(names))), len(names) - 1)]
        at = begin + timedelta(
            days=min(int(chance.triangular(0, days, days * 0.7)), days - 1), hours=chance.randint(7, 22)
        )
        price = rounded(Decimal(chance.randint(1500, 18000)) / 100 * scale, currency)
        found.append(order(number, at, code_of(name).code, price, currency))
        if number % 9 == 0:
            found[-1] = returned(found[-1], at + timedelta(days=3))
    if count:
        first = begin + timedelta(hours=12)
        code = code_of(names[0]).code
        found.append(order(count + 1, first, code, Decimal(50), currency, test=True))
        found.append(order(count + 2, first, code, Decimal(50), currency, financial_status="pending"))
        found.append(order(count + 3, first, code, Decimal(50), currency, gift=True, applications=()))
    return found


def store_orders(
    orders: Sequence[Order], names: Sequence[str], *, name: str, currency: str, period: Period, rate: str | None = "10%"
) -> StoreOrders:
    codes = Codes([code_of(each) for each in names], zone=ZoneInfo(ZONE))
    ranks = rank(orders)
    rules = Rules(default=read_commission(rate) if rate else None)
    outcomes = [attribute(each, codes, rules, ranks.get(each.order_id)) for each in orders]
    return StoreOrders(name, currency, ZoneInfo(ZONE), outcomes, period, codes)


def sample(
    *currencies: str,
    names: Sequence[str] = NAMES,
    count: int = 120,
    when: str = "2026-06",
    compare: bool = False,
    client: bool = True,
    choice: Choice | None = None,
    missing: Sequence[Failure] = (),
    notes: Sequence[str] = (),
    rate: str | None = "10%",
    **covered: Any,
) -> Overview:
    """An overview of one store for each currency."""
    period, stores = june(when), []
    for place, currency in enumerate(currencies or ("EUR",)):
        name = ("maya-shop", "paris", "tokyo", "kuwait")[place]

        def part(period: Period, seed: int, name: str = name, currency: str = currency) -> StoreOrders:
            orders = month_of_orders(names, period=period, currency=currency, count=count, seed=seed)
            return store_orders(orders, names, name=name, currency=currency, period=period, rate=rate)

        given = {"title": name.replace("-", " ").title(), **covered}
        former = part(period.previous(), place + 50) if compare else None
        about = (currency, ZONE, period, part(period, place), former)
        stores.append(Covered(name, given.pop("title"), *about, remarks=notes, **given))
    return Overview(stores, choice or Choice(), NOW, missing, compared=compare, client=client)
