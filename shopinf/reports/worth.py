"""What customers are worth as a page of its own: for the agency's own eyes, with what it all cost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from shopinf.attribution.overview import Figure
from shopinf.attribution.tally import Row
from shopinf.attribution.worth import AGAIN, WINDOWS, By, Worth
from shopinf.letterhead import PLAIN, Letterhead
from shopinf.money import Money
from shopinf.periods import Period
from shopinf.reports.back import back_table, came_back
from shopinf.reports.house import page
from shopinf.reports.part import Part
from shopinf.reports.tables import Shown, Table, shown
from shopinf.reports.tongue import Tongue, tongue_of

_SUMS = ("customers_won", "orders", "net_sales", "gifts", "commission", "profit")
# The one in large letters leads, as in a report.
_FIGURES = ("net_sales", "customers_won", "orders", "gifts", "commission", "profit")


@dataclass(frozen=True, slots=True)
class WorthPage:
    """What the page is of: the rows that were asked for, and the same by month."""

    asked: Worth
    months: Worth
    stores: Sequence[str]
    made: datetime  # on the clock of the stores, or in UTC where theirs differ
    period: Period | None = None  # None: ever
    influencers: Sequence[str] = ()
    notes: Sequence[str] = field(default_factory=list)


def file(worth: WorthPage, letterhead: Letterhead = PLAIN) -> bytes:
    """*worth* as an HTML page of one file, in UTF-8."""
    tongue = tongue_of(letterhead.language)
    text = page(
        "worth.html",
        letterhead,
        worth=worth,
        heading=tongue.few(worth.stores, 4),
        days=tongue.days(worth.period.first, worth.period.last) if worth.period else tongue.say("worth.ever"),
        parts=[_part(worth, total, tongue) for total in worth.asked.totals],
    )
    return text.encode()


def _part(worth: WorthPage, total: Row, tongue: Tongue) -> Part:
    currency = str(total["currency"])
    chart, months = came_back(worth.months, currency, tongue), back_table(worth.months, currency, tongue)
    own = [] if worth.asked.by is By.MONTH else [_table(worth.asked, total, tongue)]
    return Part(
        currency,
        [Figure(key, value if isinstance(value := total[key], Money | int) else None) for key in _FIGURES],
        [chart] if chart else [],
        [*([months] if months else []), *own],
    )


def _table(worth: Worth, total: Row, tongue: Tongue) -> Table:
    """The rows that were asked for, of one currency."""
    rows = [row for row in worth.rows if row["currency"] == total["currency"]]
    several = len({row["store"] for row in rows}) > 1
    passed = [days for days, again in zip(WINDOWS, AGAIN, strict=True) if any(row[again] is not None for row in rows)]
    later = [tongue.count(days) for days in WINDOWS if days not in passed]
    windows = [f"{what}_{days}" for what in ("again", "net") for days in passed]
    bought = ["top_products"] if any(row["top_products"] for row in rows) else []
    keys = [worth.by.value, *(["store"] if several else []), *_SUMS, *windows, *bought]
    numbers = {*_SUMS, *windows}
    return Table(
        f"{worth.by}-{total['currency']}".lower(),
        tongue.say(f"table.{worth.by}"),
        keys,
        [(tongue.heading(key), "number" if key in numbers else "name" if key == keys[0] else "text") for key in keys],
        [[shown(key, row[key], tongue) for key in keys] for row in rows],
        [
            Shown("name", tongue.say("page.total")),
            *(shown(key, total[key], tongue) if key in numbers else Shown("empty", "") for key in keys[1:]),
        ],
        len(rows),
        tongue.say("table.windows_left", days=tongue.listed(later)) if later else "",
    )
