"""The tables of a report page: which columns, in which order, and how each cell reads."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shopinf.attribution.overview import Section
from shopinf.attribution.report import INTERNAL, By
from shopinf.attribution.tally import PAYMENTS, Row
from shopinf.money import Money
from shopinf.reports.remarks import remark
from shopinf.reports.tongue import Tongue
from shopinf.results import Cell
from shopinf.times import iso

LONG = 40  # letters; handles, and codes as people type them, have fewer and are never broken
_BROAD = 10  # columns, above which a table is printed on paper that lies
LISTED = 500  # rows of one table; a page with more is no longer read, and slow to open on a phone

_WORTH = "gross_sales discounts included_tax returns"
_SOLD = f"net_sales commission paid open orders average_order_value new_customers returning_customers {_WORTH}"
_COLUMNS = {
    By.INFLUENCER: f"influencer store {_SOLD}",
    By.CODE: f"code influencer campaign store {_SOLD}",
    By.CAMPAIGN: f"campaign store {_SOLD}",
    By.STORE: f"store {_SOLD}",
    By.ORDER: f"order_name processed_at store influencer code campaign net_sales commission paid open {_WORTH} "
    "customer_type status method other_codes reasons",
}
_NOBODY = {"influencer", "campaign"}  # where nothing stands in them, that is said
_WORDS = {"status", "customer_type", "method"}  # their values are words of ours
# Columns that are left out where they would say the same in every row; a campaign of all stands above the tables.
_SAME = {"store", "campaign", "included_tax", "method", "status", "other_codes"}


@dataclass(frozen=True, slots=True)
class Shown:
    """One cell: `machine` is its value as programs read it, for amounts, counts and times."""

    kind: str  # name, text, number, time, empty
    text: str
    machine: str | None = None

    @property
    def long(self) -> bool:
        """Is it a text that may be broken, since it would not fit a line of a phone?"""
        return len(self.text) > LONG


@dataclass(frozen=True, slots=True)
class Table:
    """A table as the page has it; `rest` counts the rows that are not listed."""

    id: str
    title: str
    keys: Sequence[str]
    heads: Sequence[tuple[str, str]]  # each column's heading, and whether it is one of names or of numbers
    rows: Sequence[Sequence[Shown]]
    total: Sequence[Shown]
    count: int
    note: str = ""
    lead: str = ""  # what a reader should know before the rows

    @property
    def broad(self) -> bool:
        return len(self.keys) > _BROAD

    @property
    def rest(self) -> int:
        return self.count - len(self.rows)


def table(section: Section, by: By, tongue: Tongue, *, client: bool, names: Mapping[str, str]) -> Table:
    """One side of a section as a table, with the section's totals below it; *names* is what stores are called."""
    rows = [row | {"store": names.get(str(row["store"]), row["store"])} for row in section.tables[by]]
    if by is not By.ORDER:
        rows.sort(key=_worth)
    wanted = [key for key in _COLUMNS[by].split() if not (client and key in INTERNAL)]
    wanted = [key for key in wanted if key not in PAYMENTS or key in section.total]
    keys = [key for at, key in enumerate(wanted) if not (at and key in _SAME and _says_nothing(key, rows))]
    listed = rows[-LISTED:] if by is By.ORDER else rows[:LISTED]
    return Table(
        f"{by}-{section.currency}".lower(),
        tongue.say(f"table.{by}"),
        keys,
        [(tongue.heading(key), _kind(key)) for key in keys],
        [[shown(key, row.get(key), tongue) for key in keys] for row in listed],
        [Shown("name", tongue.say("page.total")), *(_summed(key, section.total, tongue) for key in keys[1:])],
        len(rows),
        _note(section, by, rows, tongue),
        _lead(section, by, rows, tongue),
    )


def remarks(section: Section, by: By, tongue: Tongue) -> list[str]:
    """What there is to say beside a side's rows: that they are more than the total, and why."""
    rows = section.tables[by]
    return [said for said in (_lead(section, by, rows, tongue), _note(section, by, rows, tongue)) if said]


def shown(key: str, value: Cell, tongue: Tongue) -> Shown:
    """One value as the page has it; what is unknown is a dash."""
    match value:
        case None | "" | ():
            return Shown("text", tongue.say(f"value.no_{key}")) if key in _NOBODY else Shown("empty", "–")
        case Money():
            return Shown("number", tongue.amount(value), str(value))
        case int():
            return Shown("number", tongue.count(value), str(value))
        case datetime():
            return Shown("time", tongue.moment(value), iso(value))
        case str():
            return Shown("name" if _kind(key) == "name" else "text", value_of(key, value, tongue))
        case Sequence():
            return Shown("text", "; ".join(value_of(key, str(each), tongue) for each in value))
        case _:
            return Shown("text", str(value))


def value_of(key: str, value: str, tongue: Tongue) -> str:
    """A text of the column *key*: in words of the language where it is one of ours."""
    if key == "reasons":
        return remark(value, tongue)
    return tongue.say(f"value.{value}") if key in _WORDS else value


def _summed(key: str, total: Row, tongue: Tongue) -> Shown:
    return shown(key, total[key], tongue) if key in total and _kind(key) == "number" else Shown("empty", "")


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
        case "store" | "campaign":
            return len(values) < 2
        case "status":
            return values <= {"approved"}
        case "method":
            return values <= {"code"}
        case "included_tax":
            return not any(row.get(key) for row in rows)
        case _:
            return values <= {"", "()"}


def _note(section: Section, by: By, rows: Sequence[Row], tongue: Tongue) -> str:
    """What a reader who adds up the rows would stumble over."""
    if by is By.ORDER:
        return ""
    shared = [
        what
        for what, keys in (("order", ("orders",)), ("customer", ("new_customers", "returning_customers")))
        if _count(rows, keys) != _count([section.total], keys)
    ]
    return tongue.say(f"table.{'both' if len(shared) > 1 else shared[0]}_once") if shared else ""


def _lead(section: Section, by: By, rows: Sequence[Row], tongue: Tongue) -> str:
    """Why a table of orders has more rows than there are orders; nothing where it has not."""
    orders = section.total["orders"]
    assert isinstance(orders, int)
    if by is not By.ORDER or len(rows) == orders:
        return ""
    standing = {(row["store"], row["order_id"]): row["status"] for row in rows}
    review = sum(status == "needs_review" for status in standing.values())
    # An order that was cancelled after the period still counts in it, where each event counts on its own day.
    aside = len(standing) - orders - review
    cancelled = min(sum(status == "reversed" for status in standing.values()), aside)
    more = len(rows) - len(standing)
    why = [("split", more), ("cancelled", cancelled), ("review", review), ("earlier", aside - cancelled)]
    return tongue.say(
        "table.lead",
        rows=tongue.say("count.rows", len(rows)),
        orders=tongue.say("count.orders", orders),
        why="; ".join(tongue.say(f"table.lead_{what}", number) for what, number in why if number > 0),
    )


def _count(rows: Iterable[Row], keys: Iterable[str]) -> int:
    return sum(number for row in rows for key in keys if isinstance(number := row[key], int))
