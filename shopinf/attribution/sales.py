"""What an order is worth: gross sales, discounts, tax inside the prices, returns, and the net sales that are left.

Shopify's own definition at the order's level, net sales = gross sales - discounts - returns, of merchandise only: no
shipping, tips, duties or gift cards, and no tax. Net sales are what commission is paid on. Everything is in the shop's
currency, exact, and rounded once, half up, where it becomes a row's number.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from shopinf.money import digits, minor_unit, rounded
from shopinf.orders import Line, Order, Refund, RefundLine

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
    returned: Decimal = _NOTHING  # by refund lines, without tax
    discrepancies: Decimal = _NOTHING  # refunded beside the lines; below zero when part was withheld
    removed: Decimal = _NOTHING  # by edits, without a refund line
    beyond: Decimal = _NOTHING  # refunded over and above what was sold: a tip, goodwill after a full refund
    problems: tuple[str, ...] = ()  # why a person must look at it before it is paid on

    @property
    def amounts(self) -> Amounts:
        """The final worth, by all that is known today."""
        return self.moments[-1].amounts


def sale(order: Order) -> Sale:
    """Work out what *order* is worth now, and what it was worth at each moment before.

    Returns are what refunds and edits took away, without tax: never more than was sold, never below zero. A cancelled
    order is worth nothing, and so is one whose payment was voided or has expired.
    """
    ordered, added, problems = _as_ordered(order)
    merchandise = tuple([line for line in ordered if not line.outside])
    sold, odd = _sold(order, merchandise)
    reading = _Reading(order, {line.line_id: line for line in order.lines}, {line.line_id for line in merchandise})
    returned, discrepancies = _NOTHING, _NOTHING
    moments = [Moment(order.processed_at, Happening.SALE, sold)]
    changes: list[tuple[datetime, Happening, Decimal]] = []
    for refund in order.refunds:
        by_lines, beside = reading.of(refund)
        returned += by_lines
        discrepancies += beside
        changes.append((refund.created_at, Happening.REFUND, by_lines + beside))
    removed = _NOTHING
    for line in merchandise:
        if gone := reading.removed(line):
            removed += _unit_base(line, order.taxes_included) * gone
    if removed:
        # When an edit was made is not said anywhere; the order's last change is the latest that it can have been.
        changes.append((order.updated_at, Happening.EDIT, removed))
    taken = _NOTHING
    for at, what, amount in sorted(changes, key=lambda change: (change[0], change[1], change[2])):
        taken += amount
        moments.append(Moment(max(at, order.processed_at), what, _with_returns(sold, taken, order.currency)))
    beyond = max(rounded(taken, order.currency) - sold.base, _NOTHING)
    problems = (*problems, *odd, *_disagreements(order, merchandise, reading, returned, removed))
    ended = _ended(order, sold, moments)
    return Sale(tuple(ended), merchandise, added, returned, discrepancies, removed, beyond, problems)


def is_void(order: Order) -> bool:
    """Was the payment given up (voided, expired), so that nothing is left to earn?"""
    return order.financial_status in {"voided", "expired"}


def without_tax(refunded: RefundLine, line: Line | None, currency: str, *, taxes_included: bool) -> Decimal:
    """What a refund line takes from net sales: its subtotal without the tax in it.

    A refund line's subtotal follows the shop's prices: with tax where prices include it. One that is without it all
    the same is recognised by being just what so many of the line were worth without tax.
    """
    if not taxes_included or not refunded.tax:
        return refunded.subtotal
    if line is not None:
        bare = _unit_base(line, included=True) * refunded.quantity
        shelf = _unit_base(line, included=False) * refunded.quantity
        off = abs(refunded.subtotal - bare)
        if off < abs(refunded.subtotal - shelf) and off <= minor_unit(currency):
            return refunded.subtotal
    return refunded.subtotal - refunded.tax


def _sold(order: Order, merchandise: Sequence[Line]) -> tuple[Amounts, list[str]]:
    """The amounts as ordered; a discount larger than the goods is cut to them, and said."""
    currency = order.currency
    gross = rounded(sum([line.gross for line in merchandise], _NOTHING), currency)
    discounts = rounded(sum([line.discount for line in merchandise], _NOTHING), currency)
    tax = rounded(sum([line.tax for line in merchandise], _NOTHING), currency) if order.taxes_included else _NOTHING
    if discounts + tax <= gross:
        return Amounts(gross, discounts, tax), []
    discounts = min(discounts, gross)
    return Amounts(gross, discounts, min(tax, gross - discounts)), ["discounts and tax are more than the goods cost"]


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


def _as_ordered(order: Order) -> tuple[tuple[Line, ...], tuple[Line, ...], tuple[str, ...]]:
    """The lines as ordered, those that an edit added, and what is unclear about it.

    The total of the line items stays as it was ordered. What is more than it was added later: the newest lines, which
    carry no discount.
    """
    lines = _with_old_discounts(order)
    total = order.total_line_items_price
    if total is None or not lines:
        return lines, (), ()
    tolerance = minor_unit(order.currency) / 2
    if abs(sum([line.gross for line in lines], _NOTHING) - total) < tolerance:
        return lines, (), ()  # as nearly always
    for counted in (lines, tuple(line for line in lines if not line.tip)):
        for newest_first in (sorted(counted, key=lambda line: -line.line_id), list(reversed(counted))):
            surplus = sum((line.gross for line in counted), _NOTHING) - total
            added: set[int] = set()
            for line in newest_first:
                if surplus < tolerance:
                    break
                if not line.allocations:
                    added.add(line.line_id)
                    surplus -= line.gross
            if abs(surplus) < tolerance:
                ordered = tuple(line for line in lines if line.line_id not in added)
                return ordered, tuple(line for line in lines if line.line_id in added), ()
    return lines, (), ("the lines do not add up to the total of the line items, so what an edit added is unclear",)


def _with_old_discounts(order: Order) -> tuple[Line, ...]:
    """The lines; where an old order says its discounts by code only, these are laid on the goods by their price."""
    if order.applications is not None or any(line.allocations for line in order.lines):
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


def _unit_base(line: Line, included: bool) -> Decimal:
    """What one of the line was worth, after its discounts and without tax."""
    if not line.quantity:
        return _NOTHING
    return (line.gross - line.discount - (line.tax if included else _NOTHING)) / line.quantity


class _Reading:
    """An order's refunds, read against its lines."""

    def __init__(self, order: Order, lines: dict[int, Line], merchandise: set[int]) -> None:
        self.currency = order.currency
        self.included = order.taxes_included
        self.lines = lines
        self.merchandise = merchandise
        self.refunded: dict[int, int] = {}  # how many of a line the refund lines took back
        self.paid_back: dict[int, int] = {}  # the same, of those that gave money back
        for refund in order.refunds:
            for line in refund.lines:
                self.refunded[line.line_id] = self.refunded.get(line.line_id, 0) + line.quantity
                if line.subtotal:
                    self.paid_back[line.line_id] = self.paid_back.get(line.line_id, 0) + line.quantity

    def of(self, refund: Refund) -> tuple[Decimal, Decimal]:
        """What *refund* takes away by its lines, and beside them: below zero where part of it was withheld.

        Refunded shipping never counts; nor do lines that are not earned, gift cards and what an edit added.
        """
        by_lines = sum(
            (
                without_tax(line, self.lines.get(line.line_id), self.currency, taxes_included=self.included)
                for line in refund.lines
                if line.line_id in self.merchandise or line.line_id not in self.lines
            ),
            _NOTHING,
        )
        beside = sum((-each.amount for each in refund.adjustments if each.kind == "refund_discrepancy"), _NOTHING)
        return by_lines, beside

    def removed(self, line: Line) -> int:
        """How many of *line* an edit took away without a refund line."""
        if line.current_quantity is None:
            return 0
        return max(line.quantity - self.refunded.get(line.line_id, 0) - line.current_quantity, 0)

    def current(self, line: Line) -> int:
        """How many of *line* the buyer keeps; on orders older than that field, what was not paid back."""
        if line.current_quantity is not None:
            return line.current_quantity
        return max(line.quantity - self.paid_back.get(line.line_id, 0), 0)


def _disagreements(
    order: Order, merchandise: Sequence[Line], reading: _Reading, returned: Decimal, removed: Decimal
) -> list[str]:
    """What the current quantities say against the refunds, within one minor unit for each line.

    What was refunded dates the returns; what the buyer still has must come to the same, before discrepancies.
    """
    if order.cancelled_at is not None or is_void(order):
        return []
    allowed = minor_unit(order.currency) * max(len(order.lines), 1)
    problems = []
    if order.refunds or any(reading.current(line) != line.quantity for line in merchandise):
        sold = kept = _NOTHING
        for line in merchandise:
            unit = _unit_base(line, order.taxes_included)
            sold += unit * line.quantity
            kept += unit * reading.current(line)
        if abs(kept - (sold - returned - removed)) > allowed:
            problems.append(
                f"the refunds leave {rounded(sold - returned - removed, order.currency)}, "
                f"the quantities that the buyer keeps come to {rounded(kept, order.currency)}"
            )
    if order.current_subtotal_price is not None:
        lines = _with_old_discounts(order)
        now = sum([_unit_base(line, included=False) * reading.current(line) for line in lines], _NOTHING)
        without_tips = now - sum([line.price * reading.current(line) for line in lines if line.tip], _NOTHING)
        if min(abs(each - order.current_subtotal_price) for each in (now, without_tips)) > allowed:
            problems.append(
                f"Shopify's current subtotal is {rounded(order.current_subtotal_price, order.currency)}, "
                f"its lines come to {rounded(now, order.currency)}"
            )
    return problems
