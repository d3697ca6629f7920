"""Credits as they are kept: what a report adds up of each, and which ones it has to look at again.

A credit is *plain* where all that a report says of it is in its sums: one influencer's whole order, in order, at a rate
of its own. Everything else is *odd*: shares of a split order, orders that need a look or were decided about, own
purchases, tiers (they go by the period), payment statuses and facts that are told of by name, orders that count for
nobody. Of odd ones a report reads the facts, as if nothing were kept. An order to which something happened later has
*moved*: where each refund counts on its own day its facts are read too.
"""

from __future__ import annotations

import hashlib
from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from shopinf.attribution.credits import Credit, Excluded, Exclusion
from shopinf.attribution.standing import Status, is_unheard_of
from shopinf.money import digits
from shopinf.payouts.rates import Tiers
from shopinf.periods import Period

EXCLUDED = "excluded"  # the status of a cell for orders that count for nobody


class Cell(NamedTuple):
    """What credits that are added up have in common; the influencer by opaque id."""

    influencer: str
    code: str
    campaign: str
    slot: str
    method: str
    currency: str
    rate: str | None
    status: str


class KeptCredit(NamedTuple):
    """A credit as it is kept, amounts in minor units, the day as `date.toordinal` has it."""

    cell: Cell
    day: int
    order_id: int
    place: int
    at: datetime
    gross_sales: int
    discounts: int
    included_tax: int
    returns: int
    commission: int | None
    share: str | None
    person: int | None
    newcomer: int | None
    lone: int | None
    assumed: int | None
    odd: int | None
    moved: int | None


@dataclass(frozen=True, slots=True)
class Sum:
    """Plain credits of one cell, added up: over a month, a part of it, or a day of it.

    Buyers who have other orders too are listed, since they may be in several sums; the others are counted.
    """

    cell: Cell
    day: int  # the first of its days
    orders: int
    gross_sales: int
    discounts: int
    included_tax: int
    returns: int
    commission: int
    unrated: int
    lone_new: int
    lone_returning: int
    assumed: int
    first_at: datetime
    last_at: datetime
    newcomers: Sequence[int] = ()
    returners: Sequence[int] = ()


def month_of(day: int) -> int:
    """The month of a day by its number: months since the year 0."""
    found = date.fromordinal(day)
    return found.year * 12 + found.month - 1


def months_between(first: int, last: int) -> range:
    """The months from that of the day *first* to that of the day *last*."""
    return range(month_of(first), month_of(last) + 1)


def month_ends(month: int) -> tuple[int, int]:
    """The first and the last day of a month."""
    after = month + 1
    first = date(month // 12, month % 12 + 1, 1).toordinal()
    return first, date(after // 12, after % 12 + 1, 1).toordinal() - 1


def bounds_of(month: int, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The beginning and the end of a month in *zone*."""
    first, last = month_ends(month)
    return Period(date.fromordinal(first), date.fromordinal(last), "").bounds(zone)


@lru_cache(maxsize=100_000)
def person_number(person: str) -> int:
    """A number for whom a `Rank` calls *person*: one of 63 bits, since a million of them are compared at once."""
    return int.from_bytes(hashlib.blake2b(person.encode(), digest_size=8).digest(), "big", signed=True)


def packed(numbers: Sequence[int]) -> bytes:
    """Numbers of people as the ledger has them."""
    return array("q", sorted(numbers)).tobytes()


def unpacked(kept: Iterable[bytes]) -> Sequence[int]:
    numbers = array("q")
    for each in kept:
        numbers.frombytes(each)
    return numbers


def kept(
    outcome: list[Credit] | Excluded, zone: ZoneInfo, bought: Mapping[str, int], decided: Mapping[int, object]
) -> list[KeptCredit]:
    """What is kept of an order; *bought* is how many orders each buyer has, *decided* what somebody looked at."""
    if isinstance(outcome, Excluded):
        # Others with none of our codes concern no report.
        return [_left_out(outcome, zone)] if outcome.claims or outcome.reason is Exclusion.GIFT else []
    return [
        _row(place, credit, zone, bought, odd=len(outcome) > 1 or credit.order.order_id in decided)
        for place, credit in enumerate(outcome)
    ]


def _left_out(outcome: Excluded, zone: ZoneInfo) -> KeptCredit:
    order = outcome.order
    cell = Cell("", "", "", "", "", order.currency, None, EXCLUDED)
    at = order.processed_at.astimezone(UTC)
    day = at.astimezone(zone).toordinal()
    return KeptCredit(cell, day, order.order_id, 0, at, 0, 0, 0, 0, None, None, None, None, None, None, 1, None)


def _row(place: int, credit: Credit, zone: ZoneInfo, bought: Mapping[str, int], *, odd: bool) -> KeptCredit:
    order, rank, amounts = credit.order, credit.rank, credit.amounts
    at = order.processed_at.astimezone(UTC)
    rate = str(credit.rate) if credit.rate else None
    code = (credit.influencer, credit.code, credit.campaign, credit.slot)
    gross, discounts, tax, returns, earned = (
        _units(each, order.currency)
        for each in (
            amounts.gross_sales,
            amounts.discounts,
            amounts.included_tax,
            amounts.returns,
            credit.commission or Decimal(0),
        )
    )
    whole = all(each.exact for each in (gross, discounts, tax, returns, earned))
    return KeptCredit(
        Cell(*code, str(credit.method), order.currency, rate, str(credit.status)),
        at.astimezone(zone).toordinal(),
        order.order_id,
        place,
        at,
        gross.minor,
        discounts.minor,
        tax.minor,
        returns.minor,
        commission=None if credit.commission is None else earned.minor,
        share=None if credit.share == 1 else str(credit.share),
        person=person_number(rank.person) if rank else None,
        newcomer=int(rank.new) if rank else None,
        lone=1 if rank and bought.get(rank.person) == 1 else None,
        assumed=1 if rank and rank.assumed else None,
        odd=1 if odd or not whole or _is_odd(credit) else None,
        moved=1 if len(credit.events) > 1 else None,
    )


def _is_odd(credit: Credit) -> bool:
    order = credit.order
    return (
        credit.share != 1
        or credit.status is Status.NEEDS_REVIEW
        or "self_referral" in credit.reasons
        or order.outdated
        or is_unheard_of(order)
        or isinstance(credit.rate, Tiers)
        or any(isinstance(part.rate, Tiers) for part in credit.parts)
        # What a report reads by its last change would pass over it.
        or any(event.at > order.updated_at for event in credit.events)
    )


class _Units(NamedTuple):
    minor: int
    exact: bool  # are these all of the amount?


def _units(amount: Decimal, currency: str) -> _Units:
    """An amount in minor units."""
    scaled = amount.scaleb(digits(currency))
    units = int(scaled)
    return _Units(units, units == scaled)
