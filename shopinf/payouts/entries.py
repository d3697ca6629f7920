"""Entries: what an influencer's account is made of, and only ever added to.

An order's first entry is its commission by all that is known at the closing; each later one is the new total less what
is recorded. So the entries of an order and an influencer always add up to the commission of the last closing. Frozen
with the first are whose it is, the rate, and whether the customer was new.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from shopinf.attribution.commissions import Commission
from shopinf.attribution.earning import Part
from shopinf.payouts.rates import ByCustomer, Tiers, read_rate

# The end of a hold that has none: until the goods are sent, or until somebody releases it.
NEVER = datetime(9999, 12, 31, tzinfo=UTC)


class Kind(StrEnum):
    """What an entry tells."""

    EARN = "earn"
    ADJUST = "adjust"
    REJECT = "reject"
    RESTORE = "restore"
    MANUAL = "manual"
    PAY = "pay"
    PAY_FAILED = "pay_failed"


@dataclass(frozen=True, slots=True)
class Account:
    """Whose money it is: what one payer owes one influencer in one currency."""

    payer: str
    person: str
    currency: str


@dataclass(frozen=True, slots=True)
class OrderKey:
    """An order of a store; the number 0 is none."""

    shop_id: int = 0
    order_id: int = 0

    def __bool__(self) -> bool:
        return self.order_id != 0


NO_ORDER = OrderKey()


@dataclass(frozen=True, slots=True)
class Entry:
    """One movement of an account; payments are below zero. What it stands on is there where an order is."""

    kind: Kind
    account: Account
    amount: Decimal
    happened_at: datetime
    order: OrderKey = NO_ORDER
    order_name: str = ""
    code: str = ""
    net: Decimal | None = None  # of the influencer's share of the order
    rate: str | None = None
    customer_type: str | None = None
    basis: Mapping[str, Any] | None = None  # what the rate is of, where it is not of the whole order
    payable_at: datetime | None = None  # inside the hold days until then
    reason: str = ""
    reference: str = ""  # of a manual entry: the same one is not made twice
    step: int = 0  # its place among the entries of its order and influencer

    @property
    def parts(self) -> tuple[Part, ...]:
        """The stake that was frozen with it."""
        return read_parts(self.rate or "0%", self.basis)


@dataclass(frozen=True, slots=True)
class Recorded:
    """What is recorded of one order and one influencer."""

    first: Entry
    last: Entry  # of those that say what the order is worth
    total: Decimal  # all entries together
    rejected: Decimal  # those of rejecting and restoring alone
    steps: int
    parts: tuple[Part, ...]  # the stake that was frozen with it; of both where two shared it and are one person now

    @classmethod
    def of(cls, entries: Iterable[Entry]) -> Recorded:
        """The entries of one order and influencer, put together."""
        found = sorted(entries, key=lambda each: each.step)
        aside = {Kind.REJECT, Kind.RESTORE}
        rejected = sum((each.amount for each in found if each.kind in aside), Decimal(0))
        total = sum((each.amount for each in found), Decimal(0))
        last = next(each for each in reversed(found) if each.kind not in aside)
        stakes = [each for each in found if each.kind is Kind.EARN] or found[:1]
        stake = tuple(part for each in stakes for part in each.parts)
        return cls(found[0], last, total, rejected, found[-1].step + 1, stake)

    @property
    def is_rejected(self) -> bool:
        return self.rejected != 0


@dataclass(frozen=True, slots=True)
class Worth:
    """What an order has come to for one influencer by the facts of a closing."""

    commission: Decimal
    net: Decimal
    happened_at: datetime  # what changed it last
    reason: str = ""
    payable_at: datetime | None = None


def adjusted(known: Recorded, now: Worth) -> Entry | None:
    """What has to be added to what is recorded of an order; None where it is the same.

    A rejected order stays at nothing: what changes it meanwhile is worked out when it is restored.
    """
    if known.is_rejected:
        return None
    change = now.commission - known.total
    same_day = now.payable_at == known.last.payable_at
    if not change and now.net == known.last.net and same_day:
        return None
    return _later(known, Kind.ADJUST, change, now.happened_at, now.reason, net=now.net, payable_at=now.payable_at)


def rejected(known: Recorded, at: datetime, reason: str) -> Entry | None:
    """Take away all that an order has earned; None where nothing is left of it."""
    if known.is_rejected or not known.total:
        return None
    return _later(known, Kind.REJECT, -known.total, at, reason)


def restored(known: Recorded, at: datetime, reason: str) -> Entry | None:
    """Give back what was rejected; None where nothing was."""
    return _later(known, Kind.RESTORE, -known.rejected, at, reason) if known.is_rejected else None


def _later(known: Recorded, kind: Kind, amount: Decimal, at: datetime, reason: str, **news: Any) -> Entry:
    first, last = known.first, known.last
    return Entry(
        kind,
        first.account,
        amount,
        at,
        first.order,
        first.order_name,
        first.code,
        news.get("net", last.net),
        first.rate,
        first.customer_type,
        first.basis,
        news.get("payable_at", last.payable_at),
        reason,
        step=known.steps,
    )


def payable_from(began_at: datetime | None, hold_days: int, zone: ZoneInfo) -> datetime:
    """When an order's commission is free: so many days after the day it began, at the shop's midnight.

    Without a beginning, since nothing was sent yet, never.
    """
    if began_at is None:
        return NEVER
    day: date = began_at.astimezone(zone).date() + timedelta(days=hold_days)
    return datetime.combine(day, time(), zone)


# What a stake is written as.


@dataclass(frozen=True, slots=True)
class Written:
    """A stake as an entry keeps it: its rate in words, and a basis where that is not all of it."""

    rate: str
    basis: Mapping[str, Any] | None = field(default=None)


def write_parts(parts: Iterable[Part]) -> Written:
    """A stake as an entry keeps it."""
    found = list(parts)
    rates = list(dict.fromkeys(str(part.rate) for part in found))
    if len(found) == 1 and len(found[0].shares) == 1 and found[0].lines is None:
        return Written(rates[0])
    facts = [
        {
            "rate": str(part.rate),
            "shares": [str(share) for share in part.shares],
            "place": part.place,
            "lines": None if part.lines is None else sorted(part.lines),
        }
        for part in found
    ]
    return Written(" and ".join(rates), {"parts": facts})


def read_parts(rate: str, basis: Mapping[str, Any] | None) -> tuple[Part, ...]:
    """The stake that `write_parts` was given."""
    if basis is None:
        return (Part(_frozen(rate)),)
    return tuple(
        Part(
            _frozen(each["rate"]),
            tuple(Fraction(share) for share in each["shares"]),
            each["place"],
            None if each["lines"] is None else frozenset(each["lines"]),
        )
        for each in basis["parts"]
    )


def _frozen(text: str) -> Commission | Tiers:
    rate = read_rate(text)
    if isinstance(rate, ByCustomer):  # the one for the customer was chosen when it was written
        raise ValueError(f"{text} is not the rate of one order")
    return rate
