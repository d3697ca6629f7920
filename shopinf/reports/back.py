"""Whether the customers whom influencers won came back: a picture and a table by the month they were won.

A time that has not passed for everybody of a month is a dash, and no column of the picture.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from shopinf.attribution.tally import Row
from shopinf.attribution.worth import AGAIN, NET, WINDOWS, By, Worth, worth_columns
from shopinf.money import Money
from shopinf.reports import charts
from shopinf.reports.tables import Shown, Table, shown
from shopinf.reports.tongue import Tongue
from shopinf.results import Column

_COSTS = {"gifts", "commission", "profit"}  # which a client's copy has not
_KEYS = ("month", "customers_won", *AGAIN, *NET)
_COURSE = 2  # months, of which it takes so many to show a course


def back_columns(*, client: bool) -> list[Column]:
    """The columns of the workbook's sheet."""
    return [each for each in worth_columns(By.MONTH) if not (client and each.key in _COSTS)]


def back_table(worth: Worth, currency: str, tongue: Tongue) -> Table | None:
    """The months of *worth* in which customers were won; None where none was."""
    if not (rows := _rows(worth, currency)):
        return None
    (total,) = [each for each in worth.totals if each["currency"] == currency]
    return Table(
        f"back-{currency}".lower(),
        tongue.say("table.back"),
        _KEYS,
        [(tongue.heading(key), "number" if key != "month" else "name") for key in _KEYS],
        [[Shown("name", _month(row, tongue)), *(shown(key, row[key], tongue) for key in _KEYS[1:])] for row in rows],
        [Shown("name", tongue.say("page.total")), *(shown(key, total[key], tongue) for key in _KEYS[1:])],
        len(rows),
        tongue.say("table.back_open") if any(row[key] is None for row in rows for key in (*AGAIN, *NET)) else "",
        tongue.say("table.back_lead"),
    )


def came_back(worth: Worth, currency: str, tongue: Tongue) -> charts.Drawn | None:
    """The picture of a currency; None where there is no course to show."""
    if (chart := _chart(worth, currency, tongue)) is None:
        return None
    wide, narrow = (charts.columns(chart, width=width, height=190) for width in (charts.WIDE, charts.NARROW))
    return charts.Drawn(chart.title, wide, narrow)


def _chart(worth: Worth, currency: str, tongue: Tongue) -> charts.Chart | None:
    """What each customer has bought again on the average, over the longest time that has passed for some months."""
    rows = _rows(worth, currency)
    for days, key in reversed(list(zip(WINDOWS, NET, strict=True))):
        found = [(row, spent) for row in rows if (spent := _each(row, key)) is not None]
        if len(found) >= _COURSE and any(spent for _, spent in found):
            return _drawn(found, days, currency, tongue)
    return None


def _drawn(found: Sequence[tuple[Row, Money]], days: int, currency: str, tongue: Tongue) -> charts.Chart:
    best, most = max(found, key=lambda each: each[1].amount)
    return charts.Chart(
        f"back-{currency}",
        tongue.say("chart.back", days=days, currency=currency),
        tongue.say("chart.back_text", best=_month(best, tongue), amount=tongue.money(most)),
        [
            charts.Point(_month(row, tongue), spent.amount, tongue.amount(spent), tongue.mark(str(row["month"])))
            for row, spent in found
        ],
        tongue.short,
    )


def _each(row: Row, key: str) -> Money | None:
    """What a customer of the month has spent again, on the average."""
    spent, customers = row[key], row["customers_won"]
    if not isinstance(spent, Money) or not isinstance(customers, int) or not customers:
        return None
    return Money(spent.amount / customers, spent.currency).rounded()


def _rows(worth: Worth, currency: str) -> list[Row]:
    """The months of a currency in which somebody was won."""
    rows = worth.rows
    return [row for row in rows if row["currency"] == currency and row["customers_won"]]


def _month(row: Row, tongue: Tongue) -> str:
    return tongue.month(date.fromisoformat(f"{row['month']}-01"))
