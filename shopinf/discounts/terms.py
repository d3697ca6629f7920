"""Terms: what a discount code gives, to whom and when; and how what was asked for differs from what there is.

The combinations that a price rule cannot have are Shopify's, from its PriceRule resource page.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from shopinf.errors import BadInput
from shopinf.money import rounded
from shopinf.periods import Period
from shopinf.times import iso

MOST_IDS = 100  # of one kind in a price rule


class Kind(StrEnum):
    """What a code takes off."""

    PERCENTAGE = "percentage"
    FIXED_AMOUNT = "fixed_amount"
    FREE_SHIPPING = "free_shipping"
    TRACK_ONLY = "track_only"  # nothing: it only tells whose sale it is


@dataclass(frozen=True, slots=True)
class Goods:
    """What a code is for; empty: everything."""

    products: tuple[int, ...] = ()
    variants: tuple[int, ...] = ()
    collections: tuple[int, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.products or self.variants or self.collections)

    def __str__(self) -> str:
        kinds = (("product", self.products), ("variant", self.variants), ("collection", self.collections))
        return ", ".join(f"{kind} {each}" for kind, ids in kinds for each in ids) or "everything"


@dataclass(frozen=True, slots=True)
class Terms:
    """What a price rule says. Times are moments; without `starts` a rule begins when it is made."""

    kind: Kind
    value: Decimal = Decimal(0)  # per cent, or an amount in the shop's currency; 0 for the other kinds
    starts: datetime | None = None
    ends: datetime | None = None
    once_per_customer: bool = False
    usage_limit: int | None = None  # of each code
    min_subtotal: Decimal | None = None
    min_quantity: int | None = None
    goods: Goods = field(default_factory=Goods)

    @property
    def shown(self) -> str | None:
        """The value as it stands in a code: `15`, `12.5`; None where there is none to show."""
        match self.kind:
            case Kind.PERCENTAGE | Kind.FIXED_AMOUNT:
                return f"{self.value.normalize():f}"
            case Kind.TRACK_ONLY:
                return "0"
            case Kind.FREE_SHIPPING:
                return None

    def money(self, currency: str) -> str | None:
        """The value as our rows show it: an amount with the currency's own decimals."""
        if self.kind is Kind.FIXED_AMOUNT:
            return f"{rounded(self.value, currency):f}"
        return self.shown

    def key(self) -> str:
        """What is the same for equal terms."""
        return hashlib.sha256(json.dumps(self.facts(), sort_keys=True).encode()).hexdigest()[:20]

    def facts(self) -> dict[str, Any]:
        """As the ledger keeps them."""
        return {
            "kind": str(self.kind),
            "value": f"{self.value.normalize():f}",
            "starts": _utc(self.starts),
            "ends": _utc(self.ends),
            "once_per_customer": self.once_per_customer,
            "usage_limit": self.usage_limit,
            "min_subtotal": None if self.min_subtotal is None else f"{self.min_subtotal.normalize():f}",
            "min_quantity": self.min_quantity,
            "goods": [sorted(self.goods.products), sorted(self.goods.variants), sorted(self.goods.collections)],
        }

    @classmethod
    def from_facts(cls, facts: dict[str, Any]) -> Terms:
        goods = facts["goods"]
        return cls(
            kind=Kind(facts["kind"]),
            value=Decimal(facts["value"]),
            starts=_moment(facts["starts"]),
            ends=_moment(facts["ends"]),
            once_per_customer=facts["once_per_customer"],
            usage_limit=facts["usage_limit"],
            min_subtotal=None if facts["min_subtotal"] is None else Decimal(facts["min_subtotal"]),
            min_quantity=facts["min_quantity"],
            goods=Goods(*(tuple(ids) for ids in goods)),
        )

    def check(self, now: datetime) -> None:
        """Refuse terms that no price rule can have, or that have ended before they begin."""
        for wrong, hint in self._wrongs(now):
            raise BadInput(wrong, hint=hint)

    def _wrongs(self, now: datetime) -> Iterator[tuple[str, str]]:
        if self.kind is Kind.PERCENTAGE and not Decimal(1) <= self.value <= 100:
            yield f"{self.shown} % cannot be taken off", "Write the percentage as a number from 1 to 100, like 15."
        if self.kind is Kind.FIXED_AMOUNT and self.value <= 0:
            yield f"an amount of {self.shown} takes nothing off", "Use --track-only for a code without a discount."
        if self.kind is Kind.FREE_SHIPPING and self.goods:
            yield (
                "Shopify cannot limit free shipping to products or collections",
                "Leave out --product and --collection, or choose --percent.",
            )
        if self.goods.collections and (self.goods.products or self.goods.variants):
            yield (
                "Shopify cannot limit a code to collections and products at once",
                "Give either --product or --collection.",
            )
        if max(len(ids) for ids in (self.goods.products, self.goods.variants, self.goods.collections)) > MOST_IDS:
            yield f"a price rule takes at most {MOST_IDS} products or collections", "Put them into one collection."
        if self.min_subtotal is not None and self.min_quantity is not None:
            yield "Only one of --min-subtotal and --min-quantity can be asked for", "Leave one of them out."
        if self.min_subtotal is not None and self.min_subtotal <= 0:
            yield "a minimum subtotal is more than 0", "Leave out --min-subtotal where there is none."
        for name, number in (("usage limit", self.usage_limit), ("minimum quantity", self.min_quantity)):
            if number is not None and number < 1:
                yield f"a {name} is 1 or more", f"Leave out --{name.replace('minimum', 'min').replace(' ', '-')}."
        if self.ends is not None and self.ends <= (self.starts or now):
            if self.starts is not None and self.ends <= self.starts:
                yield "the code would end before it starts", "Give an --ends on or after the day of --starts."
            else:
                yield "the code would have ended already", "Give an --ends of today or later."


@dataclass(frozen=True, slots=True)
class Wish:
    """Terms as they were asked for; None where nothing was said."""

    kind: Kind | None = None
    value: Decimal | None = None
    starts: date | None = None
    ends: date | None = None  # this day included
    once_per_customer: bool | None = None
    usage_limit: int | None = None
    min_subtotal: Decimal | None = None
    min_quantity: int | None = None
    goods: Goods | None = None

    def over(self, general: Wish) -> Wish:
        """This wish, and the *general* one where it says nothing."""
        said = {each.name: getattr(self, each.name) for each in fields(self)}
        if self.kind is None:  # a kind and its value go together
            said |= {"kind": general.kind, "value": general.value}
        return replace(general, **{name: value for name, value in said.items() if value is not None})

    def terms(self, zone: ZoneInfo, former: Terms | None = None) -> Terms:
        """The terms in a shop of this *zone*; what was not said is as in the *former* ones, else as usual."""
        if self.kind is None and former is None:
            raise BadInput(
                "It was not said what the codes give",
                hint="Choose one of --percent, --amount, --free-shipping and --track-only.",
            )
        base = former or Terms(self.kind or Kind.TRACK_ONLY)
        changes: dict[str, Any] = {
            "starts": first_second(self.starts, zone) if self.starts else None,
            "ends": last_second(self.ends, zone) if self.ends else None,
            "once_per_customer": self.once_per_customer,
            "usage_limit": self.usage_limit,
            "min_subtotal": self.min_subtotal,
            "min_quantity": self.min_quantity,
            "goods": self.goods,
        }
        if self.kind is not None:
            changes |= {"kind": self.kind, "value": self.value or Decimal(0)}
        # The two minimums exclude each other, so the new one replaces the other.
        if self.min_subtotal is not None and self.min_quantity is None:
            base = replace(base, min_quantity=None)
        if self.min_quantity is not None and self.min_subtotal is None:
            base = replace(base, min_subtotal=None)
        return replace(base, **{name: value for name, value in changes.items() if value is not None})

    def differences(self, terms: Terms, zone: ZoneInfo, currency: str) -> list[str]:
        """How *terms* differ from what was asked for, in words; what was not said is not compared."""
        return [each.asked for each in self.changes(terms, zone, currency)]

    def changes(self, terms: Terms, zone: ZoneInfo, currency: str) -> list[Change]:
        """What *terms* would have to become; what was not said is not compared."""
        return _changes(terms, self.terms(zone, terms), zone, currency)


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that is otherwise than asked for, as words."""

    name: str
    was: str
    wanted: str

    @property
    def asked(self) -> str:
        return f"{self.name} is {self.was}, asked for {self.wanted}"


def differences(one: Terms, other: Terms, zone: ZoneInfo, currency: str, word: str) -> list[str]:
    """What *one* has and *other* has instead, in words: `end is never, asked for 2026-12-31T23:59:59+01:00`."""
    return [f"{each.name} is {each.was}, {word} {each.wanted}" for each in _changes(one, other, zone, currency)]


def _changes(one: Terms, other: Terms, zone: ZoneInfo, currency: str) -> list[Change]:
    before, after = _words(one, zone, currency), _words(other, zone, currency)
    return [Change(name, before[name], after[name]) for name in before if before[name] != after[name]]


def first_second(day: date, zone: ZoneInfo) -> datetime:
    """When *day* begins in *zone*."""
    return Period(day, day, "").bounds(zone)[0]


def last_second(day: date, zone: ZoneInfo) -> datetime:
    """The last second of *day* in *zone*: a code that ends on a day works all through it."""
    return Period(day, day, "").bounds(zone)[1] - timedelta(seconds=1)


def _words(terms: Terms, zone: ZoneInfo, currency: str) -> dict[str, str]:
    match terms.kind:
        case Kind.PERCENTAGE:
            value = f"{terms.shown} %"
        case Kind.FIXED_AMOUNT:
            value = f"{terms.money(currency)} {currency}"
        case Kind.FREE_SHIPPING:
            value = "free shipping"
        case Kind.TRACK_ONLY:
            value = "track only"
    return {
        "value": value,
        "start": iso(terms.starts, zone) or "when it was made",
        "end": iso(terms.ends, zone) or "never",
        "once per customer": "yes" if terms.once_per_customer else "no",
        "usage limit": str(terms.usage_limit or "none"),
        "minimum subtotal": "none" if terms.min_subtotal is None else f"{rounded(terms.min_subtotal, currency):f}",
        "minimum quantity": str(terms.min_quantity or "none"),
        "goods": str(Goods(*(tuple(sorted(ids)) for ids in _ids(terms.goods)))),
    }


def _ids(goods: Goods) -> tuple[tuple[int, ...], ...]:
    return goods.products, goods.variants, goods.collections


def _utc(moment: datetime | None) -> str | None:
    return None if moment is None else moment.astimezone(UTC).isoformat()


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
