"""The tables of a report page: which columns, in which order, and how each cell reads."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shopinf.attribution.overview import Section
from shopinf.attribution.report import INTERNAL, By
from shopinf.attribution.tally import Row
from shopinf.money import Money
from shopinf.reports.words import HEADINGS, amount, count, moment
from shopinf.results import Cell
from shopinf.times import iso

LISTED = 500  # rows of one table; a page with more is no longer read, and slow to open on a phone

_WORTH = "gross_sales discounts included_tax returns"
_SOLD = f"net_sales orders average_order_value new_customers returning_customers {_WORTH} commission"
_COLUMNS = {
    By.INFLUENCER: f"influencer store {_SOLD}",
    By.CODE: f"code influencer campaign store {_SOLD}",
    By.CAMPAIGN: f"campaign store {_SOLD}",
    By.STORE: f"store {_SOLD}",
    By.ORDER: f"order_name processed_at store influencer code campaign net_sales {_WORTH} commission customer_type "
    "status method other_codes reasons",
}
_TITLES = {
    By.INFLUENCER: "Influencers",
    By.CODE: "Codes",
    By.CAMPAIGN: "Campaigns",
    By.STORE: "Stores",
    By.ORDER: "Orders",
}
_STATUS = {"approved": "counted", "pending": "not paid yet", "reversed": "cancelled", "needs_review": "to be checked"}
_NOBODY = {"influencer": "(no influencer)", "campaign": "(no campaign)"}
# Columns that are left out where they would say the same in every row.
_SAME = {"store", "campaign", "included_tax", "method", "status", "other_codes"}


@dataclass(frozen=True, slots=True)
class Shown:
    """One cell: `machine` is its value as programs read it, for amounts, counts and times."""

    kind: str  # name, text, number, time, empty
    text: str
    machine: str | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """A table as the page has it; `rest` counts the rows that are not listed."""

    id: str
    title: str
    keys: Sequence[str]
    rows: Sequence[Sequence[Shown]]
    total: Sequence[Shown]
    count: int
    note: str = ""

    @property
    def heads(self) -> list[tuple[str, str]]:
        """Each column's heading, and whether it is a column of names or of numbers."""
        return [(HEADINGS.get(key, key.replace("_", " ").capitalize()), _kind(key)) for key in self.keys]

    @property
    def rest(self) -> int:
        return self.count - len(self.rows)


def table(section: Section, by: By, *, client: bool) -> Table:
    """One side of a section as a table, with the section's totals below it."""
    rows = list(section.tables[by])
    if by is not By.ORDER:
        rows.sort(key=_worth)
    wanted = [key for key in _COLUMNS[by].split() if not (client and key in INTERNAL)]
    keys = [key for at, key in enumerate(wanted) if not (at and key in _SAME and _says_nothing(key, rows))]
    listed = rows[-LISTED:] if by is By.ORDER else rows[:LISTED]
    return Table(
        f"{by}-{section.currency}".lower(),
        _TITLES[by],
        keys,
        [[shown(key, row.get(key)) for key in keys] for row in listed],
        [Shown("name", "Total"), *(_summed(key, section.total) for key in keys[1:])],
        len(rows),
        _note(section, by, rows),
    )


def shown(key: str, value: Cell) -> Shown:
    """One value as the page has it; what is unknown is a dash."""
    match value:
        case None | "" | ():
            return Shown("text", _NOBODY[key]) if key in _NOBODY else Shown("empty", "–")
        case Money():
            return Shown("number", amount(value), str(value))
        case int():
            return Shown("number", count(value), str(value))
        case datetime():
            return Shown("time", moment(value), iso(value))
        case str():
            return Shown("name" if _kind(key) == "name" else "text", _STATUS.get(value, value))
        case Sequence():
            return Shown("text", "; ".join(str(each) for each in value))
        case _:
            return Shown("text", str(value))


def _summed(key: str, total: Row) -> Shown:
    return shown(key, total[key]) if key in total and _kind(key) == "number" else Shown("empty", "")


def _kind(key: str) -> str:
    if key in _SOLD.split():
        return "number"
    return "name" if key in {"influencer", "code", "campaign", "store", "order_name"} else "text"


def _worth(row: Row) -> Any:
    net = row["net_sales"]
    assert isinstance(net, Money)
    return -net.amount


def _says_nothing(key: str, rows: Sequence[Row]) -> bool:
    values = {str(row.get(key) or "") for row in rows}
    match key:
        case "store":
            return len(values) < 2
        case "status":
            return values <= {"approved"}
        case "method":
            return values <= {"code"}
        case "included_tax":
            return not any(row.get(key) for row in rows)
        case _:
            return values <= {"", "()"}


def _note(section: Section, by: By, rows: Sequence[Row]) -> str:
    """What a reader who adds up the rows would stumble over."""
    if by is By.ORDER:
        if any(row["status"] == "needs_review" for row in rows):
            return "Orders to be checked are listed here and are in no sum."
        return ""
    shared = [
        what
        for what, keys in (("order", ("orders",)), ("customer", ("new_customers", "returning_customers")))
        if _count(rows, keys) != _count([section.total], keys)
    ]
    return f"The total counts each {' and each '.join(shared)} once, though several rows may have it." if shared else ""


def _count(rows: Iterable[Row], keys: Iterable[str]) -> int:
    return sum(number for row in rows for key in keys if isinstance(number := row[key], int))
