"""What the customers that influencers won are worth: whether they came back, and what is left after what they cost.

A customer is won by the influencer whose code their first order ever used. Windows are counted for each customer from
the moment of that order and hold the orders after it, whatever code these used. A window that has not passed for
everybody of a row is unknown there: the late would only look as if they had not come back.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from shopinf.attribution.tally import NO_RATE
from shopinf.attribution.tally import Row as Row
from shopinf.attribution.won import Buy, Given, StoreWorth, Unsettled, Waiting, Won
from shopinf.money import Money
from shopinf.periods import Step, label
from shopinf.results import Column, columns
from shopinf.words import agreeing, counted, few

WINDOWS = (30, 60, 90, 180)  # days after the first order
TOP = 3  # products that are named
_NOTHING = Decimal(0)
RETAIL = "Gifts count at their retail value, as what they cost is not known here."


class By(StrEnum):
    """What a row stands for; a month is the one in which customers were won, and gifts sent."""

    INFLUENCER = "influencer"
    CAMPAIGN = "campaign"
    MONTH = "month"


AGAIN = tuple(f"again_{days}" for days in WINDOWS)
NET = tuple(f"net_{days}" for days in WINDOWS)
_COSTS = ("gifts", "commission", "profit")


def worth_columns(by: By = By.INFLUENCER) -> list[Column]:
    """The columns of rows *by*, in their order."""
    return columns(
        numbers=" ".join(("customers_won", "orders", *AGAIN)),
        money=" ".join(("net_sales", *NET, *_COSTS)),
        order=" ".join(
            ("store", "currency", by, "customers_won", "orders", "net_sales", *AGAIN, *NET, *_COSTS, "top_products")
        ),
        shown=f"{by} customers_won net_sales again_90 profit orders store currency",
    )


@dataclass(frozen=True, slots=True)
class Worth:
    """Rows with Money, numbers, texts, and None for what is unknown."""

    by: By
    rows: list[Row]
    totals: list[Row]  # one for each currency
    notes: list[str] = field(default_factory=list)
    lacking: list[str] = field(default_factory=list)  # those of them that say what was not read
    open: list[str] = field(default_factory=list)  # those that say which windows have not passed


class _Tally:
    """A row while it is being added up, and what is to be said of it."""

    __slots__ = (
        *("currency", "customers", "orders", "net", "commission", "gifts", "products", "again", "nets"),
        *("unknown", "open", "unread", "unrated", "assumed", "abroad", "waiting"),
    )

    def __init__(self, currency: str) -> None:
        self.currency = currency
        self.customers = self.orders = 0
        self.net = self.commission = self.gifts = _NOTHING
        self.products: Counter[str] = Counter()
        self.again = [0] * len(WINDOWS)
        self.nets = [_NOTHING] * len(WINDOWS)
        self.unknown = [False] * len(WINDOWS)  # windows with an order of which nobody has read what it was
        self.open = [False] * len(WINDOWS)  # windows that have not passed for everybody
        self.unread = self.assumed = self.abroad = 0  # abroad: orders in another currency than the customer's first
        self.unrated: set[str] = set()
        self.waiting: Counter[Unsettled] = Counter()

    def add(self, won: Won, seen: datetime) -> None:
        begun, currency = won.first.at, won.first.currency
        ends = [begun + timedelta(days=days) for days in WINDOWS]
        self.customers += 1
        self.assumed += won.assumed
        self._count(won.first, won.influencer)
        for place, end in enumerate(ends):
            self.open[place] |= end > seen
        for each in won.again:
            if each.currency != currency:
                self.abroad += 1
                continue
            self._count(each, won.influencer)
            for place, end in enumerate(ends):
                if each.at <= end:
                    self.again[place] += 1
                    self.nets[place] += each.net or 0
                    self.unknown[place] |= each.net is None

    def _count(self, each: Buy, influencer: str) -> None:
        self.orders += 1
        self.net += each.net or 0
        self.unread += each.net is None
        self.commission += each.commission or 0
        if each.commission is None:
            self.unrated.add(influencer)
        for title, quantity in each.products:
            self.products[title] += quantity

    def merge(self, other: _Tally) -> None:
        """Take in another row of the same currency."""
        for name in ("customers", "orders", "net", "commission", "gifts", "unread", "assumed", "abroad"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.unrated |= other.unrated
        self.products.update(other.products)
        self.waiting.update(other.waiting)
        for place in range(len(WINDOWS)):
            self.again[place] += other.again[place]
            self.nets[place] += other.nets[place]
            self.unknown[place] |= other.unknown[place]
            self.open[place] |= other.open[place]

    @property
    def tells(self) -> bool:
        """Is there anything in it but what waits to be settled?"""
        return bool(self.customers or self.gifts)

    def figures(self) -> Row:
        def money(amount: Decimal) -> Money:
            return Money(amount, self.currency)

        net = None if self.unread else money(self.net)
        commission = None if self.unrated else money(self.commission)
        top = sorted(self.products.items(), key=lambda each: (-each[1], each[0]))[:TOP]
        again = {name: None if self.open[at] else self.again[at] for at, name in enumerate(AGAIN)}
        nets = {
            name: None if self.open[at] or self.unknown[at] else money(self.nets[at]) for at, name in enumerate(NET)
        }
        return {
            "customers_won": self.customers,
            "orders": self.orders,
            "net_sales": net,
            **again,
            **nets,
            "gifts": money(self.gifts),
            "commission": commission,
            "profit": None if net is None or commission is None else net - commission - money(self.gifts),
            "top_products": tuple(title for title, quantity in top if quantity > 0),
        }


class Group(NamedTuple):
    """What the sums of a store are kept by: as fine as anybody asks for them."""

    currency: str
    influencer: str
    campaign: str
    month: str


class Sums:
    """What one store's customers come to, added up."""

    def __init__(self, store: str, currency: str) -> None:
        self.store, self.currency = store, currency
        self.groups: dict[Group, _Tally] = {}

    def tally(self, group: Group) -> _Tally:
        if group not in self.groups:
            self.groups[group] = _Tally(group.currency)
        return self.groups[group]


def sums(store: StoreWorth) -> Sums:
    """Add up what customers of one store are worth."""
    found = Sums(store.store, store.currency)
    bounds = store.period.bounds(store.zone) if store.period else None

    def of(each: Won | Given | Waiting, at: datetime, currency: str) -> Iterator[_Tally]:
        if bounds is None or bounds[0] <= at < bounds[1]:
            month = label(at.astimezone(store.zone).date(), Step.MONTH)
            yield found.tally(Group(currency, each.influencer, each.campaign, month))

    for won in store.won:
        for tally in of(won, won.first.at, won.first.currency):
            tally.add(won, store.seen)
    for gift in store.gifts:
        for tally in of(gift, gift.at, gift.value.currency):
            tally.gifts += gift.value.amount
    for each in store.waiting:
        for tally in of(each, each.at, store.currency):
            tally.waiting[each.why] += 1
    return found


def worth(
    stores: Sequence[Sums],
    by: By = By.INFLUENCER,
    influencers: Collection[str] = (),
    campaigns: Collection[str] = (),
    *,
    together: bool = False,
) -> Worth:
    """The rows and totals of all stores; currencies are never added up.

    Only those won by *influencers* and by *campaigns* are in them, where any are named. *together*: what several stores
    have in common is one row, without a store.
    """
    rows: dict[tuple[str, str, str], _Tally] = {}
    totals: dict[str, _Tally] = {}
    people, names = ({name.casefold() for name in each} for each in (influencers, campaigns))
    said = _Tally("")
    by_store: dict[str, _Tally] = {}
    for store in stores:
        for group, tally in store.groups.items():
            if (people and group.influencer.casefold() not in people) or (
                names and group.campaign.casefold() not in names
            ):
                continue
            said.waiting.update(tally.waiting)
            if not tally.tells:
                continue
            key = "" if together else store.store, group.currency, str(getattr(group, by))
            for place in (
                rows.setdefault(key, _Tally(group.currency)),
                totals.setdefault(group.currency, _Tally(group.currency)),
                by_store.setdefault(store.store, _Tally("")),
            ):
                place.merge(tally)
    shown: list[Row] = [
        {"store": store or None, "currency": currency, str(by): group or None, **tally.figures()}
        for (store, currency, group), tally in sorted(rows.items(), key=lambda item: _place(by, *item))
    ]
    every: list[Row] = [{"currency": currency, **totals[currency].figures()} for currency in sorted(totals)]
    lacking = [*_lacking(by_store)]
    still_open = [*_open_notes(shown, by)]
    notes = [*still_open, *lacking, *_notes(by_store.values()), *_waiting_notes(said.waiting)]
    notes += [RETAIL] if any(tally.gifts for tally in totals.values()) else []
    return Worth(by, shown, every, notes, lacking, still_open)


def _place(by: By, key: tuple[str, str, str], tally: _Tally) -> tuple[object, ...]:
    """Stores by name; in each, months in their course, and people by what they sold."""
    store, currency, group = key
    return (store, currency, group) if by is By.MONTH else (store, currency, -tally.net, group)


def _open_notes(rows: Sequence[Row], by: By) -> Iterator[str]:
    """Which windows are left open because they have not passed, and in which rows."""
    lacking: dict[str, list[str]] = {}
    for row in rows:
        days = [str(days) for days, name in zip(WINDOWS, AGAIN, strict=True) if row[name] is None]
        if days:
            lacking.setdefault(", ".join(days), []).append(str(row[by]))
    if not lacking:
        return
    which = "; ".join(f"{days} days for {few(list(dict.fromkeys(names)))}" for days, names in lacking.items())
    more = "" if by is By.MONTH else " --by month shows the months for which they have."
    yield f"Not passed yet for everybody, so left open: {which}.{more}"


def _lacking(stores: Mapping[str, _Tally]) -> Iterator[str]:
    """What is not known of the customers of each store."""
    for name, store in sorted(stores.items()):
        if store.assumed:
            yield (
                f"{name}: of {counted(store.assumed, 'customer')} it is assumed that this was their first order: "
                "earlier orders cannot be seen."
            )
        if store.unread:
            yield (
                f"{name}: what {counted(store.unread, 'later order')} came to was not read, so sums with "
                f"{agreeing(store.unread, 'it', 'them')} are left open. shopinf orders sync reads what the store shows."
            )


def _notes(stores: Collection[_Tally]) -> Iterator[str]:
    """What is to be said of the customers of all stores."""
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


def _waiting_notes(waiting: Counter[Unsettled]) -> Iterator[str]:
    """What is not settled, or cannot be told."""
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
