"""Entries: what an influencer's account is made of, and only ever added to.

An order's first entry is its commission by all that is known at the closing; each later one is the new total less what
is recorded. So the entries of an order and an influencer always add up to the commission of the last closing. Frozen
with the first are whose it is, the rate, and whether the customer was new.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from shopinf.attribution.commissions import Commission
from shopinf.attribution.earning import Earned, Part
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

    @property
    def came_to(self) -> Earned:
        """What the order came to by what is recorded: the net sales that go into tiers, and what it earned beside."""
        tiers = _tiers(self.parts)
        if self.basis is None or "came_to" not in self.basis:
            return Earned(Decimal(0), tuple((each, self.net or Decimal(0)) for each in tiers))
        kept = self.basis["came_to"]
        return Earned(Decimal(kept["beside"]), tuple(zip(tiers, map(Decimal, kept["in_tiers"]), strict=False)))


@dataclass(frozen=True, slots=True)
class Recorded:
    """What is recorded of one order and one influencer."""

    first: Entry
    last: Entry  # of those that say what the order is worth
    total: Decimal  # all entries together
    rejected: Decimal  # those of rejecting and restoring alone
    steps: int
    parts: tuple[Part, ...]  # the stake that was frozen with it; of both where two shared it and are one person now
    net: Decimal  # of the share
    came_to: Earned  # what it came to, by what is recorded

    @classmethod
    def of(cls, entries: Iterable[Entry]) -> Recorded:
        """The entries of one order and influencer, put together."""
        found = sorted(entries, key=lambda each: each.step)
        aside = {Kind.REJECT, Kind.RESTORE}
        rejected = sum((each.amount for each in found if each.kind in aside), Decimal(0))
        total = sum((each.amount for each in found), Decimal(0))
        told = [each for each in found if each.kind not in aside]
        stakes = [each for each in found if each.kind is Kind.EARN] or found[:1]
        stake = tuple(part for each in stakes for part in each.parts)
        net, came = _worth(told, stake)
        return cls(found[0], told[-1], total, rejected, found[-1].step + 1, stake, net, came)

    @property
    def is_rejected(self) -> bool:
        return self.rejected != 0


def _worth(told: Sequence[Entry], stake: Sequence[Part]) -> tuple[Decimal, Earned]:
    """The net sales of a share and what it came to, by the entries that say so.

    Of two who are one person now each has said it of their own, until it is worked out anew.
    """
    if told[-1].parts == stake:
        return told[-1].net or Decimal(0), told[-1].came_to
    runs: list[list[Entry]] = []
    for each in told:
        if each.kind is Kind.EARN or not runs:
            runs.append([])
        runs[-1].append(each)
    net = sum((run[-1].net or Decimal(0) for run in runs), Decimal(0))
    beside = Decimal(0)
    tiers: list[tuple[Tiers, Decimal]] = []
    for run in runs:
        came = run[-1].came_to
        tiers += came.in_tiers
        beside += came.commission if came.in_tiers else sum((each.amount for each in run), Decimal(0))
    return net, Earned(beside, tuple(tiers))


@dataclass(frozen=True, slots=True)
class Worth:
    """What an order has come to for one influencer by the facts of a closing."""

    commission: Decimal
    net: Decimal
    happened_at: datetime  # what changed it last
    reason: str = ""
    payable_at: datetime | None = None
    basis: Mapping[str, Any] | None = None


def adjusted(known: Recorded, now: Worth, payer: str | None = None) -> Entry | None:
    """What has to be added to what is recorded of an order; None where it is the same.

    Another *payer* than the one who has it may hold orders for other days: that alone is no news of what is owed.
    A rejected order stays at nothing: what changes it meanwhile is worked out when it is restored. What it counts for
    in the tiers of its period is recorded all the same.
    """
    if known.is_rejected and not _tiers(known.parts):
        return None
    last = known.last
    change = Decimal(0) if known.is_rejected else now.commission - known.total
    theirs = payer is not None and payer != last.account.payer
    if not change and (last.net, last.basis) == (now.net, now.basis) and (theirs or last.payable_at == now.payable_at):
        return None
    news = {"net": now.net, "basis": now.basis, "payable_at": now.payable_at}
    return _later(known, Kind.ADJUST, change, now.happened_at, now.reason, **news)


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
        news.get("basis", last.basis),
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


def write_parts(parts: Iterable[Part], came: Earned) -> Written:
    """A stake as an entry keeps it, with what it *came* to where tiers are in it and the net sales do not say so."""
    found = list(parts)
    rates = list(dict.fromkeys(str(part.rate) for part in found))
    if len(found) == 1 and len(found[0].shares) == 1 and found[0].lines is None:
        return Written(rates[0])
    facts: dict[str, Any] = {}
    facts["parts"] = [
        {
            "rate": str(part.rate),
            "shares": [str(share) for share in part.shares],
            "place": part.place,
            "lines": None if part.lines is None else sorted(part.lines),
        }
        for part in found
    ]
    if _tiers(found):
        facts["came_to"] = {"beside": str(came.commission), "in_tiers": [str(net) for _, net in came.in_tiers]}
    return Written(" and ".join(rates), facts)


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


def _tiers(parts: Iterable[Part]) -> list[Tiers]:
    return [part.rate for part in parts if isinstance(part.rate, Tiers)]


def _frozen(text: str) -> Commission | Tiers:
    rate = read_rate(text)
    if isinstance(rate, ByCustomer):  # the one for the customer was chosen when it was written
        raise ValueError(f"{text} is not the rate of one order")
    return rate
