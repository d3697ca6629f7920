"""By how much something grew: one figure for tables, JSON, pages and workbooks alike."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from shopinf.money import Money
from shopinf.results import Cell

_PLACES = Decimal("0.1")


def growth(was: Cell, now: Cell) -> Decimal | None:
    """By how many per cent *now* is more than *was*, half up to one decimal.

    None where that says nothing: from nothing, from less than nothing, and where one of them is not known.
    """
    match was, now:
        case Money(), Money():
            before, after = was.amount, now.amount
        case int(), int():
            before, after = Decimal(was), Decimal(now)
        case _:
            return None
    if before <= 0:
        return None
    return ((after - before) * 100 / before).quantize(_PLACES, rounding=ROUND_HALF_UP) + 0  # never a -0.0
