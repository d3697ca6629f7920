"""By how much something grew: one figure for tables, JSON, pages and workbooks alike."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

from shopinf.attribution.tally import Row
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


def compared(rows: Sequence[Row], former: Sequence[Row], keys: Sequence[str]) -> list[Row]:
    """*rows* with what the same, by *keys*, were in the period before."""
    before = {tuple(row[key] for key in keys): row for row in former}
    return [row | _beside(row, before.get(tuple(row[key] for key in keys))) for row in rows]


def _beside(row: Row, was: Row | None) -> Row:
    net = was["net_sales"] if was else Money.zero(str(row["currency"]))
    return {
        "previous_orders": was["orders"] if was else 0,
        "previous_net_sales": net,
        "change_pct": growth(net, row["net_sales"]),
    }
