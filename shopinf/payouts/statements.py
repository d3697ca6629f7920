"""Statements: an account's movement over a period, what of it can be paid, and what it is called.

opening + earned + adjustments - paid = closing; what is held is taken off, and the rest is payable if it is at least
the minimum. Below zero it is carried on: never paid, never in a file.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from shopinf.discounts.codes import ALPHABET, fold
from shopinf.payouts.entries import NEVER, NO_ORDER, Account, Kind, OrderKey
from shopinf.periods import Period

_NOTHING = Decimal(0)


class HoldFrom(StrEnum):
    """What the hold days are counted from: the order, or when its first goods were sent."""

    ORDER = "order"
    FULFILLED = "fulfilled"


class Status(StrEnum):
    """How a statement stands."""

    OPEN = "open"  # to be paid, now or when its hold ends
    CLAIMED = "claimed"  # in a run
    PAID = "paid"
    CARRIED = "carried"  # into the next statement
    NOTHING = "nothing"  # is owed


@dataclass(frozen=True, slots=True)
class Figures:
    """The sums of a statement."""

    opening: Decimal = _NOTHING
    earned: Decimal = _NOTHING
    adjustments: Decimal = _NOTHING
    paid: Decimal = _NOTHING  # as a person reads it: above zero

    @property
    def closing(self) -> Decimal:
        return self.opening + self.earned + self.adjustments - self.paid


def figures(opening: Decimal, entries: Iterable[tuple[Kind, Decimal]]) -> Figures:
    """Add up what moved an account since it stood at *opening*."""
    earned = adjustments = paid = _NOTHING
    for kind, amount in entries:
        match kind:
            case Kind.EARN:
                earned += amount
            case Kind.ADJUST | Kind.REJECT | Kind.RESTORE | Kind.MANUAL:
                adjustments += amount
            case Kind.PAY | Kind.PAY_FAILED:
                paid -= amount
    return Figures(opening, earned, adjustments, paid)


@dataclass(frozen=True, slots=True)
class Terms:
    """What was agreed with a payer on when commissions are paid."""

    hold_days: int = 0
    hold_from: HoldFrom = HoldFrom.ORDER
    minimum: Decimal = _NOTHING  # in whatever currency


@dataclass(frozen=True, slots=True)
class Statement:
    """An account's movement over a period, as it was closed; nothing of it changes afterwards."""

    name: str
    account: Account
    first: date
    last: date
    figures: Figures
    held: Decimal
    payable: Decimal
    payable_on: date | None = None  # when all of it is
    reason: str = ""
    id: int = 0


# What can be paid.


@dataclass(frozen=True, slots=True)
class Due:
    """An entry that was neither paid nor claimed."""

    entry: int
    account: Account
    amount: Decimal
    order: OrderKey = NO_ORDER
    code: str = ""
    payable_at: datetime | None = None
    happened_at: datetime | None = None  # of the order, where it is of one
    closed: bool = True  # is it in a statement?
    step: int = 0


class Action(StrEnum):
    """What somebody said of an order, a code or an influencer."""

    HOLD = "hold"
    RELEASE = "release"
    REJECT = "reject"


@dataclass(frozen=True, slots=True)
class Mark:
    """A word about orders: of one order, or of a code or an influencer from a moment on; the last that fits counts."""

    action: Action
    reason: str
    at: datetime  # when it was said
    order: OrderKey = NO_ORDER
    shop_id: int = 0
    code: str = ""  # folded
    person: str = ""
    since: datetime | None = None  # of the orders

    def concerns(self, order: OrderKey, code: str, person: str, happened_at: datetime | None) -> bool:
        """Is it about this order?"""
        if self.order:
            return self.order == order and self.person in ("", person)
        if self.code and self.code != code.casefold():
            return False
        if self.shop_id not in (0, order.shop_id) or self.person not in ("", person):
            return False
        return self.since is None or (happened_at is not None and happened_at >= self.since)


def said_of(
    marks: Sequence[Mark], order: OrderKey, code: str, person: str, happened_at: datetime | None
) -> Mark | None:
    """The last word about an order; *marks* are in the order they were said."""
    return next((mark for mark in reversed(marks) if mark.concerns(order, code, person, happened_at)), None)


@dataclass(frozen=True, slots=True)
class Payable:
    """What of an account can be paid, and why the rest cannot."""

    entries: tuple[int, ...]  # those that a payment of `amount` pays
    amount: Decimal
    held: Decimal  # inside the hold days, or on hold
    reason: str = ""
    free_at: datetime | None = None  # when the last of it is free; NEVER: when somebody says so


def payable(
    dues: Iterable[Due],
    marks: Sequence[Mark],
    now: datetime,
    minimum: Decimal = _NOTHING,
    *,
    others: Decimal = _NOTHING,
) -> Payable:
    """What of one account's *dues* can be paid *now*, with *others* of it that are free whatever is said.

    An order is held as a whole, as long as anything of it is owed; below zero it is never held. What is in no
    statement yet waits for one, but for an order that has one, and for what takes away.
    """
    taken: list[int] = []
    amount, held = others, _NOTHING
    reasons: dict[str, None] = {}
    free: list[datetime] = []
    for group in _by_order(dues):
        first, total = group[0], sum((due.amount for due in group), _NOTHING)
        word = said_of(marks, first.order, first.code, first.account.person, first.happened_at)
        until = max(group, key=lambda due: due.step).payable_at
        if total <= 0:
            taken += [due.entry for due in group]
            amount += total
        elif word is not None and word.action is Action.HOLD:
            held += total
            free.append(NEVER)
            reasons[f"on hold: {word.reason}" if word.reason else "on hold"] = None
        elif until is not None and until > now:
            held += total
            free.append(until)
            reasons["inside the hold days"] = None
        elif first.order or all(due.closed for due in group):
            taken += [due.entry for due in group]
            amount += total
    why = "; ".join(reasons)
    last = max(free, default=None)
    if 0 < amount < minimum:
        why = "; ".join(filter(None, (f"below the minimum of {minimum}", why)))
    if amount <= 0 or amount < minimum:
        return Payable((), _NOTHING, held, why, last)
    return Payable(tuple(taken), amount, held, why, last)


def _by_order(dues: Iterable[Due]) -> Iterator[list[Due]]:
    """The entries of each order together; every other entry by itself."""
    orders: dict[OrderKey, list[Due]] = {}
    for due in dues:
        if due.order:
            orders.setdefault(due.order, []).append(due)
        else:
            yield [due]
    yield from orders.values()


# What it is called.

_LONGEST = 30  # signs: PayPal takes so many as a customer id, SEPA five more as an end-to-end id


def statement_name(influencer: str, period: Period, account: Account, length: int = 2) -> str:
    """A short name that can be typed: `S-2026-10-maya-7K`; *length* makes it longer where two would be alike.

    The same account and period always have the same one, on every machine.
    """
    days = period.dated if "_" not in period.dated else f"{period.first}"
    who = re.sub(r"[^a-z0-9]", "", fold(influencer).lower())[: _LONGEST - len(days) - length - 4] or "x"
    key = "\0".join((account.payer, account.person, account.currency, f"{period.first}", f"{period.last}"))
    number = int.from_bytes(hashlib.sha256(key.encode()).digest()[:16])
    signs = ""
    while len(signs) < length:
        number, place = divmod(number, len(ALPHABET))
        signs += ALPHABET[place]
    return f"S-{days}-{who}-{signs}"


def standing(closing: Decimal, held: Decimal, payable: Decimal, *, payment: str | None, superseded: bool) -> Status:
    """How a statement stands: *payment* is the state of the one that it is paid by, if any."""
    if payment in (Status.CLAIMED, Status.PAID):
        return Status(payment)
    if not closing:
        return Status.NOTHING
    if superseded:
        return Status.CARRIED
    return Status.OPEN if payable > 0 or held > 0 else Status.CARRIED
