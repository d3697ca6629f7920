"""What the customers that influencers won are worth: whether they came back, and what is left after what they cost.

A customer is won by the influencer whose code their first order ever used. Windows are counted for each customer from
the moment of that order and hold the orders after it, whatever code these used. A window that has not passed for
everybody of a row is unknown there: the late would only look as if they had not come back.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Container, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple
from zoneinfo import ZoneInfo

from shopinf.attribution.buyers import Purchase, counts, rank
from shopinf.attribution.tally import NO_RATE
from shopinf.attribution.tally import Row as Row
from shopinf.money import Money
from shopinf.periods import Period, Step, label
from shopinf.results import Column, columns
from shopinf.words import agreeing, counted, few

WINDOWS = (30, 60, 90, 180)  # days after the first order
TOP = 3  # products that are named
RETAIL = "Gifts count at their retail value, as what they cost is not known here."


class By(StrEnum):
    """What a row stands for; a month is the one in which customers were won, and gifts sent."""

    INFLUENCER = "influencer"
    CAMPAIGN = "campaign"
    MONTH = "month"


_AGAIN = tuple(f"again_{days}" for days in WINDOWS)
_NET = tuple(f"net_{days}" for days in WINDOWS)
_COSTS = ("gifts", "commission", "profit")


def worth_columns(by: By = By.INFLUENCER) -> list[Column]:
    """The columns of rows *by*, in their order."""
    return columns(
        numbers=" ".join(("customers_won", "orders", *_AGAIN)),
        money=" ".join(("net_sales", *_NET, *_COSTS)),
        order=" ".join(
            ("store", "currency", by, "customers_won", "orders", "net_sales", *_AGAIN, *_NET, *_COSTS, "top_products")
        ),
        shown=f"{by} customers_won net_sales again_90 profit orders store currency",
    )


class Customer(NamedTuple):
    """Somebody's first order, and those after it that count. `assumed`: earlier ones may be out of sight."""

    first: Purchase
    again: tuple[Purchase, ...]
    assumed: bool = False


def customers(
    purchases: Iterable[Purchase], *, gift_orders: Container[int] = (), history_since: datetime | None = None
) -> Iterator[Customer]:
    """Those whose first order is among *purchases*, which are all orders of their buyers.

    Tests, gifts and cancelled orders are no orders here. Somebody who bought before the orders in sight is left out.
    """
    found = sorted(purchases, key=lambda each: (each.processed_at, each.order_id))
    ranks = rank(found, gift_orders=gift_orders, history_since=history_since)
    bought: dict[str, list[Purchase]] = {}
    for each in found:
        if (place := ranks.get(each.order_id)) and counts(each, gift_orders, ()):
            bought.setdefault(place.person, []).append(each)
    for first, *again in bought.values():
        place = ranks[first.order_id]
        if place.new:
            yield Customer(first, tuple(again), place.assumed)


class Buy(NamedTuple):
    """What an order came to: net sales by all that is known today, and what was earned on it by anybody."""

    at: datetime
    currency: str
    net: Decimal | None  # None: nobody has read what it was
    commission: Decimal | None  # None: nobody has said what is earned
    products: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Won:
    """A customer, and who won them by which campaign."""

    influencer: str
    campaign: str
    first: Buy
    again: Sequence[Buy] = ()
    assumed: bool = False


@dataclass(frozen=True, slots=True)
class Given:
    """A gift that was sent to an influencer, at its retail value."""

    influencer: str
    campaign: str
    at: datetime
    value: Money


class Unsettled(StrEnum):
    """Why an order that used a code of an influencer's, or came from a customer of theirs, is in no row."""

    UNPAID = "unpaid"
    REVIEW = "review"
    NOBODY = "nobody"  # it tells no customer and no e-mail


class Waiting(NamedTuple):
    """Such an order; *at* is when its customer was won, or would have been."""

    why: Unsettled
    influencer: str
    at: datetime


@dataclass(frozen=True, slots=True)
class StoreWorth:
    """One store's customers and gifts, as far as its orders were read: up to *seen*.

    *won* may be made while it is read; *waiting* is complete when all of it was.
    """

    store: str
    currency: str
    zone: ZoneInfo
    seen: datetime
    won: Iterable[Won]
    gifts: Iterable[Given] = ()
    period: Period | None = None  # in which customers were won; None: ever
    waiting: Sequence[Waiting] = ()


@dataclass(frozen=True, slots=True)
class Worth:
    """Rows with Money, numbers, texts, and None for what is unknown."""

    by: By
    rows: list[Row]
    totals: list[Row]  # one for each currency
    notes: list[str] = field(default_factory=list)


class _Tally:
    """A row while it is being added up."""

    def __init__(self, currency: str) -> None:
        self.currency = currency
        self.customers = self.orders = self.unread = 0
        self.net = self.commission = Decimal(0)
        self.unrated = False
        self.again = [0] * len(WINDOWS)
        self.nets = [Decimal(0)] * len(WINDOWS)
        self.unknown = [False] * len(WINDOWS)  # windows with an order of which nobody has read what it was
        self.open = [False] * len(WINDOWS)
        self.gifts = Money.zero(currency)
        self.products: Counter[str] = Counter()

    def add(self, won: Won, seen: datetime) -> None:
        self.customers += 1
        self._count(won.first)
        begun = won.first.at
        for place, days in enumerate(WINDOWS):
            self.open[place] |= begun + timedelta(days=days) > seen
        for each in won.again:
            self._count(each)
            for place, days in enumerate(WINDOWS):
                if each.at <= begun + timedelta(days=days):
                    self.again[place] += 1
                    self.nets[place] += each.net or 0
                    self.unknown[place] |= each.net is None

    def merge(self, other: _Tally) -> None:
        """Take in another row of the same currency."""
        self.customers += other.customers
        self.orders += other.orders
        self.unread += other.unread
        self.net += other.net
        self.commission += other.commission
        self.unrated |= other.unrated
        self.gifts += other.gifts
        self.products.update(other.products)
        for place in range(len(WINDOWS)):
            self.again[place] += other.again[place]
            self.nets[place] += other.nets[place]
            self.unknown[place] |= other.unknown[place]
            self.open[place] |= other.open[place]

    def _count(self, each: Buy) -> None:
        self.orders += 1
        self.net += each.net or 0
        self.unread += each.net is None
        self.commission += each.commission or 0
        self.unrated |= each.commission is None
        for title, quantity in each.products:
            self.products[title] += quantity

    def figures(self) -> Row:
        money = self._money
        net = None if self.unread else money(self.net)
        commission = None if self.unrated else money(self.commission)
        top = sorted(self.products.items(), key=lambda each: (-each[1], each[0]))[:TOP]
        again = {name: None if self.open[at] else self.again[at] for at, name in enumerate(_AGAIN)}
        nets = {
            name: None if self.open[at] or self.unknown[at] else money(self.nets[at]) for at, name in enumerate(_NET)
        }
        return {
            "customers_won": self.customers,
            "orders": self.orders,
            "net_sales": net,
            **again,
            **nets,
            "gifts": self.gifts,
            "commission": commission,
            "profit": None if net is None or commission is None else net - commission - self.gifts,
            "top_products": tuple(title for title, quantity in top if quantity > 0),
        }

    def _money(self, amount: Decimal) -> Money:
        return Money(amount, self.currency)


class Sums:
    """What one store's customers come to, added up; what is said beside them is kept until all stores are there."""

    def __init__(self, store: str, by: By) -> None:
        self.store, self.by = store, by
        self.groups: dict[tuple[str, str], _Tally] = {}  # by currency, and what a row stands for
        self.unrated: set[str] = set()
        self.waiting: Counter[Unsettled] = Counter()
        self.assumed = self.unread = 0
        self.abroad = 0  # orders in another currency than their customer's first

    def tally(self, currency: str, group: str) -> _Tally:
        key = currency, group
        if key not in self.groups:
            self.groups[key] = _Tally(currency)
        return self.groups[key]

    def hear(self, won: Won) -> None:
        self.assumed += won.assumed
        for each in (won.first, *won.again):
            if each.commission is None:
                self.unrated.add(won.influencer)
            self.unread += each.net is None

    @property
    def said(self) -> Iterator[str]:
        """What concerns this store alone."""
        if self.assumed:
            yield (
                f"{self.store}: of {counted(self.assumed, 'customer')} it is assumed that this was their first order: "
                "earlier orders cannot be seen."
            )
        if self.unread:
            yield (
                f"{self.store}: what {counted(self.unread, 'later order')} came to was not read, so sums with "
                f"{agreeing(self.unread, 'it', 'them')} are left open. shopinf orders sync reads what the store shows."
            )


def sums(store: StoreWorth, by: By = By.INFLUENCER, influencers: Collection[str] = ()) -> Sums:
    """Add up what customers of one store are worth; only those won by *influencers*, where any are named."""
    found = Sums(store.store, by)
    wanted = {name.casefold() for name in influencers}
    bounds = store.period.bounds(store.zone) if store.period else None
    for won in store.won:
        if _is_asked(won.influencer, won.first.at, wanted, bounds):
            currency = won.first.currency
            alike = [each for each in won.again if each.currency == currency]
            if abroad := len(won.again) - len(alike):
                found.abroad += abroad
                won = Won(won.influencer, won.campaign, won.first, alike, won.assumed)
            found.hear(won)
            found.tally(currency, _group(won, by, won.first.at, store.zone)).add(won, store.seen)
    for gift in store.gifts:
        if _is_asked(gift.influencer, gift.at, wanted, bounds):
            found.tally(gift.value.currency, _group(gift, by, gift.at, store.zone)).gifts += gift.value
    found.waiting.update(each.why for each in store.waiting if _is_asked(each.influencer, each.at, wanted, bounds))
    return found


def worth(stores: Sequence[Sums], by: By = By.INFLUENCER) -> Worth:
    """The rows and totals of all stores; currencies are never added up."""
    rows: list[Row] = []
    totals: dict[str, _Tally] = {}
    for store in sorted(stores, key=lambda each: each.store):
        for (currency, group), tally in sorted(store.groups.items(), key=lambda item: _place(by, *item)):
            rows.append({"store": store.store, "currency": currency, str(by): group, **tally.figures()})
            totals.setdefault(currency, _Tally(currency)).merge(tally)
    every: list[Row] = [{"currency": currency, **totals[currency].figures()} for currency in sorted(totals)]
    gifts = [RETAIL] if any(tally.gifts for tally in totals.values()) else []
    notes = [*_open_notes(rows, by), *(note for store in stores for note in store.said), *_notes(stores), *gifts]
    return Worth(by, rows, every, notes)


def _is_asked(influencer: str, at: datetime, wanted: Collection[str], bounds: tuple[datetime, datetime] | None) -> bool:
    named = not wanted or influencer.casefold() in wanted
    return named and (bounds is None or bounds[0] <= at < bounds[1])


def _group(each: Won | Given, by: By, at: datetime, zone: ZoneInfo) -> str:
    match by:
        case By.INFLUENCER:
            return each.influencer
        case By.CAMPAIGN:
            return each.campaign
        case By.MONTH:
            return label(at.astimezone(zone).date(), Step.MONTH)


def _place(by: By, key: tuple[str, str], tally: _Tally) -> tuple[object, ...]:
    """Months in their course, and people by what they sold."""
    currency, group = key
    return (currency, group) if by is By.MONTH else (currency, -tally.net, group)


def _open_notes(rows: Sequence[Row], by: By) -> Iterator[str]:
    """Which windows are left open because they have not passed, and in which rows."""
    lacking: dict[str, list[str]] = {}
    for row in rows:
        days = [str(days) for days, name in zip(WINDOWS, _AGAIN, strict=True) if row[name] is None]
        if days:
            lacking.setdefault(", ".join(days), []).append(str(row[by]))
    if not lacking:
        return
    which = "; ".join(f"{days} days for {few(list(dict.fromkeys(names)))}" for days, names in lacking.items())
    more = "" if by is By.MONTH else " --by month shows the months for which they have."
    yield f"Not passed yet for everybody, so left open: {which}.{more}"


def _notes(stores: Sequence[Sums]) -> Iterator[str]:
    """What concerns the rows of all stores."""
    if unrated := sorted({name for store in stores for name in store.unrated}):
        yield (
            f"{NO_RATE} for {few(unrated)} on the days of these orders: commission and profit left open. Agree on one "
            "with shopinf rates set."
        )
    if abroad := sum(store.abroad for store in stores):
        yield (
            f"{counted(abroad, 'later order')} in another currency than the customer's first "
            f"{agreeing(abroad, 'is', 'are')} in no row."
        )
    waiting = sum((store.waiting for store in stores), Counter[Unsettled]())
    if number := waiting[Unsettled.UNPAID]:
        yield f"{counted(number, 'order')} {agreeing(number, 'is', 'are')} not paid yet, and in no row until then."
    if number := waiting[Unsettled.REVIEW]:
        need, be = agreeing(number, "needs", "need"), agreeing(number, "is", "are")
        yield f"{counted(number, 'order')} {need} a look, and {be} in no row until then: shopinf orders review."
    if number := waiting[Unsettled.NOBODY]:
        tell = agreeing(number, "tells", "tell")
        yield (
            f"{counted(number, 'order')} with a code {tell} no customer and no e-mail: whether somebody was won by "
            f"{agreeing(number, 'it', 'them')} cannot be known."
        )
