"""Our sums of an order against what the store itself says of it.

Compared is what both know: before what was refunded beside the lines, and before a cancelled order counts for nothing,
since the store's own subtotal has neither.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from shopinf.attribution.refunds import slack
from shopinf.attribution.sales import Sale
from shopinf.money import minor_unit, rounded
from shopinf.orders import Line, Order

FIGURES = ("gross_sales", "discounts", "returns", "net_sales")
_NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True)
class Compared:
    """One figure of an order: ours, the store's, and how far they may differ by rounding."""

    figure: str
    ours: Decimal
    theirs: Decimal
    allowed: Decimal

    @property
    def differs(self) -> bool:
        return abs(self.ours - self.theirs) > self.allowed


def compare(order: Order, worth: Sale) -> Iterator[Compared]:
    """The figures of *order* that the store has an own total for, ours beside its."""
    sold = worth.moments[0].amounts if worth.moments[0].over is False else worth.amounts
    rounding = slack(order)
    converted = minor_unit(order.currency) / 2 * sum([line.quantity for line in order.lines])
    beside = [line for line in order.lines if line.outside]
    if order.total_line_items_price is not None:
        theirs = order.total_line_items_price - _gross(line for line in beside if not line.tip)
        if any(line.tip for line in beside) and theirs != sold.gross_sales:
            theirs -= _gross(line for line in beside if line.tip)  # stores differ in whether a tip is a line item
        yield Compared("gross_sales", sold.gross_sales, rounded(theirs, order.currency), converted)
    if order.total_discounts is not None:
        shipping = sum((amount for _, amount in order.shipping_discounts), _NOTHING)
        theirs = order.total_discounts - shipping - sum((line.discount for line in beside), _NOTHING)
        yield Compared("discounts", sold.discounts, rounded(theirs, order.currency), converted)
    kept = _kept(order, worth)
    if kept is not None:
        ours = rounded(sold.base - worth.returned - worth.removed, order.currency)
        kept = rounded(kept, order.currency)
        yield Compared("returns", sold.base - ours, sold.base - kept, rounding)
        yield Compared("net_sales", ours, kept, rounding)


def _gross(lines: Iterator[Line]) -> Decimal:
    return sum((line.gross for line in lines), _NOTHING)


def _kept(order: Order, worth: Sale) -> Decimal | None:
    """What the store's present subtotal has of the goods as ordered, without tax; None where it cannot be told."""
    if order.current_subtotal_price is None or any(line.current_quantity is None for line in order.lines):
        return None
    earned = {line.line_id for line in worth.ordered}
    theirs = order.current_subtotal_price
    for line in order.lines:
        now = line.current_quantity or 0
        if line.line_id not in earned:
            theirs -= line.price * now if not line.tip else _NOTHING
        elif order.taxes_included and line.quantity:
            theirs -= line.tax * now / line.quantity
    return theirs
