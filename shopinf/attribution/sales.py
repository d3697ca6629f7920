"""What an order is worth: gross sales, discounts, tax inside the prices, returns, and the net sales that are left.

Shopify's own definition at the order's level, net sales = gross sales - discounts - returns, of merchandise only: no
shipping, tips, duties or gift cards, and no tax. Net sales are what commission is paid on. Everything is in the shop's
currency, exact, and rounded once, half up, where it becomes a row's number.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from shopinf.attribution.refunds import BARE, Reading, Taken, read_refunds, slack, unit_base
from shopinf.money import digits, minor_unit, rounded
from shopinf.orders import Line, Order

_NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True)
class Amounts:
    """The five numbers of a row; `net_sales` is what the other four leave, in every row and every sum."""

    gross_sales: Decimal = _NOTHING
    discounts: Decimal = _NOTHING
    included_tax: Decimal = _NOTHING
    returns: Decimal = _NOTHING

    @property
    def base(self) -> Decimal:
        """What was sold, before anything went back."""
        return self.gross_sales - self.discounts - self.included_tax

    @property
    def net_sales(self) -> Decimal:
        return self.base - self.returns

    def __add__(self, other: Amounts) -> Amounts:
        return Amounts(
            self.gross_sales + other.gross_sales,
            self.discounts + other.discounts,
            self.included_tax + other.included_tax,
            self.returns + other.returns,
        )

    def __sub__(self, other: Amounts) -> Amounts:
        return Amounts(
            self.gross_sales - other.gross_sales,
            self.discounts - other.discounts,
            self.included_tax - other.included_tax,
            self.returns - other.returns,
        )

    def split(self, shares: Sequence[Fraction], currency: str) -> list[Amounts]:
        """These amounts in parts that add up to them exactly; no part's net is below zero or above its own base."""
        if len(shares) == 1:
            return [self]
        base = apportion(self.base, shares, currency)
        net = apportion(self.net_sales, shares, currency, caps=base)
        discounts = apportion(self.discounts, shares, currency)
        tax = apportion(self.included_tax, shares, currency)
        return [
            Amounts(part + less + tax_part, less, tax_part, part - left)
            for part, left, less, tax_part in zip(base, net, discounts, tax, strict=True)
        ]


def apportion(
    total: Decimal, shares: Sequence[Fraction], currency: str, *, caps: Sequence[Decimal] | None = None
) -> list[Decimal]:
    """*total* in parts by *shares* (which add up to one), to the minor unit, adding up to *total* exactly.

    Each part is cut down to the minor unit; the units left over go one by one to the parts that lost most, the
    earlier first among equals, and never lift a part above its cap.
    """
    places = digits(currency)
    units = int(total.scaleb(places))
    exact = [units * share for share in shares]
    parts = [each.numerator // each.denominator for each in exact]
    room = [int(cap.scaleb(places)) for cap in caps] if caps is not None else None
    order = sorted(range(len(parts)), key=lambda place: (parts[place] - exact[place], place))
    left = units - sum(parts)
    while left > 0:
        takers = [place for place in order if room is None or parts[place] < room[place]][:left]
        if not takers:
            raise ValueError("the caps are together below the total")
        for place in takers:
            parts[place] += 1
        left -= len(takers)
    return [Decimal(part).scaleb(-places) for part in parts]


class Happening(StrEnum):
    """What can change the worth of an order."""

    SALE = "sale"
    REFUND = "refund"
    EDIT = "edit"
    CANCELLATION = "cancellation"
    DECISION = "decision"


@dataclass(frozen=True, slots=True)
class Moment:
    """The worth of an order after something happened to it."""

    at: datetime
    what: Happening
    amounts: Amounts
    over: bool = False  # cancelled, or its payment given up: it earns nothing, a flat commission included


@dataclass(frozen=True, slots=True)
class Sale:
    """An order's worth, and everything that a person needs to add it up again."""

    moments: tuple[Moment, ...]  # the sale first, then in order of time
    ordered: tuple[Line, ...]  # merchandise as it was ordered
    added: tuple[Line, ...] = ()  # by an edit, later: not earned
    refunds: tuple[Taken, ...] = ()  # in order of time
    removed: Decimal = _NOTHING  # by edits, without a refund line
    beyond: Decimal = _NOTHING  # refunded over and above what was sold: a tip, goodwill after a full refund
    problems: tuple[str, ...] = ()  # why a person must look at it before it is paid on
    remarks: tuple[str, ...] = ()  # what is worth knowing of it, and settled

    @property
    def amounts(self) -> Amounts:
        """The final worth, by all that is known today."""
        return self.moments[-1].amounts

    @property
    def returned(self) -> Decimal:
        """The goods that refunds took back, without tax."""
        return sum([each.by_lines for each in self.refunds], _NOTHING)

    @property
    def discrepancies(self) -> Decimal:
        """Refunded beside the goods; below zero when part was withheld."""
        return sum([each.goodwill - each.withheld for each in self.refunds], _NOTHING)


def sale(order: Order) -> Sale:
    """Work out what *order* is worth now, and what it was worth at each moment before.

    Returns are what refunds and edits took away, without tax: never more than was sold, never below zero. A cancelled
    order is worth nothing, and so is one whose payment was voided or has expired.
    """
    lines = _with_old_discounts(order)
    ordered, added, problems = _as_ordered(order, lines)
    merchandise = tuple([line for line in ordered if not line.outside])
    sold, odd = _sold(order, merchandise)
    problems += odd
    moments = [Moment(order.processed_at, Happening.SALE, sold)]
    if not order.refunds and all(line.current_quantity in (None, line.quantity) for line in lines):
        problems += _of_subtotal(order, lines, {line.line_id: line.quantity for line in lines})
        return Sale(tuple(_ended(order, sold, moments)), merchandise, added, problems=problems)
    reading = read_refunds(order, lines, {line.line_id for line in merchandise}, added)
    changes = [(each.refund.created_at, Happening.REFUND, each.effect) for each in reading.taken]
    units = [(line, unit_base(line, order.taxes_included)) for line in merchandise]
    removed = sum([unit * reading.removed.get(line.line_id, 0) for line, unit in units], _NOTHING)
    if removed:
        # When an edit was made is not said anywhere; the order's last change is the latest that it can have been.
        changes.append((order.updated_at, Happening.EDIT, removed))
    taken = _NOTHING
    for at, what, amount in sorted(changes, key=lambda change: (change[0], change[1], change[2])):
        taken += amount
        moments.append(Moment(max(at, order.processed_at), what, _with_returns(sold, taken, order.currency)))
    beyond = max(rounded(taken, order.currency) - sold.base, _NOTHING)
    restocked = any(each.bare for each in reading.taken)
    kept = sum([unit * reading.kept[line.line_id] for line, unit in units], _NOTHING)
    whole = sum([unit * line.quantity for line, unit in units], _NOTHING)
    found = Sale(
        tuple(_ended(order, sold, moments)),
        merchandise,
        added,
        reading.taken,
        removed,
        beyond,
        remarks=(BARE,) if restocked else (),
    )
    doubts = _disagreements(order, lines, reading, found, whole, kept)
    return replace(found, problems=(*problems, *doubts))


def is_void(order: Order) -> bool:
    """Was the payment given up (voided, expired), so that nothing is left to earn?"""
    return order.financial_status in {"voided", "expired"}


def _sold(order: Order, merchandise: Sequence[Line]) -> tuple[Amounts, tuple[str, ...]]:
    """The amounts as ordered; a discount larger than the goods is cut to them, and said."""
    currency = order.currency
    gross = rounded(sum([line.gross for line in merchandise], _NOTHING), currency)
    discounts = rounded(sum([line.discount for line in merchandise], _NOTHING), currency)
    tax = rounded(sum([line.tax for line in merchandise], _NOTHING), currency) if order.taxes_included else _NOTHING
    if discounts + tax <= gross:
        return Amounts(gross, discounts, tax), ()
    discounts = min(discounts, gross)
    return Amounts(gross, discounts, min(tax, gross - discounts)), ("discounts and tax are more than the goods cost",)


def _with_returns(sold: Amounts, taken: Decimal, currency: str) -> Amounts:
    net = rounded(min(max(sold.base - taken, _NOTHING), sold.base), currency)
    return replace(sold, returns=sold.base - net)


def _ended(order: Order, sold: Amounts, moments: list[Moment]) -> list[Moment]:
    """The same moments, worth nothing from the one on at which the order was cancelled.

    A payment that was given up never came, so such an order was worth nothing from the first.
    """
    nothing = replace(sold, returns=sold.base)
    if order.cancelled_at is not None:
        at = max(order.cancelled_at, order.processed_at)
        before = [moment for moment in moments if moment.at <= at]
        after = [replace(moment, amounts=nothing, over=True) for moment in moments if moment.at > at]
        return [*before, Moment(at, Happening.CANCELLATION, nothing, over=True), *after]
    if is_void(order):
        return [replace(moment, amounts=nothing, over=True) for moment in moments]
    return moments


def _as_ordered(order: Order, lines: tuple[Line, ...]) -> tuple[tuple[Line, ...], tuple[Line, ...], tuple[str, ...]]:
    """The lines as ordered, those that an edit added, and what is unclear about it.

    The total of the line items stays as it was ordered. What is more than it was added later: the newest lines, which
    carry no discount. A difference smaller than any of these is the rounding of converted prices, and no edit.
    """
    total = order.total_line_items_price
    if not lines:
        return (), (), ("the store shows no lines of this order",)
    if total is None:
        return lines, (), ()
    unit = minor_unit(order.currency) / 2
    surplus = sum([line.gross for line in lines], _NOTHING) - total
    if abs(surplus) < unit:
        return lines, (), ()  # as nearly always
    rounding = unit * sum([line.quantity for line in lines])
    if abs(surplus) <= rounding and not any(0 < line.gross <= surplus + unit for line in lines if not line.allocations):
        return lines, (), ()
    for allowed in (unit, rounding):
        if (cut := _cut(lines, total, allowed)) is not None:
            ordered = tuple([line for line in lines if line.line_id not in cut])
            return ordered, tuple([line for line in lines if line.line_id in cut]), ()
    return lines, (), ("the lines do not add up to the total of the line items, so what an edit added is unclear",)


def _cut(lines: tuple[Line, ...], total: Decimal, allowed: Decimal) -> set[int] | None:
    """The lines that make the difference to *total*, the newest without a discount; None where no such cut fits.

    Some totals have the tips in them, others have not.
    """
    for counted in (lines, tuple([line for line in lines if not line.tip])):
        for newest_first in (sorted(counted, key=lambda line: -line.line_id), list(reversed(counted))):
            surplus = sum([line.gross for line in counted], _NOTHING) - total
            added: set[int] = set()
            for line in newest_first:
                if surplus <= allowed:
                    break
                if not line.allocations:
                    added.add(line.line_id)
                    surplus -= line.gross
            if abs(surplus) <= allowed:
                return added
    return None


def _with_old_discounts(order: Order) -> tuple[Line, ...]:
    """The lines; where an old order says its discounts by code only, these are laid on the goods by their price."""
    if order.applications or not order.used_codes or any(line.allocations for line in order.lines):
        return order.lines
    codes = [
        (place, rounded(used.amount, order.currency))
        for place, used in enumerate(order.used_codes)
        if used.type in {"percentage", "fixed_amount"} and used.amount > 0
    ]
    goods = [line for line in order.lines if not line.outside]
    worth = sum((line.gross for line in goods), _NOTHING)
    if not codes or not worth:
        return order.lines
    shares = [Fraction(line.gross) / Fraction(worth) for line in goods]
    parts = [(place, apportion(amount, shares, order.currency)) for place, amount in codes]
    laid = {
        line.line_id: replace(line, allocations=tuple((place, amounts[at]) for place, amounts in parts if amounts[at]))
        for at, line in enumerate(goods)
    }
    return tuple(laid.get(line.line_id, line) for line in order.lines)


def _disagreements(
    order: Order, lines: Sequence[Line], reading: Reading, found: Sale, whole: Decimal, kept: Decimal
) -> tuple[str, ...]:
    """What the quantities and the store's own subtotal say against the refunds, as far as it is no rounding.

    What was refunded dates the returns; what the buyer still has must come to the same, before what was withheld or
    given beside the goods. Goods that are gone without money need the subtotal as a witness. In the end nothing is
    earned but what is kept and what was withheld.
    """
    if order.cancelled_at is not None or is_void(order):
        return ()
    allowed, currency = slack(order), order.currency
    problems = []
    if reading.failed:
        problems.append("a refund failed, and what it took back is gone all the same")
    left = whole - found.returned - found.removed
    if abs(kept - left) > allowed:
        problems.append(
            f"the refunds leave {rounded(left, currency)}, "
            f"the quantities that the buyer keeps come to {rounded(kept, currency)}"
        )
    problems += _of_subtotal(order, lines, reading.kept)
    if found.remarks and order.current_subtotal_price is None:
        problems.append("goods were restocked without a refund, and there is no current subtotal to tell if they count")
    withheld = sum([each.withheld for each in reading.taken], _NOTHING)
    net = found.amounts.net_sales
    if not problems and order.financial_status == "refunded" and not withheld and net > allowed:
        problems.append(
            f"the whole payment went back, and no refund says for what {rounded(net, currency)} would be left"
        )
    if not problems and net > kept + withheld + allowed:
        problems.append(f"{rounded(net, currency)} would be earned, of {rounded(kept, currency)} that the buyer keeps")
    return tuple(problems)


def _of_subtotal(order: Order, lines: Sequence[Line], kept: Mapping[int, int]) -> tuple[str, ...]:
    """What the store's current subtotal says against the quantities; some subtotals have the tips in them."""
    theirs = order.current_subtotal_price
    if theirs is None or order.cancelled_at is not None or is_void(order):
        return ()
    now = sum([unit_base(line, included=False) * kept[line.line_id] for line in lines], _NOTHING)
    tips = sum([line.price * kept[line.line_id] for line in lines if line.tip], _NOTHING)
    if min(abs(now - theirs), abs(now - tips - theirs)) <= slack(order):
        return ()
    return (
        f"Shopify's current subtotal is {rounded(theirs, order.currency)}, "
        f"its lines come to {rounded(now, order.currency)}",
    )
