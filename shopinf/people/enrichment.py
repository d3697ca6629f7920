"""Enrichment: what is asked for, what was found for each customer, and the ranked rows that come of it."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import ROUND_FLOOR, Decimal
from enum import StrEnum
from typing import Protocol

from shopinf.money import Money
from shopinf.people.customers import Customer, total
from shopinf.people.matching import Confidence
from shopinf.people.profiles import Account, Profile, on_platforms, tier, together
from shopinf.unread import Unread


class Sort(StrEnum):
    """What the list is ranked by."""

    FOLLOWERS = "followers"
    TOTAL_SPENT = "total_spent"
    ORDERS = "orders"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Who belongs in the list: thresholds, and how it is ranked."""

    min_followers: int | None = None
    platforms: frozenset[str] = frozenset()
    sort: Sort = Sort.FOLLOWERS

    def accounts(self, accounts: Iterable[Account]) -> tuple[Account, ...]:
        """The accounts that count, the primary one first; none for somebody below the threshold."""
        counted = together(on_platforms(accounts, self.platforms))
        if not self.min_followers:
            return counted
        most = max((each.followers or 0 for each in counted), default=0)
        return counted if most >= self.min_followers else ()

    def wants(self, accounts: Iterable[Account]) -> bool:
        """Does somebody with these accounts belong in the list?"""
        return not (self.min_followers or self.platforms) or bool(self.accounts(accounts))


@dataclass(frozen=True, slots=True)
class Hit:
    """What a source found for one customer."""

    profile: Profile
    confidence: Confidence
    matched_on: str
    source: str
    person: str = ""  # the opaque id, once the ledger knows them


@dataclass(frozen=True, slots=True)
class Answer:
    """What a provider said of some of the keys it was asked: a profile, or that there is none; and what it cost."""

    found: Mapping[str, Profile | None]
    spent: Decimal = Decimal(0)


class Purse:
    """The credits of a run: what may be spent, and what was; never more than the cap."""

    def __init__(self, cap: Decimal | None = None) -> None:
        self.cap = cap
        self.spent = Decimal(0)
        self._guard = threading.Lock()

    def room(self, price: Decimal) -> int | None:
        """How many more can be asked for at *price* each; None without a cap."""
        if self.cap is None or not price:
            return None
        return max(int(((self.cap - self.spent) / price).to_integral_value(ROUND_FLOOR)), 0)

    def few(self, most: int, price: Decimal) -> int:
        """At most *most*, as far as the cap allows."""
        room = self.room(price)
        return most if room is None else min(most, room)

    def spend(self, credits: Decimal) -> None:
        with self._guard:
            self.spent += credits


@dataclass(frozen=True, slots=True)
class Job:
    """A list that a provider works through in its own time."""

    id: int
    job_id: str | None
    count: int


class Jobs(Protocol):
    """Where such lists are noted, so that the next run takes up what this one leaves."""

    def open(self, source: str) -> list[Job]: ...

    def intend(self, source: str, count: int) -> int: ...

    def posted(self, id: int, job_id: str) -> None: ...

    def end(self, id: int) -> None: ...


@dataclass(frozen=True, slots=True)
class Purchases:
    """What a customer record bought."""

    orders_count: int | None
    total_spent: Decimal | None
    first_order_at: datetime | None = None
    last_order_at: datetime | None = None
    complete: bool = True  # are the dates sure? None is then "never ordered"


@dataclass(frozen=True, slots=True)
class Matched:
    """A customer record of somebody who was found."""

    customer: Customer
    hit: Hit
    purchases: Purchases | None = None


@dataclass(frozen=True)
class Found:
    """An influencer among the customers of one store, with all their records there."""

    store: str
    currency: str
    person: str
    influencer: str
    accounts: tuple[Account, ...]
    records: tuple[Matched, ...]
    earlier: tuple[Purchases, ...] = ()  # of records that an earlier run matched and this one did not read
    found_at: datetime | None = None  # when they were first found in this store; None: just now

    @property
    def main(self) -> Matched:
        """The record that stands for the person: the surest, then the one with most orders."""
        return min(
            self.records,
            key=lambda each: (each.hit.confidence.rank, -(each.customer.orders_count or 0), each.customer.customer_id),
        )

    @property
    def primary(self) -> Account | None:
        return self.accounts[0] if self.accounts else None

    @property
    def bought(self) -> Purchases:
        """Everything they bought, over all records; a date that one record does not know is not known."""
        parts = [*(each.purchases or _unknown(each.customer) for each in self.records), *self.earlier]
        counts = [each.orders_count for each in parts if each.orders_count is not None]
        sure = all(each.complete for each in parts)
        first = [each.first_order_at for each in parts if each.first_order_at]
        last = [each.last_order_at for each in parts if each.last_order_at]
        return Purchases(
            sum(counts) if counts else None,
            total(each.total_spent for each in parts),
            min(first) if first and all(each.complete or each.first_order_at for each in parts) else None,
            max(last) if last and all(each.complete or each.last_order_at for each in parts) else None,
            sure,
        )


def _unknown(customer: Customer) -> Purchases:
    return Purchases(customer.orders_count, customer.total_spent, complete=not customer.orders_count)


def ranked(found: Iterable[Found], sort: Sort) -> list[Found]:
    """The list as it is shown: the largest first; ties by what else they are worth, then by name."""

    def strength(each: Found) -> tuple[Decimal, ...]:
        followers = Decimal((each.primary and each.primary.followers) or 0)
        spent = each.bought.total_spent or Decimal(0)
        orders = Decimal(each.bought.orders_count or 0)
        match sort:
            case Sort.FOLLOWERS:
                return followers, spent, orders
            case Sort.TOTAL_SPENT:
                return spent, orders, followers
            case Sort.ORDERS:
                return orders, spent, followers

    return sorted(found, key=lambda each: ([-part for part in strength(each)], each.influencer, each.store))


@dataclass
class Summary:
    """What a run came to."""

    customers: int = 0
    with_email: int = 0
    matched: int = 0
    withheld: int = 0
    left: int = 0  # not looked up: the cap or a provider ended the run
    credits_used: Decimal | None = Decimal(0)  # None: not known of this store alone

    def plus(self, other: Summary) -> Summary:
        return replace(
            self,
            customers=self.customers + other.customers,
            with_email=self.with_email + other.with_email,
            matched=self.matched + other.matched,
            withheld=self.withheld + other.withheld,
            left=self.left + other.left,
        )

    def as_json(self) -> dict[str, object]:
        used = self.credits_used
        return {
            "customers": self.customers,
            "with_email": self.with_email,
            "matched": self.matched,
            "withheld": self.withheld,
            "credits_used": None if used is None else int(used) if used == used.to_integral_value() else float(used),
            "left": self.left,
        }


def plain(credits: Decimal) -> str:
    """Credits as they are said: `1.5`, `20`."""
    return f"{credits.normalize():f}"


@dataclass
class Base:
    """The customers of one store that a run looks at."""

    customers: Sequence[Customer]
    watermark: datetime | None
    summary: Summary = field(default_factory=Summary)
    notes: list[str] = field(default_factory=list)
    unread: Sequence[Unread] = ()  # customers that cannot be read
    left_out: Sequence[Customer] = ()  # nobody asks about them, but a phone that is theirs too is nobody's


def account_row(account: Account, *, primary: bool) -> dict[str, object]:
    """An account as JSON shows it."""
    return {
        "platform": account.platform,
        "handle": account.handle or None,
        "profile_url": account.profile_url,
        "platform_user_id": account.platform_user_id,
        "full_name": account.full_name,
        "followers": account.followers,
        "engagement_rate_pct": account.engagement_rate_pct,
        "tier": tier(account.followers),
        "verified": account.verified,
        "is_primary": primary,
        "source": account.source,
        "matched_at": account.matched_at,
    }


def account_words(account: Account) -> str:
    """An account in one cell: `instagram/maya`."""
    return f"{account.platform}/{account.handle}" if account.platform else account.handle


def money(amount: Decimal | None, currency: str) -> Money | None:
    return None if amount is None else Money(amount, currency)
