"""A closing: the entries that a period's orders make, and those that later news of earlier orders make.

New orders are entered with what they come to by all that is known. Of an order entered before only the difference is
added, at its own rate; where that rate has tiers, at those of the period that it was entered in, together with the
others of that period.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from shopinf.attribution.earning import Earned, Part, pooled
from shopinf.payouts.entries import Account, Entry, Kind, OrderKey, Recorded, Worth, adjusted, rejected, write_parts
from shopinf.payouts.statements import Action, Mark, said_of


@dataclass(frozen=True, slots=True)
class Fresh:
    """An order that is entered for the first time, for one influencer."""

    account: Account
    order: OrderKey
    order_name: str
    code: str
    parts: tuple[Part, ...]
    earned: Earned
    net: Decimal
    processed_at: datetime
    customer_type: str | None = None
    payable_at: datetime | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Again:
    """An order entered before, with what it has come to; *pool* is the statement that it was entered in.

    One of a store that is not closed now only counts among the others of its period.
    """

    known: Recorded
    earned: Earned
    net: Decimal
    happened_at: datetime
    pool: int = 0
    reason: str = ""
    payable_at: datetime | None = None
    only_counts: bool = False


def first_entries(fresh: Iterable[Fresh], marks: Sequence[Mark] = ()) -> list[Entry]:
    """The first entries of new orders; of those that were rejected beforehand the rejection too."""
    found = sorted(fresh, key=lambda each: (each.processed_at, each.order.shop_id, each.order.order_id))
    if not found:
        return []
    entries = []
    by_currency: dict[str, list[Fresh]] = {}
    for each in found:
        by_currency.setdefault(each.account.currency, []).append(each)
    for currency, group in by_currency.items():
        stakes = [(f"{each.account.payer} {each.account.person}", each.earned) for each in group]
        for each, commission in zip(group, pooled(stakes, currency), strict=True):
            entry = _first(each, commission)
            entries.append(entry)
            said = said_of(marks, each.order, each.code, each.account.person, each.processed_at)
            if said is not None and said.action is Action.REJECT:
                taken = rejected(Recorded.of([entry]), said.at, said.reason)
                entries += [taken] if taken else []
    return entries


def _first(each: Fresh, commission: Decimal) -> Entry:
    written = write_parts(each.parts, each.earned)
    return Entry(
        Kind.EARN,
        each.account,
        commission,
        each.processed_at,
        each.order,
        each.order_name,
        each.code,
        each.net,
        written.rate,
        each.customer_type,
        written.basis,
        each.payable_at,
        each.reason,
    )


def later_entries(again: Iterable[Again], payer: str | None = None) -> list[Entry]:
    """What has to be added to earlier orders where *payer* closes; those of one tiered period come together, whole."""
    found = sorted(again, key=lambda each: _place(each.known.first))
    entries = []
    by_currency: dict[str, list[Again]] = {}
    for each in found:
        by_currency.setdefault(each.known.first.account.currency, []).append(each)
    for currency, group in by_currency.items():
        stakes = [(f"{each.pool} {each.known.first.account.person}", each.earned) for each in group]
        for each, commission in zip(group, pooled(stakes, currency), strict=True):
            basis = write_parts(each.known.parts, each.earned).basis
            worth = Worth(commission, each.net, each.happened_at, each.reason, each.payable_at, basis)
            if not each.only_counts and (entry := adjusted(each.known, worth, payer)) is not None:
                entries.append(entry)
    return entries


def _place(entry: Entry) -> tuple[datetime, int, int]:
    """Where an order stands among those of its period, which matters where tiers are in it."""
    return entry.happened_at, entry.order.shop_id, entry.order.order_id


def unchanged(known: Recorded, at: datetime, pool: int, *, only_counts: bool = False) -> Again:
    """An order of a tiered period to which nothing happened itself: it moves with the others, by what is recorded."""
    reason = "the tiers of its period changed"
    return Again(known, known.came_to, known.net, at, pool, reason, known.last.payable_at, only_counts)
