"""Our sums of an order against what the store itself says of it.

Compared is what both know: before what was refunded beside the lines, and before a cancelled order counts for nothing,
since the store's own subtotal has neither.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

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


@dataclass(frozen=True, slots=True)
class Head:
    """An order as far as two lists of orders are compared."""

    order_id: int
    name: str
    created_at: datetime
    updated_at: datetime


class Gap(StrEnum):
    """How an order stands here otherwise than in the store."""

    MISSING = "missing"  # the store has it, the ledger does not
    SURPLUS = "surplus"  # the ledger has it, the store does not show it any more
    STALE = "stale"  # the store has changed it since it was read


def gaps(here: Mapping[int, Head], there: Mapping[int, Head], reach: datetime | None) -> Iterator[tuple[Gap, Head]]:
    """Where the orders *here* are not as they are *there*, by rising id.

    Older ones than *reach* were not asked for. What is older than everything that the store shows may be hidden by it,
    so it is no surplus.
    """
    oldest = min((head.created_at for head in there.values()), default=None)
    for order_id in sorted({*here, *there}):
        ours, theirs = here.get(order_id), there.get(order_id)
        if theirs is None:
            if ours is not None and oldest is not None and ours.created_at >= oldest:
                yield Gap.SURPLUS, ours
        elif ours is None:
            if reach is None or theirs.created_at >= reach:
                yield Gap.MISSING, theirs
        elif theirs.updated_at.replace(microsecond=0) > ours.updated_at:
            yield Gap.STALE, theirs


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
