"""Whose sale an order is, why, and what it earns them.

An order belongs to the influencer whose discount code it used. The rules here are values in, values out: the codes we
know come as `Codes`, the operator's choices as `Rules`, the buyer's place as a `Rank`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from shopinf.attribution.buyers import Rank
from shopinf.attribution.codebook import Codes, TrackedCode, on_day
from shopinf.attribution.commissions import Commission
from shopinf.attribution.decisions import Decision
from shopinf.attribution.earning import NOTHING_EARNED, Earned, Part, alone, at_moment, earned_now, stake
from shopinf.attribution.sales import Amounts, Happening, Sale, sale
from shopinf.attribution.standing import Status as Status
from shopinf.attribution.standing import looked_at
from shopinf.money import rounded
from shopinf.orders import Order, folded, is_gift
from shopinf.payouts.rates import Rate


class MultiCode(StrEnum):
    """Who is credited when an order used several influencers' codes."""

    LARGEST = "largest"
    SPLIT = "split"


class Links(StrEnum):
    """Whose link counts where no code of ours was used: the one that led there first, or the one right before."""

    FIRST = "first"
    LAST = "last"


@dataclass(frozen=True, slots=True)
class Rules:
    """The operator's choices for a report."""

    multi_code: MultiCode = MultiCode.LARGEST
    links: Links | None = None
    default: Rate | None = None  # for those without a rate of their own
    gift_orders: Collection[int] = frozenset()
    gift_tags: tuple[str, ...] = ()
    decisions: Mapping[int, Decision] = field(default_factory=dict)  # about orders that needed a look, by id


class Exclusion(StrEnum):
    TEST = "test"
    GIFT = "gift"
    GIFT_CARD_ONLY = "gift_card_only"


class Method(StrEnum):
    CODE = "code"
    LINK = "link"


@dataclass(frozen=True, slots=True)
class Claim:
    """An influencer's code on an order, before it is decided who is credited."""

    code: TrackedCode
    influencer: str
    text: str  # as the order has it
    method: Method
    on_items: Decimal = Decimal(0)
    on_shipping: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class Event:
    """What one moment changed in a credit; all events together are the credit."""

    at: datetime
    what: Happening
    amounts: Amounts
    commission: Decimal | None


@dataclass(frozen=True, slots=True)
class Credit:
    """An order, or an influencer's share of it, credited with reasons."""

    order: Order
    sale: Sale
    influencer: str
    code: str
    campaign: str
    slot: str
    method: Method
    share: Fraction
    amounts: Amounts  # this share of the order's, rounded
    rate: Rate | None
    commission: Decimal | None  # None: nobody has said what is earned; by tiers, as if it were the only one
    status: Status
    reasons: tuple[str, ...]
    other_codes: tuple[str, ...] = ()
    rank: Rank | None = None
    events: tuple[Event, ...] = ()
    parts: tuple[Part, ...] = ()  # the stake that the commission is worked out of

    @property
    def earned(self) -> Earned:
        """What the stake has come to: a commission, and what goes into tiers with the others of its period."""
        over = self.sale.moments[-1].over
        return NOTHING_EARNED if over or not self.parts else earned_now(self.order, self.sale, self.parts)


@dataclass(frozen=True, slots=True)
class Excluded:
    """An order that is counted beside the rows, and why; the claims are what its codes would have been."""

    order: Order
    reason: Exclusion
    claims: tuple[Claim, ...] = ()


def attribute(
    order: Order, codes: Codes, rules: Rules | None = None, rank: Rank | None = None
) -> list[Credit] | Excluded:
    """Credit *order* to the influencer whose code it used, or say why it does not count.

    Two influencers' codes: the larger discount on the items wins, a discount on shipping counting only where none
    touches the items; ties go to the code made first, then by text. `split` divides by the discounts on the items
    instead, in equal parts where there are none; shares add up to one order and its cents, never more. A link counts,
    when asked for, where no code of ours was used. An empty answer: nobody's sale that we know of.
    """
    rules = rules or Rules()
    if order.skeleton:
        return []
    found = claims(order, codes, links=rules.links is not None)
    if (reason := exclusion(order, rules)) is not None:
        return Excluded(order, reason, tuple(found))
    if not found:
        return []
    chosen = _chosen(found, rules.multi_code)
    shares = _shares(chosen)
    worth, status, reasons = looked_at(order, sale(order), rules.decisions.get(order.order_id), codes.zone)
    day = order.processed_at.astimezone(codes.zone).date()
    moments = [moment.amounts.split(shares, order.currency) for moment in worth.moments]
    credits = []
    for place, (claim, share) in enumerate(zip(chosen, shares, strict=True)):
        own = codes.people[claim.influencer].resemblance(order) if claim.influencer in codes.people else None
        rate, parts = _stake(codes, rules, claim, day, worth, rank, tuple(shares), place)
        parts = (_NOTHING_PART,) if own else parts
        nothing, lost = rounded(Decimal(0), order.currency), not parts and status is Status.REVERSED
        earned = [
            nothing if moment.over or lost else alone(at_moment(order, worth, parts, number), order.currency)
            for number, moment in enumerate(worth.moments)
        ]
        others = tuple(code for code in order.codes if folded(code) != folded(claim.text))
        credits.append(
            Credit(
                order=order,
                sale=worth,
                influencer=claim.influencer,
                code=claim.code.code,
                campaign=claim.code.campaign,
                slot=claim.code.slot,
                method=claim.method,
                share=share,
                amounts=moments[-1][place],
                rate=rate,
                commission=earned[-1],
                status=status,
                reasons=(*_why(claim, share, found), *reasons, *_about_buyer(own, rank), *_about_rate(rate)),
                other_codes=others,
                rank=rank,
                events=_events(worth, [each[place] for each in moments], earned),
                parts=parts,
            )
        )
    return credits


def claims(order: Order, codes: Codes, *, links: bool = False) -> list[Claim]:
    """The known codes that *order* used, the strongest first; a link, if *links* are asked for, only where none is.

    A code without an owner on the order's day claims nothing. An old and a new name of one code are one claim.
    """
    day = order.processed_at.astimezone(codes.zone).date()
    found: dict[int, Claim] = {}
    for text in order.codes:
        code = codes.named(text, day)
        owner = on_day(code.owners, day) if code else None
        if code is None or owner is None:
            continue
        before = found.get(id(code))
        places = order.places(text)
        found[id(code)] = Claim(
            code,
            owner,
            before.text if before else text,
            Method.CODE,
            _taken_off(order, places) + (before.on_items if before else 0),
            _off_shipping(order, places) + (before.on_shipping if before else 0),
        )
    if not found and links and (linked := _linked(order, codes, day)) is not None:
        return [linked]
    if len(found) < 2:
        return list(found.values())
    items = any(claim.on_items for claim in found.values())
    return sorted(found.values(), key=lambda claim: _strength(claim, items))


def exclusion(order: Order, rules: Rules) -> Exclusion | None:
    """Why *order* counts for nobody, whatever codes it has; None if nothing speaks against it."""
    if order.test:
        return Exclusion.TEST
    if is_gift(order, rules.gift_orders, rules.gift_tags):
        return Exclusion.GIFT
    if order.lines and all(line.outside for line in order.lines) and any(line.gift_card for line in order.lines):
        return Exclusion.GIFT_CARD_ONLY
    return None


def _age(code: TrackedCode) -> tuple[bool, float, str]:
    """The order of the codes' making; one of unknown age comes after all others."""
    return (code.made_at is None, code.made_at.timestamp() if code.made_at else 0.0, folded(code.code))


def _strength(claim: Claim, items: bool) -> tuple[Decimal, bool, float, str]:
    """The strongest first: the larger discount, then the older code, then by text."""
    return (-(claim.on_items if items else claim.on_shipping), *_age(claim.code))


def _taken_off(order: Order, places: Collection[int]) -> Decimal:
    if not order.applications and not any(line.allocations for line in order.lines):
        listed = (order.used_codes[place] for place in places)
        return sum((used.amount for used in listed if used.type != "shipping"), Decimal(0))
    taken = [amount for line in order.lines for place, amount in line.allocations if place in places]
    return sum(taken, Decimal(0))


def _off_shipping(order: Order, places: Collection[int]) -> Decimal:
    if not order.applications and not order.shipping_discounts:
        listed = (order.used_codes[place] for place in places)
        return sum((used.amount for used in listed if used.type == "shipping"), Decimal(0))
    return sum([amount for place, amount in order.shipping_discounts if place in places], Decimal(0))


def _linked(order: Order, codes: Codes, day: date) -> Claim | None:
    """The claim of the link that the buyer came by: the code in it, else the mark that was agreed on."""
    landing = order.landing
    if landing is None:
        return None
    for text, find in (
        (landing.code, codes.named),
        (landing.utm_value("content"), codes.marked),
        (landing.ref, codes.marked),
    ):
        code = find(text, day) if text else None
        owner = on_day(code.owners, day) if code else None
        if text and code and owner is not None:
            return Claim(code, owner, text, Method.LINK)
    return None


_WHOLE = Fraction(1)


def _chosen(found: list[Claim], policy: MultiCode) -> list[Claim]:
    match policy:
        case MultiCode.LARGEST:
            return found[:1]
        case MultiCode.SPLIT:
            return found


def _shares(chosen: list[Claim]) -> list[Fraction]:
    if len(chosen) == 1:
        return [_WHOLE]
    total = sum((claim.on_items for claim in chosen), Decimal(0))
    if not total:
        return [Fraction(1, len(chosen))] * len(chosen)
    return [Fraction(claim.on_items) / Fraction(total) for claim in chosen]


_NOTHING_PART = Part(Commission(percent=Decimal(0)))  # of somebody's own purchase


def _stake(
    codes: Codes,
    rules: Rules,
    claim: Claim,
    day: date,
    worth: Sale,
    rank: Rank | None,
    shares: tuple[Fraction, ...],
    place: int,
) -> tuple[Rate | None, tuple[Part, ...]]:
    """The rate that counts for most of an order, and the stake by all that count for its lines."""

    def find(products: Collection[str]) -> Rate | None:
        agreed = codes.rate(claim.code, claim.influencer, day, products)
        return agreed.rate if agreed else rules.default

    new, assumed = (rank.new, rank.assumed) if rank else (None, False)
    found = stake(worth.ordered, find, codes.rates.products, new=new, assumed=assumed, shares=shares, place=place)
    return find(()) or (found[0].rate if found else None), found or ()


def _events(worth: Sale, parts: list[Amounts], earned: list[Decimal | None]) -> tuple[Event, ...]:
    first = worth.moments[0]
    events = [Event(first.at, first.what, parts[0], earned[0])]
    for place, moment in enumerate(worth.moments[1:], 1):
        total, paid = earned[place], earned[place - 1] or Decimal(0)
        change = None if total is None else total - paid
        events.append(Event(moment.at, moment.what, parts[place] - parts[place - 1], change))
    return tuple(events)


def _why(claim: Claim, share: Fraction, found: list[Claim]) -> tuple[str, ...]:
    word = "link" if claim.method is Method.LINK else "code"
    said = (f"{word} {claim.text}",)
    others = ", ".join(other.text for other in found if other is not claim)
    if not others:
        return said
    if share != 1:
        return (*said, f"split with {others}: {share.numerator} of {share.denominator} parts")
    return (*said, f"chosen before {others}")


def _about_buyer(own: str | None, rank: Rank | None) -> tuple[str, ...]:
    return (*(("self_referral", own) if own else ()), *(("assumed",) if rank and rank.assumed else ()))


def _about_rate(rate: Rate | None) -> tuple[str, ...]:
    return () if rate else ("no commission rate",)
