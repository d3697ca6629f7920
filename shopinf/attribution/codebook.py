"""The codes that we track: what each was called, whose it was and what it earned, on any day.

Orders stay for years; codes are renamed, given to somebody else and paid differently meanwhile. So everything here
has a history, in days of the shop's own zone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Generic, TypeVar
from zoneinfo import ZoneInfo

from shopinf.orders import Order, folded
from shopinf.payouts.rates import Agreed, RateBook, Subject

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Since(Generic[T]):
    """Something that holds from a day on, in the shop's zone; without a day, from ever."""

    value: T
    day: date | None = None


def on_day(history: Iterable[Since[T]], day: date) -> T | None:
    """What held on *day*: the latest entry that had begun; None before the first."""
    begun = [each for each in history if each.day is None or each.day <= day]
    if len(begun) == 1:
        return begun[0].value
    return max(begun, key=lambda each: each.day or date.min).value if begun else None


@dataclass(frozen=True, slots=True)
class TrackedCode:
    """A discount code that shopinf made or imported, with the history that old orders need."""

    names: tuple[Since[str], ...]  # a renamed code has several; the first usually from ever
    owners: tuple[Since[str], ...]  # influencers
    campaign: str = ""
    slot: str = ""
    made_at: datetime | None = None
    id: int = 0  # its rates go by it
    marks: frozenset[str] = frozenset()  # what its links carry as utm_content or ref

    @property
    def code(self) -> str:
        """Its present name."""
        return max(self.names, key=lambda name: name.day or date.min).value

    def is_called(self, text: str, day: date) -> bool:
        """Could an order of *day* name it so? On the day of a renaming both names count."""
        wanted = folded(text)
        if len(self.names) == 1:
            (name,) = self.names
            return folded(name.value) == wanted and (name.day is None or name.day <= day)
        spans = sorted(self.names, key=lambda name: name.day or date.min)
        for place, name in enumerate(spans):
            until = spans[place + 1].day if place + 1 < len(spans) else None
            if folded(name.value) == wanted and (name.day is None or name.day <= day) and (not until or day <= until):
                return True
        return False

    def will_be_called(self, text: str, day: date) -> bool:
        """Does it take that name only after *day*?"""
        return all(name.day and name.day > day for name in self.names if folded(name.value) == folded(text))


@dataclass(frozen=True, slots=True)
class Person:
    """What tells that a buyer is the influencer: customer numbers of this store, and keyed hashes."""

    customer_ids: frozenset[int] = frozenset()
    email_keys: frozenset[str] = frozenset()
    phone_keys: frozenset[str] = frozenset()
    address_keys: frozenset[str] = frozenset()

    def resemblance(self, order: Order) -> str | None:
        """How *order*'s buyer is this person, in words; None if nothing says so."""
        if order.customer_id in self.customer_ids:
            return "the buyer is the influencer's own customer account"
        if order.email_key in self.email_keys:
            return "the buyer's e-mail is the influencer's own"
        if order.phone_key in self.phone_keys:
            return "the buyer's phone is the influencer's own"
        if order.address_key in self.address_keys:
            return "the order goes to the influencer's own address"
        return None


class Codes:
    """One store's codes, what is earned, and who the influencers are; days are days in *zone*."""

    def __init__(
        self,
        tracked: Iterable[TrackedCode],
        *,
        zone: ZoneInfo,
        shop_id: int = 0,
        rates: RateBook | None = None,
        people: Mapping[str, Person] | None = None,
    ) -> None:
        self.tracked = tuple(tracked)
        self.zone = zone
        self.shop_id = shop_id
        self.rates = rates or RateBook()
        self.people = people or {}
        self._by_text: dict[str, list[TrackedCode]] = {}
        self._by_mark: dict[str, list[TrackedCode]] = {}
        for code in self.tracked:
            for text in {folded(name.value) for name in code.names}:
                self._by_text.setdefault(text, []).append(code)
            for mark in {folded(mark) for mark in code.marks}:
                self._by_mark.setdefault(mark, []).append(code)

    def named(self, text: str, day: date) -> TrackedCode | None:
        """The code that *text* meant on *day*; of two, the one that took the name last.

        A name that only one code ever had means that code before its renaming too: an order's day may lie before the
        day on which it came in, or before the renaming was made here.
        """
        known = self._by_text.get(folded(text), ())
        called = [code for code in known if code.is_called(text, day)]
        if not called and len(known) == 1 and known[0].will_be_called(text, day):
            return known[0]
        if len(called) < 2:
            return called[0] if called else None

        def taken(code: TrackedCode) -> date:
            days = [name.day or date.min for name in code.names if folded(name.value) == folded(text)]
            return max(begun for begun in days if begun <= day)

        return max(called, key=taken)

    def marked(self, mark: str, day: date) -> TrackedCode | None:
        """The code whose links carry *mark*, or which is called so; of several, the one made last up to that day."""
        marked = self._by_mark.get(folded(mark), ())
        made = [code for code in marked if code.made_at is None or code.made_at.astimezone(self.zone).date() <= day]
        return max(made or marked, key=_youth) if marked else self.named(mark, day)

    def rate(self, code: TrackedCode, influencer: str, day: date, products: Iterable[str] = ()) -> Agreed | None:
        """The rate that counts on *day* for a sale by *code*, of a line with *products* where there are any."""
        return self.rates.winning(Subject(self.shop_id, code.id, code.campaign, influencer), day, products)


def _youth(code: TrackedCode) -> tuple[bool, float, str]:
    return (code.made_at is not None, code.made_at.timestamp() if code.made_at else 0.0, folded(code.code))
