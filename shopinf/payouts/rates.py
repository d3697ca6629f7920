"""What somebody earns: rates as they are written, from which day on they hold, and which of several wins.

A rate is a `Commission` (`10%`, `5.00` for an order), one for new and one for returning customers, or tiers that rise
with the net sales of a period. The more particular rate wins: a product's before one of the whole order, and of each
kind the code's, the influencer's in a campaign, the influencer's, the campaign's, then everybody's.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum
from itertools import pairwise

from shopinf.attribution.commissions import Commission, read_commission
from shopinf.errors import BadInput
from shopinf.money import rounded


@dataclass(frozen=True, slots=True)
class ByCustomer:
    """One rate for orders of new customers, another for those of returning ones."""

    new: Commission
    returning: Commission

    def __str__(self) -> str:
        return f"new {self.new} returning {self.returning}"


class TierMode(StrEnum):
    """Whether a tier holds for what is above its threshold, or once it is reached for the whole amount."""

    MARGINAL = "marginal"
    WHOLE = "whole"


@dataclass(frozen=True, slots=True)
class Tiers:
    """Percentages that hold from an amount of net sales on; the first from 0. The amounts are a period's, together."""

    steps: tuple[tuple[Decimal, Decimal], ...]  # (from, percent)
    mode: TierMode = TierMode.MARGINAL

    def __str__(self) -> str:
        first, *others = [(start, f"{percent.normalize():f}%") for start, percent in self.steps]
        words = [first[1], *(f"from {start.normalize():f} {percent}" for start, percent in others)]
        return ", ".join(words) + (f" ({self.mode})" if self.mode is TierMode.WHOLE else "")

    def commissions(self, nets: Sequence[Decimal], currency: str) -> list[Decimal]:
        """What each of a period's orders earns, in the order they were made, each rounded half up.

        Marginal: the part of an order that lies above a threshold earns more. Whole: the tier that all of them reach
        together holds for each.
        """
        if self.mode is TierMode.WHOLE:
            total = sum(nets, Decimal(0))
            percent = max((step for step in self.steps if step[0] <= total), default=self.steps[0])[1]
            return [rounded(net * percent / 100, currency) for net in nets]
        earned, before = [], Decimal(0)
        for net in nets:
            earned.append(rounded(self._up_to(before + net) - self._up_to(before), currency))
            before += net
        return earned

    def _up_to(self, total: Decimal) -> Decimal:
        """What *total* earns by marginal tiers, not rounded."""
        ends = [*(start for start, _ in self.steps[1:]), total]
        parts = zip(self.steps, ends, strict=True)
        return sum((max(min(end, total) - start, Decimal(0)) * each / 100 for (start, each), end in parts), Decimal(0))


Rate = Commission | ByCustomer | Tiers

HINT = (
    "Write it like 10%, 5.00 (for an order), 5.00 pro rata, new 15% returning 5%, or 10%, from 1000 15% "
    "(tiers by the net sales of a period)."
)


def read_rate(text: str, currency: str | None = None, *, mode: TierMode | None = None) -> Rate:
    """Read a rate as it is written; *mode* says what tiers mean where the text itself does not.

    An amount with more decimals than *currency* has is refused.
    """
    said = text.strip()
    if found := re.fullmatch(r"new\s+(.+?)[,;]?\s+returning\s+(.+)", said, re.IGNORECASE | re.DOTALL):
        return ByCustomer(_one(found[1], text, currency), _one(found[2], text, currency))
    if re.search(r"\bfrom\b", said, re.IGNORECASE):
        return _tiers(said, text, mode)
    return _one(said, text, currency)


def _one(part: str, whole: str, currency: str | None) -> Commission:
    try:
        return read_commission(part, currency)
    except BadInput as refused:
        if part.strip() == whole.strip():
            raise
        raise BadInput(f"{whole!r} is not a rate: {refused.message}", hint=HINT) from None


_TIER = re.compile(r"from\s+(\d+(?:\.\d+)?)\s*:?\s+(\d+(?:\.\d+)?)\s*%", re.IGNORECASE | re.ASCII)


def _tiers(said: str, whole: str, mode: TierMode | None) -> Tiers:
    named = re.fullmatch(r"(.+?)\s*\((marginal|whole)\)", said, re.IGNORECASE | re.DOTALL)
    base, *rest = re.split(r"[,;]?\s+(?=from\b)", named[1] if named else said, flags=re.IGNORECASE)
    first = _one(base, whole, None)
    steps = [(Decimal(0), first.percent)] if first.percent is not None else []
    for part in rest:
        found = _TIER.fullmatch(part.strip())
        if found is None or Decimal(found[2]) > 100:
            raise BadInput(f"{part.strip()!r} is not a tier", hint=HINT)
        steps.append((Decimal(found[1]), Decimal(found[2])))
    if len(steps) < 2 or any(after[0] <= before[0] for before, after in pairwise(steps)):
        raise BadInput(f"{whole!r} are not tiers: percentages from rising amounts on", hint=HINT)
    chosen = TierMode(named[2].lower()) if named else mode or TierMode.MARGINAL
    return Tiers(tuple(steps), chosen)


def has_amounts(rate: Rate) -> bool:
    """Does it name money, which is another in each currency?"""
    match rate:
        case Commission(flat=flat):
            return flat is not None
        case ByCustomer(new=new, returning=returning):
            return new.flat is not None or returning.flat is not None
        case Tiers():
            return True


def for_customer(rate: Rate, *, new: bool | None, assumed: bool = False) -> Commission | Tiers:
    """What *rate* is for a new or a returning customer.

    Where that is not known for sure the lower of the two counts; percentages before amounts, since they cannot be
    compared without an order.
    """
    if not isinstance(rate, ByCustomer):
        return rate
    if new is None or assumed:
        return min(rate.new, rate.returning, key=_height)
    return rate.new if new else rate.returning


def _height(one: Commission) -> tuple[bool, Decimal]:
    return (one.percent is None, one.percent if one.percent is not None else one.flat or Decimal(0))


# Which rate wins.


@dataclass(frozen=True, slots=True)
class Subject:
    """What a rate is for; what is empty is any. A code is one of its store, a person an opaque id."""

    shop_id: int = 0
    code: int = 0
    campaign: str = ""
    person: str = ""
    product: str = ""  # a product's or variant's id, or a SKU, folded

    def rank(self) -> int:
        """How particular it is: the higher wins."""
        place = 4 if self.code else 2 * bool(self.person) + bool(self.campaign)
        return (bool(self.product) * 8 + place) * 2 + bool(self.shop_id)

    def concerns(self, other: Subject) -> bool:
        """Does it hold for *other*, which says everything about an order's line?"""
        return (
            self.shop_id in (0, other.shop_id)
            and self.code in (0, other.code)
            and self.campaign.casefold() in ("", other.campaign.casefold())
            and self.person in ("", other.person)
        )

    @property
    def words(self) -> str:
        """Whose rate it is, as part of a sentence."""
        match bool(self.code), bool(self.person), bool(self.campaign):
            case True, _, _:
                whose = "the code's own rate"
            case _, True, True:
                whose = "the influencer's rate in the campaign"
            case _, True, _:
                whose = "the influencer's rate"
            case _, _, True:
                whose = "the campaign's rate"
            case _:
                whose = "the default rate"
        return whose.replace("rate", "rate for this product") if self.product else whose


@dataclass(frozen=True, slots=True)
class Agreed:
    """A rate that holds for *subject* from a day on; without a day from ever; None: from then on none of its own."""

    subject: Subject
    rate: Rate | None
    since: date | None = None
    id: int = 0  # of two for one day the later counts

    @property
    def why(self) -> str:
        """`the influencer's rate since 2026-11-01`"""
        return f"{self.subject.words}{f' since {self.since}' if self.since else ''}"


class RateBook:
    """All rates that a store's orders can have, asked for one order's line at a time."""

    def __init__(self, agreed: Iterable[Agreed] = ()) -> None:
        self._by_place: dict[Subject, list[Agreed]] = {}
        for each in sorted(agreed, key=lambda one: (one.since or date.min, one.id)):
            place = replace(each.subject, campaign=each.subject.campaign.casefold())
            self._by_place.setdefault(place, []).append(each)
        self.products = frozenset(each.product for each in self._by_place if each.product)
        self._general = [each for each in self._by_place if not each.product and not each.code and not each.person]
        self._closer: dict[int | str, list[Subject]] = {}  # by code, else by person: there may be thousands of each
        for subject in self._by_place:
            if not subject.product and (key := subject.code or subject.person):
                self._closer.setdefault(key, []).append(subject)

    def winning(self, subject: Subject, day: date, products: Iterable[str] = ()) -> Agreed | None:
        """The rate that counts on *day* for a line with *products* (its ids and SKU); None where nobody has said."""
        ranked = [(each.rank(), found) for each, found in self._found(subject, day, products)]
        return max(ranked, key=lambda one: one[0])[1] if ranked else None

    def history(self, subject: Subject) -> list[Agreed]:
        """What was agreed for exactly *subject*, by day."""
        return list(self._by_place.get(replace(subject, campaign=subject.campaign.casefold()), ()))

    def all(self) -> list[Agreed]:
        return [each for found in self._by_place.values() for each in found]

    def _found(self, subject: Subject, day: date, products: Iterable[str]) -> Iterable[tuple[Subject, Agreed]]:
        wanted = {each for each in products if each}
        near = [*self._general, *self._closer.get(subject.code, ()), *self._closer.get(subject.person, ())]
        if wanted & self.products:
            near += [each for each in self._by_place if each.product in wanted]
        for place in near:
            if place.concerns(subject):
                begun = [each for each in self._by_place[place] if each.since is None or each.since <= day]
                if begun and begun[-1].rate is not None:
                    yield place, begun[-1]
